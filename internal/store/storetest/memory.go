package storetest

import (
	"os"
	"sync"
	"testing"
)

// memory is a folder of files in memory, or "" where there is none. Stores sync every
// commit, as in production; in memory that takes no time, and no test here takes the power
// away.
var memory = sync.OnceValue(func() string {
	const folder = "/dev/shm"
	if room(folder) < enough {
		return "" // a container may have 64 MB there
	}
	probe, err := os.MkdirTemp(folder, "gatehouse-probe-")
	if err != nil {
		return ""
	}
	_ = os.Remove(probe)
	return folder
})

// enough is what the stores of all tests that run at a time take at most, in bytes.
const enough = 2 << 30

// folder returns a folder of its own for the test.
func folder(t *testing.T) string {
	t.Helper()
	base := memory()
	if base == "" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(base, "gatehouse-test-") //nolint:usetesting // that one is on disk
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
