package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// forwardClock is the clock of the machine, moved on.
type forwardClock struct{ by atomic.Int64 }

// Now implements cloud.Clock.
func (c *forwardClock) Now() time.Time {
	return cloud.SystemClock{}.Now().Add(time.Duration(c.by.Load()))
}

// Advance moves the clock on.
func (c *forwardClock) Advance(d time.Duration) { c.by.Add(int64(d)) }

// servedData returns a new data directory, and the arguments for a Gatehouse that keeps
// its services there and runs them on the engine. Nothing of it outlives the test.
func servedData(t *testing.T, e *engine.Engine) (data, keyFile string, args []string) {
	t.Helper()
	dir := enginetest.Folder(t)
	data, keyFile = filepath.Join(dir, "data"), filepath.Join(dir, "admin.env")
	endProcessesAfter(t, data)
	return data, keyFile, []string{
		"--data", data, "--init-key", keyFile, "--engine", string(e.Kind()), "--" + string(e.Kind()), e.Path(), "--service-ports", freeRange(t),
	}
}

// serveInside runs Gatehouse within the test, until its end, on a clock that the test moves.
func serveInside(t *testing.T, args []string) (address string, clock *forwardClock) {
	t.Helper()
	clock = &forwardClock{}
	out, stdout := io.Pipe()
	stderr := &safeBuffer{}
	m := Main{
		Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr, Clock: clock,
		FleetLimits: fleet.Limits{Look: 100 * time.Millisecond, DrainLook: 100 * time.Millisecond},
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan int, 1)
	go func() {
		ended <- m.Execute(ctx, append([]string{"serve", "--listen", "localhost:0"}, args...))
		_ = stdout.Close()
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != exitOK {
			t.Errorf("gatehouse serve ended with %d", status)
		}
		if t.Failed() {
			t.Logf("gatehouse said:\n%s", stderr)
		}
	})
	lines := bufio.NewScanner(out)
	for address == "" && lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), "gatehouse: ready: console "); ok {
			address, _, _ = strings.Cut(rest, ",")
		}
	}
	if address == "" {
		t.Fatal("gatehouse ended before it was ready")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return address, clock
}

// safeBuffer is a buffer that several goroutines write to.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String implements fmt.Stringer.
func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// rangesGiven counts what freeRange has returned, from a place that two test programs
// do not share.
var rangesGiven atomic.Int64

func init() { rangesGiven.Store(rand.Int64N(5000)) }

// freeRange returns two ports for --service-ports that were free a moment ago, and which
// no other test gets. They are not among those that Linux hands out.
func freeRange(t *testing.T) string {
	t.Helper()
	for {
		from := 20000 + 2*int(rangesGiven.Add(1)%5000)
		if portIsFree(t, from) && portIsFree(t, from+1) {
			return fmt.Sprintf("%d-%d", from, from+1)
		}
	}
}

// freePort returns such a port.
func freePort(t *testing.T) string {
	t.Helper()
	port, _, _ := strings.Cut(freeRange(t), "-")
	return port
}

func portIsFree(t *testing.T, port int) bool {
	t.Helper()
	return addressIsFree(t, net.JoinHostPort("localhost", strconv.Itoa(port)))
}

func addressIsFree(t *testing.T, address string) bool {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", address)
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}
