package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Every page before signing in can be used by everybody, whatever the screen and the
// theme, and fits its screen.
func TestPagesBeforeSigningInInEveryLook(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	p := browse(t, g.URL, Look{})
	p.Allow("answer 404: POST /auth/link", "answer 401: POST /auth/sign-in", "answer 404: GET /nothing")

	p.Goto("/sign-in")
	p.Find("heading", "Welcome to Gatehouse")
	inEveryLook(p, "nobody-yet")
	p.Goto(g.SetUpLink)
	p.Fill("Your name", adaName)
	p.Fill("E-mail address", "ada@")
	p.Fill("Password", "engine")
	p.Click("button", "Create account")
	p.See("Enter an e-mail address", "more characters are needed")
	inEveryLook(p, "set-up-with-errors")
	p.Goto("/sign-in")
	p.Goto("/setup#nothing")
	p.Find("heading", "This link does not work")
	inEveryLook(p, "invalid-link")

	a := setUp(g)
	p.Goto("/sign-in")
	p.Find("button", "Sign in")
	inEveryLook(p, "sign-in")
	enterPassword(p, "not-her-Password-1")
	p.See("The e-mail address or the password is not right.")
	email := p.ready("field", "E-mail address")
	Eval[any](p, `document.querySelector("summary").click()`)
	p.See("gatehouse setup-link --reset EMAIL")
	if now := p.ready("field", "E-mail address"); now != email {
		t.Errorf("what comes below moves the form under the pointer, from %v to %v", email, now)
	}
	inEveryLook(p, "sign-in-with-error")
	p.Goto(g.Link("setup-link", "--reset", adaMail))
	p.Fill("New password", "difference")
	inEveryLook(p, "reset")
	a.secondFactor()
	p.Goto("/sign-in")
	enterPassword(p, adaPassword)
	p.Find("heading", "Enter your code")
	inEveryLook(p, "code")
	p.Click("button", "Use the recovery code instead")
	p.Find("textbox", "Recovery code")
	inEveryLook(p, "recovery-code")
	p.Goto("/nothing")
	p.Find("heading", "There is no such page")
	inEveryLook(p, "no-such-page")
}

// The API Keys page, with each of its menus and dialogs open, can be used by everybody,
// whatever the screen and the theme, and fits its screen.
func TestKeysPageInEveryLook(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	p := signedIn(t, g, Look{})
	p.See("Create your first API key")
	inEveryLook(p, "keys-none")

	seedVariety(a)
	p.Goto(a.path("keys"))
	p.See("1–50 of 60", "Expired", "Expires soon", "Disabled")
	inLooks(p, "keys-many", Look{}, Look{Screen: Phone})
	p.Goto(a.path("keys") + "?search=re") // a few: what is wrong with a row is wrong with each
	p.DontSee("of 60")
	p.See("Expired", "Expires soon", "Disabled")
	inEveryLook(p, "keys")
	p.Click("button", "Actions for grafana-reader")
	p.Find("menuitem", "Delete")
	inEveryLook(p, "keys-row-menu")
	p.Press("Escape")
	p.Goto(a.path("keys") + "?search=nothing+like+this")
	p.See("No key matches")
	inEveryLook(p, "keys-no-match")

	p.Goto(a.path("keys") + "?search=re")
	p.Click("button", "New API Key")
	d := p.Within("dialog", "New API Key")
	d.Find("textbox", "Name")
	inEveryLook(p, "new-key")
	for _, look := range []Look{{Screen: Phone, Dark: true}, {Dark: true}, {}} { // a list closes when its window changes
		p.Emulate(look)
		d.Click("combobox", "Organization role Member")
		p.Find("option", "Admin Everything: the organization, its keys and people, and all services.")
		p.Axe()
		p.Screenshot("looks/new-key-roles-" + look.String())
		if len(p.Names("option")) > 0 { // the picture of a page that is longer than the screen resizes it
			p.Press("Escape")
			p.DontFind("option", "")
		}
	}
	d.Choose("Organization role", "Admin")
	d.Choose("Service role", "Service admin")
	d.Choose("Expiration", "Never")
	d.Click("radio", "Specific locations Only from those you list.")
	d.Fill("IP address or range", "203.0.113.300")
	d.Click("button", "Generate API Key")
	d.See("Enter a name.", "This is not an IP address or CIDR range")
	inEveryLook(p, "new-key-with-errors")
	d.Fill("Name", "terraform-production-eu")
	d.Fill("IP address or range", "203.0.113.0/24")
	d.Fill("Description (optional)", "Frankfurt")
	d.Click("button", "Add my address")
	d.See("Can do everything in the organization and with all of its services, only from 2 locations, and never expires.")
	inEveryLook(p, "new-key-filled")
	d.Click("button", "Generate API Key")
	d = p.Within("dialog", "API Key generated")
	d.See("The credentials of terraform-production-eu")
	inEveryLook(p, "secret")
	d.Click("button", "Done")
	q := p.Within("dialog", "Close without the secret?")
	q.Find("button", "Close anyway")
	inEveryLook(p, "secret-question")
	q.Click("button", "Close anyway")

	p.rowMenu("grafana-reader", "Edit")
	p.Within("dialog", "Edit API Key").Find("button", "Save changes")
	inEveryLook(p, "edit")
	p.Press("Escape")
	p.DontFind("dialog", "")
	p.rowMenu("grafana-reader", "Disable")
	p.Within("dialog", "Disable “grafana-reader”?").Find("button", "Disable key")
	inEveryLook(p, "disable")
	p.Press("Escape")
	p.DontFind("dialog", "")
	p.rowMenu("grafana-reader", "Delete")
	p.Within("dialog", "Delete “grafana-reader”?").Find("button", "Delete key")
	inEveryLook(p, "delete")
}

// The other pages, menus and dialogs can be used by everybody, whatever the screen and
// the theme, and fit their screen.
func TestOtherPagesInEveryLook(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	a.key(newKey{Name: "ci-deploy"}, "Member")
	p := signedIn(t, g, Look{})
	p.Allow("answer 404: GET /organizations/.*/nothing")
	for page, text := range map[string]string{"services": "Create your first service", "sql": "The SQL console is on its way"} {
		p.Goto(a.path(page))
		p.See(text)
		inEveryLook(p, page)
	}
	p.Goto(a.path("nothing"))
	p.Find("heading", "There is no such page")
	inEveryLook(p, "no-such-page-of-organization")

	p.Goto(a.path("audit"))
	p.See("API key created")
	inEveryLook(p, "audit")
	p.Click("button", "Details of: Joined the organization")
	p.Within("dialog", "Joined the organization").See("organization_member_join")
	inEveryLook(p, "audit-details")
	p.Goto(a.path("audit") + "?search=nothing+like+this")
	p.See("Nothing found")
	inEveryLook(p, "audit-no-match")

	p.Goto(a.path("settings"))
	p.See("API keys per organization")
	inEveryLook(p, "settings")

	p.Goto("/profile")
	p.See("This one")
	inEveryLook(p, "profile")
	p.Click("button", "Sign out everywhere")
	p.Within("dialog", "Sign out everywhere?").Find("button", "Cancel")
	inEveryLook(p, "sign-out-everywhere")
	p.Press("Escape")
	p.Click("button", "Set up second factor")
	d := p.Within("dialog", "Set up second factor")
	d.Fill("Password", adaPassword)
	inEveryLook(p, "second-factor-password")
	d.Click("button", "Continue")
	d = p.Within("dialog", "Scan this picture")
	secret := shownCode(d, "Setup key")
	inEveryLook(p, "second-factor-scan")
	d.Fill("Code of the authenticator app", totp(t, secret, time.Now()))
	d.Click("button", "Turn on")
	d = p.Within("dialog", "Keep your recovery code")
	d.Find("button", "Done")
	inEveryLook(p, "second-factor-recovery-code")
	p.Download(func() { d.Click("button", "Download") })
	d.Click("button", "Done")
	p.Click("button", "Remove second factor")
	p.Within("dialog", "Remove second factor").Find("button", "Remove")
	inEveryLook(p, "second-factor-remove")
	p.Press("Escape")
	p.DontFind("dialog", "")

	p.Click("button", "Profile menu Ada Lovelace "+adaMail)
	p.Find("menuitem", "Sign out")
	inLooks(p, "profile-menu", Look{}, Look{Dark: true})
	p.Click("menuitem", "About")
	p.Within("dialog", "About Gatehouse").Find("button", "Close")
	inEveryLook(p, "about")
	p.Press("Escape")
	p.DontFind("dialog", "")
	p.Click("button", "Organization: My organization")
	p.Find("menuitemradio", "My organization")
	inLooks(p, "organization-menu", Look{}, Look{Dark: true})
	p.Press("Escape")

	p.Emulate(Look{Screen: Phone})
	p.Click("button", "Open menu")
	p.Within("dialog", "Menu").Find("link", "Settings")
	inLooks(p, "menu-drawer", Look{Screen: Phone}, Look{Screen: Phone, Dark: true}, Look{Screen: SmallPhone}, Look{Screen: Tablet})
	p.Emulate(Look{Screen: Phone})
	p.Click("button", "Profile menu Ada Lovelace "+adaMail)
	p.Find("menuitem", "Sign out")
	inLooks(p, "menu-drawer-profile-menu", Look{Screen: Phone}, Look{Screen: Phone, Dark: true}, Look{Screen: SmallPhone})
}

// What arrives late has its place already: pages do not jump while they load.
func TestPagesDoNotJump(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	seedVariety(a)
	for _, look := range []Look{{}, {Screen: Phone}} {
		p := signedIn(t, g, look)
		for page, text := range map[string]string{
			"keys": "1–50 of 60", "audit": "API key created", "settings": "API keys per organization",
			"users": "1 person", "users/invitations": "No pending invitations",
		} {
			p.Goto(a.path(page))
			p.See(text)
			p.Settle()
			if sum := p.LayoutShifts(); sum > 0.02 {
				t.Errorf("%s: the page %s shifts by %.3f", look, page, sum)
			}
		}
	}
}

// inEveryLook writes a picture of the page as it stands on each screen, checks that it fits,
// and looks for barriers on the widest and on a phone's, light and dark.
func inEveryLook(p *Page, name string) {
	p.t.Helper()
	inLooks(p, name, Looks()...)
}

func inLooks(p *Page, name string, looks ...Look) {
	p.t.Helper()
	before := p.look
	for _, look := range looks {
		p.Emulate(look)
		p.Screenshot(fmt.Sprintf("looks/%s-%s", name, look))
		if wide := p.Overflow(); wide > 0 {
			p.t.Errorf("%s: %s is %d pixels wider than the screen", look, name, wide)
		}
		if screen := look.orDefault().Screen; screen == Desktop || screen == Phone {
			p.Axe()
		}
	}
	p.Emulate(before)
}

// seedVariety makes sixty keys, among them some of each status, with names and roles of
// any length.
func seedVariety(a *ada) {
	a.g.t.Helper()
	end := time.Now().Add(3 * time.Second)
	soon := end.UTC().Format(time.RFC3339Nano)
	for n := range 50 {
		k := newKey{Name: fmt.Sprintf("%s-%02d", []string{"ci-deploy", "dbt-nightly", "airbyte", "metabase", "backup"}[n%5], n+1)}
		switch n % 7 {
		case 1:
			k.ExpireAt = soon
		case 3:
			k.ExpireAt = later(5)
		case 4:
			k.State = "disabled"
		case 5:
			k.ExpireAt = later(200)
		}
		a.key(k, [][]string{{"Member"}, {"Admin"}, {"Member", "Basic service API reader"}, {"Org API reader", "Service API admin"}}[n%4]...)
	}
	a.key(newKey{Name: "without-roles"})
	a.key(newKey{Name: strings.Repeat("a-name-without-end-", 13)}, "Billing")
	a.key(newKey{Name: "密钥 für die tägliche Sicherung, die niemand löschen darf"}, "Member", "Service API reader")
	a.key(newKey{Name: "all-roles", State: "disabled", ExpireAt: soon}, "Admin", "Billing", "Org API reader", "Member", "Service admin", "Service reader")
	a.key(newKey{Name: "retired-today", ExpireAt: time.Now().Add(3 * time.Hour).UTC().Format(time.RFC3339)}, "Member")
	a.key(newKey{Name: "expired-reporting", ExpireAt: soon}, "Member")
	a.key(newKey{Name: "switched-off-relay", State: "disabled"}, "Member")
	used := a.key(newKey{Name: "used"}, "Member")
	a.key(newKey{Name: "terraform-production", ExpireAt: later(80), IPAccessList: []ipEntry{{Source: "203.0.113.0/24", Description: "office"}}}, "Admin")
	a.key(newKey{Name: "grafana-reader", ExpireAt: later(30), IPAccessList: []ipEntry{{Source: "203.0.113.0/24", Description: "office"}, {Source: "2001:db8::/32"}}}, "Member", "Basic service API reader")
	if status := a.g.APIWith(used.credential(), http.MethodGet, "/organizations", nil, nil); status != http.StatusOK {
		a.g.t.Errorf("the new key is answered with %d", status)
	}
	<-time.After(time.Until(end)) // until those keys have expired
}

// secondFactor turns on Ada's second factor and returns its secret.
func (a *ada) secondFactor() string {
	a.g.t.Helper()
	var factor struct{ Secret string }
	if status := a.ask(http.MethodPost, "/auth/second-factor", map[string]string{"password": adaPassword}, &factor); status != http.StatusOK {
		a.g.t.Fatalf("the second factor is made with status %d", status)
	}
	var confirmed struct{ RecoveryCode string }
	body := map[string]string{"password": adaPassword, "secret": factor.Secret, "code": totp(a.g.t, factor.Secret, time.Now())}
	if status := a.ask(http.MethodPost, "/auth/second-factor/confirm", body, &confirmed); status != http.StatusOK {
		a.g.t.Fatalf("the second factor is confirmed with status %d", status)
	}
	return factor.Secret
}
