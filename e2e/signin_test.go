package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
)

// Signing in leads to where one wanted to go, and signing out ends the session on the
// server. The answer to a wrong password does not tell whether the account exists.
func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	p := browse(t, g.URL, Look{})
	p.Goto(a.path("audit"))
	p.AtPath("/sign-in")
	p.SeeFocus("textbox", "E-mail address")
	p.Click("button", "Sign in")
	p.See("Enter an e-mail address", "Enter the password.")

	p.Allow("answer 401: POST /auth/sign-in")
	enterPassword(p, "not-her-Password-1")
	p.See("The e-mail address or the password is not right.")
	p.Fill("E-mail address", "nobody@example.com")
	p.Click("button", "Sign in")
	p.See("The e-mail address or the password is not right.")
	enterPassword(p, adaPassword)
	p.Find("heading", "Audit") // where the way began
	p.AtPath(a.path("audit"))
	p.See("Sign-in failed", "Signed in")
	p.HoldsNo(adaPassword)

	cookie := sessionCookie(p)
	if !cookie.HTTPOnly || cookie.SameSite != network.CookieSameSiteLax || cookie.Path != "/" || strings.Contains(Eval[string](p, "document.cookie"), cookie.Value) {
		t.Errorf("the cookie of the session is %+v", cookie)
	}

	p.Click("button", "Profile menu Ada Lovelace "+adaMail)
	p.Click("menuitem", "Sign out")
	p.AtPath("/sign-in")
	p.Find("button", "Sign in")
	if status := withCookie(t, g, cookie); status != http.StatusUnauthorized {
		t.Errorf("the cookie from before signing out is answered with %d", status)
	}
	Eval[any](p, `document.body.append("the page before going back")`)
	p.Back()
	p.DontSee("the page before going back")
	p.Find("button", "Sign in")
	p.DontSee("Sign-in failed")

	activities := map[string]int{}
	for _, activity := range a.activities() {
		activities[activity.Type]++
	}
	// Setting up signs in, too; nobody@example.com is in no organization that could say so.
	if activities["user_login"] != 2 || activities["user_login_failed"] != 1 || activities["user_logout"] != 1 {
		t.Errorf("the audit log has %v", activities)
	}
}

// A second factor is asked for from the next sign-in on. The recovery code takes its
// place once, and gives another.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	setUp(g)
	p := signedIn(t, g, Look{})
	p.Allow("answer 401: POST /auth/sign-in", "answer 4..: POST /auth/second-factor")
	p.Goto("/profile")
	p.Click("button", "Set up second factor")
	d := p.Within("dialog", "Set up second factor")
	d.Fill("Password", "not-her-Password-1")
	d.Click("button", "Continue")
	d.See("This is not your password.")
	d.Fill("Password", adaPassword)
	d.Click("button", "Continue")
	d = p.Within("dialog", "Scan this picture")
	secret := shownCode(d, "Setup key")
	d.Find("img", "QR code for your authenticator app. The setup key below says the same as text.")
	d.Fill("Code of the authenticator app", "000000")
	d.Click("button", "Turn on")
	d.See("This code is not right.")
	d.Fill("Code of the authenticator app", totp(t, secret, time.Now()))
	d.Click("button", "Turn on")
	d = p.Within("dialog", "Keep your recovery code")
	recovery := shownCode(d, "Recovery code")
	d.Click("button", "Done")
	p.Within("dialog", "Leave without the code?").Click("button", "Stay here")
	name, content := p.Download(func() { d.Click("button", "Download") })
	if !strings.HasSuffix(name, ".txt") || !strings.Contains(string(content), recovery) {
		t.Errorf("%s was downloaded with\n%s", name, content)
	}
	d.Click("button", "Done")
	p.DontFind("dialog", "")
	p.See("Signing in asks for a code of your authenticator app.")
	p.HoldsNo(secret, recovery, adaPassword)
	signOut(p)

	enterPassword(p, adaPassword)
	p.Find("heading", "Enter your code")
	p.Fill("Code of the authenticator app", "000000")
	p.Click("button", "Continue")
	p.See("This code is not right.")
	// A code works once, and the one of the enrolment may be that of this moment still.
	p.Fill("Code of the authenticator app", totp(t, secret, time.Now().Add(30*time.Second)))
	p.Click("button", "Continue")
	p.Find("heading", "API Keys")
	p.HoldsNo(secret, adaPassword)
	signOut(p)

	enterPassword(p, adaPassword)
	p.Click("button", "Use the recovery code instead")
	p.Fill("Recovery code", recovery)
	p.Click("button", "Continue")
	p.Find("heading", "Your new recovery code")
	next := shownCode(p.Part, "Recovery code")
	if next == "" || next == recovery {
		t.Errorf("the new recovery code is %q", next)
	}
	p.Screenshot("sign-in/new-recovery-code")
	p.Click("button", "Continue to Gatehouse")
	p.Within("dialog", "Leave without the code?").Click("button", "Stay here")
	p.TakeClipboard()
	p.Click("button", "Copy Recovery code")
	p.See("Copied")
	p.Click("button", "Continue to Gatehouse")
	p.Find("heading", "API Keys")
	p.HoldsNo(recovery, next, adaPassword)
	signOut(p)

	enterPassword(p, adaPassword)
	p.Click("button", "Use the recovery code instead")
	p.Fill("Recovery code", recovery)
	p.Click("button", "Continue")
	p.See("This code is not right.") // it was used
	p.Fill("Recovery code", next)
	p.Click("button", "Continue")
	p.Find("heading", "Your new recovery code")
}

// A link of the operator's gives back an account whose password is lost: it ends every
// session, takes the second factor away and works once.
func TestResetLink(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	setUp(g)
	before := signedIn(t, g, Look{})
	p := browse(t, g.URL, Look{})
	link := g.Link("setup-link", "--reset", adaMail)
	_, token, _ := strings.Cut(link, "#")
	const next = "difference-Engine-1822"
	p.Goto(link)
	p.Find("heading", "Choose a new password")
	if got := p.Value("E-mail address"); got != adaMail {
		t.Errorf("the link is for %q", got)
	}
	p.Fill("New password", next)
	p.Click("button", "Save and sign in")
	p.Find("heading", "API Keys")
	p.HoldsNo(next)
	if strings.Contains(p.URL(), token) {
		t.Error("the token stays in the address bar")
	}

	before.Allow("answer 401")
	before.AtPath("/sign-in") // by itself, as below
	before.Allow("answer 401: POST /auth/sign-in")
	enterPassword(before, adaPassword)
	before.See("The e-mail address or the password is not right.")
	enterPassword(before, next)
	before.Find("heading", "API Keys") // where it was

	again := browse(t, g.URL, Look{})
	again.Allow("answer 404: POST /auth/link")
	again.Goto(link)
	again.Find("heading", "This link does not work")
}

// Who signs out everywhere signs every other browser out too, at its next click.
func TestSignOutEverywhereEndsTheOtherBrowser(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	setUp(g)
	other := signedIn(t, g, Look{Screen: Phone})
	cookie := sessionCookie(other)
	p := signedIn(t, g, Look{})
	p.Goto("/profile")
	p.See("This one")
	p.Click("button", "Sign out everywhere")
	p.Within("dialog", "Sign out everywhere?").Click("button", "Sign out everywhere")
	p.AtPath("/sign-in")
	p.Find("button", "Sign in")
	if status := withCookie(t, g, cookie); status != http.StatusUnauthorized {
		t.Errorf("the other session is answered with %d", status)
	}

	other.Allow("answer 401")
	other.AtPath("/sign-in") // by itself: its list is asked for again every few seconds
	enterPassword(other, adaPassword)
	other.Find("heading", "API Keys") // where it was
}

// A session that is ended in the list is over, and the one that ended it goes on.
func TestEndedSessionIsOver(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	other := signedIn(t, g, Look{Screen: Tablet})
	cookie := sessionCookie(other)
	// Not hers who set up: that one has no browser.
	p := signedIn(t, g, Look{})
	p.Goto("/profile")
	p.See("This one")
	ends := slices.DeleteFunc(p.Names("button"), func(name string) bool { return !strings.HasPrefix(name, "End session: Chrom") })
	if len(ends) != 1 {
		t.Fatalf("the other sessions are %q", ends)
	}
	p.Click("button", ends[0])
	p.See("The session has ended")
	p.DontFind("button", ends[0])
	if status := withCookie(t, g, cookie); status != http.StatusUnauthorized {
		t.Errorf("the ended session is answered with %d", status)
	}
	other.Allow("answer 401")
	other.Goto(a.path("keys"))
	other.AtPath("/sign-in")
	p.Click("link", "Audit")
	p.Find("heading", "Audit")
}

func signOut(p *Page) {
	p.t.Helper()
	p.Click("button", "Profile menu Ada Lovelace "+adaMail)
	p.Click("menuitem", "Sign out")
	p.AtPath("/sign-in")
	p.Find("button", "Sign in")
}

// shownCode returns a code that the page shows.
func shownCode(r Part, name string) string {
	r.page.t.Helper()
	box := r.Within("region", name)
	box.Find("code", "")
	return box.Text()
}

func sessionCookie(p *Page) *network.Cookie {
	p.t.Helper()
	for _, cookie := range p.Cookies() {
		if cookie.Name == "gatehouse_session" {
			return cookie
		}
	}
	p.t.Fatal("there is no cookie of a session")
	return nil
}

// withCookie returns how the API answers to the cookie.
func withCookie(t *testing.T, g *gatehouse, cookie *network.Cookie) int {
	t.Helper()
	return readWithCookie(t, g, cookie, "")
}

// readWithCookie returns how the API answers to the cookie when it is asked for something
// of the organizations: readWithCookie(t, g, cookie, "/"+id+"/keys").
func readWithCookie(t *testing.T, g *gatehouse, cookie *network.Cookie, path string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.URL+"/v1/organizations"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode
}

type activity struct{ Type, KeyUpdateType, ActorDetails, TargetKeyID string }

func (a *ada) activities() (list []activity) {
	a.g.t.Helper()
	if status := a.API(http.MethodGet, "/activities", nil, &list); status != http.StatusOK {
		a.g.t.Fatalf("the activities are listed with status %d", status)
	}
	return list
}
