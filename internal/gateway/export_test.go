package gateway

import (
	"context"
	"crypto/x509"
	"net"
)

// OnListen has a function called after each attempt to open a port.
func (g *Gateway) OnListen(tell func(address string, err error)) {
	listen := g.listen
	g.listen = func(ctx context.Context, address string) (net.Listener, error) {
		l, err := listen(ctx, address)
		tell(address, err)
		return l, err
	}
}

// What fuzz tests give bytes of clients to.
var (
	WholeHead     = wholeHead
	WholeHello    = wholeHello
	ExplainHTTP   = explainHTTP
	ExplainNative = explainNative
)

// Names of the files of the private authority.
const (
	CAKeyName  = caKeyName
	CACertName = caCertName
)

// DefaultHost is the host that clients are told where nothing else was decided.
var DefaultHost = defaultHost

// Shown returns the certificate that the next client is shown.
func Shown(c *Certificates) *x509.Certificate { return c.current().Leaf }

// Wire is the connection below TLS, of which some was read already.
type Wire struct{ *wire }

// NewWire returns one.
func NewWire(c *net.TCPConn, read []byte) Wire { return Wire{newWire(&conn{raw: c}, read)} }

// HasRecord reports whether a whole record is there.
func (w Wire) HasRecord() bool { return w.hasRecord() }

// Hold keeps back what is written until Flush.
func (w Wire) Hold() { w.hold() }

// Flush sends what was kept back.
func (w Wire) Flush() error { return w.flush() }
