package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// overhead is what it costs to go through the gateway, over TLS, rather than straight to
// the server's own port, without TLS.
type overhead struct {
	Pairs     int    `json:"pairs"`     // of SELECT 1
	Direct    timing `json:"direct"`    // SELECT 1 over a connection that is kept
	Through   timing `json:"through"`   // the same
	Added     spread `json:"addedP50"`  // ms: the difference of the two, its quartiles those of the pairs
	Bytes     int64  `json:"bytes"`     // of the large result
	Downloads int    `json:"downloads"` // of it, each way
	DirectMB  spread `json:"directMBPerSecond"`
	ThroughMB spread `json:"throughMBPerSecond"`
	Ratio     spread `json:"throughputRatio"` // of downloads that followed each other
}

// way is one of the two ways to a server.
type way struct {
	client   *http.Client
	url      string
	password string
}

// ask returns how long an answer took, and its size.
func (w way) ask(ctx context.Context, sql string) (time.Duration, int64, error) {
	begin := time.Now()
	size, err := query(ctx, w.client, w.url, w.password, sql)
	return time.Since(begin), size, err
}

// largeResult has 100 MB, and is made by the server as it is sent.
const largeResult = "SELECT number, toString(number * 7919) FROM numbers(5300000) FORMAT TSV"

// overhead asks a service both ways in turns, so that whatever else the machine does hits
// both alike.
func (h *house) overhead(ctx context.Context, s service, pairs, downloads int) (*overhead, error) {
	address, err := h.direct(ctx, s)
	if err != nil {
		return nil, err
	}
	direct, through := way{h.client(), "http://" + address + "/", s.password}, way{h.client(), s.url, s.password}
	defer direct.client.CloseIdleConnections()
	defer through.client.CloseIdleConnections()
	o := &overhead{Pairs: pairs, Downloads: downloads}

	small, err := inTurns(ctx, direct, through, pairs, "SELECT 1")
	if err != nil {
		return nil, err
	}
	o.Direct, o.Through = timingOf("", "", small.direct), timingOf("", "", small.through)
	o.Added = spreadOf(pairwise(small, func(direct, through time.Duration) float64 { return milliseconds(through - direct) }))
	o.Added.Median = o.Through.P50 - o.Direct.P50

	large, err := inTurns(ctx, direct, through, downloads, largeResult)
	if err != nil {
		return nil, err
	}
	o.Bytes = large.size
	perSecond := func(took []time.Duration) (rates []float64) {
		for _, d := range took {
			rates = append(rates, float64(large.size)/1e6/d.Seconds())
		}
		return rates
	}
	o.DirectMB, o.ThroughMB = spreadOf(perSecond(large.direct)), spreadOf(perSecond(large.through))
	o.Ratio = spreadOf(pairwise(large, func(direct, through time.Duration) float64 { return direct.Seconds() / through.Seconds() }))
	return o, nil
}

// turns are the times of requests that were made in turns, and the size of an answer.
type turns struct {
	direct, through []time.Duration
	size            int64
}

func inTurns(ctx context.Context, direct, through way, n int, sql string) (t turns, err error) {
	for i := -1; i < n; i++ { // the first pair opens the connections
		var a, b time.Duration
		var sizeA, sizeB int64
		if i%2 == 0 {
			a, sizeA, err = direct.ask(ctx, sql)
		}
		if err == nil {
			b, sizeB, err = through.ask(ctx, sql)
		}
		if err == nil && i%2 != 0 {
			a, sizeA, err = direct.ask(ctx, sql)
		}
		if err != nil {
			return t, err
		}
		if sizeA != sizeB {
			return t, fmt.Errorf("%q has %d bytes from the server and %d through the gateway", sql, sizeA, sizeB)
		}
		if i >= 0 {
			t.direct, t.through, t.size = append(t.direct, a), append(t.through, b), sizeA
		}
	}
	return t, nil
}

func pairwise(t turns, f func(direct, through time.Duration) float64) []float64 {
	values := make([]float64, len(t.direct))
	for i := range values {
		values[i] = f(t.direct[i], t.through[i])
	}
	return values
}

// direct returns where the server of a service itself speaks HTTP.
func (h *house) direct(ctx context.Context, s service) (address string, err error) {
	found, err := hosts(h.data)
	if err != nil {
		return "", err
	}
	ports, err := listening(found[s.id])
	if err != nil {
		return "", fmt.Errorf("the ports of a server are not to be seen (%w)", err)
	}
	client := &http.Client{Timeout: answerLimit}
	defer client.CloseIdleConnections()
	i := slices.IndexFunc(ports, func(port int) bool {
		return pings(ctx, client, fmt.Sprintf("http://127.0.0.1:%d/ping", port))
	})
	if i < 0 {
		return "", errors.New("the server of a service speaks HTTP at none of its ports")
	}
	return fmt.Sprintf("127.0.0.1:%d", ports[i]), nil
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
