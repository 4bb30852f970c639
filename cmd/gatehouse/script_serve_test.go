package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// scene is what a script has to remember.
type scene struct {
	running   []*served
	snapshots map[string]string
}

type sceneKey struct{}

func setUpScene(env *testscript.Env) error {
	env.Values[sceneKey{}] = &scene{snapshots: map[string]string{}}
	return nil
}

func sceneOf(ts *testscript.TestScript) *scene {
	s, ok := ts.Value(sceneKey{}).(*scene)
	if !ok {
		ts.Fatalf("the script has no scene")
	}
	return s
}

// served is a process of gatehouse serve.
type served struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer  // complete after done
	done           chan struct{} // closed when it has ended
}

// start runs gatehouse serve until stop, crash or the end of the script, and waits
// until it is ready. URL is where it is. A --listen among the arguments, or in the
// environment, replaces the port of its own.
func start(ts *testscript.TestScript, _ bool, args []string) {
	flags := []string{"serve"}
	if ts.Getenv("GATEHOUSE_LISTEN") == "" {
		flags = append(flags, "--listen", "127.0.0.1:0")
	}
	s := &served{done: make(chan struct{})}
	s.cmd = exec.Command("gatehouse", append(flags, args...)...) //nolint:noctx // the end of the script stops it
	s.cmd.Dir, s.cmd.Env, s.cmd.SysProcAttr, s.cmd.Stderr = ts.MkAbs("."), environment(ts), dieWithTest(), &s.stderr
	stdout, err := s.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(s.cmd.Start())
	ready := make(chan string, 1)
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(io.TeeReader(stdout, &s.stdout))
		for lines.Scan() {
			if _, rest, ok := strings.Cut(lines.Text(), "gatehouse: ready: console "); ok {
				address, _, _ := strings.Cut(rest, ",")
				ready <- address
			}
		}
		_ = s.cmd.Wait() // its status is looked at by stop
	}()
	select {
	case url := <-ready:
		ts.Setenv("URL", url)
	case <-s.done:
		ts.Fatalf("gatehouse serve ended before it was ready:\n%s%s", &s.stdout, &s.stderr)
	}
	sceneOf(ts).running = append(sceneOf(ts).running, s)
	ts.Defer(func() {
		_ = s.cmd.Process.Kill() // it may have ended
		<-s.done
	})
}

// shutdown asks the process to end, which must succeed, and keeps what it printed in
// serve.out and serve.err.
func shutdown(ts *testscript.TestScript, _ bool, _ []string) {
	s := newest(ts)
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	<-s.done
	ts.Check(os.WriteFile(ts.MkAbs("serve.out"), s.stdout.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("serve.err"), s.stderr.Bytes(), 0o600))
	if status := s.cmd.ProcessState.ExitCode(); status != exitOK {
		ts.Fatalf("gatehouse serve ended with the status %d:\n%s", status, &s.stderr)
	}
}

// crash ends the process as a power cut does.
func crash(ts *testscript.TestScript, _ bool, _ []string) {
	s := newest(ts)
	ts.Check(s.cmd.Process.Kill())
	<-s.done
}

// newest returns the process that was started last, and forgets it.
func newest(ts *testscript.TestScript) *served {
	running := sceneOf(ts).running
	if len(running) == 0 {
		ts.Fatalf("nothing runs")
	}
	sceneOf(ts).running = running[:len(running)-1]
	return running[len(running)-1]
}
