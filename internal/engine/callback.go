package engine

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// callback is whom chdb asks for every login (its http_authentication): the library
// reads users.xml once, so a password in it could not be changed while it runs.
//
// Whoever learns its address can try passwords of this one service without being
// counted by ClickHouse, and nothing else.
type callback struct {
	listener net.Listener
	path     string

	mu       sync.Mutex
	hash     []byte          // SHA-256 of the password of `default`
	answer   []byte          // with the settings of `default`
	opened   bool            // the session that opens the listeners has logged in
	internal map[string]bool // the passwords of the internal user that are in use; true once one was taken
}

func newCallback() (*callback, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a local call, and done with at once
	if err != nil {
		return nil, err
	}
	return &callback{listener: l, path: "/" + rand.Text(), internal: map[string]bool{}}, nil
}

// URL is where chdb asks.
func (c *callback) URL() string { return "http://" + c.listener.Addr().String() + c.path }

// Serve answers until the listener is closed.
func (c *callback) Serve() error {
	server := &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	if err := server.Serve(c.listener); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Set replaces the password and the settings of `default`: the next login has them.
func (c *callback) Set(w wishes) error {
	settings := w.Settings
	if settings == nil {
		settings = map[string]string{}
	}
	answer, err := json.Marshal(map[string]map[string]string{"settings": settings})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hash, c.answer = w.PasswordSHA256, answer
	return nil
}

// Opened reports whether the session that opens the listeners has logged in. Before
// it has, a login without a password must not be possible from elsewhere.
func (c *callback) Opened() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened
}

// Password returns a password of the internal user for one request, and what ends it:
// that reports whether ClickHouse has asked for it. Only then it was our ClickHouse
// that the request has reached.
func (c *callback) Password() (password string, end func() (taken bool)) {
	password = rand.Text()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.internal[password] = false
	return password, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		taken := c.internal[password]
		delete(c.internal, password)
		return taken
	}
}

// ServeHTTP implements http.Handler.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, ok := r.BasicAuth()
	if !ok || subtle.ConstantTimeCompare([]byte(r.URL.Path), []byte(c.path)) != 1 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answer := c.login(user, password)
	if answer == nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, _ = w.Write(answer) // whoever asked has gone
}

// login returns what ClickHouse is to know of the user, nil for nobody.
func (c *callback) login(user, password string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch user {
	case internalUser:
		if _, ok := c.internal[password]; ok {
			c.internal[password] = true
			return []byte("{}")
		}
	case "default":
		if password == "" && !c.opened { // before there is any listener
			c.opened = true
			return []byte("{}")
		}
		hash := sha256.Sum256([]byte(password))
		if subtle.ConstantTimeCompare(hash[:], c.hash) == 1 {
			return c.answer
		}
	}
	return nil
}

// Close ends it.
func (c *callback) Close(context.Context) error { return c.listener.Close() }
