package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"
)

// way is one of the ways to the server of a service.
type way struct {
	client   *http.Client
	url      string
	password string
	passed   passed
}

// The ways.
const (
	straight  = iota // to the server's own port, without TLS
	byRelay          // through a relay that does nothing but TLS
	byGateway        // through Gatehouse
	wayCount
)

// wayNames are the ways in words.
var wayNames = [wayCount]string{"straight to the server", "through a bare TLS relay", "through the gateway"}

// ways are the ways to one server.
type ways struct {
	all   [wayCount]way
	relay *server
}

// openWays finds the ways to a service, for which it starts the relay.
func (h *house) openWays(ctx context.Context, s service) (*ways, error) {
	host, address, err := h.direct(ctx, s)
	if err != nil {
		return nil, err
	}
	relay, authority, err := h.run.relay(ctx, address)
	if err != nil {
		return nil, err
	}
	own, gatehouse := os.Getpid(), h.server.process.Process.Pid
	return &ways{relay: relay, all: [wayCount]way{
		straight:  {h.client(), "http://" + address + "/", s.password, passed{server: host, client: own}},
		byRelay:   {clientOf(authority), relay.base + "/", s.password, passed{server: host, between: relay.process.Process.Pid, client: own}},
		byGateway: {h.client(), s.url, s.password, passed{server: host, between: gatehouse, client: own}},
	}}, nil
}

func (w *ways) close() error {
	for _, way := range w.all {
		way.client.CloseIdleConnections()
	}
	return w.relay.stop()
}

// ask asks the server and reads the answer to its end.
func (w way) ask(ctx context.Context, sql string) (a asked, err error) {
	begin := time.Now()
	a.size, err = query(ctx, w.client, w.url, w.password, sql)
	a.took = time.Since(begin)
	return a, err
}

// weigh asks the server and looks at what the processes used meanwhile.
func (w way) weigh(ctx context.Context, sql string) (a asked, err error) {
	before, err := w.passed.used()
	if err != nil {
		return a, err
	}
	if a, err = w.ask(ctx, sql); err != nil {
		return a, err
	}
	after, err := w.passed.used()
	a.used = after.since(before)
	return a, err
}

// direct returns the process of the server of a service, and where it speaks HTTP itself.
func (h *house) direct(ctx context.Context, s service) (host int, address string, err error) {
	found, err := hosts(h.data)
	if err != nil {
		return 0, "", err
	}
	host = found[s.id]
	ports, err := listening(host)
	if err != nil {
		return 0, "", fmt.Errorf("the ports of a server are not to be seen (%w)", err)
	}
	client := &http.Client{Timeout: answerLimit}
	defer client.CloseIdleConnections()
	i := slices.IndexFunc(ports, func(port int) bool {
		return pings(ctx, client, fmt.Sprintf("http://127.0.0.1:%d/ping", port))
	})
	if i < 0 {
		return 0, "", errors.New("the server of a service speaks HTTP at none of its ports")
	}
	return host, fmt.Sprintf("127.0.0.1:%d", ports[i]), nil
}

// pings reports whether ClickHouse answers there: other ports of the process do not say
// what it says.
func pings(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	return err == nil && response.StatusCode == http.StatusOK && string(text) == "Ok.\n"
}
