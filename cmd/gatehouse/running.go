package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
	"github.com/gatehouse/gatehouse/internal/console"
	"github.com/gatehouse/gatehouse/web"
)

const (
	usesInterval  = time.Minute
	learnInterval = time.Minute
	reloadPause   = time.Second
)

func (s *server) serve(ctx context.Context) error {
	clock := s.main.clock()
	metrics := api.NewMetrics(s.registry)
	pages, err := console.New(console.Config{Control: s.control, Directory: s.directory, Dist: web.Dist(), Providers: s.providers, Sealer: s.sealer, Log: s.log})
	if err != nil {
		return err
	}
	keys := api.Basic(s.directory, access.NewThrottle(clock), metrics)
	public := s.handler(console.Identify(s.directory, keys), s.withCA(pages), metrics)
	private := s.handler(api.Operator(accountOf), operatorRoutes(s.control, s.log, s.PublicURL), nil)
	scrape := http.NewServeMux()
	scrape.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}))

	servers, ctx := errgroup.WithContext(ctx)
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	s.run(ctx, servers, s.listener, public)
	s.run(ctx, servers, s.operators, private)
	if s.metrics != nil {
		s.run(ctx, servers, s.metrics, scrape)
	}
	servers.Go(func() error { return s.watchStore(ctx) })
	servers.Go(func() error { return s.services.gateway.Serve(ctx) })
	servers.Go(func() error { return s.services.fleet.Run(ctx) })
	var chores errgroup.Group
	chores.Go(func() error { return s.writeUses(background) })
	chores.Go(func() error { return s.reload(background) })
	chores.Go(func() error { return s.learnSettings(background) })
	s.main.printf("gatehouse: ready: console %s, API %s/v1, reference %s/docs\n", s.url(), s.url(), s.url())
	s.log.Info("ready", "version", version, "url", s.url(), "store", s.store.Dialect(), "limits", s.Limits)
	err = servers.Wait()
	s.control.Wait()
	stopBackground()
	err = errors.Join(err, chores.Wait())
	s.log.Info("stopped")
	return err
}

func (s *server) handler(identify api.Identifier, fallback http.Handler, metrics *api.Metrics) http.Handler {
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
				s.log.Warn("when keys were last used, and how often, could not be written; it is tried again", "error", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if err := s.control.WriteUses(last); err != nil {
				s.log.Warn("when keys were last used, and how often, could not be written", "error", err)
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

// learnSettings asks engines of versions that are new here for the settings they have.
func (s *server) learnSettings(ctx context.Context) error {
	every := time.NewTicker(learnInterval)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			if err := s.control.LearnSettings(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("the settings that an engine has could not be learned; it is tried again", "error", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}
