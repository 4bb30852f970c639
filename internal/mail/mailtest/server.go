// Package mailtest is a mail server for tests of every floor: a real one, on this
// machine, which keeps what it takes.
package mailtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// maxMessages is how many messages a server keeps that nobody has asked for.
const maxMessages = 1000

// Server is a mail server that listens on 127.0.0.1 until its test ends.
type Server struct {
	// Messages has what was taken, in order. A message is in it before its sender learns
	// that it was taken.
	Messages chan Message

	options
	address  string
	roots    *x509.CertPool
	server   *smtp.Server
	listener net.Listener
	mutex    sync.Mutex
	wire     bytes.Buffer
}

// Option makes a server other than the plainest.
type Option func(*options)

type options struct {
	starttls, implicit, utf8 bool
	user, password           string
	mechanisms               []string
	answer                   func(command, argument string) error
}

// StartTLS makes the server offer STARTTLS.
func StartTLS() Option { return func(o *options) { o.starttls = true } }

// TLS makes the server speak TLS from the first byte.
func TLS() Option { return func(o *options) { o.implicit = true } }

// UTF8 makes the server take addresses outside of ASCII (RFC 6531).
func UTF8() Option { return func(o *options) { o.utf8 = true } }

// Account makes the server take mails of this user only, with one of the mechanisms
// PLAIN and LOGIN, or with PLAIN if none is named. It lets them sign in without TLS too.
func Account(user, password string, mechanisms ...string) Option {
	if len(mechanisms) == 0 {
		mechanisms = []string{"PLAIN"}
	}
	return func(o *options) { o.user, o.password, o.mechanisms = user, password, mechanisms }
}

// Answer has the commands MAIL, RCPT and DATA refused for which answer returns an
// error: those of Refused, or any other for a passing failure. The argument is the
// address or, for DATA, the whole message.
func Answer(answer func(command, argument string) error) Option {
	return func(o *options) { o.answer = answer }
}

// Refused is the answer of a server with this code and text, such as 550 and
// "5.1.1 No such user".
func Refused(code int, text string) error {
	refused := &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
	var class, subject, detail int
	if n, _ := fmt.Sscanf(text, "%d.%d.%d ", &class, &subject, &detail); n == 3 {
		refused.EnhancedCode = smtp.EnhancedCode{class, subject, detail}
		_, refused.Message, _ = strings.Cut(text, " ")
	}
	return refused
}

// New starts a server.
func New(t testing.TB, chosen ...Option) *Server {
	t.Helper()
	s := &Server{Messages: make(chan Message, maxMessages)}
	for _, option := range chosen {
		option(&s.options)
	}
	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, connection: c}, nil }))
	s.server.Domain = "mail.example.com"
	s.server.AllowInsecureAuth = true
	s.server.EnableSMTPUTF8 = s.utf8
	s.server.ErrorLog = log.New(io.Discard, "", 0) // clients that go away, as tests have them do

	plain, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = plain.Addr().String()
	s.listener = &wiretap{plain, s}
	if s.starttls || s.implicit {
		certificate, roots := makeCertificate(t)
		s.roots = roots
		s.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	}
	if s.implicit {
		s.listener = tls.NewListener(s.listener, s.server.TLSConfig)
	}
	var served sync.WaitGroup
	served.Go(func() { _ = s.server.Serve(s.listener) }) // ends with Close
	t.Cleanup(func() {
		s.Close()
		served.Wait()
	})
	return s
}

// URL leads to the server, with its user if it has one.
func (s *Server) URL() string {
	u := url.URL{Scheme: "smtp", Host: s.address}
	if s.implicit {
		u.Scheme = "smtps"
	}
	if s.user != "" {
		u.User = url.User(s.user)
	}
	return u.String()
}

// Address is where the server listens.
func (s *Server) Address() string { return s.address }

// Roots are those of the server's certificate, which is for 127.0.0.1, localhost and
// mail.example.com.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// Wait returns the next message, or the error of ctx if it ends first.
func (s *Server) Wait(ctx context.Context) (Message, error) {
	select {
	case m := <-s.Messages:
		return m, nil
	case <-ctx.Done():
		return Message{}, ctx.Err()
	}
}

// Wire returns all that clients have sent, as it was on the wire.
func (s *Server) Wire() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.wire.String()
}

// Close ends the server and all connections: nobody gets through any more.
func (s *Server) Close() {
	_ = s.listener.Close() // which the server knows of only once it serves
	_ = s.server.Close()   // an error only says that it has ended before
}

// wiretap keeps what comes in.
type wiretap struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener.
func (w *wiretap) Accept() (net.Conn, error) {
	connection, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tapped{connection, w.server}, nil
}

type tapped struct {
	net.Conn
	server *Server
}

// Read implements net.Conn.
func (c *tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.server.mutex.Lock()
	defer c.server.mutex.Unlock()
	c.server.wire.Write(b[:n])
	return n, err
}
