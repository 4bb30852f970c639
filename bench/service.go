package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// service is a service of the house.
type service struct {
	id       string
	url      string // where clients reach it over HTTPS
	password string
}

// idleMinutes is the shortest time after which a service may be stopped for want of
// queries.
const idleMinutes = 5

// create creates a service and returns how long it took from the request until the API
// says that it runs. One that may rest does so after idleMinutes.
func (h *house) create(ctx context.Context, rests bool) (s service, took time.Duration, err error) {
	var created struct {
		Service struct {
			ID        string
			Endpoints []struct {
				Protocol, Host string
				Port           int
			}
		}
		Password string
	}
	begin := time.Now()
	err = h.api.call(ctx, http.MethodPost, h.organization, map[string]any{
		"name": "bench", "provider": "aws", "region": "eu-central-1", "idleScaling": rests, "idleTimeoutMinutes": idleMinutes,
		"ipAccessList": []map[string]string{{"source": "127.0.0.1"}},
	}, &created)
	if err != nil {
		return s, 0, err
	}
	s = service{id: created.Service.ID, password: created.Password}
	for _, e := range created.Service.Endpoints {
		if e.Protocol == "https" {
			s.url = fmt.Sprintf("https://%s:%d/", e.Host, e.Port)
		}
	}
	err = h.await(ctx, s, "running")
	return s, time.Since(begin), err
}

// createAll creates n services at once and returns how long each took.
func (h *house) createAll(ctx context.Context, n int, rest bool) ([]service, []time.Duration, error) {
	services, took := make([]service, n), make([]time.Duration, n)
	group, ctx := errgroup.WithContext(ctx)
	for i := range n {
		group.Go(func() (err error) {
			services[i], took[i], err = h.create(ctx, rest)
			return err
		})
	}
	err := group.Wait()
	return services, took, err
}

// command has a service do something and returns how long it took until the API says
// that the service is in the state that comes of it.
func (h *house) command(ctx context.Context, s service, command, state string) (time.Duration, error) {
	begin := time.Now()
	err := h.api.call(ctx, http.MethodPatch, h.organization+"/"+s.id+"/state", map[string]string{"command": command}, nil)
	if err == nil {
		err = h.await(ctx, s, state)
	}
	return time.Since(begin), err
}

// remove stops a service, deletes it and waits until it is gone.
func (h *house) remove(ctx context.Context, s service) error {
	if _, err := h.command(ctx, s, "stop", "stopped"); err != nil {
		return err
	}
	if err := h.api.call(ctx, http.MethodDelete, h.organization+"/"+s.id, nil, nil); err != nil {
		return err
	}
	return h.await(ctx, s, gone)
}

// gone is the state of a service that the API does not know any more.
const gone = "gone"

// poll is how often the API is asked for the state of a service.
const poll = 5 * time.Millisecond

// await waits until a service is in a state. It is an error if the service has failed.
func (h *house) await(ctx context.Context, s service, state string) error {
	ctx, cancel := context.WithTimeout(ctx, serviceLimit)
	defer cancel()
	for {
		now, err := h.state(ctx, s)
		if err != nil {
			return err
		}
		if now.State == state {
			return nil
		}
		if now.State == "failed" || now.State == gone {
			return fmt.Errorf("a service is to be %s and is %s: %s", state, now.State, now.StateMessage)
		}
		if err := pause(ctx, poll); err != nil {
			return fmt.Errorf("a service is to be %s and is %s (%w)", state, now.State, err)
		}
	}
}

type serviceState struct{ State, StateMessage string }

func (h *house) state(ctx context.Context, s service) (now serviceState, err error) {
	err = h.api.call(ctx, http.MethodGet, h.organization+"/"+s.id, nil, &now)
	if answer := (refused{}); errors.As(err, &answer) && answer.status == http.StatusNotFound {
		return serviceState{State: gone}, nil
	}
	return now, err
}

// firstAnswers asks each service over a new connection, all at once, and returns how
// long each took to answer.
func (h *house) firstAnswers(ctx context.Context, services []service) ([]time.Duration, error) {
	took := make([]time.Duration, len(services))
	group, ctx := errgroup.WithContext(ctx)
	for i, s := range services {
		group.Go(func() error {
			client := h.client()
			defer client.CloseIdleConnections()
			begin := time.Now()
			_, err := query(ctx, client, s.url, s.password, "SELECT 1")
			took[i] = time.Since(begin)
			return err
		})
	}
	err := group.Wait()
	return took, err
}

// returned asks each service, all at once, until it has answered. Other than when it
// wakes, a client may be refused meanwhile: Gatehouse has been away.
func (h *house) returned(ctx context.Context, services []service) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range services {
		group.Go(func() error {
			for {
				_, err := h.firstAnswers(ctx, []service{s})
				if !errors.Is(err, syscall.ECONNREFUSED) {
					return err
				}
				if err := pause(ctx, poll); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, length time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(length):
		return nil
	}
}
