package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// Somebody is invited, joins in a browser of their own, is given a role that was made for
// them, is seen through, and loses the role and the membership again. From the moment of
// each answer the API and the console do as it says, and the audit log tells all of it.
func TestFromAnInvitationToARoleThatIsTakenAway(t *testing.T) {
	t.Parallel()
	for _, look := range []Look{{}, {Screen: Phone, Dark: true}} {
		t.Run(look.String(), func(t *testing.T) {
			t.Parallel()
			tellOfGrace(t, look)
		})
	}
}

func tellOfGrace(t *testing.T, look Look) {
	g := startWithoutKey(t)
	a := browse(t, g.URL, look)
	picture := func(p *Page, name string) {
		t.Helper()
		p.Screenshot("people/" + look.String() + "-" + name)
	}
	a.Goto(g.SetUpLink)
	a.Fill("Your name", adaName)
	a.Fill("E-mail address", adaMail)
	a.Fill("Password", adaPassword)
	a.Click("button", "Create account")
	a.See("Create your first API key")
	organization := organizationOf(a)

	// There is no mail server, so Ada takes the link along herself.
	a.menuLink("Users and roles")
	a.Find("heading", "Users and roles")
	a.See("1 person")
	picture(a, "01-alone")
	a.Click("button", "Invite people")
	d := a.Within("dialog", "Invite people")
	d.Fill("E-mail addresses", graceMail)
	d.See("1 address")
	picture(a, "02-invite")
	d.Click("button", "Invite 1 person")
	d = a.Within("dialog", "Invitations")
	d.See(graceMail, "Invited, hand over this link")
	picture(a, "03-invited")
	a.TakeClipboard()
	d.Click("button", "Copy Invitation link for "+graceMail)
	d.See("Copied")
	link := a.Clipboard()
	d.Click("button", "Done")
	a.DontFind("dialog", "")
	a.SeeFocus("button", "Invite people")
	a.HoldsNo(tokenOf(t, link))
	a.Click("link", "Invitations")
	a.Within("row", graceMail).See("Member", adaMail)
	picture(a, "04-invitations")

	// Grace joins in a browser of her own. There is little that she may see.
	p := browse(t, g.URL, look)
	p.Goto(link)
	p.Find("heading", "Join “"+theOrganization+"”")
	p.See(graceMail + " is invited, with the role Member.")
	picture(p, "05-join")
	p.Fill("Your name", graceName)
	p.Fill("Password", gracePassword)
	p.Click("button", "Create account and join")
	p.See("You have joined “"+theOrganization+"”", "You may not see the API keys")
	p.HoldsNoLink(link)
	p.HoldsNo(gracePassword)
	picture(p, "06-joined")
	cookie := sessionCookie(p)
	expect := func(when, path string, want int) {
		t.Helper()
		if got := readWithCookie(t, g, cookie, "/"+organization+path); got != want {
			t.Errorf("%s the API answers %d for %q, expected %d", when, got, path, want)
		}
	}
	expect("as a Member,", "/keys", http.StatusForbidden)
	p.menuLink("Users and roles")
	p.See("You may not see the people of this organization")
	a.DontSee(graceMail) // the invitation is gone from the list, by itself
	a.See("No pending invitations")

	// Ada makes a role, and sees what it would change for Grace before she saves it.
	a.Click("link", "Roles")
	a.See("No custom roles yet")
	picture(a, "07-no-roles")
	a.Click("link", "New role")
	a.Find("heading", "New role")
	a.Fill("Name", "Key readers")
	a.Click("checkbox", "See the organization and its people")
	a.Click("checkbox", "See API keys")
	a.Within("region", "What this role allows").See("See the organization and its people", "See API keys")
	effect := a.Within("region", "Effect on…")
	effect.Choose("A person or an API key", "Person "+graceName+" "+graceMail)
	effect.See("Gains", "See the organization and its people", "See API keys", "Loses", "Nothing.", "Requests of the last 30 days")
	picture(a, "08-new-role")
	expect("before the role is saved", "/keys", http.StatusForbidden)
	a.Click("button", "Create role")
	a.See("The role “Key readers” is created")
	a.Within("row", "Key readers").See("Custom", "Nobody")
	picture(a, "09-roles")

	a.Click("link", "Members")
	a.giveRole(graceName, "Key readers")
	d = a.Within("dialog", "Roles of "+graceName)
	d.See(graceName + " gets Key readers.")
	picture(a, "10-change-roles")
	d.Click("button", "Save roles")
	a.See("The roles of " + graceName + " are changed")
	a.Within("row", graceMail).See("Key readers", "Member")
	expect("with the role", "/keys", http.StatusOK)
	expect("with the role", "", http.StatusOK)
	expect("with the role", "/activities", http.StatusForbidden)

	// It is there for Grace, too.
	p.Reload()
	p.menuLink("API Keys")
	p.Find("heading", "API Keys")
	p.See("Create your first API key")
	if p.Enabled("button", "New API Key") {
		t.Error("who may only see keys is offered to make one")
	}
	picture(p, "11-with-the-role")
	p.menuLink("Users and roles")
	p.Within("row", adaMail).See("Admin")
	picture(p, "12-members-as-grace")
	p.Click("link", "Roles")
	p.See("You may not see the roles")

	// Ada looks at what Grace may do now.
	a.Click("button", "Actions for "+graceName)
	a.Click("menuitem", "See what they may do")
	a.seesAccessOfGrace()
	picture(a, "13-access")

	// The role goes, and with it what Grace could see.
	a.Back()
	a.giveRole(graceName, "Key readers")
	d = a.Within("dialog", "Roles of "+graceName)
	d.See(graceName + " loses Key readers.")
	d.Click("button", "Save roles")
	a.DontFind("dialog", "")
	expect("without the role", "/keys", http.StatusForbidden)
	p.Allow("answer 403: GET /v1/organizations/" + organization)
	p.menuLink("API Keys")
	p.See("You may not see the API keys", "Ask an administrator")
	picture(p, "14-without-the-role")

	// Then Grace is no member any more.
	a.Click("button", "Actions for "+graceName)
	a.Click("menuitem", "Remove from organization")
	d = a.Within("dialog", "Remove "+graceName+"?")
	d.See("loses access to “" + theOrganization + "” at once")
	d.Fill("E-mail address, to confirm", adaMail)
	if d.Enabled("button", "Remove") {
		t.Error("Grace can be removed with another's address")
	}
	d.Fill("E-mail address, to confirm", graceMail)
	picture(a, "15-remove")
	d.Click("button", "Remove")
	a.See(graceName + " is not a member any more")
	a.DontFind("rowheader", graceName+" "+graceMail)
	expect("removed,", "/keys", http.StatusNotFound)
	expect("removed,", "", http.StatusNotFound)
	if got := withCookie(t, g, cookie); got != http.StatusOK {
		t.Errorf("Grace, who still has her account, is answered with %d", got)
	}
	p.Allow("answer 404: GET /v1/organizations/" + organization)
	p.Goto("/organizations/" + organization + "/settings")
	p.See("There is no such page")
	picture(p, "16-removed")
	p.Goto("/")
	p.See("You are not a member of an organization")
	picture(p, "17-welcome")

	// The audit log says who did what to whom.
	a.menuLink("Audit")
	a.Find("heading", "Audit")
	for _, step := range [][]string{
		{"Removed " + graceMail, adaMail},
		{"Changed the roles of " + graceMail, adaMail},
		{"Created the role Key readers", adaMail},
		{"Made an invitation link for " + graceMail, adaMail},
		{"Invited " + graceMail, adaMail},
		{"Joined the organization", graceMail},
	} {
		a.seesInAudit(step...)
	}
	picture(a, "18-audit")
	for _, page := range []*Page{a, p} {
		page.Settle()
		if wide := page.Overflow(); wide > 0 {
			t.Errorf("the page is %d pixels wider than the screen", wide)
		}
	}
}

// giveRole opens the roles of a member and ticks one, or takes the tick away.
func (p *Page) giveRole(member, role string) {
	p.t.Helper()
	p.Click("button", "Actions for "+member)
	p.Click("menuitem", "Change roles")
	p.Within("dialog", "Roles of "+member).Click("checkbox", role)
}

// seesAccessOfGrace looks at the page that says what Grace may do, and by what.
func (p *Page) seesAccessOfGrace() {
	p.t.Helper()
	p.See("What " + graceName + " may do")
	keys := p.Within("table", "API keys")
	keys.Within("row", "List keys").See("Allowed", "by the role Key readers")
	keys.Within("row", "Create a key").See("Refused", "no role allows it")
	p.Fill("Search operations and permissions", "activities")
	p.DontSee("List keys")
	p.Choose("Decision", "Refused")
	p.Within("row", "List activities").See("Refused")
	p.Choose("Decision", "Allowed")
	p.See("Nothing matches")
	p.Click("button", "Clear filter")
	p.See("List keys")
}

// seesInAudit waits until one of the activities has all the texts.
func (p *Page) seesInAudit(texts ...string) {
	p.t.Helper()
	p.Settle()
	for _, row := range p.Names("row") {
		has := true
		for _, text := range texts {
			has = has && strings.Contains(row, text)
		}
		if has {
			return
		}
	}
	p.fail("no activity has all of %q", texts)
}
