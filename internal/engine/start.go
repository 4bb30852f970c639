package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/creack/pty"
)

// portTries is how often a start is repeated when somebody took the port in between.
const portTries = 3

// Start starts a server, or takes over the one that runs on the data folder, and
// returns when it answers an authenticated query on both ports. It waits for that no
// longer than ctx lasts and a minute, and a quarter of one for the process before to end. An error is an *Error, or that of ctx; after it
// nothing runs that was started here.
func (e *Engine) Start(ctx context.Context, spec Spec) (*Server, error) {
	if server, err := e.takeOver(ctx, spec); server != nil || err != nil {
		return server, err
	}
	in, err := confinement(e, spec)
	if err != nil {
		return nil, err
	}
	if !in.UID {
		spec.UID, spec.GID = 0, 0
	}
	if err := prepareFolder(spec); err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		server, err := e.start(ctx, spec, in, hostTuning(try))
		var failed *Error
		if err == nil || !errors.As(err, &failed) {
			return server, err
		}
		switch {
		case failed.Kind == PortTaken && try < portTries:
			continue
		case failed.Kind == InUse: // perhaps by one of ours that was not ready to be asked
			if server, adopted := e.takeOver(ctx, spec); server != nil || adopted != nil {
				return server, adopted
			}
		}
		return nil, err
	}
}

// takeOver returns the server that runs on the folder, with its wishes as in spec, or
// nothing when none runs or it had to be stopped for them.
func (e *Engine) takeOver(ctx context.Context, spec Spec) (*Server, error) {
	server, err := e.Adopt(ctx, spec)
	switch {
	case errors.Is(err, ErrNotRunning):
		return nil, nil
	case errors.Is(err, ErrSilent):
		return nil, fail(Timeout, err, "the server process runs but does not answer")
	case err != nil:
		return nil, err
	}
	restart, err := server.Update(ctx, spec)
	if err == nil && !restart && server.Kind() == e.kind {
		return server, nil
	}
	return nil, server.Stop(ctx)
}

// confinement returns the jail that the spec can have here.
func confinement(e *Engine, spec Spec) (Confinement, error) {
	report := Jails(filepath.Dir(spec.Dir), e.path)
	if spec.UID == 0 && report.UID {
		report.UID, report.NoUID = false, "the service was given no user"
	}
	in, err := report.Choose(spec.Jail)
	if err != nil {
		return in, fail(BadJail, err, "the engine cannot be kept from the files of others here")
	}
	return in, nil
}

// start starts a host and waits until it is ready.
func (e *Engine) start(ctx context.Context, spec Spec, in Confinement, with tuning) (*Server, error) {
	command, reports, err := e.command(spec, in, with)
	if err != nil {
		return nil, folderError(err)
	}
	defer func() { _ = reports.Close() }() // only read
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err = command.Start()
	closeAll(command)
	if err != nil {
		return nil, fail(Failed, err, "Gatehouse cannot start itself as the host of an engine")
	}
	limited, cancel := context.WithTimeout(ctx, with.StartLimit+with.LockLimit+hostLimit)
	defer cancel()
	defer context.AfterFunc(limited, func() { _ = reports.SetReadDeadline(aLongTimeAgo) })()
	who, err := readReports(reports)
	var server *Server
	if err == nil {
		server, err = newServer(spec.Dir, who, command)
	}
	if err == nil {
		return server, nil
	}
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // it may have ended
	ended := command.Wait()
	if failed := new(Error); !errors.As(err, &failed) || failed.Kind != InUse {
		awaitUnlocked(spec.Dir)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, fail(Timeout, ended, "the host of the engine does not answer")
	}
	return nil, withEnd(err, ended)
}

// hostLimit is what a host may take for its own part of a start.
const hostLimit = 15 * time.Second

// command returns the host as a command, with all the files that it gets, and where
// it says how the start goes.
func (e *Engine) command(spec Spec, in Confinement, with tuning) (command *exec.Cmd, reports *os.File, err error) {
	program, err := ownProgram()
	if err != nil {
		return nil, nil, err
	}
	command = exec.Command(program, HostCommand, spec.Dir) //nolint:noctx // it outlives Gatehouse
	command.Args[0] = "gatehouse"
	command.Dir = spec.Dir
	command.Env = []string{"TZ=UTC", "TERM=dumb", "HOME=" + filepath.Join(spec.Dir, tmpDir), "TMPDIR=" + filepath.Join(spec.Dir, tmpDir)}
	command.SysProcAttr = hostAttributes(spec.UID, spec.GID)
	defer func() {
		if err != nil {
			closeAll(command)
		}
	}()
	order, err := order{
		Service: spec.Service, Engine: e.kind, Path: e.path, Version: e.version, LastVersion: spec.LastVersion, UID: spec.UID, Owner: os.Geteuid(), Confinement: in,
		Tuning: with, Wishes: wishesOf(spec),
	}.file()
	if err != nil {
		return nil, nil, err
	}
	reports, told, err := os.Pipe()
	if err != nil {
		_ = order.Close() // it was not passed on
		return nil, nil, err
	}
	command.ExtraFiles = []*os.File{order, told}
	log, err := openHostLog(spec)
	if err != nil {
		_ = reports.Close() // nobody will write to it
		return nil, nil, err
	}
	command.Stdout, command.Stderr = log, log
	if e.kind == KindCHDB {
		master, terminal, err := pty.Open()
		if err != nil {
			_ = reports.Close() // nobody will write to it
			return nil, nil, fmt.Errorf("no terminal: %w", err)
		}
		command.Stdin, command.Stdout = terminal, nil // what it shows at its terminal
		command.ExtraFiles = append(command.ExtraFiles, master)
	}
	return command, reports, nil
}

// closeAll closes what a command was given.
func closeAll(command *exec.Cmd) {
	for _, stream := range []any{command.Stdin, command.Stdout, command.Stderr} {
		if f, ok := stream.(*os.File); ok && f != nil {
			_ = f.Close() // the command has it, or nobody needs it
		}
	}
	for _, f := range command.ExtraFiles {
		_ = f.Close() // as above
	}
}

// openHostLog opens host.log within the folder of the engine's user, who may have put
// something else there.
func openHostLog(spec Spec) (*os.File, error) {
	root, err := os.OpenRoot(spec.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // only opened through
	if info, err := root.Lstat(hostLog); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", hostLog)
	}
	f, err := root.OpenFile(hostLog, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil || spec.UID == 0 {
		return f, err
	}
	if err := f.Chown(spec.UID, spec.GID); err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

// readReports reads what a host says until it is ready or not to be.
func readReports(reports io.Reader) (identity, error) {
	lines := json.NewDecoder(reports)
	loading := false
	var ending *failure
	for {
		var r report
		err := lines.Decode(&r)
		switch {
		case err != nil && ending != nil:
			return identity{}, ending.err()
		case err != nil && loading:
			return identity{}, brokenLibrary(nil)
		case err != nil:
			return identity{}, fail(Failed, nil, "the host of the engine ended before it was ready")
		case r.Failure != nil:
			return identity{}, r.Failure.err()
		case r.Ready != nil:
			return *r.Ready, nil
		}
		loading, ending = r.Loading, r.Ending
	}
}

// withEnd adds how the host ended to an error that has no cause yet.
func withEnd(err, ended error) error {
	var failed *Error
	if errors.As(err, &failed) && failed.Err == nil && ended != nil {
		failed.Err = ended
	}
	return err
}

// Adopt returns the server that runs on the data folder, whoever has started it. It
// asks at the control socket who is there and looks whether it is the process that
// listens. The error is ErrNotRunning when there is none, or none of this service; and
// ErrSilent when there is one that has not answered within half of the time that ctx
// leaves, and five seconds at most. The server is returned all the same then, so that it
// can be ended, if it is sure which process it is.
func (e *Engine) Adopt(ctx context.Context, spec Spec) (*Server, error) {
	conn, listener, err := dialControl(ctx, spec.Dir)
	switch {
	case errors.Is(err, syscall.EAGAIN): // as many wait as may
		return silentServer(spec, 0)
	case err != nil:
		return nil, err
	}
	_ = conn.Close() // it was to see who listens
	s := &Server{dir: spec.Dir, control: controlClient(spec.Dir)}
	switch err := s.greet(ctx); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return silentServer(spec, listener.pid)
	case err != nil: // it has just ended
		return nil, fmt.Errorf("%w (%w)", ErrNotRunning, err)
	}
	if err := s.ask(ctx, askIdentity, nil, &s.identity); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w (%w)", ErrNotRunning, err)
	}
	if s.Service != spec.Service || listener.pid != 0 && listener.pid != s.identity.PID {
		return nil, fmt.Errorf("%w (process %d of the service %s listens)", ErrNotRunning, listener.pid, s.Service)
	}
	server, err := newServer(spec.Dir, s.identity, nil)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNotRunning, err)
	}
	return server, nil
}

// greetLimit is how long a host may take to answer before it is called silent.
const greetLimit = 5 * time.Second

// greet returns nil when somebody answers, whatever it is.
func (s *Server) greet(ctx context.Context) error {
	limit := greetLimit
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)/2) //nolint:forbidigo // contexts go by the clock of the machine
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := s.ask(ctx, askAlive, nil, nil); errors.Is(err, errNoAnswer) {
		return err
	}
	return nil
}
