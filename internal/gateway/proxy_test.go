package gateway_test

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	proxyproto "github.com/pires/go-proxyproto"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

// behind is a gateway that trusts a proxy on this machine.
func behind(c *gateway.Config) {
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

// header is what a proxy sends for a client.
func header(t *testing.T, version byte, source string) string {
	t.Helper()
	h := proxyproto.HeaderProxyFromAddrs(version, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(source)), net.TCPAddrFromAddrPort(netip.MustParseAddrPort("198.51.100.1:8443")))
	b, err := h.Format()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// through connects with a PROXY header in front.
func (f *fixture) through(port int, header, name string) error {
	f.t.Helper()
	c, err := dialTCP(address(port))
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(cloud.SystemClock{}.Now().Add(patience))
	if _, err := io.WriteString(c, header); err != nil {
		return err
	}
	s, err := f.secure(c, name)
	if err != nil {
		return err
	}
	return exchange(s, "hello")
}

func TestProxySaysWhoseConnectionItIs(t *testing.T) {
	// From a trusted proxy the address in the PROXY header counts, of either version, and not
	// that of the proxy.
	f := serve(t, at(echo(t)), behind)
	port := f.service(allow("203.0.113.7", "2001:db8::7")).Ports.HTTPS
	for _, version := range []byte{1, 2} {
		for source, allowed := range map[string]bool{"203.0.113.7:4242": true, "203.0.113.8:4242": false, "[2001:db8::7]:4242": true, "[2001:db8::8]:4242": false, "[::ffff:203.0.113.7]:4242": true, "127.0.0.1:4242": false} {
			if err := f.through(port, header(t, version, source), "localhost"); (err == nil) != allowed || err != nil && !isReset(err) {
				t.Errorf("version %d, %s: %v", version, source, err)
			}
		}
	}
}

func TestProxySaysWhoseConnectionItIsByName(t *testing.T) {
	// The same where services share a port.
	f, https, _ := byName(t, at(echo(t)), behind)
	s := newService(t, allow("203.0.113.7"))
	f.ApplyServices(one(s), nil)
	name := s.Label() + "." + domain
	if err := f.through(https, header(t, 2, "203.0.113.7:1"), name); err != nil {
		t.Error(err)
	}
	if err := f.through(https, header(t, 2, "203.0.113.8:1"), name); !isReset(err) {
		t.Error(err)
	}
}

func TestProxyHeaderIsNeeded(t *testing.T) {
	// A trusted proxy that sends no header leaves open whose connection it is, and a client
	// behind it could send one: nothing goes through. Connections of its own are its own.
	f := serve(t, at(echo(t)), behind)
	port := f.service(allow("203.0.113.7")).Ports.HTTPS
	local := string(proxyproto.SIGV2) + "\x20\x00\x00\x00"
	for name, sent := range map[string]string{
		"none": "", "garbage": "PROXY TCP4 nonsense\r\n", "long": "PROXY TCP4 " + string(make([]byte, 200)), "other version": string(proxyproto.SIGV2) + "\x31\x11\x00\x0c",
		"its own": local, "unknown": "PROXY UNKNOWN\r\n",
	} {
		if err := f.through(port, sent, "localhost"); !isReset(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	own := f.service().Ports.HTTPS
	for _, sent := range []string{local, "PROXY UNKNOWN\r\n"} {
		if err := f.through(own, sent, "localhost"); err != nil {
			t.Errorf("%q: %v", sent, err)
		}
	}
	if n := f.metric("gatehouse_gateway_refused_total", "reason=proxy"); n != 4 {
		t.Errorf("%v refused for their headers", n)
	}
}

func TestOthersCannotSayWhoTheyAre(t *testing.T) {
	// From anybody but a trusted proxy a PROXY header changes nothing: who is not allowed is
	// reset, and for who is allowed it is no TLS.
	f := serve(t, at(echo(t)), func(c *gateway.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	port := f.service(allow("203.0.113.7")).Ports.HTTPS
	for _, version := range []byte{1, 2} {
		if err := f.through(port, header(t, version, "203.0.113.7:4242"), "localhost"); !isReset(err) {
			t.Errorf("version %d: %v", version, err)
		}
	}
	mine := f.service(allow(clientIP)).Ports.HTTPS
	if err := f.through(mine, header(t, 1, "127.0.0.1:1"), "localhost"); err == nil {
		t.Error("a header of an untrusted client was read")
	}
	if err := f.through(mine, "", "localhost"); err != nil {
		t.Error(err)
	}
}

func TestSlowProxyIsBounded(t *testing.T) {
	// A header that does not come has its place for the time of a handshake.
	f := serve(t, at(echo(t)), behind, func(c *gateway.Config) { c.Limits.Handshake = 50 * time.Millisecond })
	c := f.dial(f.service().Ports.HTTPS)
	_, _ = io.WriteString(c, "PRO")
	if _, err := io.ReadAll(c); err != nil && !isReset(err) {
		t.Error(err)
	}
}
