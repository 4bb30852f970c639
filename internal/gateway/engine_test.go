package gateway_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

// house is a service with a real engine that a test stops and starts.
type house struct {
	*fixture
	engine   *engine.Engine
	spec     engine.Spec
	password string
	service  cloud.Service

	mu      sync.Mutex
	server  *engine.Server // nil while it is stopped
	changed chan struct{}
	waiting chan struct{} // has something when somebody waits for the server
	reason  error         // why nobody may wait
}

func newHouse(t testing.TB, e *engine.Engine) *house {
	password := strings.Repeat("pass-", 3) + uuid.NewString()
	h := &house{engine: e, password: password, spec: enginetest.Spec(t, password), changed: make(chan struct{}), waiting: make(chan struct{}, 100)}
	h.fixture = serve(t, h)
	h.service = h.fixture.service()
	h.startEngine()
	return h
}

func (h *house) startEngine() {
	h.t.Helper()
	s, err := h.engine.Start(h.t.Context(), h.spec)
	if err != nil {
		h.t.Fatalf("%v\n%s", err, enginetest.Log(h.spec.Dir))
	}
	h.set(s, nil)
	h.service.Goal = cloud.GoalRunning
	h.ApplyServices(one(h.service), nil)
	h.t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(h.t.Context())) })
}

func (h *house) stopEngine(reason error) {
	h.t.Helper()
	s := h.server
	h.set(nil, reason)
	h.service.Goal = cloud.GoalStopped
	h.ApplyServices(one(h.service), nil)
	if err := s.Stop(h.t.Context()); err != nil {
		h.t.Error(err)
	}
}

func (h *house) set(s *engine.Server, reason error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.server, h.reason = s, reason
	close(h.changed)
	h.changed = make(chan struct{})
}

// Backend implements gateway.Backends as the fleet does.
func (h *house) Backend(ctx context.Context, _ uuid.UUID) (gateway.Backend, error) {
	for {
		h.mu.Lock()
		s, reason, changed := h.server, h.reason, h.changed
		h.mu.Unlock()
		if s != nil {
			return gateway.Backend{HTTP: s.HTTP(), Native: s.Native(), Done: s.Done()}, nil
		}
		if reason != nil {
			return gateway.Backend{}, reason
		}
		h.waiting <- struct{}{}
		select {
		case <-changed:
		case <-ctx.Done():
			return gateway.Backend{}, ctx.Err()
		}
	}
}

func (h *house) tls() *tls.Config {
	return &tls.Config{RootCAs: h.roots, ServerName: "localhost", Time: h.clock.Now}
}

// driver connects clickhouse-go over one of its two protocols.
func (h *house) driver(protocol clickhouse.Protocol) clickhouse.Conn {
	h.t.Helper()
	port := h.service.Ports.Native
	if protocol == clickhouse.HTTP {
		port = h.service.Ports.HTTPS
	}
	c, err := clickhouse.Open(&clickhouse.Options{
		Protocol: protocol, Addr: []string{address(port)}, TLS: h.tls(), Auth: clickhouse.Auth{Username: "default", Password: h.password, Database: "default"},
		DialTimeout: patience, ReadTimeout: patience,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	return c
}

// query asks over HTTPS.
func (h *house) query(client *http.Client, password, sql string) (status int, body string, err error) {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, fmt.Sprintf("https://localhost:%d/", h.service.Ports.HTTPS), strings.NewReader(sql))
	if err != nil {
		h.t.Fatal(err)
	}
	request.SetBasicAuth("default", password)
	a, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	return a.StatusCode, string(text), err
}

func (h *house) client() *http.Client {
	transport := &http.Transport{TLSClientConfig: h.tls()}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestRealServerIsReachedOverHTTPS(t *testing.T) {
	// Queries, a wrong password, a long answer and a long insert pass as they would without
	// the gateway; when the server is restarted a client that kept its connection just asks
	// again, and waits.
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		h := newHouse(t, e)
		client := h.client()
		ask := func(sql, want string) {
			t.Helper()
			if status, body, err := h.query(client, h.password, sql); status != 200 || strings.TrimSpace(body) != want || err != nil {
				t.Errorf("%s: %d %.200q, %v", sql, status, body, err)
			}
		}
		ask("SELECT 1", "1")
		if status, body, err := h.query(client, "wrong", "SELECT 1"); status != 401 && status != 403 || err != nil {
			t.Errorf("wrong password: %d %q, %v", status, body, err)
		}
		status, body, err := h.query(client, h.password, "SELECT number FROM numbers(1000000)")
		if status != 200 || len(body) != 6888890 || err != nil {
			t.Errorf("%d, %d bytes, %v", status, len(body), err)
		}
		ask("CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n", "")
		ask("INSERT INTO t FORMAT TSV\n"+body, "")
		ask("SELECT count(), sum(n) FROM t", "1000000\t499999500000")

		h.stopEngine(nil)
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			ask("SELECT count() FROM t", "1000000")
		}()
		within(t, "a client that waits", h.waiting)
		h.startEngine()
		h.within("the answer", answered)

		h.stopEngine(cloud.Errorf(cloud.Conflict, "The service is stopped."))
		if status, body, err := h.query(client, h.password, "SELECT 1"); status != 503 || body != "The service is stopped.\n" || err != nil {
			t.Errorf("%d %q, %v", status, body, err)
		}
	})
}

func TestRealServerIsReachedByTheGoDriver(t *testing.T) {
	// clickhouse-go works over both protocols: it selects, inserts where the server is of its
	// time, and reports in its own words why a service is not there.
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		h := newHouse(t, e)
		protocols := []clickhouse.Protocol{clickhouse.Native}
		if e.Capabilities().CurrentClients {
			protocols = append(protocols, clickhouse.HTTP)
		}
		for _, protocol := range protocols {
			t.Run(protocol.String(), func(t *testing.T) {
				c := h.driver(protocol)
				var n uint64
				if err := c.QueryRow(t.Context(), "SELECT sum(number) FROM numbers(1000)").Scan(&n); err != nil || n != 499500 {
					t.Fatalf("%d, %v", n, err)
				}
				if e.Capabilities().CurrentClients {
					h.insert(t, c)
				}
			})
		}
		native := h.driver(clickhouse.Native)
		if err := native.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.stopEngine(&cloud.Error{Code: cloud.Unavailable, Message: "The service has failed: its disk is full."})
		for _, protocol := range protocols {
			err := h.driver(protocol).Ping(t.Context())
			if err == nil || !strings.Contains(err.Error(), "The service has failed: its disk is full") {
				t.Errorf("%v: %v", protocol, err)
			}
		}
		h.startEngine()
		if err := native.Ping(t.Context()); err != nil {
			t.Errorf("after the server came back: %v", err)
		}
	})
}

// insert writes a million rows and reads them back.
func (h *house) insert(t *testing.T, c clickhouse.Conn) {
	t.Helper()
	const rows = 1_000_000
	ctx := t.Context()
	if err := c.Exec(ctx, "CREATE OR REPLACE TABLE driver (n UInt64, s String) ENGINE = MergeTree ORDER BY n"); err != nil {
		t.Fatal(err)
	}
	batch, err := c.PrepareBatch(ctx, "INSERT INTO driver")
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(rows) {
		if err := batch.Append(i, "row"); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	found, err := c.Query(ctx, "SELECT n, s FROM driver ORDER BY n")
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	var n, count uint64
	var s string
	for found.Next() {
		if err := found.Scan(&n, &s); err != nil || n != count || s != "row" {
			t.Fatalf("%d %d %q, %v", count, n, s, err)
		}
		count++
	}
	if err := found.Err(); err != nil || count != rows {
		t.Errorf("%d rows, %v", count, err)
	}
}
