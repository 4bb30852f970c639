//go:build !linux

package engine

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// process is a process that need not be a child of this one.
type process struct{ pid int }

// openProcess takes hold of the process with this number; its start is not looked at.
func openProcess(pid int, _ uint64) (*process, error) {
	p := &process{pid}
	if !p.runs() {
		return nil, os.ErrProcessDone
	}
	return p, nil
}

func (p *process) runs() bool { return !errors.Is(syscall.Kill(p.pid, 0), syscall.ESRCH) }

// wait returns when the process has ended; how it ended is not known.
func (p *process) wait() (end, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for p.runs() {
		<-tick.C
	}
	return end{}, nil
}

// killGroup kills the process with its process group.
func (p *process) killGroup() error { return syscall.Kill(-p.pid, syscall.SIGKILL) }

func (p *process) close() {}

// lookAt says nothing: here nobody is taken for a host who does not say so.
func lookAt(int) (seen, error) { return seen{}, errors.ErrUnsupported }

func isStopped(int) bool { return false }

func dumpsCore(int) bool { return false }

func startOf(int) (uint64, error) { return 0, nil }

func hostAttributes(int, int) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func childAttributes() *syscall.SysProcAttr { return nil }

func ownProgram() (string, error) { return os.Executable() }

func residentBytes() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Maxrss // the most it had
}
