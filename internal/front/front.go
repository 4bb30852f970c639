// Package front is the door that every request comes in by, whoever answers it: it
// names the request, finds the client's address, tidies the path, logs, and turns
// errors into the one envelope.
package front

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

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Config is what the front door needs.
type Config struct {
	// Next answers, and finds the Call in the request's context.
	Next http.Handler
	// TrustedProxies are those whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix
	Log            *slog.Logger
	// Observe learns of each answer; may be nil.
	Observe func(route string, status int, took time.Duration)
}

type door struct{ Config }

// New returns the outermost handler: it names the request, finds the client's
// address, tidies the path and sees that nothing escapes as a panic.
func New(config Config) http.Handler {
	s := door{config}
	trusted := proxies(s.TrustedProxies)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &Call{ID: uuid.NewString(), Address: trusted.clientAddress(r), Secure: trusted.secure(r)}
		started := time.Now() //nolint:forbidigo // measures how long the answer takes; no rule depends on it
		recorder := &recorder{ResponseWriter: w}
		header := w.Header()
		header["X-Request-Id"] = []string{c.ID}
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
		s.Next.ServeHTTP(recorder, r)
	})
}

var (
	noStore = []string{"no-store"} // answers are about keys, and show secrets once
	noSniff = []string{"nosniff"}
)

// recovered answers a request that made the program panic.
func (s door) recovered(w *recorder, r *http.Request, cause any) {
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause) // net/http's own way to end a connection
	}
	s.Log.ErrorContext(r.Context(), "panic", "requestId", CallOf(r.Context()).ID, "route", r.Pattern, "cause", cause, "stack", string(debug.Stack()))
	if w.status == 0 {
		ErrorOf(r.Context(), s.Log, cloud.Errorf(cloud.Internal, "panic")).Write(w)
	}
}

func (s door) finished(r *http.Request, c *Call, status int, took time.Duration) {
	if s.Observe != nil {
		s.Observe(c.Route, status, took)
	}
	level := slog.LevelDebug
	if status >= http.StatusInternalServerError && status != http.StatusNotImplemented && r.Context().Err() == nil {
		level = slog.LevelWarn
	}
	if !s.Log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("requestId", c.ID), slog.String("route", c.Route), slog.Int("status", status),
		slog.Duration("took", took), slog.String("address", c.Address.String()),
	}
	if id := c.Principal.KeyID(); id != uuid.Nil {
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
