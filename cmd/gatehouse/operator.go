package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/user"
	"strconv"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/front"
)

// The operator is whoever can read the data directory. The operator's commands are
// requests to the same API as everybody's: through a socket in the data directory
// when Gatehouse runs, so that what they take away is refused at once, and within
// this process when it does not.

// operatorListener accepts connections of this user and of root.
type operatorListener struct {
	*net.UnixListener
	release func()
}

func listenForOperators(dir string) (*operatorListener, error) {
	path, release, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		release()
		return nil, fmt.Errorf("the old socket of the operator cannot be removed from %s (%w)", dir, cause(err))
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		release()
		return nil, fmt.Errorf("the socket of the operator cannot be made in %s (%w)", dir, err)
	}
	return &operatorListener{l, release}, nil
}

// Accept implements net.Listener. It turns away users who have no business here.
func (l *operatorListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		uid, err := peerUID(conn)
		if err == nil && (uid == 0 || uid == os.Geteuid()) {
			return operatorConn{conn, uid}, nil
		}
		_ = conn.Close()
	}
}

// Close implements net.Listener.
func (l *operatorListener) Close() error {
	defer l.release()
	return l.UnixListener.Close()
}

// operatorConn knows whose it is.
type operatorConn struct {
	net.Conn
	uid int
}

type uidKey struct{}

// operatorContext remembers the user of an operator's connection.
func operatorContext(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(operatorConn); ok {
		return context.WithValue(ctx, uidKey{}, c.uid)
	}
	return ctx
}

func accountOf(r *http.Request) string {
	uid, ok := r.Context().Value(uidKey{}).(int)
	if !ok {
		uid = os.Getuid()
	}
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return "uid " + strconv.Itoa(uid)
}

// setupLinkPath is the one request of the operator that is not part of the API.
const setupLinkPath = "/operator/setup-link"

// linkRequest asks for a link: to set up a person or, when Reset names one, to give
// that person a new password.
type linkRequest struct {
	Reset string `json:"reset,omitempty"`
}

type linkAnswer struct {
	Link string `json:"link"`
}

// operatorRoutes answers what only the operator may ask for, and stands behind the
// API's front door.
func operatorRoutes(c *control.Control, log *slog.Logger, base string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+setupLinkPath, func(w http.ResponseWriter, r *http.Request) {
		token, err := newLink(r, c)
		if err != nil {
			front.ErrorOf(r.Context(), log, err).Write(w)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]linkAnswer{"result": {setupLink(base, token)}}) // the client has gone
	})
	return mux
}

func newLink(r *http.Request, c *control.Control) (cloud.Secret, error) {
	var in linkRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return cloud.Secret{}, cloud.Errorf(cloud.Invalid, "body: expected a JSON object")
	}
	operator := access.Operator(accountOf(r), r.UserAgent())
	if in.Reset != "" {
		return c.NewResetLink(r.Context(), operator, in.Reset)
	}
	return c.NewSetupLink(r.Context(), operator)
}
