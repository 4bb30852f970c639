package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/console"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

// requestsPerWindow is what one key may ask for in 10 s here: as good as no limit,
// and just what the counter of access can hold.
const requestsPerWindow = 1_000_000

// gatehouse is wired as `gatehouse serve` does it, on a new store, except that the
// limit of requests is out of the way. start sees to it that both answer alike.
type gatehouse struct {
	handler     http.Handler
	credentials []credential
	store       *store.Store
}

func openGatehouse(ctx context.Context, s setup) (g *gatehouse, err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	g = &gatehouse{}
	if g.store, err = store.Open(ctx, store.Options{URL: "sqlite", Dir: s.Dir, Log: log}); err != nil {
		return nil, err
	}
	clock := cloud.SystemClock{}
	limits := cloud.RelaxedLimits
	limits.Requests, limits.Keys = requestsPerWindow, s.Keys
	directory := access.NewDirectory(clock)
	c := control.New(control.Config{Store: g.store, Directory: directory, Clock: clock, Limits: limits, Log: log})
	if err := c.Begin(ctx, control.Bootstrap{Organization: "My organization", SetupToken: control.NewSetupToken()}); err != nil {
		return nil, errors.Join(err, g.store.Close())
	}
	if err := g.makeKeys(ctx, c, directory.Organizations()[0].ID, s.Keys); err != nil {
		return nil, errors.Join(err, g.store.Close())
	}
	metrics := api.NewMetrics(prometheus.NewRegistry())
	g.handler, err = api.New(api.Config{
		Control: c, Identify: api.Basic(directory, access.NewThrottle(clock), metrics), Fallback: console.Handler(), Clock: clock,
		Log: log, Metrics: metrics, Draining: make(chan struct{}),
	})
	if err != nil {
		return nil, errors.Join(err, g.store.Close())
	}
	return g, nil
}

func (g *gatehouse) makeKeys(ctx context.Context, c *control.Control, organization uuid.UUID, n int) error {
	for range n {
		_, made, err := c.CreateKey(ctx, access.Operator("bench", ""), organization, cloud.NewKey{
			Name: "bench", State: cloud.KeyEnabled, RoleIDs: []uuid.UUID{cloud.AdminRoleID},
		})
		if err != nil {
			return err
		}
		g.credentials = append(g.credentials, credential{made.KeyID, made.Secret.Reveal()})
	}
	return nil
}

func (g *gatehouse) close() { _ = g.store.Close() } // it goes with its directory
