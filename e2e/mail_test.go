package e2e

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// With a mail server, who has forgotten the password gets a link by mail, and so does who
// is invited: nobody has to hand anything over, and no page shows a link.
func TestLinksComeByMail(t *testing.T) {
	t.Parallel()
	server := startMailServer(t)
	g := startWithoutKey(t, "--smtp", "smtp://"+server.address, "--mail-from", "Gatehouse <gatehouse@example.com>")
	a := setUp(g)

	// Nobody is told whether there is an account with the address.
	p := browse(t, g.URL, Look{Screen: Phone, Dark: true})
	p.Goto(a.path("audit"))
	p.AtPath("/sign-in")
	p.Fill("E-mail address", "nobody@example.com")
	p.Click("button", "Forgot your password?")
	p.Find("heading", "Choose a new password")
	if got := p.Value("E-mail address"); got != "nobody@example.com" {
		t.Errorf("the address that was typed is %q now", got)
	}
	p.Click("button", "Send the link")
	p.See("If there is an account with the address nobody@example.com, a mail with a link is on its way.")
	p.Click("button", "Back to sign-in")
	p.Click("button", "Forgot your password?")
	p.Fill("E-mail address", adaMail)
	p.Click("button", "Send the link")
	p.See("If there is an account with the address " + adaMail + ", a mail with a link is on its way.")
	p.Screenshot("sign-in/forgotten")
	link := server.next(t, adaMail).link(t, g)
	const next = "difference-Engine-1822"
	p.Goto(link)
	p.Find("heading", "Choose a new password")
	p.Fill("New password", next)
	p.Click("button", "Save and sign in")
	p.Find("heading", "API Keys")
	p.HoldsNoLink(link)
	p.HoldsNo(next)

	// The invitation goes by mail, and its link is not shown.
	p.menuLink("Users and roles")
	p.Click("button", "Invite people")
	d := p.Within("dialog", "Invite people")
	d.Fill("E-mail addresses", graceMail)
	d.Click("button", "Invite 1 person")
	d = p.Within("dialog", "Invitations")
	d.See("1 of 1 person invited.", "Mail sent")
	d.DontSee("hand over this link")
	p.Screenshot("people/invited-by-mail")
	d.Click("button", "Done")
	first := server.next(t, graceMail).link(t, g)
	p.HoldsNo(tokenOf(t, first))
	p.Click("link", "Invitations")
	p.Within("row", graceMail).See("Sent")
	p.Click("button", "Actions for "+graceMail)
	p.Click("menuitem", "Send again")
	p.See("The mail to " + graceMail + " is sent")
	second := server.next(t, graceMail).link(t, g)
	p.HoldsNo(tokenOf(t, second))

	acceptAsNew(browse(t, g.URL, Look{}), first)

	// What the mail server does not take is said, with the link to hand over.
	server.refuses("edsger@example.com")
	p.Click("button", "Invite people")
	d = p.Within("dialog", "Invite people")
	d.Fill("E-mail addresses", "edsger@example.com")
	d.Click("button", "Invite 1 person")
	d = p.Within("dialog", "Invitations")
	d.See("The mail could not be sent", "hand it over yourself")
	by := d.Value("Invitation link for edsger@example.com")
	d.Click("button", "Done")
	p.Within("row", "edsger@example.com").See("Failed")
	other := browse(t, g.URL, Look{})
	other.Goto(by)
	other.See("edsger@example.com is invited, with the role Member.")
}

// mailServer is a mail server on this machine that keeps what it takes.
type mailServer struct {
	address string

	mu      sync.Mutex
	refused map[string]bool
	taken   chan message
}

// message is a mail that was taken.
type message struct{ to, text string }

// startMailServer runs a mail server until the test ends.
func startMailServer(t testing.TB) *mailServer {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{address: listener.Addr().String(), refused: map[string]bool{}, taken: make(chan message, 100)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{server: m}, nil }))
	server.Domain = "localhost"
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("the mail server ended: %v", err)
		}
	})
	return m
}

// refuses makes the server refuse mail for the address from now on.
func (m *mailServer) refuses(address string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused[address] = true
}

// next waits for the next mail, which has to be for the address.
func (m *mailServer) next(t testing.TB, to string) message {
	t.Helper()
	select {
	case taken := <-m.taken:
		if taken.to != to {
			t.Fatalf("a mail for %s came, and none for %s", taken.to, to)
		}
		return taken
	case <-time.After(waitLimit):
		t.Fatalf("no mail came for %s", to)
		return message{}
	}
}

// link returns the one link to the Gatehouse in the plain text of the mail.
func (m message) link(t testing.TB, g *gatehouse) string {
	t.Helper()
	for word := range strings.FieldsSeq(plainText(t, m.text)) {
		if strings.HasPrefix(word, g.URL+"/") && strings.Contains(word, "#") {
			return word
		}
	}
	t.Fatalf("the mail has no link to %s:\n%s", g.URL, m.text)
	return ""
}

// plainText returns the text/plain part of a mail.
func plainText(t testing.TB, raw string) string {
	t.Helper()
	read, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	_, parameters, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(read.Body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatalf("the mail has no plain text: %v\n%s", err, raw)
		}
		if !strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			continue
		}
		body := io.Reader(part)
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(part)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

// mailSession is one client of the mail server.
type mailSession struct {
	server *mailServer
	to     string
}

// Mail implements smtp.Session.
func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.refused[to] {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox"}
	}
	s.to = to
	return nil
}

// Data implements smtp.Session.
func (s *mailSession) Data(r io.Reader) error {
	var text bytes.Buffer
	if _, err := text.ReadFrom(r); err != nil {
		return err
	}
	s.server.taken <- message{to: s.to, text: text.String()}
	return nil
}

// Reset implements smtp.Session.
func (s *mailSession) Reset() { s.to = "" }

// Logout implements smtp.Session.
func (*mailSession) Logout() error { return nil }
