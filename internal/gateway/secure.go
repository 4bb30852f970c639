package gateway

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net/netip"
	"strings"
	"time"

	proxyproto "github.com/pires/go-proxyproto"
)

// tlsConfig returns how a protocol is secured.
func (g *Gateway) tlsConfig(p *protocol) *tls.Config {
	config := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     p.next,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return g.Certificates.current(), nil },
		// Small records first help browsers on slow lines; results are long.
		DynamicRecordSizingDisabled: true,
	}
	if g.Domain == "" {
		return config
	}
	// Asked for nobody that is here, the gateway has no certificate: crypto/tls then says
	// unrecognized_name, and shows no other. Nor may an earlier session be gone on with.
	nobody := &tls.Config{
		MinVersion: tls.VersionTLS12, SessionTicketsDisabled: true,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }, // how crypto/tls is told that there is none
	}
	outer := config.Clone()
	outer.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		w, ok := hello.Conn.(*wire)
		if !ok {
			return nobody, nil
		}
		found, err := w.conn.choose(hello.ServerName)
		if err != nil || found {
			return nil, err
		}
		return nobody, nil
	}
	return outer
}

// errRefused ends the handshake of a client that was reset.
var errRefused = errors.New("refused")

// choose finds the service that the client asks for by name and admits the connection to
// it. It returns false when there is none, and errRefused after a reset.
func (c *conn) choose(name string) (found bool, err error) {
	label, ok := strings.CutSuffix(strings.ToLower(strings.TrimSuffix(name, ".")), "."+c.g.Domain)
	var s *service
	if ok {
		s = c.g.labelled(label)
	}
	if s == nil {
		c.g.refused[refusedName].Add(1)
		return false, nil
	}
	reason, admitted := c.g.admit(c, s)
	switch {
	case admitted:
		return true, nil
	case reason == refusedName:
		return false, nil
	default:
		c.reset()
		return false, errRefused
	}
}

// secure learns whose connection it is, admits it, and agrees on TLS. A client that is
// not admitted is reset before anything is said to it.
func (c *conn) secure(s *service) bool {
	defer c.g.secured(c)
	patience := time.AfterFunc(c.g.Limits.Handshake, c.close)
	defer patience.Stop()
	head, err := c.identify()
	if err != nil {
		c.g.refused[refusedProxy].Add(1)
		c.reset()
		return false
	}
	if s != nil {
		if _, ok := c.g.admit(c, s); !ok {
			c.reset()
			return false
		}
	}
	c.wire = newWire(c, head)
	c.tls = tls.Server(c.wire, c.g.tls[c.protocol.index])
	// The time is kept above: a context that can end would cost a goroutine.
	if err := c.tls.HandshakeContext(context.Background()); err != nil {
		c.handshakeFailed(err)
		return false
	}
	return c.service != nil
}

func (c *conn) handshakeFailed(err error) {
	if errors.Is(err, errRefused) {
		return
	}
	c.g.Log.Debug("no TLS with a client", "protocol", c.protocol.name, "client", c.client, "error", err)
	if c.service != nil {
		c.service.refused[refusedHandshake].Add(1)
	} else {
		c.g.refused[refusedHandshake].Add(1)
	}
}

func (g *Gateway) trusts(peer netip.Addr) bool {
	for _, p := range g.TrustedProxies {
		if p.Contains(peer) {
			return true
		}
	}
	return false
}

// identify learns the address of the client: from the PROXY header that a trusted proxy
// sends first, else from the connection. It returns what it read beyond the header.
func (c *conn) identify() (rest []byte, err error) {
	c.client = c.peer
	if !c.g.trusts(c.peer) {
		return nil, nil
	}
	// Without a header it would not be known whose connection it is; and a client behind a
	// proxy that sends none could send one of its own.
	reader := bufio.NewReaderSize(c.raw, 4<<10)
	header, err := proxyproto.Read(reader)
	if err != nil {
		return nil, err
	}
	// LOCAL (version 2) and UNKNOWN (version 1) are the proxy's own, such as its checks.
	if source, _, ok := header.TCPAddrs(); ok && header.Command.IsProxy() && source != nil {
		c.client = source.AddrPort().Addr().Unmap()
	}
	rest, err = reader.Peek(reader.Buffered())
	return rest, err
}
