package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

func TestServerThatDoesNotAnswerIsEnded(t *testing.T) {
	// A host that is stopped is found by whoever comes next, said to be silent, and ended with
	// all it has started; the next server has the rows. One that goes on is as before.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Parallel()
		spec := enginetest.Spec(t, password)
		pid := startAndForget(t, e, spec)
		s, err := e.Adopt(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(t.Context())) })
		run(t, s, tableOf(e))
		run(t, s, "INSERT INTO default.kept (n) VALUES (1), (2)")
		wantAnswer(t, s)

		signal(t, pid, syscall.SIGSTOP)
		wantSilence(t, s)
		silent := adoptSilent(t, e, spec, pid)
		if silent.Version() != s.Version() || silent.Memory() != spec.MemoryBytes || silent.Hung() || silent.Exit() != "" {
			t.Errorf("%s, %d bytes, hung %t, %q", silent.Version(), silent.Memory(), silent.Hung(), silent.Exit())
		}
		signal(t, pid, syscall.SIGCONT)
		wantAnswer(t, silent)
		if s, err = e.Adopt(t.Context(), spec); err != nil || run(t, s, "SELECT 1") != "1" {
			t.Fatal(err)
		}

		signal(t, pid, syscall.SIGSTOP)
		members := group(t, pid)
		silent = adoptSilent(t, e, spec, pid)
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		_, err = e.Start(ctx, spec)
		wantFailure(t, err, engine.Timeout, "runs but does not answer")
		if err := silent.Kill(); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, silent, members)
		if _, err := e.Adopt(t.Context(), spec); !errors.Is(err, engine.ErrNotRunning) {
			t.Errorf("%v", err)
		}
		s = enginetest.Start(t, e, spec)
		if got := run(t, s, "SELECT sum(n) FROM default.kept"); got != "3" {
			t.Error(got)
		}

		signal(t, s.PID(), syscall.SIGSTOP)
		members = group(t, s.PID())
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, s, members)
	})
}

func TestServerThatIsStoppedUnderItsHostDoesNotAnswer(t *testing.T) {
	// The host answers, and says that the official server, its child, was stopped by a signal.
	t.Parallel()
	e := enginetest.Engine(t, engine.KindClickHouse)
	s := enginetest.Start(t, e, enginetest.Spec(t, password))
	child := 0
	for _, process := range group(t, s.PID()) {
		if process != itoa(s.PID()) {
			if _, err := fmt.Sscan(process, &child); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantAnswer(t, s)
	signal(t, child, syscall.SIGSTOP)
	for s.Answers(t.Context()) == nil && t.Context().Err() == nil { // the signal is on its way
	}
	wantFailure(t, s.Answers(t.Context()), engine.Stopped, "stopped by a signal")
	signal(t, child, syscall.SIGCONT)
	for s.Answers(t.Context()) != nil && t.Context().Err() == nil {
	}
	signal(t, child, syscall.SIGSTOP)
	members := group(t, s.PID())
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantEnded(t, s, members)
}

func TestBusyServerAnswers(t *testing.T) {
	// However much its users ask of a server, with or without room for a question of ours, its
	// host answers at once.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		spec.ServerSettings = map[string]string{"max_concurrent_queries": "4"}
		s := enginetest.Start(t, e, spec)
		ctx, cancel := context.WithCancel(t.Context())
		var users sync.WaitGroup
		for range 8 {
			users.Go(func() {
				for ctx.Err() == nil { // some are refused
					_, _, _ = post(ctx, s, "SELECT sum(cityHash64(number, number + 1)) FROM (SELECT number FROM system.numbers LIMIT 3000000000)", func(r *http.Request) {
						withParameters(r, url.Values{"max_execution_time": {"2"}})
					})
				}
			})
		}
		late := time.After(time.Minute)
		for busy := false; !busy; {
			a, err := s.Activity(t.Context())
			select {
			case <-late:
				t.Fatalf("%+v (%v)", a, err)
			default:
			}
			busy = err != nil || a.Running >= 3
		}
		for range 20 {
			wantAnswer(t, s)
		}
		cancel()
		users.Wait()
	})
}

func TestNothingElseIsTakenForASilentServer(t *testing.T) {
	// What a service has written into its own folder does not make Gatehouse end the
	// processes of others: not those of another service, not other ones of the machine, and
	// not its own.
	t.Parallel()
	e := enginetest.Engine(t, engine.KindCHDB)
	spec, other := enginetest.Spec(t, password), enginetest.Spec(t, password)
	adopt := func() (*engine.Server, error) { return adoptWithin(t, e, spec, time.Second) }
	s, neighbour := enginetest.Start(t, e, spec), enginetest.Start(t, e, other)
	stranger := exec.CommandContext(t.Context(), "sleep", "1000")
	stranger.Args = []string{"gatehouse", engine.HostCommand, "1000"}
	stranger.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := stranger.Start(); err == nil {
		t.Cleanup(func() { _ = stranger.Process.Kill(); _ = stranger.Wait() })
	}
	file := filepath.Join(spec.Dir, "run", "state.json")
	var told map[string]any
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &told)
	}
	if err != nil {
		t.Fatal(err)
	}
	write := func(change map[string]any) {
		t.Helper()
		forged := map[string]any{}
		for name, value := range told {
			forged[name] = value
		}
		for name, value := range change {
			forged[name] = value
		}
		text, err := json.Marshal(forged)
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	signal(t, s.PID(), syscall.SIGSTOP)
	for name, pid := range map[string]int{"another service": neighbour.PID(), "a stranger": stranger.Process.Pid, "itself": os.Getpid(), "the first": 1, "nobody": 1 << 30} {
		write(map[string]any{"PID": pid, "Ticks": engine.StartOf(pid)})
		if got, err := adopt(); got != nil || !errors.Is(err, engine.ErrSilent) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	write(map[string]any{"Ticks": engine.StartOf(s.PID()) + 1})
	if got, err := adopt(); got != nil || !errors.Is(err, engine.ErrSilent) {
		t.Errorf("another start: %v, %v", got, err)
	}
	write(map[string]any{"Service": uuid.New()})
	if got, err := adopt(); got != nil || !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("another service: %v, %v", got, err)
	}
	write(nil)
	adoptSilent(t, e, spec, s.PID())
	signal(t, s.PID(), syscall.SIGCONT)
	wantAnswer(t, neighbour)
}

func signal(t *testing.T, pid int, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
	for signal == syscall.SIGSTOP && !isStopped(t, pid) && t.Context().Err() == nil { // one thread after another
	}
}

// isStopped reports whether a signal has stopped every thread of the process.
func isStopped(t *testing.T, pid int) bool {
	t.Helper()
	threads, err := filepath.Glob(filepath.Join("/proc", itoa(pid), "task", "*", "stat"))
	if err != nil || len(threads) == 0 {
		t.Fatalf("process %d has no threads (%v)", pid, err)
	}
	for _, name := range threads {
		if state, err := os.ReadFile(name); err == nil && !strings.Contains(string(state), ") T ") {
			return false
		}
	}
	return true
}

// adoptSilent takes over a server that does not answer, and is the process.
func adoptSilent(t *testing.T, e *engine.Engine, spec engine.Spec, pid int) *engine.Server {
	t.Helper()
	s, err := adoptWithin(t, e, spec, 4*time.Second)
	if !errors.Is(err, engine.ErrSilent) || s == nil || s.PID() != pid {
		t.Fatalf("%v: %v, not the process %d", s, err, pid)
	}
	return s
}

func adoptWithin(t *testing.T, e *engine.Engine, spec engine.Spec, limit time.Duration) (*engine.Server, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return e.Adopt(ctx, spec)
}

// wantAnswer fails the test unless the process answers.
func wantAnswer(t *testing.T, s *engine.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Answers(ctx); err != nil {
		t.Error(err)
	}
}

// wantSilence fails the test if the process answers.
func wantSilence(t *testing.T, s *engine.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.Answers(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// wantEnded fails the test unless the server and all it had started are gone, and why is said.
func wantEnded(t *testing.T, s *engine.Server, members []string) {
	t.Helper()
	<-s.Done()
	if want := "The server process did not answer and was ended by Gatehouse."; !s.Hung() || s.Exit() != want {
		t.Errorf("hung: %t, %q", s.Hung(), s.Exit())
	}
	for _, process := range members {
		for runs := true; runs && t.Context().Err() == nil; { // the last of them are at their end
			state, err := os.ReadFile(filepath.Join("/proc", process, "stat"))
			runs = err == nil && !strings.Contains(string(state), ") Z ")
		}
	}
}
