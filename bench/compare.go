package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// path is what is asked for.
const path = "/v1/organizations"

// compare lets both servers answer in turns and returns an answer of Gatehouse's.
func (r *report) compare(ctx context.Context, o options, dir string) (sample *answer, err error) {
	data := filepath.Join(dir, "compare")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, err
	}
	ours, err := startServer(ctx, roleGatehouse, o.serverProcs, setup{Dir: data, Keys: o.connections, Profile: o.profile})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ours.close()) }()
	if sample, err = ask(ctx, "http://"+ours.Address, ours.Credentials[0]); err != nil {
		return nil, err
	}
	bare, err := startServer(ctx, roleBare, o.serverProcs, setup{Answer: sample})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bare.close()) }()
	bare.Credentials = ours.Credentials // it does not look at them, but they are sent
	return sample, r.alternate(ctx, o, ours, bare)
}

// alternate gives the servers short rounds in turns, so that whatever else the
// machine does hits both alike, and the first round to each as often.
func (r *report) alternate(ctx context.Context, o options, ours, bare *server) error {
	oursLoad, err := connect(ctx, ours.Address, ours.Credentials)
	if err != nil {
		return err
	}
	defer func() { _ = oursLoad.close() }() // nothing is sent any more
	bareLoad, err := connect(ctx, bare.Address, bare.Credentials)
	if err != nil {
		return err
	}
	defer func() { _ = bareLoad.close() }() // nothing is sent any more
	for i := -1; i < o.rounds; i++ {        // the first pair warms up
		if err := ctx.Err(); err != nil {
			return err
		}
		var a, b sampleOf
		first := func() error { return a.take(ours, oursLoad, o.round) }
		second := func() error { return b.take(bare, bareLoad, o.round) }
		if i%2 == 1 {
			first, second = second, first
		}
		if err := first(); err != nil {
			return err
		}
		if err := second(); err != nil {
			return err
		}
		if i >= 0 {
			r.add(a, b)
		}
	}
	return nil
}

// sampleOf is one round of one server, with what each request used of it.
type sampleOf struct {
	round
	cpu         float64 // µs
	allocations float64
	allocated   float64 // bytes
}

func (s *sampleOf) take(from *server, l load, length time.Duration) error {
	before, err := from.usage()
	if err != nil {
		return err
	}
	if s.round, err = l.run(length); err != nil {
		return fmt.Errorf("a request to %s failed (%w)", from.Address, err)
	}
	after, err := from.usage()
	if err != nil {
		return err
	}
	n := float64(s.requests)
	s.cpu = microseconds(after.CPU-before.CPU) / n
	s.allocations = float64(after.Allocations-before.Allocations) / n
	s.allocated = float64(after.Allocated-before.Allocated) / n
	return nil
}

// ask makes one request and returns what the handler wrote.
func ask(ctx context.Context, base string, c credential) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth(c.KeyID, c.Secret)
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
