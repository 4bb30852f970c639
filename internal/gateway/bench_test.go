package gateway_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// compared is one real engine that is asked directly, without TLS, and through the
// gateway, by turns, so that whatever else the machine does weighs on both.
type compared struct {
	b       *testing.B
	house   *house
	buffer  []byte
	direct  side
	through side
}

type side struct {
	url    string
	client *http.Client
	took   []time.Duration
}

func compare(b *testing.B) *compared {
	h := newHouse(b, enginetest.Engine(b, engine.KindCHDB))
	c := &compared{b: b, house: h, buffer: make([]byte, 1<<20)}
	c.direct = side{url: "http://" + h.server.HTTP() + "/", client: &http.Client{Transport: &http.Transport{ReadBufferSize: 64 << 10, DisableCompression: true}}}
	c.through = side{
		url:    fmt.Sprintf("https://localhost:%d/", h.service.Ports.HTTPS),
		client: &http.Client{Transport: &http.Transport{ReadBufferSize: 64 << 10, DisableCompression: true, TLSClientConfig: h.tls()}},
	}
	b.Cleanup(func() {
		c.direct.client.CloseIdleConnections()
		c.through.client.CloseIdleConnections()
	})
	return c
}

// ask sends a request both ways and takes the time; sql is in the address when there is a body.
func (c *compared) ask(sql string, body []byte) (size int64) {
	for _, s := range []*side{&c.direct, &c.through} {
		url, text := s.url, io.Reader(strings.NewReader(sql))
		if body != nil {
			url, text = url+"?query="+strings.ReplaceAll(sql, " ", "+"), bytes.NewReader(body)
		}
		request, err := http.NewRequestWithContext(c.b.Context(), http.MethodPost, url, text)
		if err != nil {
			c.b.Fatal(err)
		}
		request.SetBasicAuth("default", c.house.password)
		began := c.b.Elapsed()
		a, err := s.client.Do(request)
		if err != nil {
			c.b.Fatal(err)
		}
		size, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, a.Body, c.buffer)
		a.Body.Close()
		if err != nil || a.StatusCode != 200 {
			c.b.Fatal(a.Status, err)
		}
		s.took = append(s.took, c.b.Elapsed()-began)
	}
	return size
}

func median(d []time.Duration) time.Duration { return slices.Sorted(slices.Values(d))[len(d)/2] }

func BenchmarkSelectOne(b *testing.B) {
	// What the gateway adds to SELECT 1 over a connection that is kept: at most 0.2 ms at the median.
	c := compare(b)
	for b.Loop() {
		c.ask("SELECT 1", nil)
	}
	direct, through := median(c.direct.took), median(c.through.took)
	b.ReportMetric(float64(direct.Microseconds()), "direct-µs")
	b.ReportMetric(float64(through.Microseconds()), "through-µs")
	b.ReportMetric(float64((through - direct).Microseconds()), "added-µs")
}

func BenchmarkResult100MB(b *testing.B) {
	// How fast a result of 100 MB passes: at least 0.9 of the direct way, where there are
	// processors for client, gateway and server.
	c := compare(b)
	c.report(func() int64 {
		return c.ask("SELECT number, toString(number * 7919) FROM numbers(5300000) FORMAT TSV", nil)
	})
}

func BenchmarkInsert100MB(b *testing.B) {
	// The same for an insert.
	c := compare(b)
	c.ask("CREATE TABLE IF NOT EXISTS up (s String) ENGINE = Null", nil)
	c.direct.took, c.through.took = nil, nil
	body := bytes.Repeat([]byte(strings.Repeat("x", 99)+"\n"), 1_000_000)
	c.report(func() int64 {
		c.ask("INSERT INTO up FORMAT TSV", body)
		return int64(len(body))
	})
}

func (c *compared) report(ask func() int64) {
	var size int64
	for c.b.Loop() {
		size = ask()
	}
	direct, through := median(c.direct.took).Seconds(), median(c.through.took).Seconds()
	c.b.ReportMetric(float64(size)/direct/1e6, "direct-MB/s")
	c.b.ReportMetric(float64(size)/through/1e6, "through-MB/s")
	c.b.ReportMetric(direct/through, "ratio")
}
