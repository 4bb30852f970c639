package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api/contract"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/front"
)

// Config is what the API needs.
type Config struct {
	Control *control.Control
	// Identify finds who is asking. See Basic and Operator.
	Identify Identifier
	// Fallback answers every path that is not the API's.
	Fallback http.Handler
	// TrustedProxies are those whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix
	Log            *slog.Logger
	Metrics        *Metrics // may be nil
	// Draining is closed when the server is about to stop; may be nil.
	Draining <-chan struct{}
}

// Identifier finds who is asking. It returns Unauthenticated, Forbidden,
// RateLimited or Unavailable when nobody is admitted.
type Identifier func(r *http.Request, from netip.Addr) (access.Principal, error)

// server answers requests.
type server struct {
	Config
	api          huma.API
	mux          *http.ServeMux
	limit        access.Limit
	limitHeaders limitHeaders
	registered   []spec // the operations, in the order in which they are registered
}

// New returns the handler of the API, its document and its reference page.
func New(config Config) http.Handler {
	s := newServer(config)
	s.mux.HandleFunc("GET /v1", s.describe(serveDocument))
	s.mux.HandleFunc("GET /docs", s.describe(serveReference))
	s.mux.HandleFunc("GET /healthz", s.healthz)
	s.mux.HandleFunc("GET /readyz", s.readyz)
	s.registerNotBuilt()
	s.mux.Handle("/", config.Fallback)
	return front.New(front.Config{
		Next: s.mux, TrustedProxies: config.TrustedProxies, Log: config.Log, Observe: config.Metrics.observe,
	})
}

func newServer(config Config) *server {
	s := &server{Config: config, mux: http.NewServeMux()}
	if config.Control != nil {
		limits := config.Control.Limits()
		s.limit = access.Limit{Requests: limits.Requests, Window: limits.Window}
		s.limitHeaders = newLimitHeaders(s.limit)
	}
	s.api = humago.New(operationMux{s}, documentConfig())
	s.registerOrganizations()
	s.registerQuotas()
	s.registerKeys()
	s.registerEffectiveAccess()
	s.registerMembers()
	s.registerInvitations()
	s.registerRoles()
	s.registerSimulate()
	s.registerServices()
	s.registerProfiles()
	s.registerSchedule()
	s.registerUpgradeWindow()
	s.registerSettings()
	s.registerQueryEndpoint()
	s.registerBackupConfiguration()
	s.registerPrometheus()
	s.registerActivities()
	s.registerWhoami()
	return s
}

// operationMux is where huma puts the operations: each is answered only after the
// caller was identified and counted.
type operationMux struct{ s *server }

func (m operationMux) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	m.s.mux.HandleFunc(pattern, m.s.guarded(handler))
}

func (m operationMux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.s.mux.ServeHTTP(w, r) }

// guarded calls handler for those who are admitted and within their limit.
func (s *server) guarded(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := front.CallOf(r.Context())
		c.Route = r.Pattern
		principal, err := s.Identify(r, c.Address)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		c.Principal = principal.WithAgent(front.UserAgent(r))
		if usage, limited := c.Principal.Take(s.limit); limited {
			s.limitHeaders.announce(w.Header(), usage)
			if usage.Exceeded {
				s.refuse(w, r, &cloud.Error{Code: cloud.RateLimited, RetryAfter: usage.Reset})
				return
			}
		}
		if r, err = plain(r); err != nil {
			s.refuse(w, r, err)
			return
		}
		handler(w, r)
	}
}

// readyLimit bounds the wait of /readyz for the store.
const readyLimit = 2 * time.Second

// refuse answers with an error before the operation has begun.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if cloud.CodeOf(err) == cloud.Unauthenticated && r.Header.Get("Sec-Fetch-Mode") == "" {
		// RFC 7235 asks for it; a browser would show a dialog to somebody who has no key.
		w.Header().Set("WWW-Authenticate", `Basic realm="Gatehouse", charset="UTF-8"`)
	}
	front.ErrorOf(r.Context(), s.Log, err).Write(w)
}

// registerNotBuilt answers the Cloud's operations that are not built yet, so that a
// client learns that rather than "no such route".
func (s *server) registerNotBuilt() {
	built := map[string]bool{}
	for _, item := range s.api.OpenAPI().Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				built[o.OperationID] = true
			}
		}
	}
	for _, o := range contract.Operations() {
		if built[o.ID] {
			continue
		}
		err := cloud.Errorf(cloud.Unimplemented, "The operation %s (%s %s) is not built in Gatehouse yet", o.ID, o.Method, o.Path)
		s.mux.HandleFunc(o.Method+" "+o.Path, s.guarded(func(w http.ResponseWriter, r *http.Request) {
			front.ErrorOf(r.Context(), s.Log, err).Write(w)
		}))
	}
}

func (s *server) healthz(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") }

func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.Draining:
		writeText(w, http.StatusServiceUnavailable, "stopping\n")
		return
	default:
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyLimit)
	defer cancel()
	if err := s.Control.Ready(ctx); err != nil {
		s.Log.WarnContext(r.Context(), "not ready", "error", err)
		writeText(w, http.StatusServiceUnavailable, "not ready: the store does not answer\n")
		return
	}
	writeText(w, http.StatusOK, "ready\n")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = strings.NewReader(text).WriteTo(w) // the client has gone: nobody to tell
}
