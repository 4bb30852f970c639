package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binaryDir is where binary builds to; empty unless it was called.
var binaryDir string

// binary is the program as `make build` makes it, built once.
var binary = sync.OnceValues(func() (string, error) {
	var err error
	if binaryDir, err = os.MkdirTemp("", "gatehouse-test-"); err != nil {
		return "", err
	}
	path := filepath.Join(binaryDir, "gatehouse")
	build := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// process is a running gatehouse serve.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string        // as the ready line says it
	stdout *bytes.Buffer // complete after done
	stderr *bytes.Buffer // complete after done
	done   chan struct{} // closed when the process has ended
}

// startProcess runs `gatehouse serve` on a port of its own and waits until it is ready.
func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return startProgram(t, path, os.Environ(), args...)
}

// startProgram runs a program that is Gatehouse as `serve` on a port of its own, in the
// environment, and waits until it is ready.
func startProgram(t *testing.T, path string, environment []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), path, append([]string{"serve", "--listen", "localhost:0"}, args...)...)
	p.cmd.Env = environment
	p.cmd.SysProcAttr = dieWithTest()
	p.cmd.Stderr = p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan string, 1)
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(io.TeeReader(stdout, p.stdout))
		for lines.Scan() {
			if _, rest, ok := strings.Cut(lines.Text(), "gatehouse: ready: console "); ok {
				address, _, _ := strings.Cut(rest, ",")
				ready <- address
			}
		}
		_ = p.cmd.Wait() // killed processes report it
	}()
	t.Cleanup(p.kill)
	select {
	case p.url = <-ready:
	case <-p.done:
		t.Fatalf("gatehouse ended before it was ready:\n%s%s", p.stdout, p.stderr)
	case <-time.After(2 * time.Minute):
		t.Fatal("gatehouse was not ready within two minutes")
	}
	return p
}

// kill ends the process without a chance to tidy up, as a power cut does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// stop asks the process to end and returns its exit status.
func (p *process) stop() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		p.t.Fatal("gatehouse did not end within 20 s of SIGTERM")
	}
	return p.cmd.ProcessState.ExitCode()
}

// credential is a key as HTTP Basic shows it.
type credential struct{ id, secret string }

// readKeyFile reads what --init-key wrote.
func readKeyFile(t *testing.T, path string) credential {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parseKeyFile(string(text))
}

func parseKeyFile(text string) (c credential) {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "KEY_ID":
			c.id = value
		case "KEY_SECRET":
			c.secret = value
		}
	}
	return c
}

// errNoAnswer says that a request may have been carried out or not.
var errNoAnswer = errors.New("no answer")

// call makes a request of the API. It returns errNoAnswer, or the status with the
// answer decoded into result when it is 200.
func call(ctx context.Context, client *http.Client, c credential, method, url string, body, result any) (int, error) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, reader)
	if err != nil {
		return 0, err
	}
	r.SetBasicAuth(c.id, c.secret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	if answer.StatusCode == http.StatusOK && result != nil {
		if err := json.Unmarshal(text, result); err != nil {
			return answer.StatusCode, fmt.Errorf("%s %s answered %s: %w", method, url, text, err)
		}
	}
	return answer.StatusCode, nil
}

// organizationOf returns the URL of the organization of a key.
func organizationOf(t *testing.T, p *process, c credential) string {
	t.Helper()
	var list struct{ Result []struct{ ID string } }
	status, err := call(t.Context(), http.DefaultClient, c, http.MethodGet, p.url+"/v1/organizations", nil, &list)
	if err != nil || status != http.StatusOK || len(list.Result) != 1 {
		t.Fatalf("GET /v1/organizations: status %d, %v, %d organizations", status, err, len(list.Result))
	}
	return p.url + "/v1/organizations/" + list.Result[0].ID
}

// gatehouse runs a command to its end and returns what it printed.
func gatehouse(t *testing.T, args ...string) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("gatehouse %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// fetch gets a page.
func fetch(t *testing.T, address string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
