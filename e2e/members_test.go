package e2e

import (
	"net/http"
	"testing"
)

// The roles of a member are changed where they are listed, with what that does said before.
// Somebody must stay Admin: who is the last one is told so, and keeps the role.
func TestRolesOfAMemberAreChanged(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	a.admitGrace("Member", "Billing")
	p := signedIn(t, g, Look{})
	p.Goto(a.path("users"))
	p.Within("row", graceMail).See("Member", "Billing")
	p.giveRole(graceName, "Billing")
	d := p.Within("dialog", "Roles of "+graceName)
	d.Click("checkbox", "Service reader")
	d.See(graceName + " gets Service reader and loses Billing.")
	d.Click("checkbox", "Billing")
	d.Click("checkbox", "Service reader")
	d.See("Nothing changes yet.")
	if d.Enabled("button", "Save roles") {
		t.Error("nothing can be saved")
	}
	admin := d.ready("checkbox", "Admin")
	d.Click("checkbox", "Member")
	d.Click("checkbox", "Billing")
	d.See("Without a role, " + graceName + " stays a member but may not do anything.")
	if now := d.ready("checkbox", "Admin"); now != admin {
		t.Errorf("what a dialog says moves its fields under the pointer, from %v to %v", admin, now)
	}
	d.Click("checkbox", "Org API reader")
	d.See(graceName + " gets Org API reader and loses ")
	d.Click("button", "Save roles")
	p.See("The roles of " + graceName + " are changed")
	p.DontFind("dialog", "")
	p.SeeFocus("button", "Actions for "+graceName)
	row := p.Within("row", graceMail)
	row.See("Org API reader")
	row.DontSee("Billing")

	// The last Admin.
	p.giveRole(adaName, "Admin")
	d = p.Within("dialog", "Roles of "+adaName)
	d.See("These are your own roles.")
	p.Allow("answer 409: (PATCH|DELETE) /v1/.*/members/")
	d.Click("button", "Save roles")
	d.See("At least one person must have the role Admin. Give it to somebody else first.")
	p.Screenshot("people/last-admin")
	p.Axe()
	d.Click("button", "Cancel")
	p.SeeFocus("button", "Actions for "+adaName) // it would close the menu if it came later
	p.Within("row", adaMail).See("Admin")
	p.Click("button", "Actions for "+adaName)
	p.Click("menuitem", "Leave the organization")
	d = p.Within("dialog", "Leave “"+theOrganization+"”?")
	d.Fill("E-mail address, to confirm", adaMail)
	d.Click("button", "Leave the organization")
	d.See("At least one person must have the role Admin. Give it to somebody else first.")
	p.Press("Escape")
	p.DontFind("dialog", "")

	p.Fill("Search by name, e-mail or role", "hopper reader")
	p.See("1 of 2")
	p.DontFind("button", "Actions for "+adaName)
	p.Fill("Search by name, e-mail or role", "nobody like this")
	p.See("Nobody matches")
	p.Within("search", "").Click("button", "Clear search")
	p.See("2 people")
}

// Who has lost the password gets a link from an Admin: it lets them in once, with a
// password of their own, and signs them out wherever they were.
func TestAdminResetsAPassword(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	a.admitGrace("Org API reader")
	before := browse(t, g.URL, Look{Screen: Phone})
	before.Goto("/sign-in")
	enterAs(before, graceMail, gracePassword)
	before.Find("heading", "API Keys")
	cookie := sessionCookie(before)

	p := signedIn(t, g, Look{})
	p.Goto(a.path("users"))
	p.Click("button", "Actions for "+graceName)
	p.Click("menuitem", "Password reset link")
	d := p.Within("dialog", "Reset the password of "+graceName)
	d.See("signs them out everywhere")
	d.Click("button", "Create link")
	d.See("Works once, until")
	p.TakeClipboard()
	d.Click("button", "Copy Password reset link")
	d.See("Copied")
	link := p.Clipboard()
	d.Click("button", "Done")
	p.DontFind("dialog", "")
	p.SeeFocus("button", "Actions for "+graceName)
	p.HoldsNo(tokenOf(t, link))
	if status := withCookie(t, g, cookie); status != http.StatusOK {
		t.Errorf("before the link is used, Grace's session is answered with %d", status)
	}

	const next = "compiler-of-A-2-1953"
	second := browse(t, g.URL, Look{})
	second.Goto(link)
	second.Find("heading", "Choose a new password")
	if got := second.Value("E-mail address"); got != graceMail {
		t.Errorf("the link is for %q", got)
	}
	second.Fill("New password", next)
	second.Click("button", "Save and sign in")
	second.Find("heading", "API Keys")
	second.HoldsNoLink(link)
	second.HoldsNo(next)
	if status := withCookie(t, g, cookie); status != http.StatusUnauthorized {
		t.Errorf("the session from before is answered with %d", status)
	}
	before.Allow("answer 401")
	before.AtPath("/sign-in") // by itself: its list is asked for again every few seconds
	enterAs(before, graceMail, gracePassword)
	before.See("The e-mail address or the password is not right.")
	enterAs(before, graceMail, next)
	before.Find("heading", "API Keys")
}
