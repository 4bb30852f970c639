// Package oidctest is an OpenID provider for tests: a certified implementation of the
// protocol (zitadel/oidc) in front of people that a test makes up, and a login page
// that a browser can use, without passwords. It listens on the loopback interface.
package oidctest

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Server is an OpenID provider. It is safe for concurrent use.
type Server struct {
	issuer    string
	http      *http.Server
	storage   *storage
	pages     http.Handler
	wrap      atomic.Pointer[func(http.Handler) http.Handler]
	reachable atomic.Bool
}

// DefaultClientID is the client that New registers.
const DefaultClientID = "gatehouse"

// New starts a provider that the test ends with. It knows the client DefaultClientID
// with a secret of its own; see Server.Client and Server.Register.
func New(t testing.TB, users ...User) *Server {
	t.Helper()
	s, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Register(Client{ID: DefaultClientID, Secret: cloud.RandomText(40)})
	s.SetUsers(users...)
	return s
}

// Start starts a provider on an address such as 127.0.0.1:0, the host and port of its
// issuer. It knows no clients and no users yet.
func Start(address string) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	s := &Server{issuer: "http://" + listener.Addr().String(), storage: newStorage()}
	s.reachable.Store(true)
	config := &op.Config{CodeMethodS256: true, AuthMethodPost: true, SupportedScopes: scopes}
	_, _ = rand.Read(config.CryptoKey[:]) // never fails
	provider, err := op.NewProvider(config, s.storage, op.StaticIssuer(s.issuer), op.WithAllowInsecure())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	routeLogin(mux, s.storage, provider)
	s.pages = mux
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.http.Serve(listener) }() // returns when it is closed
	return s, nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if !s.reachable.Load() {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	if wrap := s.wrap.Load(); wrap != nil {
		(*wrap)(s.pages).ServeHTTP(w, r)
		return
	}
	s.pages.ServeHTTP(w, r)
}

// Close ends the server, and the requests that it still has.
func (s *Server) Close() error { return s.http.Close() }

// Issuer returns the issuer, such as http://127.0.0.1:41234.
func (s *Server) Issuer() string { return s.issuer }

// Register makes the client known, or changes it.
func (s *Server) Register(c Client) { s.storage.setClient(c) }

// Client returns the client of this id; the zero value when there is none.
func (s *Server) Client(id string) Client { return s.storage.client(id) }

// SetUsers makes these the people who can sign in, in the order of the login page.
func (s *Server) SetUsers(users ...User) { s.storage.setUsers(users) }

// SetUser adds a user, or changes the one with the same subject.
func (s *Server) SetUser(user User) { s.storage.setUser(user) }

// SetReachable says whether the server answers at all. It does at first.
func (s *Server) SetReachable(reachable bool) { s.reachable.Store(reachable) }

// Intercept puts a handler in front of the provider, instead of the one before; nil
// takes it away.
func (s *Server) Intercept(wrap func(provider http.Handler) http.Handler) {
	if wrap == nil {
		s.wrap.Store(nil)
		return
	}
	s.wrap.Store(&wrap)
}

// RotateKey makes a new signing key, and forgets the one before.
func (s *Server) RotateKey() { s.storage.setKey(newKey()) }

// RotateKeyToRSA makes a signing key of the kind that most providers have.
func (s *Server) RotateKeyToRSA() { s.storage.setKey(newRSAKey()) }
