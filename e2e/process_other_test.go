//go:build !linux

package e2e

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func dieWithTest() *syscall.SysProcAttr { return nil }

func commandLines(t testing.TB) map[int]string {
	t.Helper()
	out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "ps", "-axww", "-o", "pid=,command=").Output()
	if err != nil {
		t.Fatalf("the processes of this machine cannot be seen: %v", err)
	}
	lines := map[int]string{}
	for line := range strings.Lines(string(out)) {
		number, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		if pid, err := strconv.Atoi(number); err == nil {
			lines[pid] = command
		}
	}
	return lines
}
