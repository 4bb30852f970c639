package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// processesOf returns the numbers of the processes that run services of the data
// directory: those whose command line names a folder in it. With the official server
// these are two for each service, the host and the server.
func processesOf(t *testing.T, data string) (pids []int) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(files) == 0 {
		t.Fatalf("the processes of this machine cannot be seen in /proc: %v", err)
	}
	inside := []byte(filepath.Join(data, "services") + "/")
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(line, inside) { // it has ended, or is another's
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	slices.Sort(pids)
	return pids
}

// ownerOf returns the user that a process runs as.
func ownerOf(t *testing.T, pid int) (user int) {
	t.Helper()
	if _, err := fmt.Sscan(statusOf(t, pid, "Uid"), &user); err != nil {
		t.Fatal(err)
	}
	return user
}

// ignores reports whether a process ignores a signal.
func ignores(t *testing.T, pid int, signal syscall.Signal) bool {
	t.Helper()
	var ignored uint64
	if _, err := fmt.Sscanf(statusOf(t, pid, "SigIgn"), "%x", &ignored); err != nil {
		t.Fatal(err)
	}
	return ignored>>(signal-1)&1 == 1
}

// statusOf returns a field of proc_pid_status(5).
func statusOf(t *testing.T, pid int, name string) string {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, field, _ := strings.Cut(string(status), "\n"+name+":\t")
	field, _, _ = strings.Cut(field, "\n")
	return field
}

// endProcessesAfter sees to it that nothing that serves the data directory outlives the
// test, which fails if it has left something.
func endProcessesAfter(t *testing.T, data string) {
	t.Cleanup(func() {
		if left := processesOf(t, data); len(left) > 0 && !t.Failed() {
			t.Errorf("the test leaves the processes %v", left)
		}
		until(t, "the processes have ended", func() bool {
			left := processesOf(t, data)
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
			}
			return len(left) == 0
		})
	})
}

// until asks again and again, as clients of the API do, and ends the test when it was in
// vain for a minute.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	late := time.After(time.Minute)
	for !reached() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// serviceLogs returns the ends of what the hosts of the data directory have said.
func serviceLogs(t *testing.T, data string) string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(data, "services", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, dir := range dirs {
		fmt.Fprintf(&said, "%s:\n%s\n", filepath.Base(dir), enginetest.Log(dir))
	}
	return said.String()
}
