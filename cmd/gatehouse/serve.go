package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/console"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/web"
)

// serveCommand runs Gatehouse.
type serveCommand struct {
	storeFlags
	Listen        string   `default:"localhost:8080" placeholder:"ADDR" help:"Where the console and the API listen (default ${default})."`
	MetricsListen string   `placeholder:"ADDR" help:"Where Prometheus reads the metrics of Gatehouse itself, at /metrics. Off by default."`
	Organization  string   `default:"My organization" placeholder:"NAME" help:"The name of the organization that a new store begins with (default ${default})."`
	InitKey       string   `placeholder:"FILE" help:"Write a first Admin key to this file, if the store is new."`
	Limits        string   `default:"relaxed" enum:"relaxed,cloud" help:"relaxed: 600 requests in 10 s for each key, 1000 keys. cloud: those of ClickHouse Cloud, 10 requests and 100 keys."`
	MaxKeys       int      `placeholder:"N" help:"How many API keys an organization may have, in place of what --limits says."`
	TrustedProxy  []string `placeholder:"CIDR" help:"A proxy whose X-Forwarded-For tells the client's address, and whose X-Forwarded-Proto whether it speaks TLS. May be given several times."`
	TLSCert       string   `name:"tls-cert" placeholder:"FILE" help:"The certificate chain (PEM). With --tls-key, the listener speaks TLS."`
	TLSKey        string   `name:"tls-key" placeholder:"FILE" help:"The private key of the certificate (PEM)."`
	LogFormat     string   `default:"text" enum:"text,json" help:"The format of the log, which goes to standard error."`
	LogLevel      string   `default:"info" enum:"debug,info,warn,error" help:"What is logged. debug has a line for each request."`
}

const (
	usesInterval = time.Minute
	reloadPause  = time.Second
)

// Run serves until ctx ends or something fails.
func (c *serveCommand) Run(ctx context.Context, m *Main) error {
	s := &server{serveCommand: c, main: m}
	defer s.close()
	if err := s.open(ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			return errors.New("stopped before it was ready")
		}
		return err
	}
	return s.serve(ctx)
}

// server is a Gatehouse that runs. What it has opened is closed in the opposite order.
type server struct {
	*serveCommand
	main      *Main
	log       *slog.Logger
	proxies   []netip.Prefix
	scheme    string
	listener  net.Listener
	metrics   net.Listener // nil when off
	operators *operatorListener
	store     *store.Store
	directory *access.Directory
	control   *control.Control
	draining  chan struct{}
	closers   []io.Closer
}

func (s *server) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i].Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			s.log.Error("could not be closed", "error", err)
		}
	}
}

// open takes what may be taken by others before it touches anything: first the
// ports, then the data directory, then the store.
func (s *server) open(ctx context.Context) (err error) {
	s.log = newLog(s.main.Stderr, s.LogFormat, s.LogLevel)
	s.draining = make(chan struct{})
	if s.proxies, err = readPrefixes(s.TrustedProxy); err != nil {
		return err
	}
	if s.MaxKeys < 0 {
		return fmt.Errorf("--max-keys %d is no number of keys: write one above 0", s.MaxKeys)
	}
	if err := cloud.CheckName("--organization", s.Organization); err != nil {
		return errors.New(sentence(err))
	}
	if s.listener, err = s.listen(ctx, s.Listen, "--listen"); err != nil {
		return err
	}
	if s.MetricsListen != "" {
		if s.metrics, err = s.listen(ctx, s.MetricsListen, "--metrics-listen"); err != nil {
			return err
		}
	}
	if err := s.secure(); err != nil {
		return err
	}
	if err := store.CheckURL(s.Store); err != nil {
		return err
	}
	if err := s.checkKeyFile(); err != nil {
		return err
	}
	dir, err := openDataDir(s.Data, true)
	if errors.Is(err, errInUse) {
		return inUse(s.Data)
	}
	if err != nil {
		return err
	}
	s.closers = append(s.closers, dir)
	if s.store, err = store.Open(ctx, store.Options{URL: s.Store, Dir: s.Data, Log: s.log}); err != nil {
		return err
	}
	s.closers = append(s.closers, s.store)
	sealer, err := openSealer(s.Data)
	if err != nil {
		return err
	}
	clock := cloud.SystemClock{}
	s.directory = access.NewDirectory(clock)
	s.control = control.New(control.Config{Store: s.store, Directory: s.directory, Clock: clock, Limits: s.limits(), Sealer: sealer, Log: s.log})
	if err := s.start(ctx); err != nil {
		return err
	}
	s.operators, err = listenForOperators(s.Data)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.operators)
	return nil
}

func (s *server) listen(ctx context.Context, address, flag string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is taken: stop what listens there, or choose another with %s", address, flag)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: correct %s (%w)", address, flag, err)
	}
	s.closers = append(s.closers, l)
	return l, nil
}

// secure makes the listener speak TLS when there is a certificate.
func (s *server) secure() error {
	s.scheme = "http"
	if s.TLSCert == "" && s.TLSKey == "" {
		return nil
	}
	if s.TLSCert == "" || s.TLSKey == "" {
		return errors.New("TLS needs both --tls-cert and --tls-key")
	}
	pair, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		return fmt.Errorf("the certificate or its key cannot be read: correct --tls-cert and --tls-key (%w)", err)
	}
	s.scheme = "https"
	s.listener = tls.NewListener(s.listener, &tls.Config{
		Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	})
	return nil
}

// checkKeyFile returns an error if the store is to be made and its first key could
// not be written. Of other stores it is not known yet whether they are new.
func (s *server) checkKeyFile() error {
	if s.InitKey == "" || s.Store != "sqlite" || storeExists(s.storeFlags) == nil {
		return nil
	}
	return checkKeyFile(s.InitKey, s.Data)
}

// start loads the directory and gives a new store its beginning.
func (s *server) start(ctx context.Context) error {
	isNew, err := s.control.IsNew(ctx)
	if err != nil {
		return err
	}
	if !isNew {
		return s.control.Load(ctx)
	}
	token := control.NewSetupToken()
	begin := control.Bootstrap{Organization: s.Organization, SetupToken: token}
	if s.InitKey != "" {
		// The file comes first: a key whose file was never written would be lost.
		credential := cloud.NewCredential()
		if err := writeKeyFile(s.InitKey, credential); err != nil {
			return err
		}
		begin.FirstKey = &credential
	}
	if err := s.control.Begin(ctx, begin); err != nil {
		return err
	}
	s.main.printf("gatehouse: new store with the organization %q\n", s.Organization)
	if begin.FirstKey != nil {
		s.main.printf("gatehouse: first Admin key, readable by its owner only: %s\n", s.InitKey)
	}
	s.main.printf("gatehouse: link to set up the first person, valid for %.0f hours: %s\n", control.SetupLinkLife.Hours(), setupLink(s.url(), token))
	return nil
}

// setupLink keeps the token out of requests and logs: a fragment stays in the browser.
func setupLink(base string, token cloud.Secret) string { return base + "/setup#" + token.Reveal() }

// url is where a person on this machine finds Gatehouse.
func (s *server) url() string {
	address, ok := s.listener.Addr().(*net.TCPAddr)
	if !ok {
		return s.scheme + "://" + s.Listen
	}
	host, _, _ := net.SplitHostPort(s.Listen)
	if host == "" || address.IP.IsUnspecified() {
		host = "localhost"
	}
	return s.scheme + "://" + net.JoinHostPort(host, strconv.Itoa(address.Port))
}

func (s *server) serve(ctx context.Context) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	clock := cloud.SystemClock{}
	metrics := api.NewMetrics(registry)
	pages, err := console.New(console.Config{Control: s.control, Directory: s.directory, Dist: web.Dist(), Log: s.log})
	if err != nil {
		return err
	}
	keys := api.Basic(s.directory, access.NewThrottle(clock), metrics)
	public, err := s.handler(console.Identify(s.directory, keys), pages, metrics)
	if err != nil {
		return err
	}
	private, err := s.handler(api.Operator(accountOf), operatorRoutes(s.control, s.log, s.url()), nil)
	if err != nil {
		return err
	}
	scrape := http.NewServeMux()
	scrape.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))

	servers, ctx := errgroup.WithContext(ctx)
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	s.run(ctx, servers, s.listener, public)
	s.run(ctx, servers, s.operators, private)
	if s.metrics != nil {
		s.run(ctx, servers, s.metrics, scrape)
	}
	servers.Go(func() error { return s.watchStore(ctx) })
	var chores errgroup.Group
	chores.Go(func() error { return s.writeUses(background) })
	chores.Go(func() error { return s.reload(background) })
	s.main.printf("gatehouse: ready: console %s, API %s/v1, reference %s/docs\n", s.url(), s.url(), s.url())
	s.log.Info("ready", "version", version, "url", s.url(), "store", s.store.Dialect(), "limits", s.Limits)
	err = servers.Wait()
	stopBackground()
	err = errors.Join(err, chores.Wait())
	s.log.Info("stopped")
	return err
}

func (s *server) handler(identify api.Identifier, fallback http.Handler, metrics *api.Metrics) (http.Handler, error) {
	return api.New(api.Config{
		Control: s.control, Identify: identify, Fallback: fallback, TrustedProxies: s.proxies,
		Log: s.log, Metrics: metrics, Draining: s.draining,
	})
}

// run serves on the listener until ctx ends, then lets requests come to their end.
func (s *server) run(ctx context.Context, group *errgroup.Group, l net.Listener, handler http.Handler) {
	var requests underWay
	server := &http.Server{
		Handler:           requests.count(handler),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		ConnContext:       operatorContext,
	}
	group.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		if l == s.listener {
			s.log.Info("stopping", "cause", context.Cause(ctx))
			close(s.draining)
		}
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
		defer cancel()
		if err := requests.drain(limit, server); err != nil {
			s.log.Warn("requests were cut off by the stop", "error", err)
			return server.Close()
		}
		return nil
	})
}

// watchStore ends the process when another may have taken over the store: what
// that one takes away would still be accepted here.
func (s *server) watchStore(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.store.Lost():
		s.control.Retire()
		return errors.New("the connection that keeps the store for this Gatehouse was lost: start it again when PostgreSQL is well")
	}
}

// writeUses writes now and then, and at the end, when keys were last used.
func (s *server) writeUses(ctx context.Context) error {
	every := time.NewTicker(usesInterval)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			if err := s.control.WriteUses(ctx); err != nil {
				s.log.Warn("when keys were last used could not be written; it is tried again", "error", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if err := s.control.WriteUses(last); err != nil {
				s.log.Warn("when keys were last used could not be written", "error", err)
			}
			return nil
		}
	}
}

// reload reads the directory again as long as it is suspended.
func (s *server) reload(ctx context.Context) error {
	every := time.NewTicker(reloadPause)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			if err := s.control.Reload(ctx); err != nil {
				s.log.Error("the store could not be read again; it is tried again", "error", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func (c *serveCommand) limits() cloud.Limits {
	limits := cloud.RelaxedLimits
	if c.Limits == "cloud" {
		limits = cloud.CloudLimits
	}
	if c.MaxKeys > 0 {
		limits.Keys = c.MaxKeys
	}
	return limits
}

func readPrefixes(texts []string) (out []netip.Prefix, err error) {
	for _, text := range texts {
		if a, err := netip.ParseAddr(text); err == nil {
			out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy %q is no address and no CIDR range: write for example 10.0.0.0/8", text)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func newLog(w io.Writer, format, level string) *slog.Logger {
	var least slog.Level
	_ = least.UnmarshalText([]byte(level)) // the command line allows only levels
	options := &slog.HandlerOptions{Level: least}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
