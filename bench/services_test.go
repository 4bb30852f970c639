package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The sizes of a process are those that the kernel wrote, and a text without them is an error rather than no memory.
func TestReadRollup(t *testing.T) {
	const text = `00400000-7ffc1a28a000 ---p 00000000 00:00 0                              [rollup]
Rss:              238556 kB
Pss:              117189 kB
Pss_Dirty:         51852 kB
Shared_Clean:     186512 kB
Shared_Dirty:          4 kB
Private_Clean:       192 kB
Private_Dirty:     51852 kB
Swap:                  0 kB
`
	got, err := readRollup(text)
	if want := (memory{Private: (192 + 51852) << 10, Shared: (186512 + 4) << 10, Pss: 117189 << 10}); err != nil || got != want {
		t.Errorf("expected %+v, got %+v (%v)", want, got, err)
	}
	for _, wrong := range []string{"", strings.Replace(text, "Private_Dirty", "Private", 1), strings.Replace(text, "117189 kB", "many", 1)} {
		if got, err := readRollup(wrong); err == nil {
			t.Errorf("%q was read as %+v", wrong, got)
		}
	}
}

// Only ports at which one of the process's own sockets listens on loopback are found.
func TestListeners(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0000000000000000 100 0 0 10 0
   2: 0100007F:1F92 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 13 1 0000000000000000 100 0 0 10 0
   3: 00000000:1F93 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 14 1 0000000000000000 100 0 0 10 0
   4: 0100007F:1F94 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 15 1 0000000000000000 100 0 0 10 0
`
	got, err := listeners(table, map[string]bool{"11": true, "13": true, "14": true, "15": true})
	if want := []int{8080, 8084}; err != nil || !slices.Equal(got, want) {
		t.Errorf("expected %v, got %v (%v)", want, got, err)
	}
}

// A process is only ever ended when it is the host of a service of this data directory.
func TestHostOf(t *testing.T) {
	for line, want := range map[string]string{
		"gatehouse\x00engine-host\x00/tmp/data/services/a1\x00":       "a1",
		"gatehouse\x00engine-host\x00/tmp/data2/services/a1\x00":      "",
		"gatehouse\x00engine-host\x00/tmp/data/a1\x00":                "",
		"gatehouse\x00serve\x00--data\x00/tmp/data/services/a1\x00":   "",
		"less\x00/tmp/data/services/a1\x00":                           "",
		"gatehouse\x00engine-host\x00":                                "",
		"gatehouse\x00engine-host\x00/tmp/data/services/b2\x00-v\x00": "b2",
		"": "",
	} {
		if got, ok := hostOf([]byte(line), "/tmp/data"); got != want && ok || ok != (want != "") {
			t.Errorf("%q: expected %q, got %q (%v)", line, want, got, ok)
		}
	}
}

// What is there once counts once, and a machine that is too small holds nothing.
func TestFit(t *testing.T) {
	each := memory{Private: 50, Shared: 200}
	for machine, want := range map[int64]int{0: 0, 300: 0, 349: 0, 350: 1, 1300: 20} {
		if got := fit(machine, 100, each); got != want {
			t.Errorf("a machine of %d: expected %d, got %d", machine, want, got)
		}
	}
}

// Servers of services outlive Gatehouse, and yet nothing is left when bench is interrupted.
func TestInterrupted(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, "--part", "services", "--quick")
	command.Env = append(os.Environ(), selfVariable+"=1", "TMPDIR="+dir)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	data, tick := "", time.NewTicker(100*time.Microsecond) // often, to interrupt it while the server is being started
	defer tick.Stop()
	for running := 0; running == 0; {
		select {
		case <-tick.C:
		case err := <-ended:
			t.Fatalf("it ended before a server ran (%v)\n%s", err, out.String())
		}
		if data == "" {
			made, err := filepath.Glob(filepath.Join(dir, "gatehouse-bench-*", "services"))
			if err != nil || len(made) != 1 {
				continue
			}
			data = made[0]
		}
		running = len(servers(t, data))
	}
	if err := command.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Errorf("an interrupted run ended as if it were whole\n%s", out.String())
	}
	if left := servers(t, data); len(left) > 0 {
		t.Errorf("servers still run: %v\n%s", left, out.String())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("expected nothing, got %v (%v)", left, err)
	}
}

func servers(t *testing.T, data string) map[string]int {
	t.Helper()
	found, err := hosts(data)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
