package engine

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
)

// official is the official server, a child of this process.
type official struct {
	path    string
	lock    *os.File // the lock of the data folder, which the server holds too
	command *exec.Cmd
	ended   chan struct{}
	end     end
	stop    sync.Once
}

func newOfficial(path string, lock *os.File) *official {
	return &official{path: path, lock: lock, ended: make(chan struct{})}
}

// Start implements clickhouse.
func (b *official) Start(c configuration) error {
	args := []string{"--config-file=" + filepath.Join(c.dir, configFile)}
	if filepath.Base(b.path) != "clickhouse-server" {
		args = append([]string{"server"}, args...)
	}
	b.command = exec.Command(b.path, args...) //nolint:noctx // it is stopped with care
	b.command.Dir = filepath.Join(c.dir, dataDir)
	b.command.Stdin, b.command.Stdout, b.command.Stderr = os.Stdin, os.Stdout, os.Stderr // what Gatehouse has opened
	b.command.ExtraFiles = []*os.File{b.lock}
	b.command.Env = append(os.Environ(), "CLICKHOUSE_WATCHDOG_ENABLE=0") // the host is one
	b.command.SysProcAttr = childAttributes()
	started := make(chan error)
	go b.run(started)
	return <-started
}

// run starts the server and waits for its end on one thread: the server ends with the
// thread that has started it (prctl(2), PR_SET_PDEATHSIG).
func (b *official) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := b.command.Start(); err != nil {
		started <- wrongBinary(err)
		return
	}
	started <- nil
	err := b.command.Wait()
	var exited *exec.ExitError
	if status, ok := b.command.ProcessState.Sys().(syscall.WaitStatus); ok && (err == nil || errors.As(err, &exited)) {
		b.end = endOf(status)
	}
	close(b.ended)
}

// Ended implements clickhouse.
func (b *official) Ended() <-chan struct{} { return b.ended }

// End implements clickhouse.
func (b *official) End() (end, string) { return b.end, "" }

// Listen implements clickhouse: its tenants have no right to stop it.
func (b *official) Listen() {}

// PID implements clickhouse.
func (b *official) PID() int { return b.command.Process.Pid }

// Stop implements clickhouse.
func (b *official) Stop() {
	b.stop.Do(func() { _ = b.command.Process.Signal(syscall.SIGTERM) }) // it has ended already
}
