package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// childSpec is what the parent is told, which has no flags for it.
type childSpec struct {
	Kind          engine.Kind
	Path, Version string
	Spec          plainSpec
}

// plainSpec is a Spec that can be encoded: a Spec itself keeps its hash to itself.
type plainSpec engine.Spec

// beParent starts an engine and then waits to be killed.
func beParent(args []string) int {
	var c childSpec
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	s, err := engine.NewEngine(c.Kind, c.Path, c.Version).Start(context.Background(), engine.Spec(c.Spec))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	_, _ = fmt.Fprintln(os.Stdout, s.PID())
	select {}
}

// startAndForget has a process start the engine that is killed then, as Gatehouse may be.
func startAndForget(t *testing.T, e *engine.Engine, spec engine.Spec) (pid int) {
	t.Helper()
	text, err := json.Marshal(childSpec{e.Kind(), e.Path(), e.Version(), plainSpec(spec)})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "parent", string(text))
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err, enginetest.Log(spec.Dir))
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	if _, err := fmt.Sscan(line, &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestServerOutlivesGatehouseAndIsAdopted(t *testing.T) {
	// After a kill -9 of whoever has started it, the same process goes on, answers, takes
	// a new password, and its end is noticed and explained to who adopted it.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		spec.Dir = filepath.Join(filepath.Dir(spec.Dir), strings.Repeat("a-long-name-", 20)) // too long for the address of a socket
		pid := startAndForget(t, e, spec)
		s, err := e.Adopt(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(t.Context())) })
		if s.PID() != pid || s.Kind() != e.Kind() || s.Version() == "" || s.Started().IsZero() || s.Jail() == (engine.Confinement{}) {
			t.Errorf("%d, not %d: %s %s %s %s", s.PID(), pid, s.Kind(), s.Version(), s.Started(), s.Jail())
		}
		if run(t, s, "SELECT 1") != "1" || s.Exit() != "" {
			t.Error("it does not answer")
		}
		if restart, err := s.Update(t.Context(), spec); err != nil || restart {
			t.Error(restart, err)
		}
		again, err := e.Start(t.Context(), spec)
		if err != nil || again.PID() != pid {
			t.Fatalf("started again and not taken over: %v", err)
		}
		if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for _, s := range []*engine.Server{s, again} {
			<-s.Done()
			if !strings.Contains(s.Exit(), "ClickHouse") || strings.Contains(s.Exit(), spec.Dir) {
				t.Errorf("%q", s.Exit())
			}
		}
		if _, err := e.Adopt(t.Context(), spec); !errors.Is(err, engine.ErrNotRunning) {
			t.Errorf("what is gone is adopted: %v", err)
		}
	})
}

func TestServerOfAnotherServiceIsNotAdopted(t *testing.T) {
	// The process on a folder says whose it is: nobody takes it for another service's, and
	// a second start on its folder ends with "in use".
	e := enginetest.Engine(t, engine.KindCHDB)
	spec := enginetest.Spec(t, password)
	s := enginetest.Start(t, e, spec)
	other := enginetest.Spec(t, password)
	other.Dir = spec.Dir
	if _, err := e.Adopt(t.Context(), other); !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("%v", err)
	}
	engine.UseLockLimit(t, 200*time.Millisecond)
	_, err := e.Start(t.Context(), other)
	wantFailure(t, err, engine.InUse, "another process uses the data folder")
	wantFailure(t, engine.Remove(spec.Dir), engine.InUse, "another process uses the data folder")
	if run(t, s, "SELECT 1") != "1" {
		t.Error("it does not answer")
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := engine.Remove(spec.Dir); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(spec.Dir)); err != nil || len(left) != 0 {
		t.Errorf("%v (%v)", left, err)
	}
}

func TestHostThatNobodyWaitsForDoesNotWaitForTheFolder(t *testing.T) {
	// A host that was being started when Gatehouse was killed gives up when another has the
	// folder, and goes on when nobody has: the next Gatehouse takes it over then.
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	other, err := os.Create(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	gatehouse, reports, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reports.Close()
	engine.UseLockLimit(t, 200*time.Millisecond)
	wantFailure(t, engine.TakeLock(t, dir, reports), engine.InUse, "") // it was waited for, and waited
	gatehouse.Close()
	engine.UseLockLimit(t, time.Hour)
	wantFailure(t, engine.TakeLock(t, dir, reports), engine.InUse, "")
	other.Close()
	if err := engine.TakeLock(t, dir, reports); err != nil {
		t.Error(err)
	}
}

// beStranger asks the host of the data folder for its end and says whether it was heard.
func beStranger(args []string) int {
	if err := os.Chdir(args[0]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", engine.ControlPath)
	if err != nil {
		return 1
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := fmt.Fprint(conn, "POST /stop HTTP/1.0\r\n\r\n"); err != nil {
		return 1
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(answer, "202") {
		return 1
	}
	return 0
}

func TestControlSocketIsForGatehouseAlone(t *testing.T) {
	// The user of the engine, who may open the socket's file, is not heard: what runs in
	// ClickHouse cannot change its own password, limits or end.
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can be another user")
	}
	e := enginetest.Engine(t, engine.KindCHDB)
	spec := enginetest.Spec(t, password)
	s := enginetest.Start(t, e, spec)
	for _, login := range []struct {
		uid   int
		heard bool
	}{{spec.UID, false}, {spec.UID + 1, false}, {0, true}} {
		command := exec.CommandContext(t.Context(), "/proc/self/exe", "stranger", spec.Dir)
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(login.uid), Gid: uint32(spec.GID)}}
		command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr // not every user may open /dev/null
		err := command.Run()
		if login.heard != (err == nil) || command.ProcessState.ExitCode() > 1 {
			t.Errorf("user %d: %v", login.uid, err)
		}
		if !login.heard && run(t, s, "SELECT 1") != "1" {
			t.Error("it does not answer")
		}
	}
	<-s.Done()
}
