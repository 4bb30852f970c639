package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// limit is how long the whole conversation with the server may take: somebody waits
// for it in front of a page.
const limit = 10 * time.Second

var errSlow = fmt.Errorf("the mail server took longer than %v", limit)

// conversation is a connection to the server, signed in.
type conversation struct {
	client  *gomail.Client
	session *smtp.Client
}

// converse connects, signs in, lets talk say something, and takes leave. It is over
// within the limit, and when the caller's context ends.
func (s *Sender) converse(caller context.Context, talk func(*conversation) error) (err error) {
	ctx, cancel := context.WithTimeout(caller, limit)
	defer cancel()
	defer func() {
		switch {
		case err == nil || ctx.Err() == nil:
		case caller.Err() != nil: // err says only that the connection was closed
			err = caller.Err()
		default:
			err = errSlow
		}
	}()
	raw, err := s.dial(ctx, "tcp", s.server.address())
	if err != nil {
		return err
	}
	// go-mail minds the context while it connects and no longer, and leaves a connection
	// open that it could not sign in on.
	defer raw.Close() //nolint:errcheck // what was said was said
	defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	if err := s.checkPeer(raw); err != nil {
		return err
	}
	connection := raw
	if s.server.encryption == implicitTLS {
		secure := tls.Client(raw, s.tls())
		if err := secure.HandshakeContext(ctx); err != nil {
			return err
		}
		connection = secure
	}
	client, err := gomail.NewClient(s.server.host, s.options(connection)...)
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	err = talk(&conversation{client, session})
	if left := client.CloseWithSMTPClient(session); err == nil {
		err = left
	}
	return err
}

// errASCIIOnly says that the server could not pass the address on.
var errASCIIOnly = errors.New("the address is not in ASCII, and the mail server does not know SMTPUTF8 (RFC 6531)")

// handOver sends one message.
func (c *conversation) handOver(message *gomail.Msg, to string) error {
	if has, _ := c.session.Extension("SMTPUTF8"); !has && !isASCII(to) {
		return errASCIIOnly
	}
	// A message that asks for SMTPUTF8 without need comes back from servers that do not have it.
	c.session.SkipSMTPUTF8(isASCII(to))
	return c.client.SendWithSMTPClient(c.session, message)
}

// checkPeer sees that a server which is trusted for being on this machine is.
func (s *Sender) checkPeer(connection net.Conn) error {
	peer, ok := connection.RemoteAddr().(*net.TCPAddr)
	if ok && s.server.local() && !peer.IP.IsLoopback() {
		return fmt.Errorf("%s is %s, which is another machine", s.server.host, peer.IP)
	}
	return nil
}

func (s *Sender) tls() *tls.Config {
	return &tls.Config{
		ServerName: s.server.host,
		MinVersion: tls.VersionTLS12,
		RootCAs:    s.roots,
		// What is as good without TLS needs no proof with it, and the certificates of
		// servers on this machine are rarely for "localhost".
		InsecureSkipVerify: s.server.encryption == offeredTLS, //nolint:gosec // to this machine only: see checkPeer
	}
}

func (s *Sender) options(connection net.Conn) []gomail.Option {
	hostname, _ := os.Hostname() // without one there is the address
	options := []gomail.Option{
		gomail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) { return connection, nil }),
		gomail.WithHELO(helloName(hostname, connection.LocalAddr())),
		gomail.WithTLSConfig(s.tls()),
		gomail.WithTimeout(2 * limit), // is set anew with each step, so the context has to be first
		gomail.WithoutNoop(),
		gomail.WithoutRset(),
	}
	switch s.server.encryption {
	case startTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case implicitTLS:
		options = append(options, gomail.WithSSL())
	case offeredTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case noTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.server.user != "" {
		// These two refuse to sign in without TLS, except on this machine.
		plain, login := gomail.SMTPAuthPlain, gomail.SMTPAuthLogin
		if s.server.local() {
			plain, login = gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc
		}
		options = append(options, gomail.WithOpportunisticSMTPAuth(plain, login),
			gomail.WithUsername(s.server.user), gomail.WithPassword(s.password.Reveal()))
	}
	return options
}

// helloName is how the client introduces itself: by the name of its machine or, where
// that means nothing to others, by its address (RFC 5321, section 4.1.4).
func helloName(hostname string, local net.Addr) string {
	if _, err := netip.ParseAddr(hostname); err != nil {
		if name := strings.TrimSuffix(parseHost(hostname), "."); strings.Contains(name, ".") {
			return name
		}
	}
	address, ok := local.(*net.TCPAddr)
	switch {
	case !ok:
		return "localhost"
	case address.IP.To4() != nil:
		return "[" + address.IP.String() + "]"
	}
	return "[IPv6:" + address.IP.String() + "]"
}
