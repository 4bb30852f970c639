// Package console answers the paths of the web console: the built app, and under
// /auth what the API of the Cloud does not have: signing in, sessions, passwords and
// second factors. Everything else the console does goes through /v1, as a session.
package console

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/front"
	"github.com/gatehouse/gatehouse/internal/oidc"
)

// Config is what the console needs.
type Config struct {
	Control   *control.Control
	Directory *access.Directory
	// Providers are those with whom people can sign in besides a password; Sealer keeps
	// what a browser takes along to them.
	Providers *oidc.Providers
	Sealer    cloud.Sealer
	// Dist is the built app; see package web.
	Dist fs.FS
	Log  *slog.Logger
}

type server struct {
	Config
	app        *app
	sameOrigin *http.CrossOriginProtection
}

// New returns the handler of the console. It expects to stand behind the front
// door. Paths that are neither pages nor files are unknown: 404, not JSON.
func New(config Config) (http.Handler, error) {
	if config.Providers == nil {
		config.Providers = &oidc.Providers{}
	}
	app, err := newApp(config.Dist)
	if err != nil {
		return nil, fmt.Errorf("the console's files cannot be read: %w", err)
	}
	s := &server{Config: config, app: app, sameOrigin: http.NewCrossOriginProtection()}
	mux := http.NewServeMux()
	s.routeSignIn(mux)
	s.routeSetup(mux)
	s.routeInvitations(mux)
	s.routeProviders(mux)
	s.routeSessions(mux)
	s.routeProfile(mux)
	s.routeSecondFactor(mux)
	// The pages of the app; web/src/router.tsx has the same.
	for _, path := range []string{"/{$}", "/sign-in", "/setup", "/invitation", "/welcome", "/profile", "/organizations/"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { app.page(w, r, http.StatusOK) })
	}
	mux.HandleFunc("/", s.other)
	return mux, nil
}

// other answers with a file of the app. A person who came to no page gets the
// app's page that says so; a program gets plain text.
func (s *server) other(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if s.app.serveFile(w, r) {
			return
		}
		person := strings.Contains(r.Header.Get("Accept"), "text/html")
		if person && !strings.HasPrefix(r.URL.Path, "/v1/") && !strings.HasPrefix(r.URL.Path, "/auth/") && !strings.HasPrefix(r.URL.Path, "/assets/") {
			s.app.page(w, r, http.StatusNotFound)
			return
		}
	}
	http.NotFound(w, r)
}

// handler answers a request, or returns an error of package cloud.
type handler func(w http.ResponseWriter, r *http.Request) (any, error)

// handle routes a request that needs nobody signed in.
func (s *server) handle(mux *http.ServeMux, pattern string, h handler) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		front.CallOf(r.Context()).Route = r.Pattern
		answer, err := s.checked(w, r, h)
		if err != nil {
			front.ErrorOf(r.Context(), s.Log, err).Write(w)
			return
		}
		write(w, answer)
	})
}

func (s *server) checked(w http.ResponseWriter, r *http.Request, h handler) (any, error) {
	if err := s.sameOrigin.Check(r); err != nil {
		return nil, errForeign
	}
	return h(w, r)
}

// handleSignedIn routes a request of somebody who has a session.
func (s *server) handleSignedIn(mux *http.ServeMux, pattern string, h func(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error)) {
	s.handle(mux, pattern, func(w http.ResponseWriter, r *http.Request) (any, error) {
		p, err := s.principal(r)
		if err != nil {
			return nil, err
		}
		return h(w, r, p)
	})
}

// principal returns who is signed in: Unauthenticated when nobody is.
func (s *server) principal(r *http.Request) (access.Principal, error) {
	token, ok := sessionToken(r)
	if !ok {
		return access.Principal{}, cloud.Errorf(cloud.Unauthenticated, "Nobody is signed in")
	}
	call := front.CallOf(r.Context())
	p, err := s.Directory.AuthenticateSession(token, call.Address)
	if err != nil {
		return p, err
	}
	call.Principal = p.WithAgent(front.UserAgent(r))
	return call.Principal, nil
}

func visitor(r *http.Request) control.Visitor {
	return control.Visitor{Address: front.CallOf(r.Context()).Address, UserAgent: front.UserAgent(r)}
}
