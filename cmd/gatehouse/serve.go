package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/gateway"
	"github.com/gatehouse/gatehouse/internal/mail"
	"github.com/gatehouse/gatehouse/internal/oidc"
	"github.com/gatehouse/gatehouse/internal/store"
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
	PublicURL     string   `name:"public-url" placeholder:"URL" help:"Where people reach this Gatehouse, such as https://gatehouse.example.com. Links in mails begin with it, and sign-in providers send people back there. By default the address of the listener."`
	mailFlags
	SignInProviders string `placeholder:"FILE" help:"OpenID Connect providers that people can sign in with (YAML; see docs/operations.md)."`
	serviceFlags
	LogFormat string `default:"text" enum:"text,json" help:"The format of the log, which goes to standard error."`
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"What is logged. debug has a line for each request."`
}

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
	main    *Main
	log     *slog.Logger
	proxies []netip.Prefix

	serviceProxies []netip.Prefix
	scheme         string
	listener       net.Listener
	metrics        net.Listener // nil when off
	sender         *mail.Sender // nil when no mail is sent
	sealer         cloud.Sealer
	providers      *oidc.Providers
	operators      *operatorListener
	store          *store.Store
	directory      *access.Directory
	control        *control.Control
	registry       *prometheus.Registry
	services       services
	ports          control.PortRange // of services; none when they share ports
	draining       chan struct{}
	closers        []io.Closer
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
	if s.proxies, err = readPrefixes("--trusted-proxy", s.TrustedProxy); err != nil {
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
	if err := s.openPeople(); err != nil {
		return err
	}
	if err := s.readServiceFlags(ctx); err != nil {
		return err
	}
	if err := store.CheckURL(s.Store); err != nil {
		return err
	}
	if err := s.checkKeyFile(); err != nil {
		return err
	}
	if err := s.findEngine(ctx); err != nil {
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
	if s.sealer, err = openSealer(s.Data); err != nil {
		return err
	}
	s.build()
	if err := s.openServices(ctx); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	s.givePorts(ctx)
	s.main.printf("gatehouse: %s\n", s.services.runOn)
	s.operators, err = listenForOperators(s.Data)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.operators)
	s.closers = append(s.closers, s.services.gateway)
	return s.services.gateway.Listen(ctx)
}

// openPeople reads what is needed to invite people and to sign them in.
func (s *server) openPeople() (err error) {
	if s.PublicURL, err = s.publicURL(); err != nil {
		return err
	}
	if s.sender, err = s.mailFlags.sender(); err != nil {
		return err
	}
	var providers []oidc.Provider
	if s.SignInProviders != "" {
		if providers, err = oidc.ReadProviders(s.SignInProviders, os.Getenv); err != nil {
			return err
		}
	}
	s.providers = oidc.New(providers, s.PublicURL, nil, s.main.clock())
	return nil
}

// build makes the parts that need no I/O.
func (s *server) build() {
	clock := s.main.clock()
	s.registry = prometheus.NewRegistry()
	s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.directory = access.NewDirectory(clock)
	config := control.Config{
		Store: s.store, Directory: s.directory, Clock: clock, Limits: s.limits(), Sealer: s.sealer, Log: s.log, PublicURL: s.PublicURL,
		Regions: s.Region, Ports: s.ports,
		Listenable: func(ctx context.Context, ports []int, n int) []int {
			return gateway.Listenable(ctx, s.serviceAddress(), ports, n)
		},
	}
	if s.sender != nil {
		config.Mailer = mailer{s.sender}
	}
	s.control = control.New(config)
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
	s.main.printf("gatehouse: link to set up the first person, valid for %.0f hours: %s\n", control.SetupLinkLife.Hours(), setupLink(s.PublicURL, token))
	return nil
}

// setupLink keeps the token out of requests and logs: a fragment stays in the browser.
func setupLink(base string, token cloud.Secret) string { return base + "/setup#" + token.Reveal() }

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

func newLog(w io.Writer, format, level string) *slog.Logger {
	var least slog.Level
	_ = least.UnmarshalText([]byte(level)) // the command line allows only levels
	options := &slog.HandlerOptions{Level: least}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
