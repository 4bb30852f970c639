package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strconv"
	"syscall"
	"time"
)

// Each server is a process of its own: this program, started again with a role. It
// reads its setup from standard input, says hello on standard output, answers each
// further line of input with its usage, and ends with its input.

const roleVariable = "GATEHOUSE_BENCH_ROLE"

const (
	roleGatehouse = "gatehouse"
	roleBare      = "bare"
)

// setup is what a server is told.
type setup struct {
	Dir     string  // of Gatehouse: for its data
	Keys    int     // of Gatehouse: how many to make
	Profile string  // of Gatehouse: where its CPU profile goes; may be empty
	Answer  *answer // of the bare server: what it answers
}

// hello is what a server that is ready says.
type hello struct {
	Address     string
	Credentials []credential // of Gatehouse: one for each key
}

// credential is what a client sends by HTTP Basic.
type credential struct{ KeyID, Secret string }

// answer is an answer to a request; Date and Content-Length are left to net/http.
type answer struct {
	Header http.Header
	Body   []byte
}

// usage is what a server has used since it started.
type usage struct {
	CPU         time.Duration // in user and system mode
	Allocations uint64
	Allocated   uint64 // bytes
}

// server is a server as its parent sees it.
type server struct {
	hello
	process *exec.Cmd
	input   io.WriteCloser
	ask     *json.Encoder
	replies *json.Decoder
}

func startServer(ctx context.Context, role string, procs int, s setup) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	process := exec.CommandContext(ctx, self)
	process.Env = append(os.Environ(), roleVariable+"="+role, "GOMAXPROCS="+strconv.Itoa(procs))
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	started := &server{process: process, input: input, ask: json.NewEncoder(input), replies: json.NewDecoder(output)}
	if err := errors.Join(started.ask.Encode(s), started.replies.Decode(&started.hello)); err != nil {
		return nil, errors.Join(fmt.Errorf("the server %s does not start (%w)", role, err), started.close())
	}
	return started, nil
}

func (s *server) usage() (u usage, err error) {
	return u, errors.Join(s.ask.Encode("usage"), s.replies.Decode(&u))
}

func (s *server) close() error { return errors.Join(s.input.Close(), s.process.Wait()) }

// runServer is the other side: it serves until its input ends.
func runServer(ctx context.Context, role string, in io.Reader, out io.Writer) (err error) {
	questions, replies := json.NewDecoder(in), json.NewEncoder(out)
	var s setup
	if err := questions.Decode(&s); err != nil {
		return err
	}
	stopProfile, err := startProfile(s.Profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopProfile()) }()

	var greeting hello
	var handler http.Handler
	switch role {
	case roleGatehouse:
		g, err := openGatehouse(ctx, s)
		if err != nil {
			return err
		}
		defer g.close()
		handler, greeting.Credentials = g.handler, g.credentials
	case roleBare:
		handler = s.Answer
	default:
		return fmt.Errorf("there is no role %q", role)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	greeting.Address = listener.Addr().String()
	server := newHTTPServer(handler)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if err := replies.Encode(greeting); err != nil {
		return err
	}
	for {
		var question string
		if questions.Decode(&question) != nil {
			break
		}
		if err := replies.Encode(usageOfThisProcess()); err != nil {
			return err
		}
	}
	if err := server.Close(); err != nil {
		return err
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newHTTPServer returns a server with the settings of `gatehouse serve`.
func newHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// ServeHTTP implements http.Handler: an answer is the bare handler.
func (a *answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	for name, values := range a.Header {
		header[name] = values
	}
	_, _ = w.Write(a.Body) // the client has gone: nobody to tell
}

func startProfile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}

func usageOfThisProcess() usage {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r) // cannot fail for a process of its own
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{CPU: time.Duration(r.Utime.Nano() + r.Stime.Nano()), Allocations: m.Mallocs, Allocated: m.TotalAlloc}
}
