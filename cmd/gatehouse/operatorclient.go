package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

// operatorClient calls the API as the operator.
type operatorClient struct {
	http    http.Client
	closers []io.Closer
}

// newOperatorClient reaches the Gatehouse that has the data directory or, when none
// runs, opens the store itself.
func newOperatorClient(ctx context.Context, flags storeFlags) (*operatorClient, error) {
	dir, err := openDataDir(flags.Data, false)
	if errors.Is(err, errInUse) {
		path, release, err := socketPath(flags.Data)
		if err != nil {
			return nil, err
		}
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		}
		return &operatorClient{http: http.Client{Transport: &http.Transport{DialContext: dial}}, closers: []io.Closer{closerFunc(release)}}, nil
	}
	if err != nil {
		return nil, err
	}
	c := &operatorClient{closers: []io.Closer{dir}}
	if err := c.openStore(ctx, flags); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *operatorClient) openStore(ctx context.Context, flags storeFlags) error {
	if err := storeExists(flags); err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	opened, err := store.Open(ctx, store.Options{URL: flags.Store, Dir: flags.Data, Log: log})
	if err != nil {
		return err
	}
	c.closers = append(c.closers, opened)
	sealer, err := openSealer(flags.Data)
	if err != nil {
		return err
	}
	clock := cloud.SystemClock{}
	directory := access.NewDirectory(clock)
	ctl := control.New(control.Config{Store: opened, Directory: directory, Clock: clock, Limits: cloud.RelaxedLimits, Sealer: sealer, Log: log})
	if err := ctl.Load(ctx); err != nil {
		return err
	}
	c.http.Transport = inProcess{api.New(api.Config{
		Control: ctl, Identify: api.Operator(accountOf), Fallback: operatorRoutes(ctl, log, "http://localhost:8080"), Log: log,
	})}
	return nil
}

// Close gives back what the client had to open.
func (c *operatorClient) Close() error {
	var err error
	for i := len(c.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, c.closers[i].Close())
	}
	return err
}

// do makes a request and reads its result. An error of the API comes back as an
// error of package cloud, with its sentence.
func (c *operatorClient) do(ctx context.Context, method, path string, body, result any) error {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://gatehouse"+path, reader)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "gatehouse/"+version)
	answer, err := c.http.Do(r)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return fmt.Errorf("the Gatehouse that uses the data directory does not answer: look at its log (%w)", err)
	}
	defer func() { _ = answer.Body.Close() }() // it is read
	if answer.StatusCode != http.StatusOK {
		var failed struct{ Error string }
		if err := json.NewDecoder(answer.Body).Decode(&failed); err != nil {
			return fmt.Errorf("the answer with status %d cannot be read (%w)", answer.StatusCode, err)
		}
		if _, said, ok := strings.Cut(failed.Error, ": "); ok {
			failed.Error = said // without the code, which is for programs
		}
		return &cloud.Error{Code: codeOfStatus(answer.StatusCode), Message: failed.Error}
	}
	return json.NewDecoder(answer.Body).Decode(result)
}

func codeOfStatus(status int) cloud.Code {
	switch status {
	case http.StatusNotFound:
		return cloud.NotFound
	case http.StatusBadRequest:
		return cloud.Invalid
	case http.StatusConflict:
		return cloud.Conflict
	case http.StatusForbidden:
		return cloud.Forbidden
	default:
		return cloud.Internal
	}
}

// inProcess answers requests by calling a handler.
type inProcess struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := &answerWriter{header: http.Header{}}
	p.handler.ServeHTTP(w, r)
	return &http.Response{
		StatusCode: max(w.status, http.StatusOK), Header: w.header, Body: io.NopCloser(&w.body), Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

type answerWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *answerWriter) Header() http.Header { return w.header }

// Write implements http.ResponseWriter.
func (w *answerWriter) Write(b []byte) (int, error) { return w.body.Write(b) }

// WriteHeader implements http.ResponseWriter.
func (w *answerWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

type closerFunc func()

// Close implements io.Closer.
func (f closerFunc) Close() error {
	f()
	return nil
}
