package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// What is said of core dumps, of a service and of its organization, is in force in the
// processes of a server that runs: they may write one as long as both allow it, and go on
// being the same processes.
func TestCoreDumpsAreInForceAsServiceAndOrganizationSay(t *testing.T) {
	t.Parallel()
	var own unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &own); err != nil || own.Max == 0 {
		t.Skipf("nobody may write a core here: the hard limit is %d (%v)", own.Max, err)
	}
	data, keyFile, args := servedData(t, enginetest.Engine(t, engine.KindCHDB))
	g := startProcess(t, args...)
	c := newCustomer(t, g.url, keyFile)
	c.create()
	processes := processesOf(t, data)
	allow := func(path string, yes bool) {
		t.Helper()
		c.must(http.MethodPatch, path, map[string]bool{"enableCoreDumps": yes}, nil)
	}
	mayWrite := func(want bool) {
		t.Helper()
		until(t, fmt.Sprintf("the processes may write a core: %t", want), func() bool {
			return !slices.ContainsFunc(processes, func(pid int) bool { return mayWriteCore(t, pid) != want })
		})
	}
	mayWrite(true)
	allow("", false)
	mayWrite(false)
	if status, said := c.ask(http.MethodPatch, c.path(), map[string]bool{"enableCoreDumps": true}, nil); status != http.StatusBadRequest {
		t.Errorf("a service goes beyond its organization: %d, %s", status, said)
	}
	allow("", true)
	mayWrite(true)
	allow(c.path(), false)
	mayWrite(false)
	allow("", false)
	allow("", true)
	mayWrite(false)
	allow(c.path(), true)
	mayWrite(true)
	if now := processesOf(t, data); !slices.Equal(now, processes) {
		t.Errorf("the processes are %v, and were %v", now, processes)
	}
	c.stop()
	c.remove()
}

// softCoreLimit is the line of proc_pid_limits(5) that says how large a core may be.
var softCoreLimit = regexp.MustCompile(`Max core file size +(\w+) `)

// mayWriteCore reports whether the process may leave a core, of whatever size.
func mayWriteCore(t *testing.T, pid int) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "limits"))
	if err != nil {
		t.Fatal(err)
	}
	limit := softCoreLimit.FindSubmatch(text)
	if limit == nil {
		t.Fatalf("%s", text)
	}
	return string(limit[1]) != "0"
}
