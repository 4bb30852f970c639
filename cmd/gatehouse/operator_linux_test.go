package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The operator's socket serves only its owner and root: another user who can reach it,
// because somebody loosened every permission, is turned away.
func TestOperatorsSocketTurnsOtherUsersAway(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can run a command as another user")
	}
	dir := sharedDir(t)
	data := filepath.Join(dir, "data")
	startProcess(t, "--data", data)
	for path, mode := range map[string]os.FileMode{data: 0o777, filepath.Join(data, lockName): 0o666, filepath.Join(data, socketName): 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range [][]string{{"keys", "list"}, {"keys", "create", "mine", "--role", "Admin"}, {"setup-link"}} {
		status, said := unprivileged(t, dir, append(command, "--data", data)...)
		if status != exitFailed || !strings.Contains(said, "does not answer") {
			t.Errorf("gatehouse %s: status %d, %q", strings.Join(command, " "), status, said)
		}
	}
	if said := gatehouse(t, "keys", "list", "--data", data); !strings.Contains(said, "There is no key yet") {
		t.Errorf("root sees %q", said)
	}
}
