package mail_test

import (
	"encoding/base64"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/mail"
	"github.com/gatehouse/gatehouse/internal/mail/mailtest"
)

const notHandedOver = "The mail could not be handed to the mail server"

// checkFailure fails unless err has the code and the public sentence, and a cause that
// names the server and holds what is given.
func checkFailure(t *testing.T, err error, code cloud.Code, sentence, cause string) {
	t.Helper()
	var e *cloud.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != sentence {
		t.Errorf("%v, not %q", err, sentence)
		return
	}
	if e.Err == nil || !strings.HasPrefix(e.Err.Error(), "smtp") || !strings.Contains(e.Err.Error(), cause) {
		t.Errorf("the cause is %v, without %q", e.Err, cause)
	}
}

func TestNothingIsHandedOverInTheClearUnlessAskedFor(t *testing.T) {
	// To another machine a mail goes through TLS with a server that proves its name, or
	// not at all. In the clear it goes where the operator says so, and to this machine.
	starttls, implicit, none := []mailtest.Option{mailtest.StartTLS()}, []mailtest.Option{mailtest.TLS()}, []mailtest.Option(nil)
	for _, c := range []struct {
		url      string // with the port of the server in place of PORT
		server   []mailtest.Option
		stranger bool   // whether the server's certificate is of nobody we know
		cause    string // of the failure; empty where the mail arrives
		secure   bool   // whether it arrives through TLS
	}{
		{url: "smtp://mail.example.com", server: starttls, secure: true},
		{url: "smtp://mail.example.com", server: starttls, stranger: true, cause: "certificate"},
		{url: "smtp://other.example.com", server: starttls, cause: "certificate is valid for mail.example.com"},
		{url: "smtp://mail.example.com", server: none, cause: "does not support STARTTLS"},
		{url: "smtp://mail.example.com?starttls=off", server: none},
		{url: "smtp://mail.example.com?starttls=off", server: starttls},
		{url: "smtps://mail.example.com", server: implicit, secure: true},
		{url: "smtps://mail.example.com", server: implicit, stranger: true, cause: "certificate"},
		{url: "smtps://other.example.com", server: implicit, cause: "certificate is valid for mail.example.com"},
		{url: "smtps://mail.example.com", server: none, cause: "tls"},
		{url: "smtp://127.0.0.1:PORT", server: none},
		{url: "smtp://127.0.0.1:PORT", server: starttls, stranger: true, secure: true},
		{url: "smtp://localhost:PORT", server: starttls, secure: true},
		{url: "smtp://127.0.0.1:PORT?starttls=off", server: starttls},
		{url: "smtp://127.0.0.1:PORT?starttls=required", server: none, cause: "does not support STARTTLS"},
		{url: "smtp://127.0.0.1:PORT?starttls=required", server: starttls, secure: true},
		{url: "smtp://127.0.0.1:PORT?starttls=required", server: starttls, stranger: true, cause: "certificate"},
		{url: "smtps://127.0.0.1:PORT", server: implicit, stranger: true, cause: "certificate"},
	} {
		t.Run(c.url, func(t *testing.T) {
			server := mailtest.New(t, c.server...)
			_, port, err := net.SplitHostPort(server.Address())
			if err != nil {
				t.Fatal(err)
			}
			config := newConfig(t, strings.Replace(c.url, "PORT", port, 1))
			if !c.stranger {
				config.Roots = server.Roots()
			}
			sender := newSender(t, config)
			if !strings.Contains(c.url, "PORT") {
				toServer(sender, server)
			}
			i := newInvitation()
			err = sender.Invite(t.Context(), i)
			wire := server.Wire()
			if c.cause != "" {
				checkFailure(t, err, cloud.Unavailable, notHandedOver, c.cause)
				checkFailure(t, sender.Check(t.Context()), cloud.Unavailable, "The mail server cannot be used", c.cause)
				if len(server.Messages) != 0 || strings.Contains(wire, "MAIL FROM") || strings.Contains(wire, "grace") {
					t.Errorf("the server was told %q", wire)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if m := received(t, server); m.Encrypted != c.secure {
				t.Errorf("through TLS: %v", m.Encrypted)
			}
			if clear := strings.Contains(wire, "MAIL FROM"); clear == c.secure {
				t.Errorf("in the clear on the wire: %v", clear)
			}
			if err := sender.Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestUserSignsIn(t *testing.T) {
	// With the right password mails are taken, with a wrong one they are not and nothing
	// is said of them, by AUTH PLAIN and by AUTH LOGIN.
	password := "secret of " + "ada"
	for _, mechanism := range []string{"PLAIN", "LOGIN"} {
		for _, encryption := range []mailtest.Option{mailtest.StartTLS(), mailtest.TLS()} {
			server := mailtest.New(t, encryption, mailtest.Account("ada@example.com", password, mechanism))
			config := newConfig(t, server.URL())
			config.Roots, config.Password = server.Roots(), cloud.NewSecret(password)
			right := newSender(t, config)
			if err := right.Check(t.Context()); err != nil {
				t.Error(err)
			}
			if err := right.Invite(t.Context(), newInvitation()); err != nil {
				t.Fatal(err)
			}
			if m := received(t, server); m.User != "ada@example.com" || !m.Encrypted {
				t.Errorf("as %q, through TLS: %v", m.User, m.Encrypted)
			}
			config.Password = cloud.NewSecret("not the " + password)
			wrong := newSender(t, config)
			for _, err := range []error{wrong.Check(t.Context()), wrong.Invite(t.Context(), newInvitation())} {
				if cloud.CodeOf(err) != cloud.Unavailable || !strings.Contains(err.Error(), "5.7.8 Authentication failed") || strings.Contains(err.Error(), password) {
					t.Errorf("%v", err)
				}
			}
			if len(server.Messages) != 0 {
				t.Error("a mail was taken")
			}
		}
	}
}

func TestPasswordIsNeverSentInTheClear(t *testing.T) {
	// A server that offers to let a user sign in without TLS, or one in its place that
	// has taken STARTTLS out of the answer, learns neither password nor mail. On this
	// machine there is no wire.
	password := "secret of " + "ada"
	encoded := []string{
		password, base64.StdEncoding.EncodeToString([]byte(password)), base64.StdEncoding.EncodeToString([]byte("\x00ada\x00" + password)),
	}
	server := mailtest.New(t, mailtest.Account("ada", password, "PLAIN", "LOGIN"))
	config := newConfig(t, "smtp://ada@mail.example.com")
	config.Password = cloud.NewSecret(password)
	sender := toServer(newSender(t, config), server)
	checkFailure(t, sender.Invite(t.Context(), newInvitation()), cloud.Unavailable, notHandedOver, "does not support STARTTLS")
	checkFailure(t, sender.Check(t.Context()), cloud.Unavailable, "The mail server cannot be used", "does not support STARTTLS")
	wire := server.Wire()
	for _, form := range append(encoded, "AUTH", "MAIL") {
		if strings.Contains(wire, form) {
			t.Errorf("%q was sent", form)
		}
	}

	secure := mailtest.New(t, mailtest.StartTLS(), mailtest.Account("ada", password, "PLAIN", "LOGIN"))
	config.Roots = secure.Roots()
	if err := toServer(newSender(t, config), secure).Invite(t.Context(), newInvitation()); err != nil {
		t.Fatal(err)
	}
	wire = secure.Wire()
	for _, form := range append(encoded, "AUTH", "MAIL") {
		if strings.Contains(wire, form) {
			t.Errorf("%q can be read on the wire", form)
		}
	}

	config.Server = newConfig(t, server.URL()).Server
	if err := newSender(t, config).Invite(t.Context(), newInvitation()); err != nil {
		t.Fatal(err)
	}
	if m := received(t, server); m.User != "ada" || m.Encrypted {
		t.Errorf("as %q, through TLS: %v", m.User, m.Encrypted)
	}
}

func TestServerThatIsSaidToBeHereIsHere(t *testing.T) {
	// "localhost" is trusted without TLS, so it must not lead to another machine.
	elsewhere, here := net.Pipe()
	defer elsewhere.Close()
	password := "secret of " + "ada"
	config := newConfig(t, "smtp://ada@localhost")
	config.Password = cloud.NewSecret(password)
	sender := newSender(t, config).Dialing(dialOf(remote{here}))
	checkFailure(t, sender.Invite(t.Context(), newInvitation()), cloud.Unavailable, notHandedOver, "localhost is 192.0.2.1, which is another machine")
}

// remote is a connection to another machine.
type remote struct{ net.Conn }

// RemoteAddr implements net.Conn.
func (remote) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 587} }

func TestRefusedAddressIsToldApart(t *testing.T) {
	// A final answer about the address is the fault of who wrote it; what is passing, or
	// about who we are, is not.
	for text, invalid := range map[string]bool{
		"550 5.1.1 No such user": true, "550 No such user": true, "551 5.1.6 Moved": true, "552 5.2.2 Mailbox full": true, "553 Bad name": true,
		"550 5.4.1 Recipient address rejected: Access denied": true, "556 5.1.10 Takes no mail": true, "550 5.0.0 No": true, "554 5.1.1 No such user": true,
		"450 4.2.1 Greylisted": false, "451 4.3.0 Later": false, "452 4.2.2 Mailbox full": false, "421 4.3.2 Going down": false,
		"554 5.7.1 Relay access denied": false, "550 5.7.1 Client host rejected": false, "530 5.7.0 Authentication required": false,
		"503 5.5.1 Bad sequence": false, "550 5.1.8 Sender address rejected": false, "550 5.1.7 Bad sender": false, "554 Transaction failed": false,
	} {
		code, text := split(t, text)
		server := mailtest.New(t, mailtest.Answer(func(command, _ string) error {
			if command == "RCPT" {
				return mailtest.Refused(code, text)
			}
			return nil
		}))
		err := newSender(t, newConfig(t, server.URL())).Invite(t.Context(), newInvitation())
		if invalid {
			checkFailure(t, err, cloud.Invalid, `email: the mail server refuses the address "grace@example.com"`, text)
		} else {
			checkFailure(t, err, cloud.Unavailable, notHandedOver, text)
		}
		if len(server.Messages) != 0 || strings.Contains(server.Wire(), "DATA") {
			t.Errorf("%d %s: the mail was sent all the same", code, text)
		}
	}
}

// split is a reply as code and text.
func split(t *testing.T, reply string) (code int, text string) {
	t.Helper()
	number, text, _ := strings.Cut(reply, " ")
	for _, digit := range number {
		code = code*10 + int(digit-'0')
	}
	return code, text
}

func TestSenderAndContentThatAreRefusedAreNoFaultOfTheAddress(t *testing.T) {
	// Whatever else the server refuses, for good or not, the mail was not handed over.
	for _, command := range []string{"MAIL", "DATA"} {
		for _, code := range []int{450, 550, 554} {
			server := mailtest.New(t, mailtest.Answer(func(got, _ string) error {
				if got == command {
					return mailtest.Refused(code, "Not this one")
				}
				return nil
			}))
			err := newSender(t, newConfig(t, server.URL())).Invite(t.Context(), newInvitation())
			checkFailure(t, err, cloud.Unavailable, notHandedOver, "Not this one")
			if len(server.Messages) != 0 {
				t.Errorf("%s: the mail was taken", command)
			}
		}
	}
}

func TestLinkAndPasswordAreInNoError(t *testing.T) {
	// A server may repeat what it heard, line by line as it came, and say it in any
	// language: neither the secret of the link nor the password gets into an error that way.
	password := "secret of " + "ada"
	var heard string
	server := mailtest.New(t, mailtest.StartTLS(), mailtest.Account("ada", password), mailtest.Answer(func(command, argument string) error {
		if command != "DATA" {
			return nil
		}
		_, heard, _ = strings.Cut(argument, "open this link:")
		heard = heard[:400]
		return mailtest.Refused(554, heard+" "+base64.StdEncoding.EncodeToString([]byte("\x00ada\x00"+password))+"\n"+password+" Zoë\xff\x1b[2J Spam")
	}))
	config := newConfig(t, server.URL())
	config.Password = cloud.NewSecret(password)
	i := newInvitation()
	err := newSender(t, config).Invite(t.Context(), i)
	checkFailure(t, err, cloud.Unavailable, notHandedOver, "Zoë")
	if !strings.Contains(strings.ReplaceAll(heard, "=\r\n", ""), secretOf(i.Link)) {
		t.Fatalf("the server did not repeat the link: %q", heard)
	}
	text := err.Error()
	secret := secretOf(i.Link)
	for at := range len(secret) - 8 {
		if strings.Contains(text, secret[at:at+8]) {
			t.Errorf("%q of the link is in %q", secret[at:at+8], text)
		}
	}
	for _, form := range []string{password, "of ada", "AGFkYQBz", "\x1b", "\n"} {
		if strings.Contains(text, form) {
			t.Errorf("%q is in %q", form, text)
		}
	}
	if !strings.Contains(text, "[redacted]") || !strings.Contains(text, "Spam") {
		t.Errorf("nothing is left of what the server said: %q", text)
	}
}

func TestServerThatIsNotThereIsUnavailable(t *testing.T) {
	// The cause tells the operator what was tried.
	server := mailtest.New(t)
	server.Close()
	sender := newSender(t, newConfig(t, server.URL()))
	checkFailure(t, sender.Invite(t.Context(), newInvitation()), cloud.Unavailable, notHandedOver, server.URL()+": dial tcp")
	checkFailure(t, sender.ResetPassword(t.Context(), mail.Reset{To: "grace@example.com", Link: newInvitation().Link}), cloud.Unavailable, notHandedOver, "refused")
	checkFailure(t, sender.Check(t.Context()), cloud.Unavailable, "The mail server cannot be used", "refused")
}
