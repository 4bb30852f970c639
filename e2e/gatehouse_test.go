package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	readyLimit = time.Minute
	stopLimit  = 20 * time.Second
)

// gatehouse is the real program, running with a data directory of its own.
type gatehouse struct {
	URL       string // as the program says it, without a slash at the end
	SetUpLink string // the link to set up the first person; empty when the store is not new
	Data      string // the data directory

	t      testing.TB
	args   []string
	key    credential
	cmd    *exec.Cmd
	stderr *bytes.Buffer // complete after done
	done   chan struct{} // closed when the process has ended
}

// credential is a key as HTTP Basic shows it.
type credential struct{ id, secret string }

// start runs `gatehouse serve` with the arguments on a free port of localhost until
// the test ends. It has a first Admin key, which API shows. It runs no services: see
// startWithEngine.
func start(t testing.TB, args ...string) *gatehouse {
	t.Helper()
	g := startWithoutKey(t, append(args, "--init-key", filepath.Join(t.TempDir(), "admin.env"))...)
	g.key = readKeyFile(t, g.args[len(g.args)-1])
	return g
}

// startWithoutKey is start for a Gatehouse that has no key yet.
func startWithoutKey(t testing.TB, args ...string) *gatehouse {
	t.Helper()
	return startAt(t, filepath.Join(t.TempDir(), "data"), args...)
}

// startAt is startWithoutKey with the data directory.
func startAt(t testing.TB, data string, args ...string) *gatehouse {
	t.Helper()
	g := &gatehouse{t: t, Data: data, args: args}
	g.run("localhost:" + freePort(t))
	t.Cleanup(func() {
		g.Stop()
		if t.Failed() {
			t.Logf("gatehouse logged:\n%s", g.stderr)
		}
	})
	requireConsole(t, g.URL)
	return g
}

// Stop asks the program to end, as a service manager does, and waits for it.
func (g *gatehouse) Stop() {
	g.t.Helper()
	select {
	case <-g.done:
		return
	default:
	}
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		g.t.Errorf("gatehouse could not be stopped: %v", err)
	}
	select {
	case <-g.done:
	case <-time.After(stopLimit):
		_ = g.cmd.Process.Kill() // it may have ended just now
		<-g.done
		g.t.Errorf("gatehouse did not end within %s of SIGTERM", stopLimit)
	}
}

// Restart stops the program and starts it again with the same data on the same port.
func (g *gatehouse) Restart() {
	g.t.Helper()
	g.Stop()
	_, address, _ := strings.Cut(g.URL, "://")
	g.run(address)
}

// CLI runs another command of the program on the same data directory and returns what
// it printed: CLI("setup-link", "--reset", "ada@example.com").
func (g *gatehouse) CLI(args ...string) string {
	g.t.Helper()
	cmd := exec.CommandContext(g.t.Context(), program(g.t), append(args, "--data", g.Data)...)
	cmd.Env = environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		g.t.Fatalf("gatehouse %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Link runs a command of the program and returns the link that it printed.
func (g *gatehouse) Link(args ...string) string {
	g.t.Helper()
	out := g.CLI(args...)
	for word := range strings.FieldsSeq(out) {
		if strings.HasPrefix(word, "http") && strings.Contains(word, "/setup#") {
			return word
		}
	}
	g.t.Fatalf("gatehouse %s printed no link:\n%s", strings.Join(args, " "), out)
	return ""
}

// API makes a request under /v1 with the first key. It returns the status, with the
// result of the answer decoded into result when that is not nil and the status is 200.
func (g *gatehouse) API(method, path string, body, result any) int {
	g.t.Helper()
	return g.APIWith(g.key, method, path, body, result)
}

// APIWith is API with another key.
func (g *gatehouse) APIWith(key credential, method, path string, body, result any) int {
	g.t.Helper()
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			g.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.URL+"/v1"+path, reader)
	if err != nil {
		g.t.Fatal(err)
	}
	r.SetBasicAuth(key.id, key.secret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	if answer.StatusCode == http.StatusOK && result != nil {
		envelope := struct{ Result any }{result}
		if err := json.Unmarshal(text, &envelope); err != nil {
			g.t.Fatalf("%s %s answered %s: %v", method, path, text, err)
		}
	}
	return answer.StatusCode
}

// Organization returns the ID of the organization of the first key.
func (g *gatehouse) Organization() string {
	g.t.Helper()
	var organizations []struct{ ID string }
	if status := g.API(http.MethodGet, "/organizations", nil, &organizations); status != http.StatusOK || len(organizations) != 1 {
		g.t.Fatalf("GET /v1/organizations answered %d with %d organizations", status, len(organizations))
	}
	return organizations[0].ID
}

// run starts the program and waits until it says that it is ready.
func (g *gatehouse) run(address string) {
	g.t.Helper()
	g.stderr, g.done = &bytes.Buffer{}, make(chan struct{})
	args := append([]string{"serve", "--data", g.Data, "--listen", address, "--engine", "none"}, g.args...) // the last --engine counts
	g.cmd = exec.CommandContext(context.WithoutCancel(g.t.Context()), program(g.t), args...)
	g.cmd.Env = environment()
	g.cmd.SysProcAttr = dieWithTest()
	g.cmd.Stderr = g.stderr
	stdout, err := g.cmd.StdoutPipe()
	if err != nil {
		g.t.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	ready := make(chan struct{})
	go func() {
		defer close(g.done)
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if g.read(lines.Text()) {
				close(ready)
			}
		}
		_ = g.cmd.Wait() // a killed process reports it
	}()
	select {
	case <-ready:
	case <-g.done:
		g.t.Fatalf("gatehouse ended before it was ready:\n%s", g.stderr)
	case <-time.After(readyLimit):
		_ = g.cmd.Process.Kill() // the test fails anyway
		g.t.Fatalf("gatehouse was not ready within %s", readyLimit)
	}
}

// read takes what a line of standard output tells, and reports whether it is the last of the start.
func (g *gatehouse) read(line string) bool {
	if strings.Contains(line, "link to set up the first person") {
		g.SetUpLink = line[strings.LastIndex(line, " ")+1:]
	}
	_, rest, ready := strings.Cut(line, "gatehouse: ready: console ")
	if ready {
		g.URL, _, _ = strings.Cut(rest, ",")
	}
	return ready
}

// program returns the binary to test.
func program(t testing.TB) string {
	t.Helper()
	path := os.Getenv("GATEHOUSE_BINARY")
	if path == "" {
		path = filepath.Join("..", "bin", "gatehouse")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		unavailable(t, "there is no gatehouse to test: make build")
	}
	return path
}

// requireConsole sees to it that the binary has the console inside.
func requireConsole(t testing.TB, address string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/", nil)
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
	if !bytes.Contains(text, []byte(`id="root"`)) {
		unavailable(t, "the gatehouse to test was built without its console: make build")
	}
}

// environment is that of the test without the settings of another Gatehouse.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GATEHOUSE_") })
}

// readKeyFile reads what --init-key wrote.
func readKeyFile(t testing.TB, path string) (c credential) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
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
