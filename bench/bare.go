package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// The bare server is this program, started again.

// bareVariable, when set, makes this program the bare server. It names the file with
// the answer.
const bareVariable = "GATEHOUSE_BENCH_BARE"

// answer is an answer to a request; Date and Content-Length are left to net/http.
type answer struct {
	Header http.Header
	Body   []byte
}

// ServeHTTP implements http.Handler.
func (a *answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	for name, values := range a.Header {
		header[name] = values
	}
	_, _ = w.Write(a.Body) // the client has gone: nobody to tell
}

// serveBare serves the answer until ctx ends, with the settings of `gatehouse serve`.
func serveBare(ctx context.Context, file string, out io.Writer) error {
	text, err := os.ReadFile(file) //nolint:gosec // bench has written it
	if err != nil {
		return err
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           &a,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(listener) }()
	go func() {
		if err := serveBench(); err != nil {
			failed <- err
		}
	}()
	fmt.Fprintf(out, "gatehouse: ready: API http://%s/v1\n", listener.Addr())
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-failed:
		return errors.Join(err, server.Close())
	}
}
