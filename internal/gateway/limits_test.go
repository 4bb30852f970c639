package gateway_test

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/gateway"
)

func TestConnectionsAreBounded(t *testing.T) {
	// A service has so many connections and no more, and so has the gateway in all: the next
	// client is reset, and when one leaves there is room again.
	for name, limits := range map[string]gateway.Limits{"of a service": {ServiceConnections: 2}, "in all": {Connections: 2}} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, at(echo(t)), func(c *gateway.Config) { c.Limits = limits })
			s := f.service()
			first, second := f.connect(s.Ports.HTTPS), f.connect(s.Ports.Native)
			f.isRefused(s.Ports.HTTPS)
			says(t, first, "hello")
			first.Close()
			eventually(t, "room", func() bool { return f.Usage(s.ID).Connections == 1 })
			says(t, f.connect(s.Ports.HTTPS), "hello")
			says(t, second, "still here")
			if n := f.metric("gatehouse_gateway_refused_total", "reason=limit"); n != 2 {
				t.Errorf("%v refused", n)
			}
		})
	}
}

func TestConnectionsOfOtherServicesHaveRoom(t *testing.T) {
	// What one service may not have any more, another may.
	f := serve(t, at(echo(t)), func(c *gateway.Config) { c.Limits.ServiceConnections = 1 })
	a, b := f.service(), f.service()
	full := f.connect(a.Ports.HTTPS)
	f.isRefused(a.Ports.HTTPS)
	says(t, f.connect(b.Ports.HTTPS), "hello")
	says(t, full, "hello")
}

func TestClientsThatDoNotGoOnLeaveRoomForOthers(t *testing.T) {
	// One address that begins connections and does not go on cannot take all places on the
	// way to TLS: when half of them are taken it has its share, and others have the rest.
	f := serve(t, at(echo(t)), func(c *gateway.Config) { c.Limits.Handshakes = 32 })
	s := f.service(allow("127.0.0.0/8"))
	for range 16 {
		f.dial(s.Ports.HTTPS)
	}
	eventually(t, "connections", func() bool { return f.Usage(s.ID).Connections == 16 })
	f.isRefused(s.Ports.HTTPS)

	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}
	raw, err := from.Dial("tcp", address(s.Ports.HTTPS))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	c, err := f.secure(raw, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	says(t, c, "hello")
}

func TestClientThatSaysNothingIsBounded(t *testing.T) {
	// A client that has its TLS and says nothing is not kept for ever; one that has spoken is,
	// however long it then says nothing.
	f := serve(t, at(echo(t)), func(c *gateway.Config) { c.Limits.FirstByte = 100 * time.Millisecond })
	s := f.service()
	speaks := f.connect(s.Ports.Native)
	says(t, speaks, "hello")
	if _, err := f.connect(s.Ports.Native).Read(make([]byte, 1)); err == nil {
		t.Error("the connection is open")
	}
	says(t, speaks, "still here")
}

func TestManyIdleConnectionsAreCheap(t *testing.T) {
	// Connections that are open and idle hold no buffers: a few kilobytes each, most of them
	// TLS's own.
	if testing.Short() {
		t.Skip("takes a while")
	}
	const n = 500
	f := serve(t, at(echo(t)))
	s := f.service()
	config := &tls.Config{RootCAs: f.roots, ServerName: "localhost", Time: f.clock.Now}
	use := func() {
		c := tls.Client(f.dial(s.Ports.Native), config)
		if _, err := io.WriteString(c, "hello"); err != nil {
			t.Fatal(err)
		}
	}
	use()
	before := memory()
	for range n {
		use()
	}
	eventually(t, "answers", func() bool { return f.Usage(s.ID).BytesOut == 5*(n+1) })
	// Client, gateway and server are in this process together, and the race detector takes
	// some; two buffers for each connection would be more than all that.
	if each := (memory() - before) / n; each > 200<<10 {
		t.Errorf("%d bytes for each connection", each)
	} else {
		t.Logf("%d bytes for each connection, with its client and server", each)
	}
}
