package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

// engineFlags say what runs ClickHouse. Commands that look at a data directory have them too.
type engineFlags struct {
	Engine     string `default:"auto" enum:"auto,clickhouse,chdb,none" help:"What runs the services: clickhouse, an official binary; chdb, the same engine as a library; none; auto takes the first there is (default ${default})."`
	ClickHouse string `name:"clickhouse" placeholder:"PATH" help:"The official binary, clickhouse or clickhouse-server. By default the one in PATH."`
	CHDB       string `name:"chdb" placeholder:"PATH" help:"A libchdb.so. By default the one that gatehouse engine install put into the data directory."`
	Jail       string `default:"auto" enum:"auto,landlock,uid,none" help:"What keeps a service from the files of others: auto takes all there is (default ${default}). none: whoever may query a service may read what Gatehouse may read."`
}

func (f engineFlags) options(dir string) engine.Options {
	return engine.Options{Want: f.Engine, ClickHouse: f.ClickHouse, CHDB: f.CHDB, Dir: dir}
}

// serviceFlags say how services run and how they are reached.
type serviceFlags struct {
	engineFlags
	Region []string `placeholder:"REGION" help:"A region in which services can be created, such as eu-central-1. May be given several times; all by default."`
	portFlags
	ServiceHost       string   `placeholder:"HOST" help:"The host that clients of services are told. By default that of --service-listen."`
	ServiceHTTPSPort  int      `name:"service-https-port" default:"8443" placeholder:"PORT" help:"The shared port for HTTPS, with --service-domain (default ${default})."`
	ServiceNativePort int      `default:"9440" placeholder:"PORT" help:"The shared port for the native protocol, with --service-domain (default ${default})."`
	ServiceTLSCert    string   `name:"service-tls-cert" placeholder:"FILE" help:"The certificate chain for services (PEM). By default Gatehouse makes an authority of its own, whose certificate is at /ca.pem."`
	ServiceTLSKey     string   `name:"service-tls-key" placeholder:"FILE" help:"The private key of that certificate (PEM)."`
	ServiceProxy      []string `placeholder:"CIDR" help:"A proxy in front of the services, which begins each connection with a PROXY protocol header. May be given several times."`
}

// services are the parts that run services and let clients reach them.
type services struct {
	runOn        string         // what the operator is told
	engine       *engine.Engine // nil where there is none
	noEngine     string         // why
	fleet        *fleet.Fleet
	gateway      *gateway.Gateway
	certificates *gateway.Certificates
}

// readServiceFlags checks what can be checked before anything is touched.
func (s *server) readServiceFlags(ctx context.Context) (err error) {
	for _, region := range s.Region {
		if !slices.Contains(cloud.Regions, region) {
			return fmt.Errorf("--region %q is no region of the Cloud: choose from %s", region, strings.Join(cloud.Regions, ", "))
		}
	}
	if s.ports, err = s.portRange(ctx); err != nil {
		return err
	}
	s.serviceProxies, err = readPrefixes("--service-proxy", s.ServiceProxy)
	return err
}

// openServices makes what runs services and what lets clients reach them. Nothing is
// started yet.
func (s *server) openServices(ctx context.Context) error {
	driver, err := s.driver()
	if err != nil {
		return err
	}
	s.services.fleet = fleet.New(fleet.Config{
		Driver: driver, Ledger: s.control, Clock: s.main.clock(), Log: s.log, Metrics: s.registry, Limits: s.main.FleetLimits, Reached: s.main.Reached,
	})
	authority := filepath.Join(s.Data, "authority")
	if err := makeDataDir(authority); err != nil {
		return fmt.Errorf("the directory %s cannot be made (%w)", authority, cause(err))
	}
	s.services.certificates, err = gateway.OpenCertificates(gateway.CertificateConfig{
		CertFile: s.ServiceTLSCert, KeyFile: s.ServiceTLSKey, Dir: authority, Names: s.serviceNames(), Domain: s.ServiceDomain,
		Log: s.log, Clock: cloud.SystemClock{}, // TLS asks the machine's clock too
	})
	if err != nil {
		return err
	}
	s.services.gateway = gateway.New(gateway.Config{
		Backends: backends{s.services.fleet}, Certificates: s.services.certificates, Log: s.log, Clock: s.main.clock(), Metrics: s.registry,
		Address: s.serviceAddress(), Host: s.ServiceHost, Domain: s.ServiceDomain, HTTPSPort: s.ServiceHTTPSPort, NativePort: s.ServiceNativePort,
		TrustedProxies: s.serviceProxies, Limits: gateway.Limits{Drain: drainLimit},
	})
	s.control.Attach(s.services.fleet, s.services.gateway)
	return nil
}

// findEngine finds what is to run services, and touches nothing. That there is no engine is
// no error: services are then kept and not run.
func (s *server) findEngine(ctx context.Context) error {
	data, err := filepath.Abs(s.Data)
	if err != nil {
		return err
	}
	found, why, err := engine.Find(ctx, s.options(data))
	switch {
	case errors.Is(err, engine.ErrNone):
		s.services.noEngine, s.services.runOn = err.Error(), fmt.Sprintf("no services: %s", err)
	case err != nil:
		return err
	default:
		s.services.engine, s.services.runOn = found, fmt.Sprintf("services run on %s %s (%s, %s)", found.Kind(), found.Version(), found.Path(), why)
	}
	return nil
}

// driver returns what runs services here.
func (s *server) driver() (fleet.Driver, error) {
	if s.services.engine == nil {
		return fleet.NoDriver(s.services.noEngine), nil
	}
	data, err := filepath.Abs(s.Data)
	if err != nil {
		return nil, err
	}
	if err := engine.PrepareDirs(data, engine.Jail(s.Jail)); err != nil {
		return nil, fmt.Errorf("the directory of the services in %s cannot be made (%w)", s.Data, cause(err))
	}
	return fleet.NewLocalDriver(fleet.LocalConfig{Engine: s.services.engine, Dir: data, Jail: engine.Jail(s.Jail), Log: s.log})
}

// serviceNames are names for the certificate of services, besides those that every one has.
func (s *server) serviceNames() (names []string) {
	for _, host := range []string{s.ServiceHost, s.serviceAddress()} {
		if address, err := netip.ParseAddr(host); host != "" && (err != nil || !address.IsUnspecified()) {
			names = append(names, host)
		}
	}
	if public, err := url.Parse(s.PublicURL); err == nil && public.Hostname() != "" {
		names = append(names, public.Hostname())
	}
	return names
}

// withCA lets clients of services fetch the certificate of the authority.
func (s *server) withCA(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ca.pem", s.serveCA)
	mux.Handle("/", next)
	return mux
}

// serveCA answers with the certificate of the private authority, which is no secret.
func (s *server) serveCA(w http.ResponseWriter, _ *http.Request) {
	pem := s.services.certificates.CAPEM()
	if pem == nil {
		http.Error(w, "services show a certificate that was given to Gatehouse: its authority is known to whoever issued it", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	w.Header().Set("Content-Disposition", `attachment; filename="gatehouse-ca.pem"`)
	_, _ = w.Write(pem)
}

// backends lets the gateway ask the fleet.
type backends struct{ fleet *fleet.Fleet }

// Backend implements gateway.Backends.
func (b backends) Backend(ctx context.Context, service uuid.UUID) (gateway.Backend, error) {
	found, err := b.fleet.Backend(ctx, service)
	return gateway.Backend{HTTP: found.HTTP, Native: found.Native, Done: found.Done}, err
}
