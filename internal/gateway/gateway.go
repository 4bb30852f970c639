// Package gateway is the front of the data plane: clients reach the server of a service
// only through it. It ends TLS, keeps the address list of each service before TLS begins,
// wakes services that rest, and copies bytes both ways between client and server.
//
// A service has a port of its own for each protocol; or, under a domain, all services share
// one port for each protocol and are told apart by the name that the client asks for (SNI).
package gateway

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Backends knows where the servers of services listen.
type Backends interface {
	// Backend returns where the server of the service listens. It wakes a service that is
	// idle and waits while it starts, until ctx ends. It returns NotFound, Conflict for a
	// service that is stopped, and Unavailable with a public sentence where the server
	// cannot be had.
	Backend(ctx context.Context, service uuid.UUID) (Backend, error)
}

// Backend is the server of a service.
type Backend struct {
	// HTTP and Native are host:port where it answers, without TLS.
	HTTP, Native string
	// Done is closed when that server is gone; nil where nobody can tell.
	Done <-chan struct{}
}

// Ports of services that share them, where none are given: those of the Cloud.
const (
	DefaultHTTPSPort  = 8443
	DefaultNativePort = 9440
)

// Config says how services are reached.
type Config struct {
	Backends     Backends
	Certificates *Certificates
	Log          *slog.Logger
	Clock        cloud.Clock
	// Metrics is where the metrics are registered; nil for nowhere.
	Metrics prometheus.Registerer

	// Address is the host to listen on: a name or an address, empty for every address.
	Address string
	// Host is the host that clients are told, where services have ports of their own. By
	// default it is Address, or the name of this machine where that is every address.
	Host string
	// Domain, where it is not empty, makes services share HTTPSPort and NativePort: each
	// is found by the name LABEL.Domain.
	Domain                string
	HTTPSPort, NativePort int
	// TrustedProxies are proxies in front of the gateway. Each connection from them must
	// begin with a PROXY protocol header (version 1 or 2), which says whose it is; from
	// anywhere else such a header is no TLS, and fails.
	TrustedProxies []netip.Prefix
	Limits         Limits
}

// Gateway carries the connections of clients to the servers of services. It is an
// observer of control: LoadServices and ApplyServices tell it of services.
type Gateway struct {
	Config
	tls     [len(protocols)]*tls.Config
	metrics *metrics
	// listen opens a listener; a test looks on.
	listen func(ctx context.Context, address string) (net.Listener, error)

	// ending is done when no new connection is taken in, ended when none may go on.
	ending, ended      context.Context
	endNow, endForGood context.CancelFunc
	running            sync.WaitGroup // listeners and connections
	mu                 sync.Mutex
	serving            bool
	services           map[uuid.UUID]*service
	labels             map[string]*service // of services that share ports
	shared             []*listener
	conns              map[*conn]struct{}
	handshakes         int                // of conns, those on their way to TLS
	handshakesFrom     map[netip.Addr]int // by the address of the peer
	refused            refusals           // of connections whose service was not known yet
}

// New returns a gateway that knows no services yet and listens nowhere until Serve.
func New(config Config) *Gateway {
	config.Limits = config.Limits.orDefault()
	config.HTTPSPort = cmp.Or(config.HTTPSPort, DefaultHTTPSPort)
	config.NativePort = cmp.Or(config.NativePort, DefaultNativePort)
	config.Domain = strings.ToLower(strings.Trim(config.Domain, "."))
	if config.Host == "" {
		config.Host = defaultHost(config.Address)
	}
	g := &Gateway{
		Config: config, services: map[uuid.UUID]*service{}, labels: map[string]*service{}, conns: map[*conn]struct{}{}, handshakesFrom: map[netip.Addr]int{},
	}
	g.ending, g.endNow = context.WithCancel(context.Background())
	g.ended, g.endForGood = context.WithCancel(context.Background())
	g.listen = listenTCP
	for i := range protocols {
		g.tls[i] = g.tlsConfig(&protocols[i])
	}
	g.metrics = newMetrics(g, config.Metrics)
	return g
}

func defaultHost(address string) string {
	if a, err := netip.ParseAddr(address); address != "" && (err != nil || !a.IsUnspecified()) {
		return address
	}
	if name, err := os.Hostname(); err == nil {
		return name
	}
	return "localhost"
}

// Endpoint returns where clients reach a service: what the API shows. A port is 0 where
// the service has none.
func (g *Gateway) Endpoint(s cloud.Service) (host string, https, native int) {
	if g.Domain != "" {
		return s.Label() + "." + g.Domain, g.HTTPSPort, g.NativePort
	}
	return g.Host, s.Ports.HTTPS, s.Ports.Native
}

// Listen opens the ports and begins to take connections. Serve does it where it was not
// done before. It returns an error only when a port that all services share cannot be
// opened. When it returns, every other port is open that can be had.
func (g *Gateway) Listen(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.serving {
		return nil
	}
	if err := g.openShared(ctx); err != nil {
		return err
	}
	g.serving = true
	for _, l := range g.shared {
		g.running.Go(l.run)
	}
	for _, s := range g.services {
		g.listenFor(s)
	}
	return nil
}

// Serve takes connections until ctx ends or Close is called, and returns when the last
// one has ended: connections in use may go on for a while (Limits.Drain). Its errors are
// those of Listen. It is called once.
func (g *Gateway) Serve(ctx context.Context) error {
	if err := g.Listen(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-g.ending.Done():
	}
	g.stopListening()
	g.drain()
	g.running.Wait()
	return nil
}

// Close makes Serve end.
func (g *Gateway) Close() error {
	g.stopListening()
	return nil
}

func (g *Gateway) stopListening() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.endNow()
	for _, l := range g.shared {
		l.close()
	}
	for _, s := range g.services {
		s.closeListeners()
	}
}

// quietTick is how often connections are looked at when they are to end.
const quietTick = 100 * time.Millisecond

// drain ends each connection when it is quiet, and in the end all of them.
func (g *Gateway) drain() {
	defer g.endForGood()
	over := time.NewTimer(g.Limits.Drain)
	defer over.Stop()
	tick := time.NewTicker(quietTick)
	defer tick.Stop()
	watch := newQuietWatch(drainLooks)
	for {
		conns := g.open()
		if len(conns) == 0 {
			return
		}
		watch.endQuiet(conns)
		select {
		case <-over.C:
			for _, c := range g.open() {
				c.close()
			}
			return
		case <-tick.C:
		}
	}
}

func (g *Gateway) open() []*conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make([]*conn, 0, len(g.conns))
	for c := range g.conns {
		out = append(out, c)
	}
	return out
}
