package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Server is a ClickHouse that runs.
type Server struct {
	identity
	dir     string
	control *http.Client
	process *process
	done    chan struct{}
	exit    string       // once done is closed
	memory  atomic.Int64 // the limit in force, in bytes, when the host said it last
	hung    atomic.Bool  // it was killed because it did not answer

	stopping sync.Mutex
}

// aLongTimeAgo ends a wait at once.
var aLongTimeAgo = time.Unix(1, 0)

// newServer watches over the process that said who it is. command is the process if
// it is a child of this one, else nil.
func newServer(dir string, who identity, command *exec.Cmd) (*Server, error) {
	if command != nil {
		who.PID = command.Process.Pid // whatever it says
	}
	p, err := openProcess(who.PID, who.Ticks)
	if err != nil {
		return nil, fail(Failed, err, "the host of the engine ended at once")
	}
	s := &Server{identity: who, dir: dir, control: controlClient(dir), process: p, done: make(chan struct{})}
	s.memory.Store(who.Memory)
	go s.watch(command)
	return s, nil
}

// watch notes the end of the process.
func (s *Server) watch(command *exec.Cmd) {
	how, err := s.process.wait()
	if command != nil { // it is ours to bury, and we learn more
		err = command.Wait()
		if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok {
			how, err = endOf(status), nil
		}
	}
	if err != nil {
		slog.Warn("the end of an engine", "service", s.Service, "err", err)
	}
	awaitUnlocked(s.dir)
	if s.exit = exitSentence(s.dir, how); s.hung.Load() {
		s.exit = "The server process did not answer and was ended by Gatehouse."
	}
	close(s.done)
	s.process.close()
}

// Kind says in which way it runs.
func (s *Server) Kind() Kind { return s.Engine }

// Capabilities returns what it can do.
func (s *Server) Capabilities() Capabilities { return capabilitiesOf(s.Engine, s.identity.Version) }

// Jail returns the jail that is in force.
func (s *Server) Jail() Confinement { return s.Confinement }

// PID returns the number of the process, the host.
func (s *Server) PID() int { return s.identity.PID }

// HTTP returns the address for HTTP, such as "127.0.0.1:41234".
func (s *Server) HTTP() string { return s.identity.HTTP }

// Native returns the address for the native protocol.
func (s *Server) Native() string { return s.identity.Native }

// Version returns what ClickHouse says it is, such as "26.7.2.1".
func (s *Server) Version() string { return s.identity.Version }

// Started returns when the process began.
func (s *Server) Started() time.Time { return s.identity.Started }

// Done returns a channel that is closed when the process is gone and its folder free.
func (s *Server) Done() <-chan struct{} { return s.done }

// Exit says in a public sentence how the process ended; empty while it runs.
func (s *Server) Exit() string {
	select {
	case <-s.done:
		return s.exit
	default:
		return ""
	}
}

// Update makes the password, the settings and, where the engine can, the memory limit
// of spec so, for every login from now on; connections that are open stay. It returns
// true when a restart is needed for the rest. After an error, an *Error, all is as it
// was: BadSetting names a setting that ClickHouse does not take.
func (s *Server) Update(ctx context.Context, spec Spec) (restart bool, err error) {
	var answer updated
	if err = s.ask(ctx, askUpdate, wishesOf(spec), &answer); err == nil {
		s.memory.Store(answer.Memory)
	}
	return answer.Restart, err
}

// Memory returns the limit of memory in force in the server, in bytes, as far as Start,
// Adopt and Update have learned it; 0 when it has none from us.
func (s *Server) Memory() int64 { return s.memory.Load() }

// Answers returns nil when the process answers at its control socket, or is at its end and
// being written to a core. How busy ClickHouse is does not matter: it is the host that answers.
// It waits for that until ctx ends. The error of one that a signal has stopped says so.
func (s *Server) Answers(ctx context.Context) error {
	err := s.ask(ctx, askAlive, nil, nil)
	var told *Error
	switch {
	case errors.As(err, &told) && told.Kind == Stopped:
		return err
	case errors.Is(err, errNoAnswer) && !dumpsCore(s.PID()):
		return err
	default:
		return nil
	}
}

// Activity returns what goes on in it, without what Gatehouse asks.
func (s *Server) Activity(ctx context.Context) (Activity, error) {
	var a Activity
	err := s.ask(ctx, askActivity, nil, &a)
	return a, err
}

// Query runs a query as the internal user and writes its result to w: all of it, or
// an error is returned. The error is an *Error with what ClickHouse says.
func (s *Server) Query(ctx context.Context, sql string, w io.Writer) error {
	return s.request(ctx, askQuery, strings.NewReader(sql), func(body io.Reader) error {
		_, err := io.Copy(w, body)
		return err
	})
}

// Metrics writes the figures of ClickHouse in Prometheus' text format.
func (s *Server) Metrics(ctx context.Context, w io.Writer) error {
	return s.request(ctx, askMetrics, nil, func(body io.Reader) error {
		_, err := io.Copy(w, body)
		return err
	})
}

// Stop ends the server: it is asked to, and killed with all it has started when it
// has not ended after ten seconds or when ctx ends before. It returns nil when the
// process is gone, also when it was gone already. See Hung for one that did not answer.
func (s *Server) Stop(ctx context.Context) error {
	s.stopping.Lock()
	defer s.stopping.Unlock()
	limit, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	asked := s.ask(limit, askStop, nil, nil)
	if asked == nil {
		select {
		case <-s.done:
			return nil
		case <-limit.Done():
		}
		asked = s.isStopped(ctx)
	}
	s.hung.Store(asked != nil && ctx.Err() == nil)
	return s.kill()
}

// isStopped returns an error when a signal has stopped ClickHouse, which therefore could
// not end.
func (s *Server) isStopped(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return s.Answers(ctx)
}

// Kill ends the process and all it has started at once, because it does not answer. It
// returns nil when the process is gone.
func (s *Server) Kill() error {
	s.stopping.Lock()
	defer s.stopping.Unlock()
	s.hung.Store(true)
	return s.kill()
}

// Hung reports whether the process was killed, by Kill or by Stop, because it did not answer.
func (s *Server) Hung() bool { return s.hung.Load() }

// kill ends the process and its group. The number is still that of the process: it is
// not buried before done is closed, unless somebody else is its parent.
func (s *Server) kill() error {
	select {
	case <-s.done:
		return nil
	default:
	}
	if err := s.process.killGroup(); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fail(Failed, err, "the engine cannot be ended")
	}
	select {
	case <-s.done:
		return nil
	case <-time.After(stopLimit): // the kernel does not let go of it: a disk that hangs, say
		return fail(Failed, nil, "the engine does not end though it was killed")
	}
}

// errNoAnswer says that nobody has answered at the control socket.
var errNoAnswer = errors.New("the host does not answer")

// ask sends a request to the host and reads its answer into out, which may be nil.
func (s *Server) ask(ctx context.Context, what string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	return s.request(ctx, what, body, func(body io.Reader) error {
		if out == nil {
			return nil
		}
		return json.NewDecoder(io.LimitReader(body, answerLimit)).Decode(out)
	})
}

// answerLimit is more than any answer has, in bytes, but for results and metrics.
const answerLimit = 1 << 20

func (s *Server) request(ctx context.Context, what string, body io.Reader, read func(io.Reader) error) error {
	method, path, _ := strings.Cut(what, " ")
	r, err := http.NewRequestWithContext(ctx, method, "http://host"+path, body)
	if err != nil {
		return err
	}
	answer, err := s.control.Do(r)
	if err != nil {
		return fmt.Errorf("engine: %s: %w: %w", path, errNoAnswer, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		var failed failure
		if err := json.NewDecoder(answer.Body).Decode(&failed); err != nil {
			return fmt.Errorf("engine: %s: %s (%w)", path, answer.Status, err)
		}
		return failed.err()
	}
	if err := read(answer.Body); err != nil {
		return fmt.Errorf("engine: %s: %w", path, err)
	}
	return nil
}

// controlClient asks the host of a data folder. It keeps no connection: requests are rare.
func controlClient(dir string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, _, err := dialControl(ctx, dir)
			return conn, err
		},
	}}
}
