package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// The pages about people, with each of their menus and dialogs open, can be used by
// everybody, whatever the screen and the theme, and fit their screen.
func TestPeoplePagesInEveryLook(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	p := signedIn(t, g, Look{})
	p.Goto(a.path("users/invitations"))
	p.See("No pending invitations")
	inLooks(p, "invitations-none", few...)
	p.Click("button", "Invite people")
	d := p.Within("dialog", "Invite people")
	d.Find("checkbox", "Admin")
	inLooks(p, "invite", few...)
	d.Fill("E-mail addresses", "ada@, edsger@example.com")
	d.Click("checkbox", "Admin")
	d.Click("button", "Invite 2 people")
	d.See("This is not an e-mail address: ada@")
	inLooks(p, "invite-with-error", few...)
	d.Fill("E-mail addresses", adaMail+", also."+longMail+", edsger@example.com")
	p.Allow("answer 409: (POST|PATCH) /v1/")
	d.Click("button", "Invite 3 people")
	d = p.Within("dialog", "Invitations")
	d.See("2 of 3 people invited.")
	inLooks(p, "invited", few...)
	d.Click("button", "Done")
	seedPeople(a)
	p.Within("row", "niklaus@example.com").See("Org API reader")
	inEveryLook(p, "invitations")
	p.Click("button", "Actions for edsger@example.com")
	p.Click("menuitem", "Copy link")
	d = p.Within("dialog", "Invitation link for edsger@example.com")
	d.Find("textbox", "Link")
	inLooks(p, "invitation-link", few...)
	p.Press("Escape")
	p.DontFind("dialog", "")
	p.Click("button", "Actions for edsger@example.com")
	p.Click("menuitem", "Revoke")
	p.Within("dialog", "Revoke the invitation?").Find("button", "Cancel")
	inLooks(p, "revoke", few...)
	p.Press("Escape")
	p.DontFind("dialog", "")

	p.Click("link", "Members")
	p.See("5 people")
	inEveryLook(p, "members")
	p.Click("button", "Actions for "+graceName)
	p.Find("menuitem", "Remove from organization")
	inLooks(p, "member-menu", few...)
	p.Press("Escape")
	p.DontFind("menu", "")
	p.giveRole(graceName, "Admin")
	d = p.Within("dialog", "Roles of "+graceName)
	d.See(graceName + " gets Admin.")
	inLooks(p, "change-roles", few...)
	p.Press("Escape")
	p.DontFind("dialog", "")
	p.Click("button", "Actions for "+graceName)
	p.Click("menuitem", "Password reset link")
	d = p.Within("dialog", "Reset the password of "+graceName)
	d.Find("button", "Create link")
	inLooks(p, "reset-link", few...)
	d.Click("button", "Create link")
	d.See("Works once, until")
	inLooks(p, "reset-link-made", few...)
	d.Click("button", "Done")
	p.DontFind("dialog", "")
	p.Click("button", "Actions for "+graceName)
	p.Click("menuitem", "Remove from organization")
	p.Within("dialog", "Remove "+graceName+"?").Find("button", "Remove")
	inLooks(p, "remove-member", few...)
	p.Press("Escape")
	p.DontFind("dialog", "")
	p.Fill("Search by name, e-mail or role", "nobody like this")
	p.See("Nobody matches")
	inLooks(p, "members-no-match", few...)

	p.Goto(a.path("audit"))
	p.See("Custodians")
	inEveryLook(p, "audit-people")
}

// The pages about roles, with each of their dialogs open, can be used by everybody,
// whatever the screen and the theme, and fit their screen.
func TestRolePagesInEveryLook(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	p := signedIn(t, g, Look{})
	p.Goto(a.path("users/roles"))
	p.See("No custom roles yet")
	inLooks(p, "roles-none", few...)
	p.Click("link", "New role")
	p.Find("checkbox", "See API keys")
	p.Click("button", "Create role")
	p.See("Enter a name.")
	inLooks(p, "new-role", few...)

	seedPeople(a)
	key := a.key(newKey{Name: "nightly-backup-of-all-services"}, "Org API reader")
	use(a, key)
	p.Goto(a.path("users/roles"))
	p.See("Custodians")
	inEveryLook(p, "roles")
	p.Click("button", "Actions for Custodians")
	p.Click("menuitem", "Delete")
	p.Within("dialog", "Delete the role “Custodians”?").See(graceName)
	inLooks(p, "delete-role", few...)
	p.Press("Escape")
	p.DontFind("dialog", "")
	p.Click("button", "Actions for Org API reader")
	p.Click("menuitem", "See details")
	p.See("cannot be changed")
	inLooks(p, "system-role", few...)

	p.Goto(a.path("users/access/" + a.userID(graceMail)))
	p.See("What " + graceName + " may do")
	inEveryLook(p, "access-of-member")
	p.Goto(a.path("keys/" + key.Key.ID + "/access"))
	p.See("What nightly-backup-of-all-services may do")
	p.Fill("Search operations and permissions", "keys")
	p.Choose("Decision", "Refused")
	p.DontSee("Get organization details")
	inLooks(p, "access-of-key", few...)

	p.Goto(a.path("users/roles/new"))
	p.Fill("Name", "Whoever looks after the services of the night")
	p.Click("checkbox", "See backups")
	p.Click("checkbox", "Create and restore backups")
	p.Choose("SQL console", "With grants")
	p.Fill("Grant 1", "GRANT SELECT ON nightly.*")
	p.Click("button", "Denied")
	p.Click("button", "Deny in the organization")
	p.Within("group", "New policy, nothing chosen yet: Denies, Organization permissions").Click("checkbox", "See API keys")
	effect := p.Within("region", "Effect on…")
	effect.Choose("A person or an API key", "API key nightly-backup-of-all-services")
	effect.See("Loses", "would have been refused")
	p.Choose("Add a person or an API key", "Person "+graceName+" "+graceMail)
	inEveryLook(p, "role-with-everything")
	p.Within("group", "Policy 1: Allows, Service permissions").Click("radio", "These services")
	p.Allow("answer 400: POST /v1/.*/roles:simulate")
	p.Fill("Service 1", "8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20")
	effect.See("There is no service")
	inLooks(p, "role-with-unknown-service", few...)
	p.Click("link", "Cancel")
	p.Within("dialog", "Leave without saving?").Find("button", "Leave")
	inLooks(p, "role-unsaved", few...)
}

// The pages by which people come in can be used by everybody, whatever the screen and the
// theme, and fit their screen.
func TestWaysInInEveryLook(t *testing.T) {
	t.Parallel()
	provider := startProvider(t)
	mails := startMailServer(t)
	g := startWithoutKey(t, "--sign-in-providers", provider.config(t), "--smtp", "smtp://"+mails.address, "--mail-from", "gatehouse@example.com")
	a := setUp(g)
	a.admitGrace("Member")
	p := browse(t, g.URL, Look{})
	p.Allow("answer 404: POST /auth/link")
	p.Goto("/sign-in?problem=denied")
	p.See("You are not signed in", "Continue with Another account")
	inEveryLook(p, "sign-in-with-providers")
	p.Click("button", "Forgot your password?")
	p.Find("button", "Send the link")
	inLooks(p, "forgotten", few...)
	p.Fill("E-mail address", adaMail)
	p.Click("button", "Send the link")
	p.See("a mail with a link is on its way")
	inLooks(p, "forgotten-sent", few...)

	link := a.invite("edsger@example.com", "Org API reader", "Service reader", "Billing")
	p.Goto(link)
	p.Find("heading", "Join “"+theOrganization+"”")
	p.Fill("Your name", "Edsger")
	p.Fill("Password", "go-to")
	p.Click("button", "Create account and join")
	p.See("more characters are needed")
	inEveryLook(p, "join-as-new")
	a.remove(graceMail)
	back := a.invite(graceMail, "Member")
	p.Goto(back)
	p.See("You have an account already: sign in to join.")
	inEveryLook(p, "join-with-account")
	p.Goto("/sign-in")
	p.Goto("/invitation#nothing")
	p.Find("heading", "This invitation does not work any more")
	inLooks(p, "invitation-invalid", few...)
	p.Goto("/sign-in")
	enterAs(p, graceMail, gracePassword)
	p.AtPath("/welcome")
	p.See("You are invited")
	inEveryLook(p, "welcome-invited")
	p.Goto(back)
	p.Find("button", "Join “"+theOrganization+"”")
	inLooks(p, "join", few...)
	p.Goto(link)
	p.Find("heading", "This invitation is for somebody else")
	inLooks(p, "invitation-of-somebody-else", few...)
	a.revoke(graceMail)
	p.Goto("/welcome")
	p.See("You are not a member of an organization")
	inLooks(p, "welcome", few...)
}

// few are the looks for what has little to go wrong: each screen once.
var few = []Look{{}, {Screen: Tablet, Dark: true}, {Screen: Phone}, {Screen: SmallPhone, Dark: true}}

const longMail = "somebody.with.a.very.long.name.who.has.an.address.to.match@department-of-long-names.example.com"

// seedPeople makes four more members, two invitations and two roles, with names and roles
// of any length.
func seedPeople(a *ada) {
	a.g.t.Helper()
	a.role("Custodians", a.allows("view", "view-api-keys", "create-api-keys"), newPolicy{
		Effect: "DENY", Permissions: []string{"control-plane:organization:delete-api-keys"}, Resources: []string{"organization/" + a.organization},
	})
	a.role("A role whose name is rather long, for the people and the keys that look after it", newPolicy{
		Effect: "ALLOW", Permissions: []string{"control-plane:service:view", "control-plane:service:view-backups"}, Resources: []string{"instance/*"},
	})
	a.admitGrace("Member", "Custodians")
	a.admit("S.", longMail, gracePassword)
	a.admit("Konrad Zuse", "konrad@example.com", gracePassword, "Admin", "Billing", "Service admin", "Org API reader", "Service API admin", "Custodians")
	a.admit("高德纳 "+strings.Repeat("Wolfeschlegelstein", 4), "donald@example.com", gracePassword, "A role whose name is rather long, for the people and the keys that look after it")
	a.invite("niklaus@example.com", "Org API reader", "Custodians")
	a.invite("barbara@example.com")
}

// use makes requests with the key, so that there is something to say about them.
func use(a *ada, key madeKey) {
	a.g.t.Helper()
	for _, path := range []string{"", "/keys", "/activities"} {
		if status := a.g.APIWith(key.credential(), http.MethodGet, fmt.Sprintf("/organizations/%s%s", a.organization, path), nil, nil); status != http.StatusOK {
			a.g.t.Errorf("the key is answered with %d", status)
		}
	}
}

// revoke takes an invitation back.
func (a *ada) revoke(email string) {
	a.g.t.Helper()
	var invitations []struct{ ID, Email string }
	if status := a.API(http.MethodGet, "/invitations", nil, &invitations); status != http.StatusOK {
		a.g.t.Fatalf("the invitations are listed with status %d", status)
	}
	for _, i := range invitations {
		if i.Email != email {
			continue
		}
		if status := a.API(http.MethodDelete, "/invitations/"+i.ID, nil, new(any)); status != http.StatusOK {
			a.g.t.Fatalf("the invitation of %s is revoked with status %d", email, status)
		}
	}
}
