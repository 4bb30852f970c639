package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// A real server whose process a signal has stopped keeps no service from its goal: one that
// runs and one that a new control plane comes upon are killed and started again with their
// rows, one that is to stop is stopped, and one that is to go is gone.
func TestStoppedProcessKeepsNoServiceFromItsGoal(t *testing.T) {
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Parallel()
		l := newLocalHung(t, e)
		l.become(t, cloud.ServiceRunning)
		l.want(t, "CREATE TABLE kept (x UInt64) ENGINE = MergeTree ORDER BY x", "")
		l.want(t, "INSERT INTO kept VALUES (1), (2), (3)", "")

		first := l.pid(t)
		l.stopProcess(t, first)
		l.become(t, cloud.ServiceDegraded)
		l.becomeAgain(t, first)

		if e.Kind() == engine.KindClickHouse {
			second := l.pid(t)
			l.stopProcess(t, childOf(t, second))
			l.become(t, cloud.ServiceDegraded)
			l.becomeAgain(t, second)
		}

		third := l.pid(t)
		l.end()
		l.stopProcess(t, third)
		l.run(t)
		l.become(t, cloud.ServiceDegraded)
		l.becomeAgain(t, third)
		if s, _ := l.fleet.Status(l.id); s.Crashes != 1 {
			t.Errorf("the status is %+v", s)
		}

		fourth := l.pid(t)
		l.end()
		l.stopProcess(t, fourth)
		l.command(t, fleet.CommandStop)
		l.run(t)
		l.become(t, cloud.ServiceStopped)
		wantGone(t, fourth)
		l.command(t, fleet.CommandStart)
		l.become(t, cloud.ServiceRunning)
		l.want(t, "SELECT sum(x) FROM kept", "6")

		fifth := l.pid(t)
		l.end()
		l.stopProcess(t, fifth)
		l.change(t, func(s *cloud.Service) { s.Goal, s.State = cloud.GoalDeleted, cloud.ServiceTerminating })
		l.run(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := l.ledger.Until(ctx, l.id, func(_ cloud.Service, exists bool) bool { return !exists }); err != nil {
			t.Fatal(err)
		}
		wantGone(t, fifth)
		if left, err := os.ReadDir(filepath.Join(l.dir, "services")); err != nil || len(left) != 0 {
			t.Errorf("after the deletion there is %v, %v", left, err)
		}
	})
}

// newLocalHung is newLocal with little patience.
func newLocalHung(t *testing.T, e *engine.Engine) *local {
	t.Helper()
	return newLocalWith(t, e, enginetest.Folder(t), fleet.Limits{Ask: 2 * time.Second, Hung: 100 * time.Millisecond})
}

// stopProcess stops a process until it is killed.
func (l *local) stopProcess(t *testing.T, pid int) {
	t.Helper()
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGCONT) }) // it is gone, unless the test has failed
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}

// becomeAgain waits until the service runs in another process, with its rows.
func (l *local) becomeAgain(t *testing.T, before int) {
	t.Helper()
	l.become(t, cloud.ServiceRunning)
	if now := l.pid(t); now == before {
		t.Errorf("the process is still %d", now)
	}
	wantGone(t, before)
	l.want(t, "SELECT sum(x) FROM kept", "6")
}

func wantGone(t *testing.T, pid int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ESRCH) && !strings.Contains(string(text), ") Z ") {
		t.Errorf("the process %d is there: %s (%v)", pid, text, err)
	}
}

// childOf returns the one child of a process.
func childOf(t *testing.T, pid int) (child int) {
	t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if text, err := os.ReadFile(task); err == nil && len(text) > 0 {
			if _, err := fmt.Sscan(string(text), &child); err != nil {
				t.Fatal(err)
			}
		}
	}
	if child == 0 {
		t.Fatal("the process has no child")
	}
	return child
}
