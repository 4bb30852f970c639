package mailtest

import (
	"crypto/subtle"
	"errors"
	"io"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one connection, from its EHLO on.
type session struct {
	server     *Server
	connection *smtp.Conn
	user       string
	message    Message
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string { return s.server.mechanisms }

// Auth implements smtp.AuthSession.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return s.signIn(user, password) }), nil
	case sasl.Login:
		return &login{signIn: s.signIn}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *session) signIn(user, password string) error {
	if user != s.server.user || subtle.ConstantTimeCompare([]byte(password), []byte(s.server.password)) == 0 {
		return smtp.ErrAuthFailed
	}
	s.user = user
	return nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, o *smtp.MailOptions) error {
	if s.server.user != "" && s.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	_, secure := s.connection.TLSConnectionState()
	s.message = Message{Sender: from, User: s.user, Hello: s.connection.Hostname(), Encrypted: secure, UTF8: o.UTF8}
	return s.answer("MAIL", from)
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.message.Recipients = append(s.message.Recipients, to)
	return s.answer("RCPT", to)
}

// Data implements smtp.Session. A message that cannot be read is refused.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.answer("DATA", string(raw)); err != nil {
		return err
	}
	s.message.Raw = string(raw)
	if err := s.message.parse(); err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "The message cannot be read: " + err.Error()}
	}
	select {
	case s.server.Messages <- s.message:
		return nil
	default:
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "Too many messages that nobody has asked for"}
	}
}

func (s *session) answer(command, argument string) error {
	if s.server.options.answer == nil {
		return nil
	}
	return s.server.options.answer(command, argument)
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.message = Message{} }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// login is the server's side of AUTH LOGIN, which asks twice.
type login struct {
	signIn func(user, password string) error
	asked  int
	user   string
}

// Next implements sasl.Server.
func (l *login) Next(response []byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	case 3:
		return nil, true, l.signIn(l.user, string(response))
	}
	return nil, false, errors.New("AUTH LOGIN asks twice")
}
