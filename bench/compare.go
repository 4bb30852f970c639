package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// path is what is asked for.
const path = "/v1/organizations"

// withoutServices makes no difference between a machine that has a ClickHouse and one
// that has none.
var withoutServices = []string{"--engine", "none"}

// compare lets both servers answer in turns.
func (r *report) compare(ctx context.Context, o options, servers run, dir string) (err error) {
	data := filepath.Join(dir, "compare")
	servers.profile = o.profile
	ours, err := servers.gatehouse(ctx, data, withoutServices...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ours.stop()) }()
	key, err := readKeyFile(filepath.Join(data, keyFile))
	if err != nil {
		return err
	}
	sample, err := ask(ctx, ours.base, key)
	if err != nil {
		return err
	}
	bare, err := servers.bare(ctx, sample, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()

	oursLoad, err := connect(ctx, ours.base, key, o.connections)
	if err != nil {
		return err
	}
	defer func() { _ = oursLoad.close() }() // nothing is sent any more
	bareLoad, err := connect(ctx, bare.base, key, o.connections)
	if err != nil {
		return err
	}
	defer func() { _ = bareLoad.close() }() // nothing is sent any more
	return r.alternate(ctx, o, turn{ours, oursLoad, o}, turn{bare, bareLoad, o})
}

// turn is a server with the load for it.
type turn struct {
	server  *server
	load    load
	options options
}

// alternate gives the servers short rounds in turns, so that whatever else the
// machine does hits both alike, and the first round to each as often.
func (r *report) alternate(ctx context.Context, o options, ours, bare turn) error {
	for i := -1; i < o.rounds; i++ { // the first pair warms up
		var a, b measured
		var err error
		if i%2 == 0 {
			a, err = ours.take()
			if err == nil {
				b, err = bare.take()
			}
		} else {
			b, err = bare.take()
			if err == nil {
				a, err = ours.take()
			}
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if i >= 0 {
			r.add(a, b)
		}
	}
	return nil
}

// measured is a round, with what each request used of the server.
type measured struct {
	round
	cpu         float64 // µs
	allocations float64
	allocated   float64 // bytes
}

// take gives the server one round.
func (t turn) take() (m measured, err error) {
	time.Sleep(t.options.rest)
	before, err := t.server.usage()
	if err != nil {
		return m, err
	}
	if m.round, err = t.load.run(t.options.round); err != nil {
		return m, fmt.Errorf("a request to %s failed (%w)", t.server.base, err)
	}
	after, err := t.server.usage()
	if err != nil {
		return m, err
	}
	n := float64(m.requests)
	m.cpu = microseconds(after.CPU-before.CPU) / n
	m.allocations = float64(after.Allocations-before.Allocations) / n
	m.allocated = float64(after.Allocated-before.Allocated) / n
	return m, nil
}

// ask makes one request and returns what the handler wrote.
func ask(ctx context.Context, base string, key credential) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth(key.id, key.secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("expected the status 200, got %s: %s", response.Status, body)
	}
	for _, name := range []string{"Date", "Content-Length"} {
		response.Header.Del(name)
	}
	return &answer{response.Header, body}, nil
}

// credential is what a client sends by HTTP Basic.
type credential struct{ id, secret string }

func readKeyFile(name string) (c credential, err error) {
	text, err := os.ReadFile(name)
	for line := range strings.Lines(string(text)) {
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), "="); name {
		case "KEY_ID":
			c.id = value
		case "KEY_SECRET":
			c.secret = value
		}
	}
	return c, err
}
