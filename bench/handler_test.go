package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

// BenchmarkHandler measures what the API adds to net/http, without connections.
func BenchmarkHandler(b *testing.B) {
	handler, key := newHandler(b)
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.SetBasicAuth(key.KeyID, key.Secret.Reveal())
	request.Header.Set("User-Agent", "gatehouse-bench")
	b.ReportAllocs()
	for b.Loop() {
		w := &discard{header: http.Header{}}
		handler.ServeHTTP(w, request)
		if w.status != http.StatusOK {
			b.Fatalf("expected the status 200, got %d", w.status)
		}
	}
}

// newHandler returns the API on a new store, without a limit that matters, and a key.
func newHandler(b *testing.B) (http.Handler, cloud.Credential) {
	b.Helper()
	s, err := store.Open(b.Context(), store.Options{URL: "sqlite", Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	log, clock, limits := slog.New(slog.DiscardHandler), cloud.SystemClock{}, cloud.RelaxedLimits
	limits.Requests, limits.Window = 1_000_000, time.Second
	directory := access.NewDirectory(clock)
	c := control.New(control.Config{Store: s, Directory: directory, Clock: clock, Limits: limits, Log: log})
	key := cloud.NewCredential()
	if err := c.Begin(b.Context(), control.Bootstrap{Organization: "My organization", FirstKey: &key, SetupToken: control.NewSetupToken()}); err != nil {
		b.Fatal(err)
	}
	metrics := api.NewMetrics(prometheus.NewRegistry())
	handler := api.New(api.Config{
		Control: c, Identify: api.Basic(directory, access.NewThrottle(clock), metrics), Fallback: http.NotFoundHandler(), Log: log, Metrics: metrics,
	})
	return handler, key
}

// discard is an answer that nobody reads.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
