package gateway_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

// A test that hangs says where within this time.
const patience = 20 * time.Second

// clientIP is where the clients of tests come from.
const clientIP = "127.0.0.1"

var begin = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// backends answers for the fleet.
type backends func(ctx context.Context, id uuid.UUID) (gateway.Backend, error)

func (b backends) Backend(ctx context.Context, id uuid.UUID) (gateway.Backend, error) {
	return b(ctx, id)
}

// at has every service served at one address, in both protocols.
func at(address string) backends {
	return func(context.Context, uuid.UUID) (gateway.Backend, error) {
		return gateway.Backend{HTTP: address, Native: address}, nil
	}
}

// fixture is a gateway that serves.
type fixture struct {
	*gateway.Gateway
	t       testing.TB
	clock   *cloudtest.Clock
	roots   *x509.CertPool
	metrics *prometheus.Registry
	first   uuid.UUID
	end     func() // ends it and waits until it has ended

	mu      sync.Mutex
	opened  map[string]bool
	changed chan struct{} // closed at the next attempt to open a port
}

// serve starts a gateway in front of backends; alter may change how.
func serve(t testing.TB, b gateway.Backends, alter ...func(*gateway.Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: cloudtest.NewClock(begin), metrics: prometheus.NewRegistry(), opened: map[string]bool{}, changed: make(chan struct{})}
	config := gateway.Config{Backends: b, Log: slog.New(slog.DiscardHandler), Clock: f.clock, Address: clientIP, Metrics: f.metrics}
	for _, a := range alter {
		a(&config)
	}
	if config.Certificates == nil {
		config.Certificates = authority(t, config.Domain, f.clock)
	}
	f.roots = x509.NewCertPool()
	f.roots.AppendCertsFromPEM(config.Certificates.CAPEM())
	f.Gateway = gateway.New(config)
	f.OnListen(f.listened)
	f.start()
	return f
}

func (f *fixture) start() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := f.Serve(ctx); err != nil {
			f.t.Error(err)
		}
	}()
	f.end = func() {
		cancel()
		f.within("the end of the gateway", ended)
	}
	f.t.Cleanup(f.end)
}

func authority(t testing.TB, domain string, clock cloud.Clock) *gateway.Certificates {
	t.Helper()
	c, err := gateway.OpenCertificates(gateway.CertificateConfig{Dir: t.TempDir(), Domain: domain, Clock: clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (f *fixture) listened(address string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened[address] = err == nil
	close(f.changed)
	f.changed = make(chan struct{})
}

// listening waits until a port is open.
func (f *fixture) listening(port int) {
	f.t.Helper()
	f.attempted(port, true)
}

// attempted waits for an attempt to open a port that ends so.
func (f *fixture) attempted(port int, open bool) {
	f.t.Helper()
	if port != 0 {
		f.attemptedAt(address(port), open)
	}
}

func (f *fixture) listeningAt(address string) {
	f.t.Helper()
	f.attemptedAt(address, true)
}

func (f *fixture) attemptedAt(address string, open bool) {
	f.t.Helper()
	for {
		f.mu.Lock()
		is, tried := f.opened[address]
		changed := f.changed
		f.mu.Unlock()
		if tried && is == open {
			return
		}
		f.within("an attempt to listen on "+address, changed)
	}
}

// noDeadline is for what takes its time.
var noDeadline time.Time

// load makes services known, waits until their ports are open, and remembers the first.
func (f *fixture) load(all ...cloud.Service) {
	f.t.Helper()
	f.LoadServices(all)
	f.first = all[0].ID
	for _, s := range all {
		f.listening(s.Ports.HTTPS)
		f.listening(s.Ports.Native)
	}
}

// only returns the service that was made first.
func (f *fixture) only() uuid.UUID { return f.first }

// service is one that anybody may reach at ports of its own, which are open.
func (f *fixture) service(alter ...func(*cloud.Service)) cloud.Service {
	f.t.Helper()
	s := newService(f.t, alter...)
	if f.first == uuid.Nil {
		f.first = s.ID
	}
	f.ApplyServices([]cloud.Service{s}, nil)
	f.listening(s.Ports.HTTPS)
	f.listening(s.Ports.Native)
	return s
}

func newService(t testing.TB, alter ...func(*cloud.Service)) cloud.Service {
	t.Helper()
	s := cloud.Service{ID: uuid.New(), Goal: cloud.GoalRunning, Ports: cloud.ServicePorts{HTTPS: freePort(t), Native: freePort(t)}}
	s.Addresses = cloud.AddressList{{Source: "0.0.0.0/0"}}
	for _, a := range alter {
		a(&s)
	}
	return s
}

func allow(sources ...string) func(*cloud.Service) {
	return func(s *cloud.Service) {
		s.Addresses = cloud.AddressList{}
		for _, source := range sources {
			s.Addresses = append(s.Addresses, cloud.AddressEntry{Source: source})
		}
	}
}

func one(s cloud.Service) []cloud.Service { return []cloud.Service{s} }

// portsGiven counts what freePort has returned, from a place that two test programs do
// not share.
var portsGiven atomic.Int64

func init() { portsGiven.Store(rand.Int64N(8000)) }

// freePort returns a port that was free a moment ago, and which no other test gets. It is
// not among those that Linux hands out: others would get it before it is listened on.
func freePort(t testing.TB) int {
	t.Helper()
	for {
		port := 12000 + int(portsGiven.Add(1)%8000)
		if l, err := listenOn(address(port)); err == nil {
			l.Close()
			return port
		}
	}
}

// dial connects to a port of the gateway without TLS.
func (f *fixture) dial(port int) *net.TCPConn {
	f.t.Helper()
	c, err := dialTCP(address(port))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(cloud.SystemClock{}.Now().Add(patience))
	return c.(*net.TCPConn)
}

func dialTCP(address string) (net.Conn, error) {
	return new(net.Dialer).DialContext(context.Background(), "tcp", address)
}

func listenOn(address string) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", address)
}

func address(port int) string { return net.JoinHostPort(clientIP, strconv.Itoa(port)) }

// memory returns how much is in use after the garbage is gone.
func memory() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// secure agrees on TLS.
func (f *fixture) secure(c net.Conn, name string) (*tls.Conn, error) {
	t := tls.Client(c, &tls.Config{RootCAs: f.roots, ServerName: name, Time: f.clock.Now})
	return t, t.HandshakeContext(context.Background())
}

// connect connects to a port of the gateway with TLS.
func (f *fixture) connect(port int) *tls.Conn {
	f.t.Helper()
	c, err := f.secure(f.dial(port), "localhost")
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// metric returns the sum of a metric over all its labels that match, each NAME=VALUE.
func (f *fixture) metric(name string, labels ...string) (sum float64) {
	f.t.Helper()
	families, err := f.metrics.Gather()
	if err != nil {
		f.t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			var has []string
			for _, l := range m.GetLabel() {
				has = append(has, l.GetName()+"="+l.GetValue())
			}
			if !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(has, l) }) {
				sum += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return sum
}

// isRefused checks that a client is reset at a port, whether it speaks or listens.
func (f *fixture) isRefused(port int) {
	f.t.Helper()
	for _, speaks := range []bool{false, true} {
		c, err := dialTCP(address(port))
		if err == nil {
			_ = c.SetDeadline(cloud.SystemClock{}.Now().Add(patience))
			if speaks {
				_, err = f.secure(c, "localhost")
			} else {
				_, err = c.Read(make([]byte, 1))
			}
			c.Close()
		}
		if !isReset(err) {
			f.t.Errorf("not reset: %v", err)
		}
	}
}

// within waits for something to happen.
func (f *fixture) within(what string, happened <-chan struct{}) {
	f.t.Helper()
	within(f.t, what, happened)
}

func within[T any](t testing.TB, what string, happened <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-happened:
	case <-time.After(patience):
		stacks := make([]byte, 1<<20)
		t.Fatalf("waited in vain for %s\n%s", what, stacks[:runtime.Stack(stacks, true)])
	}
	return v
}

// server is a TCP server that hands each connection to a function.
func server(t testing.TB, handle func(*net.TCPConn)) (address string) {
	t.Helper()
	l, err := listenOn(clientIP + ":0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				handle(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return l.Addr().String()
}

// echo is a server that repeats what it is told until it is told no more.
func echo(t testing.TB) (address string) {
	return server(t, func(c *net.TCPConn) { _, _ = io.Copy(c, c) })
}

// says exchanges a few bytes with an echo.
func says(t testing.TB, c net.Conn, text string) {
	t.Helper()
	if err := exchange(c, text); err != nil {
		t.Fatal(err)
	}
}

func exchange(c net.Conn, text string) error {
	if _, err := io.WriteString(c, text); err != nil {
		return err
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if string(got) != text {
		return errors.New("the echo is another: " + string(got))
	}
	return nil
}

// isReset reports whether an error is a connection that was reset.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// eventually waits until a condition holds that nothing tells of, such as a counter.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// TestMain is the host of an engine where it is asked to be one. Else it runs the tests,
// and fails when a goroutine of the gateway outlives them: each test has ended its gateway
// and waited for it.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == engine.HostCommand {
		os.Exit(engine.RunHost(os.Args[2]))
	}
	code := m.Run()
	stacks := make([]byte, 4<<20)
	text := string(stacks[:runtime.Stack(stacks, true)])
	if code == 0 && strings.Contains(text, "internal/gateway.(*") {
		_, _ = os.Stderr.WriteString("goroutines are left:\n" + text)
		code = 1
	}
	os.Exit(code)
}
