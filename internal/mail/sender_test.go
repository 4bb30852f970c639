package mail_test

import (
	"context"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/mail"
	"github.com/gatehouse/gatehouse/internal/mail/mailtest"
)

var now = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// newConfig is that of a sender to the server with this URL.
func newConfig(t *testing.T, url string) mail.Config {
	t.Helper()
	server, err := mail.ParseServer("--smtp", url)
	if err != nil {
		t.Fatal(err)
	}
	return mail.Config{Server: server, From: "Gatehouse of Zoë <gatehouse@example.com>", Clock: cloudtest.NewClock(now)}
}

func newSender(t *testing.T, c mail.Config) *mail.Sender {
	t.Helper()
	sender, err := mail.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

// toServer has the sender find every host where this server is.
func toServer(sender *mail.Sender, server *mailtest.Server) *mail.Sender {
	return sender.Dialing(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Address())
	})
}

// newInvitation is one whose link is unlike any other.
func newInvitation() mail.Invitation {
	return mail.Invitation{
		To: "Grace@Example.com", Organization: "Bücher & Söhne", InvitedBy: "Zoë O'Hara",
		Link:     "https://gatehouse.example.com:8443/invitation#" + cloud.RandomText(43),
		ExpireAt: time.Date(2026, 11, 30, 10, 30, 59, 0, time.FixedZone("UTC+1", 3600)),
	}
}

// secretOf is the part of a link that nobody else may see.
func secretOf(link string) string {
	_, secret, _ := strings.Cut(link, "#")
	return secret
}

// received returns the one message that the server has taken.
func received(t *testing.T, server *mailtest.Server) mailtest.Message {
	t.Helper()
	message, err := server.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(server.Messages); n != 0 {
		t.Errorf("%d more messages were taken", n)
	}
	return message
}

func TestInvitationSaysAllThatMatters(t *testing.T) {
	// Who reads the mail, as text or as a page, learns who invites them, to what, until
	// when and what to do if they did not expect it, and finds the link once to click on.
	server := mailtest.New(t)
	i := newInvitation()
	if err := newSender(t, newConfig(t, server.URL())).Invite(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	m := received(t, server)
	checkForm(t, m)
	if m.From != `Gatehouse of Zoë <gatehouse@example.com>` || m.To != "<grace@example.com>" || m.Subject != "Invitation to “Bücher & Söhne” on Gatehouse" {
		t.Errorf("from %s to %s: %s", m.From, m.To, m.Subject)
	}
	want := []string{"Zoë O'Hara", "Bücher & Söhne", "Gatehouse at gatehouse.example.com:8443", "grace@example.com", "30 November 2026, 09:30 UTC", "did not expect this? Then do nothing", i.Link}
	for _, text := range []string{m.Text, plain(m.HTML)} {
		for _, part := range want {
			if strings.Count(text, part) != 1 {
				t.Errorf("%q is there %d times:\n%s", part, strings.Count(text, part), text)
			}
		}
	}
	if got := m.Links(); !slices.Equal(got, []string{i.Link}) {
		t.Errorf("the page leads to %q", got)
	}
}

func TestResetSaysAllThatMatters(t *testing.T) {
	// As an invitation does; and a person without a name is greeted too.
	server := mailtest.New(t)
	sender := newSender(t, newConfig(t, server.URL()))
	i := newInvitation()
	for name, greeting := range map[string]string{"Grace  Hopper": "Hello Grace Hopper,", "": "Hello,"} {
		if err := sender.ResetPassword(t.Context(), mail.Reset{To: i.To, Name: name, Link: i.Link, ExpireAt: i.ExpireAt}); err != nil {
			t.Fatal(err)
		}
		m := received(t, server)
		checkForm(t, m)
		if m.To != "<grace@example.com>" || m.Subject != "Your new password for Gatehouse" {
			t.Errorf("to %s: %s", m.To, m.Subject)
		}
		for _, text := range []string{m.Text, plain(m.HTML)} {
			for _, part := range []string{greeting, "grace@example.com", "Gatehouse at gatehouse.example.com:8443", "until 30 November 2026, 09:30 UTC", "did not ask for this? Then do nothing", i.Link} {
				if strings.Count(text, part) != 1 {
					t.Errorf("%q is there %d times:\n%s", part, strings.Count(text, part), text)
				}
			}
		}
		if got := m.Links(); !slices.Equal(got, []string{i.Link}) {
			t.Errorf("the page leads to %q", got)
		}
	}
}

// checkForm fails unless the message is one that every server and client understands,
// and loads nothing from anywhere.
func checkForm(t *testing.T, m mailtest.Message) {
	t.Helper()
	names := slices.Sorted(maps.Keys(m.Header))
	if d := cmp.Diff([]string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}, names); d != "" {
		t.Errorf("the header is another: %s", d)
	}
	if m.Header.Get("Auto-Submitted") != "auto-generated" || !regexp.MustCompile(`^<[A-Z2-7]{26}@example\.com>$`).MatchString(m.Header.Get("Message-Id")) {
		t.Errorf("%v", m.Header)
	}
	if at, err := m.Header.Date(); err != nil || !at.Equal(now) {
		t.Errorf("the date is %v, %v", at, err)
	}
	if d := cmp.Diff([]string{"multipart/alternative", "text/plain", "text/html"}, m.Types); d != "" {
		t.Errorf("the parts are others: %s", d)
	}
	if m.Sender != "gatehouse@example.com" || !slices.Equal(m.Recipients, []string{strings.Trim(m.To, "<>")}) || m.UTF8 {
		t.Errorf("handed over from %s to %q, SMTPUTF8 %v", m.Sender, m.Recipients, m.UTF8)
	}
	for line := range strings.SplitSeq(m.Raw, "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) { // RFC 5322, section 2.1.1
			t.Errorf("the line %q has no place in a mail", line)
		}
	}
	if found := regexp.MustCompile(`(?i)src=|url\(|<img|<script|<link|<iframe|@import|http-equiv`).FindString(m.HTML); found != "" {
		t.Errorf("the page loads something: %s", found)
	}
}

// plain is what a page shows.
func plain(page string) string {
	_, page, _ = strings.Cut(page, "</head>")
	page = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "")
	return strings.NewReplacer("&amp;", "&", "&#39;", "'", "&#34;", `"`, "&lt;", "<", "&gt;", ">", "&#43;", "+").Replace(page)
}

func TestNamesAreNothingButNames(t *testing.T) {
	// Whatever is in a name, it adds no line to the header, no recipient, no line of its
	// own to the text and no element to the page, and is shown as it is.
	server := mailtest.New(t)
	sender := newSender(t, newConfig(t, server.URL()))
	for name, shown := range map[string]string{
		"Acme\r\nBcc: eve@example.com":                     "Acme Bcc: eve@example.com",
		"Acme\nBcc: eve@example.com\n\nbody":               "Acme Bcc: eve@example.com body",
		"\r\n.\r\nMAIL FROM:<eve@example.com>\r\n":         ". MAIL FROM:<eve@example.com>",
		"=?utf-8?q?Acme=0D=0ABcc:_eve@example.com?=":       "=?utf-8?q?Acme=0D=0ABcc:_eve@example.com?=",
		"=?utf-8?b?QWNtZQ==?= a =?utf-8?b?QWNtZQ==?=":      "=?utf-8?b?QWNtZQ==?= a =?utf-8?b?QWNtZQ==?=",
		"</title><script>alert(1)</script>":                "</title><script>alert(1)</script>",
		`"><a href="https://evil.example/">here</a>`:       `"><a href="https://evil.example/">here</a>`,
		"{{.Link}} {{template}} %s %0d%0a":                 "{{.Link}} {{template}} %s %0d%0a",
		"a\u0085b\u2028c\u2029d\u000be":                    "a b c d e",
		"\u202eemcA \u2066x":                               "emcA x",
		"nul\x00 esc\x1b[2J \xff":                          "nul esc[2J \ufffd",
		"a" + strings.Repeat(" ", 250) + "b":               "a b",
		strings.Repeat("🔑", 255):                           strings.Repeat("🔑", 255),
		strings.Repeat("W", 255):                           strings.Repeat("W", 255),
		strings.Repeat("é ", 127):                          strings.TrimSpace(strings.Repeat("é ", 127)),
		"From here\nFrom there":                            "From here From there",
		"Content-Type: text/plain\r\n\r\n--x--":            "Content-Type: text/plain --x--",
		"Zoë “the Great” O'Hara, PhD <zoe@example.com>; x": "Zoë “the Great” O'Hara, PhD <zoe@example.com>; x",
	} {
		i := newInvitation()
		i.Organization, i.InvitedBy = name, name
		if err := sender.Invite(t.Context(), i); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		m := received(t, server)
		checkForm(t, m)
		if m.Subject != "Invitation to “"+shown+"” on Gatehouse" {
			t.Errorf("%q has the subject %q", name, m.Subject)
		}
		sentence := shown + " invites you to join the organization “" + shown + "” on Gatehouse"
		if !strings.Contains(m.Text, "\n"+sentence) || !strings.Contains(plain(m.HTML), "\n"+sentence) {
			t.Errorf("%q is not shown as %q:\n%s\n%s", name, shown, m.Text, m.HTML)
		}
		if got := m.Links(); !slices.Equal(got, []string{i.Link}) || strings.Contains(m.HTML, "<script") {
			t.Errorf("%q leads to %q", name, got)
		}
		if lines := strings.Count(m.Text, "\n"); lines != 11 {
			t.Errorf("%q makes %d lines:\n%s", name, lines, m.Text)
		}
	}
}

func TestWhatIsNoAddressIsRefusedBeforeAnythingIsSaid(t *testing.T) {
	// An address is one address, and nothing that the server could take for a command.
	server := mailtest.New(t)
	sender := newSender(t, newConfig(t, server.URL()))
	for _, to := range []string{
		"", "grace", "grace@example.com\r\nRCPT TO:<eve@example.com>", "grace@example.com, eve@example.com", "Grace <grace@example.com>",
		"grace@example.com> SIZE=1", "grace@example.com\nBcc: eve@example.com", "grace@example.com\x00",
	} {
		i := newInvitation()
		i.To = to
		if err := sender.Invite(t.Context(), i); cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "email: ") {
			t.Errorf("%q: %v", to, err)
		}
	}
	if wire := server.Wire(); wire != "" {
		t.Errorf("the server was told %q", wire)
	}
}

func TestWhatIsNoLinkIsRefusedAndNotRepeated(t *testing.T) {
	// A mail is not sent when its link would not work or would run something, and the
	// error does not show it.
	server := mailtest.New(t)
	sender := newSender(t, newConfig(t, server.URL()))
	secret := cloud.RandomText(43)
	for _, link := range []string{
		"", "/invitation#" + secret, "javascript:alert(1)#" + secret, "https:///invitation#" + secret, "ftp://example.com/#" + secret,
		"https://example.com/ #" + secret, "https://example.com/\r\n#" + secret, "https://example.com/%zz#" + secret, "https://exämple.com/#" + secret,
		`https://example.com/"onclick="x#` + secret,
	} {
		i := newInvitation()
		i.Link = link
		if err := sender.Invite(t.Context(), i); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", link, err)
		}
	}
	if wire := server.Wire(); wire != "" {
		t.Errorf("the server was told %q", wire)
	}
}

func TestAddressOutsideOfASCIINeedsAServerThatKnowsIt(t *testing.T) {
	// Such an address is used as it is, asking for SMTPUTF8, which is asked for by no
	// other mail; a server without it is not sent what it would mangle.
	knows, doesNot := mailtest.New(t, mailtest.UTF8()), mailtest.New(t)
	i := newInvitation()
	if err := newSender(t, newConfig(t, knows.URL())).Invite(t.Context(), i); err != nil || received(t, knows).UTF8 {
		t.Errorf("to %s: %v, or with SMTPUTF8", i.To, err)
	}
	i.To = "zoë@example.com"
	if err := newSender(t, newConfig(t, knows.URL())).Invite(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	if m := received(t, knows); !m.UTF8 || !slices.Equal(m.Recipients, []string{i.To}) || m.To != "<zoë@example.com>" {
		t.Errorf("%+v", m)
	}
	err := newSender(t, newConfig(t, doesNot.URL())).Invite(t.Context(), i)
	if cloud.CodeOf(err) != cloud.Invalid || !strings.Contains(err.Error(), `email: the mail server takes addresses in ASCII only, got "zoë@example.com"`) {
		t.Errorf("%v", err)
	}
	if strings.Contains(doesNot.Wire(), "MAIL") {
		t.Error("the server was sent something")
	}
}

func TestSenderServesManyAtOnce(t *testing.T) {
	// Mails that are sent at the same time do not get into each other's way.
	server := mailtest.New(t, mailtest.StartTLS(), mailtest.Account("ada", "secret of ada"))
	config := newConfig(t, server.URL())
	config.Password = cloud.NewSecret("secret of ada")
	sender := newSender(t, config)
	var senders sync.WaitGroup
	links := make(chan string, 16)
	for range cap(links) {
		senders.Go(func() {
			i := newInvitation()
			links <- i.Link
			if err := sender.Invite(t.Context(), i); err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()
	close(links)
	var sent, taken []string
	for link := range links {
		sent = append(sent, link)
	}
	for range len(server.Messages) {
		m := <-server.Messages
		taken = append(taken, m.Links()...)
	}
	slices.Sort(sent)
	slices.Sort(taken)
	if d := cmp.Diff(sent, taken); d != "" {
		t.Error(d)
	}
}

func TestSenderNeedsWhatItWillNeed(t *testing.T) {
	// What could not work with any mail is refused at the start, and a password is not shown.
	url := "smtp://ada@mail.example.com"
	for from, fine := range map[string]bool{
		"gatehouse@example.com": true, "Gatehouse <gatehouse@example.com>": true, `"Gatehouse, of Ada" <Gate@Example.com>`: true, "=?utf-8?q?Zo=C3=AB?= <z@example.com>": true,
		"": false, "Gatehouse": false, "gatehouse@": false, "zoë@example.com": false, "g@bücher.example": false, "a@example.com, b@example.com": false,
		"=?utf-8?q?a=0D=0Ab?= <a@example.com>": false, "Gatehouse\r\n <g@example.com>\r\nBcc: eve@example.com": false, `"a b"@example.com`: false,
	} {
		c := newConfig(t, url)
		c.From, c.Password = from, cloud.NewSecret("secret of ada")
		_, err := mail.New(c)
		if fine && err != nil || !fine && (cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "--mail-from: ")) {
			t.Errorf("%q: %v", from, err)
		}
	}
	for name, change := range map[string]func(*mail.Config){
		"no server":                         func(c *mail.Config) { c.Server = mail.Server{} },
		"a user without a password":         func(c *mail.Config) { c.Password = cloud.Secret{} },
		"a password without a user":         func(c *mail.Config) { c.Server = newConfig(t, "smtp://mail.example.com").Server },
		"a password that is cut on the way": func(c *mail.Config) { c.Password = cloud.NewSecret("secret of\x00ada") },
	} {
		c := newConfig(t, url)
		c.Password = cloud.NewSecret("secret of ada")
		change(&c)
		if _, err := mail.New(c); cloud.CodeOf(err) != cloud.Invalid || !strings.Contains(err.Error(), "--smtp") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClientIntroducesItselfByAMeaningfulName(t *testing.T) {
	// Servers turn away who claims to be "localhost" or a bare name.
	v4, v6 := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4}, &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 6}
	for _, c := range []struct {
		hostname string
		local    net.Addr
		want     string
	}{
		{"Gate.Example.com", v4, "gate.example.com"},
		{"gate.example.com.", v4, "gate.example.com"},
		{"3f2a9c", v4, "[192.0.2.1]"},
		{"", v6, "[IPv6:2001:db8::1]"},
		{"192.0.2.7", v4, "[192.0.2.1]"},
		{"bad name.example.com", v4, "[192.0.2.1]"},
		{"gate.", v6, "[IPv6:2001:db8::1]"},
	} {
		if got := mail.HelloName(c.hostname, c.local); got != c.want {
			t.Errorf("%q at %v is %q, not %q", c.hostname, c.local, got, c.want)
		}
	}
}
