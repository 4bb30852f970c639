package console_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/gatehouse/gatehouse/internal/front"
)

// A set-up link makes the first person an Admin with a session, once.
func TestSetUpLinkMakesTheFirstAdminOnce(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	if a := b.do(http.MethodGet, "/auth/session").ok(); a.body["setUp"] != false || a.body["person"] != nil {
		t.Fatalf("before the set-up: %s", a.text)
	}
	link := b.do(http.MethodPost, "/auth/link", "token", h.setup.Reveal()).ok()
	if link.string("kind") != "setup" || link.string("organization") != "Acme" {
		t.Fatalf("the link is %s", link.text)
	}
	a := b.setUp().ok()
	for _, want := range []string{`"email":"ada@example.com"`, `"roles":["Admin"]`, `control-plane:organization:create-api-keys`, `"address":"127.0.0.1"`} {
		if !strings.Contains(a.text, want) {
			t.Errorf("the answer lacks %s: %s", want, a.text)
		}
	}
	if got := b.who(); got != http.StatusOK {
		t.Errorf("the session is refused: %d", got)
	}
	h.browser().setUp().says(http.StatusNotFound, "NOT_FOUND")
	h.browser().do(http.MethodPost, "/auth/link", "token", h.setup.Reveal()).says(http.StatusNotFound, "NOT_FOUND")
}

// The app learns in which regions services can be created, so that it offers no others:
// a list in the order of the operator, null for all, whether somebody is signed in or not.
func TestSessionSaysWhichRegionsAreOffered(t *testing.T) {
	for name, c := range map[string]struct {
		offered []string
		want    string
	}{
		"all":  {nil, `"regions":null`},
		"some": {[]string{"us-east1", "eu-central-1"}, `"regions":["us-east1","eu-central-1"]`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newHouseOf(t, c.offered).browser()
			for who, a := range map[string]answer{"nobody": b.do(http.MethodGet, "/auth/session"), "who sets up": b.setUp(), "a session": b.do(http.MethodGet, "/auth/session")} {
				if !strings.Contains(a.ok().text, c.want) {
					t.Errorf("%s is answered %s, without %s", who, a.text, c.want)
				}
			}
		})
	}
}

// The browser keeps the session where no script reads it and no other site's change
// carries it; under TLS it never leaves without TLS.
func TestSessionCookieIsOutOfReach(t *testing.T) {
	h := newHouse(t)
	cookie := h.browser().setUp().ok().header.Get("Set-Cookie")
	for _, want := range []string{"gatehouse_session=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie is %q, without %s", cookie, want)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Errorf("without TLS, the browser would drop %q", cookie)
	}
	secure := httptest.NewTLSServer(h.server.Config.Handler)
	defer secure.Close()
	b := h.browser()
	b.url, b.header = secure.URL, http.Header{"Origin": {secure.URL}}
	secure.Client().Jar = b.client.Jar
	b.client = secure.Client()
	cookie = b.signIn().ok().header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-gatehouse_session=") || !strings.Contains(cookie, "; Secure") || strings.Contains(cookie, "Domain") {
		t.Errorf("under TLS the cookie is %q", cookie)
	}
	if got := b.who(); got != http.StatusOK {
		t.Errorf("the session is refused under TLS: %d", got)
	}
}

// A change that another site makes the browser ask for is refused, with the session
// and all.
func TestOtherSitesChangeNothing(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.setUp().ok()
	for name, header := range map[string]http.Header{
		"by Origin":         {"Origin": {"https://evil.example"}},
		"by Sec-Fetch-Site": {"Sec-Fetch-Site": {"cross-site"}},
		"a sibling":         {"Sec-Fetch-Site": {"same-site"}},
	} {
		b.header = header
		for _, path := range []string{"/auth/sign-out", "/auth/sign-in", "/auth/password", "/v1/who"} {
			if a := b.do(http.MethodPost, path); a.status != http.StatusForbidden {
				t.Errorf("%s, POST %s answered %d %s", name, path, a.status, a.text)
			}
		}
	}
	b.header = http.Header{"Origin": {b.url}}
	b.send(http.MethodPost, "/auth/sign-in", "text/plain", `{}`).says(http.StatusUnsupportedMediaType, "Content-Type")
	if got := b.who(); got != http.StatusOK {
		t.Errorf("the session has ended: %d", got)
	}
}

// Basic wins over a cookie: a script that runs where somebody is signed in acts as
// the key it names.
func TestCredentialsInTheRequestWinOverTheCookie(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.setUp().ok()
	b.header.Set("Authorization", "Basic bm86bm8=")
	b.do(http.MethodGet, "/v1/who").says(http.StatusUnauthorized, "a key is needed")
}

// Signing out ends this session, signing out everywhere all of them, at once.
func TestSignedOutSessionIsRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	laptop, phone, desk := h.browser(), h.browser(), h.browser()
	laptop.setUp().ok()
	phone.signIn().ok()
	desk.signIn().ok()
	stolen := phone.client.Jar.Cookies(mustURL(t, phone.url))
	phone.do(http.MethodPost, "/auth/sign-out").ok()
	phone.client.Jar.SetCookies(mustURL(t, phone.url), stolen)
	if got := phone.who(); got != http.StatusUnauthorized {
		t.Errorf("a signed-out session is admitted: %d", got)
	}
	list := laptop.do(http.MethodGet, "/auth/sessions").ok()
	if n := strings.Count(list.text, `"userAgent":"Firefox"`); n != 2 || strings.Count(list.text, `"current":true`) != 1 {
		t.Errorf("the sessions are %s", list.text)
	}
	laptop.do(http.MethodDelete, "/auth/sessions/nonsense").says(http.StatusNotFound, "Session not found")
	laptop.do(http.MethodDelete, "/auth/sessions").ok()
	for _, b := range []*browser{laptop, desk} {
		if got := b.who(); got != http.StatusUnauthorized {
			t.Errorf("a session is admitted after signing out everywhere: %d", got)
		}
	}
}

// A new password ends the other sessions, and the old one opens nothing.
func TestNewPasswordEndsOtherSessions(t *testing.T) {
	h := newHouse(t)
	laptop, phone := h.browser(), h.browser()
	laptop.setUp().ok()
	phone.signIn().ok()
	const next = "another horse Battery 9"
	laptop.do(http.MethodPost, "/auth/password", "currentPassword", "wrong", "newPassword", next).says(http.StatusBadRequest, "currentPassword: ")
	laptop.do(http.MethodPost, "/auth/password", "currentPassword", password, "newPassword", "short").says(http.StatusBadRequest, "assword: expected at least 12 characters")
	laptop.do(http.MethodPost, "/auth/password", "currentPassword", password, "newPassword", next).ok()
	if laptop.who() != http.StatusOK || phone.who() != http.StatusUnauthorized {
		t.Error("not just the other session ended")
	}
	phone.signIn().says(http.StatusUnauthorized, "The e-mail address or the password is not right")
	phone.do(http.MethodPost, "/auth/sign-in", "email", email, "password", next).ok()
}

// Nobody learns from a sign-in whether an account exists: not by the answer, and not
// by being slowed.
func TestSignInDoesNotTellWhetherAnAccountExists(t *testing.T) {
	h := newHouse(t)
	h.browser().setUp().ok()
	known, unknown := h.browser(), h.browser()
	for range 12 {
		h.clock.Advance(31 * time.Second) // within the limit of the address
		a := known.do(http.MethodPost, "/auth/sign-in", "email", email, "password", "wrong")
		b := unknown.do(http.MethodPost, "/auth/sign-in", "email", "eve@example.com", "password", "wrong")
		delete(a.body, "requestId")
		delete(b.body, "requestId")
		if a.status != b.status || a.body["error"] != b.body["error"] || a.header.Get("Retry-After") != b.header.Get("Retry-After") {
			t.Fatalf("the answers differ: %d %s and %d %s", a.status, a.text, b.status, b.text)
		}
	}
	if a := known.signIn(); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Fatalf("guessing is not slowed: %d %s", a.status, a.text)
	}
}

// With a second factor the password alone opens nothing; the recovery code opens it
// once and is replaced.
func TestSecondFactorIsAskedForAndCanBeRecovered(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.setUp().ok()
	b.do(http.MethodPost, "/auth/second-factor", "password", "wrong").says(http.StatusBadRequest, "password: ")
	made := b.do(http.MethodPost, "/auth/second-factor", "password", password).ok()
	if !strings.HasPrefix(made.string("uri"), "otpauth://totp/Gatehouse:ada@example.com?") {
		t.Errorf("the URI is %s", made.string("uri"))
	}
	picture, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(made.string("picture"), "data:image/png;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
		t.Errorf("the QR code is no picture: %v", err)
	}
	confirm := func(code string) answer {
		return b.do(http.MethodPost, "/auth/second-factor/confirm", "password", password, "secret", made.string("secret"), "code", code)
	}
	confirm("000000").says(http.StatusBadRequest, "code: ")
	recovery := confirm(codeOf(t, h, made.string("secret"))).ok().string("recoveryCode")

	phone := h.browser()
	phone.signIn().says(http.StatusUnauthorized, "code: enter the code")
	phone.signIn("code", "123456").says(http.StatusUnauthorized, "code: ")
	h.clock.Advance(time.Minute) // no code is taken twice
	phone.signIn("code", codeOf(t, h, made.string("secret"))).ok()

	lost := h.browser()
	second := lost.signIn("code", recovery).ok().string("recoveryCode")
	if second == recovery || second == "" {
		t.Error("the recovery code was not replaced")
	}
	h.browser().signIn("code", recovery).says(http.StatusUnauthorized, "code: ")
	lost.do(http.MethodPost, "/auth/second-factor/remove", "password", password, "code", second).ok()
	h.browser().signIn().ok()
}

// A reset link gives its person a new password, without the second factor, and ends
// what was open.
func TestResetLinkGivesANewPassword(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.setUp().ok()
	token, err := h.control.NewResetLink(t.Context(), operator, "ADA@example.com")
	if err != nil {
		t.Fatal(err)
	}
	link := b.do(http.MethodPost, "/auth/link", "token", token.Reveal()).ok()
	if link.string("kind") != "reset" || link.string("email") != email {
		t.Fatalf("the link is %s", link.text)
	}
	const next = "another horse Battery 9"
	fresh := h.browser()
	fresh.do(http.MethodPost, "/auth/reset", "token", token.Reveal(), "password", next).ok()
	if fresh.who() != http.StatusOK || b.who() != http.StatusUnauthorized {
		t.Error("the reset did not end the old session, or gave no new one")
	}
	fresh.do(http.MethodPost, "/auth/reset", "token", token.Reveal(), "password", next).says(http.StatusNotFound, "NOT_FOUND")
}

// What is wrong with a body is said by field, and what it held is not repeated.
func TestBadBodiesAreNamedAndNotRepeated(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	for body, want := range map[string]string{
		`{"email":1,"password":"hunter2-secret"}`: "email: expected text, got a number",
		`{"password":["hunter2-secret"]}`:         "password: expected text, got an array",
		`{"hunter2-secret":1}`:                    "body: it has a field that this request does not know",
		`[`:                                       "body: expected a JSON object",
		``:                                        "body: expected a JSON object",
		`"hunter2-secret"`:                        "body: expected a JSON object",
	} {
		a := b.send(http.MethodPost, "/auth/sign-in", "application/json", body)
		a.says(http.StatusBadRequest, want)
		if strings.Contains(a.text, "hunter2") {
			t.Errorf("%s is repeated: %s", body, a.text)
		}
	}
	b.send(http.MethodPost, "/auth/sign-in", "application/json", `{"password":"`+strings.Repeat("x", 1<<17)+`"}`).says(http.StatusRequestEntityTooLarge, "body: ")
	for _, path := range []string{"/auth/sessions", "/auth/nothing"} {
		if a := b.do(http.MethodGet, path); a.status != http.StatusUnauthorized && a.status != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.status)
		}
	}
	if strings.Contains(h.log.String(), "hunter2") {
		t.Error("the log has what was sent")
	}
}

// Behind a trusted proxy that speaks TLS, the cookie is one of TLS; nobody else can
// say so.
func TestTrustedProxySaysWhetherThereIsTLS(t *testing.T) {
	for remote, want := range map[string]bool{"10.0.0.1:1234": true, "203.0.113.9:1234": false} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = remote
		r.Header.Set("X-Forwarded-Proto", "https")
		front.New(front.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Log: slog.New(slog.DiscardHandler), Next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if got := front.CallOf(r.Context()).Secure; got != want {
				t.Errorf("from %s, secure is %v", remote, got)
			}
		})}).ServeHTTP(httptest.NewRecorder(), r)
	}
}

func codeOf(t *testing.T, h *house, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, h.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
