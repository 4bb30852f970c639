// Package mail writes Gatehouse's mails and hands them to a mail server (RFC 5321,
// RFC 6409). A mail is handed over before the call returns, or it is not sent: there
// is no queue.
package mail

import (
	"context"
	"crypto/x509"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Config says where mails are handed over, and in whose name.
type Config struct {
	Server Server
	// Password is that of the server's user; the zero value without a user.
	Password cloud.Secret
	// From is who the mails are from, and to whom those that cannot be delivered are
	// returned: an address, perhaps with a name (RFC 5322 mailbox), such as
	// "Gatehouse <gatehouse@example.com>".
	From string
	// Roots are whose certificates a server may show; nil for those of the system.
	Roots *x509.CertPool
	Clock cloud.Clock
}

// Sender sends mails. It is safe for concurrent use.
type Sender struct {
	server   Server
	password cloud.Secret
	from     *netmail.Address
	roots    *x509.CertPool
	clock    cloud.Clock
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// New returns a sender, without speaking to the server. It returns Invalid, which
// names the flag and the value, for an address that mails cannot be from and for a
// user without a password.
func New(c Config) (*Sender, error) {
	password := c.Password.Reveal()
	switch {
	case c.Server == Server{}:
		return nil, cloud.Errorf(cloud.Invalid, "--smtp: expected a mail server, got none")
	case c.Server.user != "" && password == "":
		return nil, cloud.Errorf(cloud.Invalid, "--smtp: the user %q needs a password, in a file named with --smtp-password-file or in GATEHOUSE_SMTP_PASSWORD", c.Server.user)
	case c.Server.user == "" && password != "":
		return nil, cloud.Errorf(cloud.Invalid, "--smtp: expected a user for the password, as in smtp://user@mail.example.com, got %q", c.Server)
	case strings.ContainsRune(password, 0): // AUTH PLAIN ends it there (RFC 4616)
		return nil, cloud.Errorf(cloud.Invalid, "the password for --smtp: a NUL character is not allowed")
	}
	from, err := parseFrom(c.From)
	if err != nil {
		return nil, err
	}
	return &Sender{server: c.Server, password: c.Password, from: from, roots: c.Roots, clock: c.Clock, dial: new(net.Dialer).DialContext}, nil
}

func parseFrom(text string) (*netmail.Address, error) {
	const flag = "--mail-from"
	from, err := netmail.ParseAddress(text)
	if err != nil || from.Name != cloud.CleanText(from.Name, cloud.MaxNameLength) {
		return nil, cloud.Errorf(cloud.Invalid, "%s: expected an address such as gatehouse@example.com or Gatehouse <gatehouse@example.com>, got %q", flag, text)
	}
	if _, err := cloud.ParseEmail(flag, from.Address); err != nil {
		return nil, err
	}
	if !isASCII(from.Address) { // not every server could return a mail to it
		return nil, cloud.Errorf(cloud.Invalid, "%s: expected an address in ASCII (a domain in the form that begins with xn--), got %q", flag, text)
	}
	if from.Name == "" {
		from.Name = product
	}
	return from, nil
}

// product is what sends the mails, as people know it.
const product = "Gatehouse"

// Invitation is what the mail to somebody who is invited says. Names are shown on one
// line and without control characters, whatever is in them.
type Invitation struct {
	To           string // their address
	Organization string // its name
	InvitedBy    string // whoever invites, as people know them
	Link         string // by which they accept; what comes behind its # is secret
	ExpireAt     time.Time
}

// Invite hands an invitation over. It returns Invalid, which names the address, if
// that is none or if the server refuses it for good, and Unavailable if the mail was
// not taken, or not within 10 seconds: it can then be sent again. No error holds the
// secret of the link.
func (s *Sender) Invite(ctx context.Context, i Invitation) error {
	return s.send(ctx, "invitation", letter{
		To: i.To, Organization: i.Organization, InvitedBy: i.InvitedBy, Link: i.Link, ExpireAt: i.ExpireAt,
	})
}

// Reset is what the mail to somebody who needs a new password says.
type Reset struct {
	To       string // their address
	Name     string // of the person; may be empty
	Link     string // by which they choose a password; what comes behind its # is secret
	ExpireAt time.Time
}

// ResetPassword hands over the link to a new password. Its errors are those of Invite.
func (s *Sender) ResetPassword(ctx context.Context, r Reset) error {
	return s.send(ctx, "reset", letter{To: r.To, Name: r.Name, Link: r.Link, ExpireAt: r.ExpireAt})
}

// Check connects, signs in and takes leave, without sending anything. It returns
// Unavailable, whose cause says what is wrong.
func (s *Sender) Check(ctx context.Context) error {
	err := s.converse(ctx, func(*conversation) error { return nil })
	if err == nil {
		return nil
	}
	return &cloud.Error{Code: cloud.Unavailable, Message: "The mail server cannot be used", Err: s.cause(ctx, err)}
}

func (s *Sender) send(ctx context.Context, kind string, l letter) error {
	message, err := s.compose(kind, &l)
	if err != nil {
		return err
	}
	err = s.converse(ctx, func(c *conversation) error { return c.handOver(message, l.To) })
	if err == nil || message.IsDelivered() { // then what is said to QUIT does not count
		return nil
	}
	failed := refusal(err, l.To)
	if failed == nil {
		failed = cloud.Errorf(cloud.Unavailable, "The mail could not be handed to the mail server")
	}
	failed.Err = s.cause(ctx, err, l.secret())
	return failed
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
}
