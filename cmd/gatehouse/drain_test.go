package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stopLimit is how long a stop may take.
const stopLimit = 10 * time.Second

// On SIGTERM a request whose body is still being sent comes to its end, /readyz turns
// 503 meanwhile and others are answered, and then the process ends in time, with the
// status 0. It has said that it is ready once.
func TestStopLetsARequestComeToItsEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, keyFile := filepath.Join(dir, "data"), filepath.Join(dir, "admin.env")
	p := startProcess(t, "--data", data, "--init-key", keyFile)
	slow := beginCreating(t, p, readKeyFile(t, keyFile), "slow")
	if status := readyz(t, p); status != http.StatusOK {
		t.Fatalf("before the stop, /readyz answers %d", status)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	for readyz(t, p) != http.StatusServiceUnavailable {
		if time.Since(asked) > stopLimit {
			t.Fatal("/readyz does not turn 503")
		}
	}
	// What a load balancer still sends is answered, and told to come back elsewhere.
	answer := getAlone(t, p.url+"/healthz")
	if want := (heard{http.StatusOK, true}); answer != want {
		t.Errorf("another request was answered with %+v, want %+v", answer, want)
	}
	if got, want := slow.finish(t), (heard{http.StatusOK, true}); got != want {
		t.Errorf("the slow request was answered with %+v, want %+v", got, want)
	}
	<-p.done
	if took := time.Since(asked); took > stopLimit {
		t.Errorf("the stop took %v", took)
	}
	if status := p.cmd.ProcessState.ExitCode(); status != exitOK {
		t.Errorf("the status is %d:\n%s", status, p.stderr)
	}
	if n := strings.Count(p.stdout.String(), "gatehouse: ready: "); n != 1 {
		t.Errorf("%d ready lines:\n%s", n, p.stdout)
	}
	if keys := gatehouse(t, "keys", "list", "--data", data); !strings.Contains(keys, "slow") {
		t.Errorf("the key of the slow request is not there:\n%s", keys)
	}
}

// A client that never finishes does not keep the process from ending in time.
func TestStopEndsInTimeWhateverAClientDoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, keyFile := filepath.Join(dir, "data"), filepath.Join(dir, "admin.env")
	p := startProcess(t, "--data", data, "--init-key", keyFile)
	beginCreating(t, p, readKeyFile(t, keyFile), "endless")
	silent := dial(t, p) // connects and says nothing
	defer silent.Close()
	asked := time.Now()
	if status := p.stop(); status != exitOK {
		t.Errorf("the status is %d:\n%s", status, p.stderr)
	}
	if took := time.Since(asked); took > stopLimit {
		t.Errorf("the stop took %v", took)
	}
	if keys := gatehouse(t, "keys", "list", "--data", data); strings.Contains(keys, "endless") {
		t.Errorf("half a request made a key:\n%s", keys)
	}
}

// A Gatehouse that has nothing to do stops without waiting, also when clients keep
// connections.
func TestStopOfAnIdleGatehouseDoesNotWait(t *testing.T) {
	t.Parallel()
	p := startProcess(t, "--data", filepath.Join(t.TempDir(), "data"))
	client := &http.Client{Transport: &http.Transport{}}
	if _, err := call(t.Context(), client, credential{}, http.MethodGet, p.url+"/healthz", nil, nil); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	if status := p.stop(); status != exitOK {
		t.Errorf("the status is %d:\n%s", status, p.stderr)
	}
	if took := time.Since(asked); took > lingerLimit {
		t.Errorf("the stop took %v", took)
	}
}

// heard is what a test looks at of an answer.
type heard struct {
	status int
	closes bool // the connection
}

// slowRequest is a request whose body is not sent yet.
type slowRequest struct {
	conn net.Conn
	in   *bufio.Reader
	body string
}

// beginCreating sends the head of a request that creates a key, and returns when the
// server waits for its body.
func beginCreating(t *testing.T, p *process, c credential, name string) *slowRequest {
	t.Helper()
	path := strings.TrimPrefix(organizationOf(t, p, c), p.url) + "/keys"
	r := &slowRequest{conn: dial(t, p), body: toJSON(t, map[string]string{"name": name})}
	r.in = bufio.NewReader(r.conn)
	_, err := fmt.Fprintf(r.conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		path, base64.StdEncoding.EncodeToString([]byte(c.id+":"+c.secret)), len(r.body))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"HTTP/1.1 100 Continue\r\n", "\r\n"} {
		if line, err := r.in.ReadString('\n'); err != nil || line != want {
			t.Fatalf("got %q, want %q (%v)", line, want, err)
		}
	}
	return r
}

// finish sends the body and returns the answer.
func (r *slowRequest) finish(t *testing.T) heard {
	t.Helper()
	if _, err := io.WriteString(r.conn, r.body); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(r.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return heard{answer.StatusCode, answer.Close}
}

func dial(t *testing.T, p *process) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func readyz(t *testing.T, p *process) int {
	t.Helper()
	return getAlone(t, p.url+"/readyz").status
}

// getAlone makes a request on a connection of its own.
func getAlone(t *testing.T, url string) heard {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), stopLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return heard{answer.StatusCode, answer.Close}
}
