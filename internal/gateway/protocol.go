package gateway

import (
	"io"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Protocol is a language that services speak, under the name that the contract has for
// it (OpenAPI schema ServiceEndpoint).
type Protocol string

// The protocols. MySQL is not among them: no server that Gatehouse can run speaks it
// without TLS of its own.
const (
	HTTPS  Protocol = "https"
	Native Protocol = "nativesecure"
)

// protocol is everything in which one protocol differs from another.
type protocol struct {
	name   Protocol
	index  int // in protocols
	port   func(cloud.ServicePorts) int
	shared func(*Config) int
	server func(Backend) string
	// next are the protocols to be agreed on in TLS (ALPN); none where nothing is asked.
	next []string
	// whole reports whether the client has said enough to be given an answer: its first
	// message is complete, or will never be.
	whole func(said []byte) bool
	// explain tells the client, which said that much, why it is not served.
	explain func(w io.Writer, said []byte, why *cloud.Error) error
}

// protocols are those that the gateway carries.
var protocols = [...]protocol{
	{
		name:    HTTPS,
		index:   0,
		port:    func(p cloud.ServicePorts) int { return p.HTTPS },
		shared:  func(c *Config) int { return c.HTTPSPort },
		server:  func(b Backend) string { return b.HTTP },
		next:    []string{"http/1.1", "http/1.0"}, // ClickHouse speaks no HTTP/2
		whole:   wholeHead,
		explain: explainHTTP,
	},
	{
		name:    Native,
		index:   1,
		port:    func(p cloud.ServicePorts) int { return p.Native },
		shared:  func(c *Config) int { return c.NativePort },
		server:  func(b Backend) string { return b.Native },
		whole:   wholeHello,
		explain: explainNative,
	},
}
