package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// readyLimit bounds the wait of /readyz for the store.
const readyLimit = 2 * time.Second

// call is what is known of one request.
type call struct {
	id        string // UUIDv4, as in the envelope
	address   netip.Addr
	principal access.Principal
	pattern   string // the route; empty when there is none
}

type callKey struct{}

// callOf returns the call of a request's context.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return &call{} // outside the front door: in the document generator only
	}
	return c
}

// front is the outermost handler: it names the request, finds the client's
// address, tidies the path and sees that nothing escapes as a panic.
func (s *server) front() http.Handler {
	trusted := proxies(s.TrustedProxies)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{id: uuid.NewString(), address: trusted.clientAddress(r)}
		started := time.Now() //nolint:forbidigo // measures how long the answer takes; no rule depends on it
		recorder := &recorder{ResponseWriter: w}
		header := w.Header()
		header["X-Request-Id"] = []string{c.id}
		header["Cache-Control"] = noStore
		header["X-Content-Type-Options"] = noSniff
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		defer func() {
			if cause := recover(); cause != nil {
				s.recovered(recorder, r, cause)
			}
			s.finished(r, c, recorder.status, time.Since(started)) //nolint:forbidigo // see started
		}()
		if !tidyPath(r) {
			http.NotFound(recorder, r)
			return
		}
		s.mux.ServeHTTP(recorder, r)
	})
}

var (
	noStore = []string{"no-store"} // answers are about keys, and show secrets once
	noSniff = []string{"nosniff"}
)

// recovered answers a request that made the program panic.
func (s *server) recovered(w *recorder, r *http.Request, cause any) {
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause) // net/http's own way to end a connection
	}
	s.Log.ErrorContext(r.Context(), "panic", "requestId", callOf(r.Context()).id, "route", r.Pattern, "cause", cause, "stack", string(debug.Stack()))
	if w.status == 0 {
		s.errorOf(r.Context(), cloud.Errorf(cloud.Internal, "panic")).write(w)
	}
}

func (s *server) finished(r *http.Request, c *call, status int, took time.Duration) {
	s.Metrics.observe(c.pattern, status, took)
	level := slog.LevelDebug
	if status >= http.StatusInternalServerError && status != http.StatusNotImplemented && r.Context().Err() == nil {
		level = slog.LevelWarn
	}
	if !s.Log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("requestId", c.id), slog.String("route", c.pattern), slog.Int("status", status),
		slog.Duration("took", took), slog.String("address", c.address.String()),
	}
	if id := c.principal.KeyID(); id != uuid.Nil {
		attrs = append(attrs, slog.String("key", id.String()))
	}
	s.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// tidyPath drops repeated and trailing slashes, as clients send both, so that no
// route needs a redirect: a redirect turns a POST into a GET. It reports false for
// a path with dot segments, which no client sends.
func tidyPath(r *http.Request) bool {
	path := r.URL.EscapedPath()
	if len(path) < 2 {
		return true
	}
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") && path[len(path)-1] != '/' {
		return true
	}
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		switch part {
		case "":
		case ".", "..":
			return false
		default:
			parts = append(parts, part)
		}
	}
	tidy := "/" + strings.Join(parts, "/")
	plain, err := url.PathUnescape(tidy)
	if err != nil {
		return false
	}
	u := *r.URL
	u.Path, u.RawPath = plain, tidy
	r.URL = &u // r is a copy of our own by now
	return true
}

// recorder remembers the status of the answer.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
