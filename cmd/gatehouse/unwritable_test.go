//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// A directory that this user may not write is said in one sentence, with the status
// 1, and nothing is touched: neither a data directory nor one that would hold it.
func TestDirectoryThatCannotBeWrittenIsSaid(t *testing.T) {
	t.Parallel()
	dir := sharedDir(t)
	readOnly := filepath.Join(dir, "read-only")
	if err := os.Mkdir(readOnly, 0o755); err != nil {
		t.Fatal(err)
	}
	writable := filepath.Join(dir, "writable")
	if err := errors.Join(os.Mkdir(writable, 0o700), os.Chmod(writable, 0o777)); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(readOnly, "closed")
	if err := os.Mkdir(closed, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{readOnly, closed} {
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(readOnly, 0o755) })
	for _, c := range []struct{ name, data, initKey, want string }{
		{"the data directory", readOnly, "", "the data directory " + readOnly + " cannot be written: make it writable for this user or choose another with --data (permission denied)"},
		{"one in which it would be made", filepath.Join(readOnly, "data"), "", "the data directory " + readOnly + "/data cannot be made: choose another with --data (permission denied)"},
		{"that of the key file", filepath.Join(writable, "data"), filepath.Join(closed, "admin.env"), "the key file " + closed + "/admin.env cannot be written: choose another with --init-key (permission denied)"},
	} {
		args := []string{"serve", "--listen", "127.0.0.1:0", "--data", c.data}
		if c.initKey != "" {
			args = append(args, "--init-key", c.initKey)
		}
		status, said := unprivileged(t, dir, args...)
		if status != exitFailed || said != "gatehouse: "+c.want+"\n" {
			t.Errorf("%s: status %d, %q\nwant %q", c.name, status, said, c.want)
		}
	}
	for _, empty := range []string{closed, writable} {
		if entries, err := os.ReadDir(empty); err != nil || len(entries) != 0 {
			t.Errorf("%s was touched: %v (%v)", empty, entries, err)
		}
	}
}

// sharedDir returns a directory that every user of the machine can reach. The
// program is in it.
func sharedDir(t *testing.T) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "gatehouse-test-") //nolint:usetesting // other users cannot reach t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(os.WriteFile(filepath.Join(dir, "gatehouse"), program, 0o700), os.Chmod(filepath.Join(dir, "gatehouse"), 0o755), os.Chmod(dir, 0o755))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// unprivileged runs the program to its end as a user whom permissions bind, and
// returns its status and standard error.
func unprivileged(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	const nobody = 65534
	said := &bytes.Buffer{}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "gatehouse"), args...)
	cmd.Dir, cmd.Stderr = dir, said
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	err := cmd.Run()
	var exited *exec.ExitError
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EINVAL):
		t.Skipf("this user can run nothing as another: %v", err)
	case err != nil && !errors.As(err, &exited):
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), said.String()
}
