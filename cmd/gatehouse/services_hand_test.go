package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// handVariable names the folder of a hand. Only the test program looks at it.
const handVariable = "GATEHOUSE_TEST_HAND"

// hand is a folder through which a test holds a Gatehouse that is another process: it says
// at which step that kills itself, and moves its clock, which goes on moved in the next one.
type hand string

// serve is the Gatehouse in the hand. It returns the exit status.
func (h hand) serve(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	m := Main{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Clock: h, Reached: h.reached,
		FleetLimits: fleet.Limits{Look: 100 * time.Millisecond, DrainLook: 100 * time.Millisecond, BackOff: 10 * time.Millisecond},
	}
	return m.Execute(ctx, args)
}

// start runs the test program as `gatehouse serve` in the hand, on a port of its own, and waits
// until it is ready.
func (h hand) start(t *testing.T, args []string) *process {
	t.Helper()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startProgram(t, own, append(os.Environ(), handVariable+"="+string(h)), args...)
}

func (h hand) stepFile() string { return filepath.Join(string(h), "step") }

// killAt makes the Gatehouse kill itself when it reaches the step for the first time.
func (h hand) killAt(t *testing.T, step fleet.Step) {
	t.Helper()
	if err := os.WriteFile(h.stepFile(), []byte(step), 0o600); err != nil {
		t.Fatal(err)
	}
}

// isStill reports whether the Gatehouse has not come to the step.
func (h hand) isStill(step fleet.Step) bool {
	text, err := os.ReadFile(h.stepFile())
	return err == nil && string(text) == string(step)
}

func (h hand) reached(step fleet.Step) {
	if !h.isStill(step) {
		return
	}
	_ = os.Remove(h.stepFile())                    // the test waits for the end, and says when it does not come
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // as above
	select {}
}

// clockFile has as many bytes as the clock was moved on by times six minutes.
func (h hand) clockFile() string { return filepath.Join(string(h), "clock") }

// Now implements cloud.Clock.
func (h hand) Now() time.Time {
	now := cloud.SystemClock{}.Now()
	switch info, err := os.Stat(h.clockFile()); {
	case errors.Is(err, fs.ErrNotExist):
		return now
	case err != nil:
		panic(err)
	default:
		return now.Add(time.Duration(info.Size()) * 6 * time.Minute)
	}
}

// wait moves the clock on by six minutes: a service rests after five.
func (h hand) wait(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(h.clockFile(), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write([]byte{'.'})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
