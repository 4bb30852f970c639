package gateway_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

const domain = "services.example.com"

// byName starts a gateway whose services share two ports.
func byName(t *testing.T, b gateway.Backends, alter ...func(*gateway.Config)) (f *fixture, https, native int) {
	https, native = freePort(t), freePort(t)
	f = serve(t, b, append([]func(*gateway.Config){func(c *gateway.Config) {
		c.Domain, c.HTTPSPort, c.NativePort = domain, https, native
	}}, alter...)...)
	f.listening(https)
	f.listening(native)
	return f, https, native
}

func TestServiceIsFoundByName(t *testing.T) {
	// Services that share a port are told apart by the name in the ClientHello, in whatever
	// case; each is verified by its own name.
	f, https, native := byName(t, at(echo(t)))
	a, b := newService(t), newService(t)
	f.LoadServices([]cloud.Service{a, b})
	for _, port := range []int{https, native} {
		for _, name := range []string{a.Label() + "." + domain, strings.ToUpper(a.Label()) + ".Services.example.com"} {
			c, err := f.secure(f.dial(port), name)
			if err != nil {
				t.Fatal(err)
			}
			says(t, c, "hello")
		}
	}
	if in := f.Usage(a.ID).BytesIn; in != 20 {
		t.Errorf("%d bytes for the service that was named", in)
	}
	if u := f.Usage(b.ID); u != (gateway.Usage{}) {
		t.Errorf("the other one: %+v", u)
	}
	for _, s := range []cloud.Service{a, b} {
		if c, err := dialTCP(address(s.Ports.HTTPS)); err == nil {
			c.Close()
			t.Error("a port of its own is open")
		}
	}
}

func TestUnknownNameIsRefused(t *testing.T) {
	// Nobody is asked for, or nobody that is here: the handshake fails with unrecognized_name,
	// no certificate is shown, and it makes no difference how near the name was.
	f, https, _ := byName(t, nobodyHome(t))
	s, gone := newService(t), newService(t)
	f.LoadServices([]cloud.Service{s, gone})
	f.LoadServices([]cloud.Service{s})
	for _, name := range []string{"", "unknown." + domain, domain, "." + domain, s.Label(), s.Label() + ".example.com", "x." + s.Label() + "." + domain, gone.Label() + "." + domain, "localhost"} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			shown := false
			c := tls.Client(f.dial(https), &tls.Config{
				ServerName: name, InsecureSkipVerify: true, MinVersion: version, MaxVersion: version,
				VerifyConnection: func(tls.ConnectionState) error { shown = true; return nil },
			})
			if err := c.HandshakeContext(context.Background()); err == nil || !strings.Contains(err.Error(), "unrecognized name") || shown {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	if n := f.metric("gatehouse_gateway_refused_total", "reason=name", "service="); n != 18 {
		t.Errorf("%v refused for their names", n)
	}
}

func TestEarlierSessionIsNoWayToAnUnknownName(t *testing.T) {
	// A client that goes on with a session of a service needs no certificate: it gets to no
	// name that is not here.
	f, https, _ := byName(t, at(echo(t)))
	s := newService(t)
	f.LoadServices([]cloud.Service{s})
	cache := &oneSession{}
	dial := func(name string) (*tls.Conn, error) {
		c := tls.Client(f.dial(https), &tls.Config{RootCAs: f.roots, ServerName: name, Time: f.clock.Now, ClientSessionCache: cache})
		return c, c.HandshakeContext(context.Background())
	}
	for range 2 {
		c, err := dial(s.Label() + "." + domain)
		if err != nil {
			t.Fatal(err)
		}
		says(t, c, "hello")
		cache.resumed = c.ConnectionState().DidResume
	}
	if !cache.resumed {
		t.Fatal("sessions are not gone on with: this test shows nothing")
	}
	if _, err := dial("unknown." + domain); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
		t.Error(err)
	}
}

// oneSession gives the last session to whoever asks.
type oneSession struct {
	last    *tls.ClientSessionState
	resumed bool
}

func (o *oneSession) Get(string) (*tls.ClientSessionState, bool) { return o.last, o.last != nil }
func (o *oneSession) Put(_ string, s *tls.ClientSessionState)    { o.last = s }

func TestNameIsReadBeforeTheListIsKept(t *testing.T) {
	// Where services share a port the list of the one that is named counts, and a client that
	// is not on it sees a reset before anything is answered.
	f, https, _ := byName(t, at(echo(t)))
	open, closed := newService(t, allow(clientIP)), newService(t, allow("192.0.2.1"))
	f.LoadServices([]cloud.Service{open, closed})
	c, err := f.secure(f.dial(https), open.Label()+"."+domain)
	if err != nil {
		t.Fatal(err)
	}
	says(t, c, "hello")
	raw := &counted{Conn: f.dial(https)}
	if _, err := f.secure(raw, closed.Label()+"."+domain); !isReset(err) || raw.read > 0 {
		t.Errorf("%d bytes were answered, %v", raw.read, err)
	}
	if n := f.metric("gatehouse_gateway_refused_total", "reason=address", "service="+closed.ID.String()); n != 1 {
		t.Errorf("%v refused", n)
	}
	allow("192.0.2.1")(&open)
	f.ApplyServices([]cloud.Service{open}, nil)
	if _, err := c.Read(make([]byte, 1)); !isReset(err) {
		t.Error(err)
	}
}

type counted struct {
	net.Conn
	read int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read += n
	return n, err
}

func TestHTTPSAgreesOnHTTP1(t *testing.T) {
	// ClickHouse has no HTTP/2: a client that has both takes HTTP/1.1, and one that has only
	// HTTP/2 is told at once. One that has only HTTP/1.0 is served. Native clients agree on nothing.
	f := serve(t, at(echo(t)))
	s := f.service()
	for _, test := range []struct {
		port    int
		offered []string
		agreed  string
		fails   bool
	}{
		{s.Ports.HTTPS, []string{"h2", "http/1.1"}, "http/1.1", false},
		{s.Ports.HTTPS, []string{"http/1.0"}, "http/1.0", false},
		{s.Ports.HTTPS, []string{"http/1.0", "http/1.1"}, "http/1.1", false},
		{s.Ports.HTTPS, []string{"h2", "http/1.0"}, "http/1.0", false},
		{s.Ports.HTTPS, nil, "", false},
		{s.Ports.HTTPS, []string{"h2"}, "", true},
		{s.Ports.Native, []string{"anything"}, "", false},
	} {
		c := tls.Client(f.dial(test.port), &tls.Config{RootCAs: f.roots, ServerName: "localhost", Time: f.clock.Now, NextProtos: test.offered})
		if err := c.HandshakeContext(context.Background()); (err != nil) != test.fails || c.ConnectionState().NegotiatedProtocol != test.agreed {
			t.Errorf("%v: %q, %v", test.offered, c.ConnectionState().NegotiatedProtocol, err)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	// TLS 1.2 is the oldest that is spoken.
	f := serve(t, at(echo(t)))
	s := f.service()
	for version, fine := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		c := tls.Client(f.dial(s.Ports.HTTPS), &tls.Config{RootCAs: f.roots, ServerName: "localhost", Time: f.clock.Now, MinVersion: version, MaxVersion: version})
		if err := c.HandshakeContext(context.Background()); (err == nil) != fine {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		} else if fine {
			says(t, c, "hello")
		}
	}
}

func TestClientThatOnlyConnectsIsBounded(t *testing.T) {
	// A client that begins and does not go on has its place for the time of a handshake.
	for name, begun := range map[string]string{"silent": "", "slow": "\x16\x03\x01\x02\x00\x01"} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, nobodyHome(t), func(c *gateway.Config) { c.Limits.Handshake = 50 * time.Millisecond })
			c := f.dial(f.service().Ports.HTTPS)
			_, _ = io.WriteString(c, begun)
			if _, err := io.ReadAll(c); err != nil && !isReset(err) {
				t.Error(err)
			}
		})
	}
}
