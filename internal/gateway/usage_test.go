package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/gateway"
)

func TestUsageIsCounted(t *testing.T) {
	// Connections, bytes inside TLS and the time of the last one are counted for each service,
	// and Prometheus is told the same.
	f := serve(t, at(echo(t)))
	s := f.service()
	if u := f.Usage(s.ID); u != (gateway.Usage{}) {
		t.Errorf("before: %+v", u)
	}
	c := f.connect(s.Ports.HTTPS)
	says(t, c, "hello")
	f.clock.Advance(time.Minute)
	says(t, c, strings.Repeat("x", 100_000))
	n := f.connect(s.Ports.Native)
	want := gateway.Usage{Connections: 2, BytesIn: 100_005, BytesOut: 100_005, LastActivity: begin.Add(time.Minute)}
	if u := f.Usage(s.ID); u != want {
		t.Errorf("%+v", u)
	}
	n.Close()
	eventually(t, "the end of a connection", func() bool { return f.Usage(s.ID).Connections == 1 })
	service := "service=" + s.ID.String()
	for name, values := range map[string]map[string]float64{
		"gatehouse_gateway_connections":       {"protocol=https": 1, "protocol=nativesecure": 0},
		"gatehouse_gateway_connections_total": {"protocol=https": 1, "protocol=nativesecure": 1},
		"gatehouse_gateway_bytes_total":       {"direction=in": 100_005, "direction=out": 100_005},
		"gatehouse_gateway_refused_total":     {"reason=address": 0},
	} {
		for label, want := range values {
			if got := f.metric(name, service, label); got != want {
				t.Errorf("%s %s: %v, want %v", name, label, got, want)
			}
		}
	}
	if got := f.metric("gatehouse_gateway_server_wait_seconds"); got != 1 {
		t.Errorf("%v waits", got)
	}
	if u := f.Usage(uuid.New()); u != (gateway.Usage{}) {
		t.Errorf("of nobody: %+v", u)
	}
}

func TestRefusalsAreCounted(t *testing.T) {
	// Who is refused is counted with the reason.
	f := serve(t, at(echo(t)))
	s := f.service(allow("192.0.2.1"))
	f.isRefused(s.Ports.HTTPS)
	open := f.service()
	c := f.dial(open.Ports.HTTPS)
	_, _ = c.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
	eventually(t, "a failed handshake", func() bool {
		return f.metric("gatehouse_gateway_refused_total", "reason=handshake", "service="+open.ID.String()) == 1
	})
	if n := f.metric("gatehouse_gateway_refused_total", "reason=address", "service="+s.ID.String()); n != 2 {
		t.Errorf("%v refused for their address", n)
	}
}

func TestMetricsGoWithTheService(t *testing.T) {
	// The labels are the services that there are: what was removed is not told of any more, so
	// that they do not grow for ever.
	f := serve(t, at(echo(t)))
	s := f.service()
	says(t, f.connect(s.Ports.HTTPS), "hello")
	f.ApplyServices(nil, []uuid.UUID{s.ID})
	families, err := f.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if text := family.String(); strings.Contains(text, s.ID.String()) {
			t.Error(text)
		}
	}
}
