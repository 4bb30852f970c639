package e2e

import (
	"strings"
	"testing"
)

// Several people are invited at once, and each address is answered for by itself: what
// fails can be corrected beside the others, which are invited already. The links are
// shown this once, and are nowhere afterwards.
func TestSeveralAreInvitedAtOnce(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	a.invite("edsger@example.com", "Member")
	p := signedIn(t, g, Look{})
	p.Goto(a.path("users"))
	p.Click("button", "Invite people")
	d := p.Within("dialog", "Invite people")
	d.Click("button", "Invite")
	d.See("Enter an e-mail address")
	d.Fill("E-mail addresses", "Grace Hopper <Grace@Example.com>; not-an-address, "+adaMail)
	d.See("3 addresses")
	d.Click("button", "Invite 3 people")
	d.See("This is not an e-mail address: not-an-address")

	d.Fill("E-mail addresses", "Grace Hopper <Grace@Example.com>; edsger@example.com, "+adaMail+" barbara@example.com")
	d.Click("checkbox", "Member")
	d.Click("checkbox", "Org API reader")
	p.Allow("answer 409: POST /v1/.*/invitations")
	d.Click("button", "Invite 4 people")
	d = p.Within("dialog", "Invitations")
	d.See("2 of 4 people invited.", "Copy the links and hand them over yourself")
	d.Within("listitem", adaMail).See("This person is a member already.")
	d.Within("listitem", "edsger@example.com").See("This person is invited already.")
	grace := d.Within("listitem", graceMail)
	grace.See("Invited, hand over this link")
	links := []string{grace.Value("Invitation link for " + graceMail)}

	// What failed is corrected where it stands.
	d.Fill("Not invited: "+adaMail, "ada@")
	d.Click("button", "Try again")
	d.See("This is not an e-mail address.")
	d.Fill("Not invited: "+adaMail, "alan@example.com")
	d.Fill("Not invited: edsger@example.com", "niklaus@example.com")
	d.Click("button", "Try again")
	d.See("4 of 4 people invited.")
	if again := grace.Value("Invitation link for " + graceMail); again != links[0] {
		t.Error("who was invited is invited once more")
	}
	for _, email := range []string{"barbara@example.com", "alan@example.com", "niklaus@example.com"} {
		links = append(links, d.Within("listitem", email).Value("Invitation link for "+email))
	}
	p.TakeClipboard()
	d.Click("button", "Copy all links")
	d.See("Copied")
	for _, link := range links {
		if !strings.Contains(p.Clipboard(), link) {
			t.Errorf("what was copied lacks a link:\n%s", p.Clipboard())
		}
	}
	d.Click("button", "Done")
	p.DontFind("dialog", "")
	for _, link := range links {
		p.HoldsNo(tokenOf(t, link))
	}

	p.Click("link", "Invitations")
	p.Within("row", "alan@example.com").See("Org API reader")
	p.Within("row", "edsger@example.com").See("Member") // who was invited before keeps the roles of then
	acceptAsNew(browse(t, g.URL, Look{}), links[0])
	for _, link := range links[1:] {
		other := browse(t, g.URL, Look{Screen: Phone})
		other.Goto(link)
		other.See("is invited, with the role Org API reader.")
	}
}

// Who has an account already joins by signing in, or with one click where they are signed
// in. A second factor is asked for, too, and the new account is none but the one that was there.
func TestInvitedPersonHasAnAccount(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	a.admitGrace("Member")
	grace := a.userID(graceMail)
	a.remove(graceMail)

	link := a.invite(graceMail, "Org API reader")
	p := browse(t, g.URL, Look{})
	p.Goto(link)
	p.Find("heading", "Join “"+theOrganization+"”")
	p.See(graceMail+" is invited, with the role Org API reader.", "You have an account already: sign in to join.")
	if got := p.Value("E-mail address"); got != graceMail {
		t.Errorf("the page wants %q to sign in", got)
	}
	p.Allow("answer 401: POST /auth/sign-in")
	p.Fill("Password", "not-her-Password-1")
	p.Click("button", "Sign in")
	p.See("The e-mail address or the password is not right.")
	p.Fill("Password", gracePassword)
	p.Click("button", "Sign in")
	p.See("You have joined “" + theOrganization + "”")
	p.Find("heading", "API Keys")
	p.HoldsNoLink(link)
	p.HoldsNo(gracePassword)
	if a.userID(graceMail) != grace {
		t.Error("a second Grace has joined")
	}

	// A link that was used leads nowhere, and who is in is told so.
	p.Allow("answer 404: POST /auth/link")
	p.Goto(link)
	p.Find("heading", "This invitation does not work any more")
	p.See("If you have joined already")

	// Where they are signed in, it is one click.
	a.remove(graceMail)
	link = a.invite(graceMail, "Member")
	p.Goto(link)
	p.Find("heading", "Join “"+theOrganization+"”")
	p.Click("button", "Join “"+theOrganization+"”")
	p.See("You have joined “" + theOrganization + "”")
	p.AtPath(a.path("keys"))
	p.HoldsNoLink(link)
}

// A link is for one person: whoever else is signed in is told who they are and whom it is
// for, and can go on without opening it again. A revoked link leads nowhere.
func TestInvitationOfSomebodyElse(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	link := a.invite(graceMail, "Member")
	p := signedIn(t, g, Look{})
	p.Goto(link)
	p.Find("heading", "This invitation is for somebody else")
	p.See("It invites " + graceMail + " to “" + theOrganization + "”, and you are signed in as " + adaMail)
	p.Click("link", "Stay signed in as "+adaMail)
	p.Find("heading", "API Keys")
	p.HoldsNoLink(link)

	p.Goto(link)
	p.Click("button", "Sign out and continue")
	p.Find("heading", "Join “"+theOrganization+"”")
	p.Fill("Your name", graceName)
	p.Fill("Password", "compiler")
	p.Click("button", "Create account and join")
	p.See("more characters are needed")
	p.Fill("Password", gracePassword)
	p.Click("button", "Create account and join")
	p.See("You have joined “" + theOrganization + "”")
	p.Find("button", "Profile menu "+graceName+" "+graceMail)

	revoked := a.invite("edsger@example.com", "Member")
	keeper := signedIn(t, g, Look{})
	keeper.Goto(a.path("users/invitations"))
	keeper.Click("button", "Actions for edsger@example.com")
	keeper.Click("menuitem", "Copy link")
	d := keeper.Within("dialog", "Invitation link for edsger@example.com")
	second := d.Value("Link")
	if second == revoked {
		t.Error("a link is shown twice")
	}
	keeper.Press("Escape")
	keeper.DontFind("dialog", "")
	keeper.HoldsNo(tokenOf(t, second))
	keeper.SeeFocus("button", "Actions for edsger@example.com")
	keeper.Click("button", "Actions for edsger@example.com")
	keeper.Click("menuitem", "Revoke")
	d = keeper.Within("dialog", "Revoke the invitation?")
	d.See("No link that edsger@example.com has works any more.")
	d.Click("button", "Revoke invitation")
	keeper.See("No pending invitations")
	other := browse(t, g.URL, Look{Screen: Phone})
	other.Allow("answer 404: POST /auth/link")
	for _, link := range []string{revoked, second} {
		other.Goto("/sign-in")
		other.Goto(link)
		other.Find("heading", "This invitation does not work any more")
	}
	other.Click("link", "Go to the sign-in page")
	other.AtPath("/sign-in")
}

// Who was removed can still sign in, and is told whom to ask. A new invitation shows by
// itself, and needs no link.
func TestRemovedPersonJoinsAgain(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	a.admitGrace("Member")
	a.remove(graceMail)
	p := browse(t, g.URL, Look{})
	p.Goto("/sign-in")
	enterAs(p, graceMail, gracePassword)
	p.AtPath("/welcome")
	p.See("You are signed in as "+graceMail, "You are not a member of an organization")
	a.invite(graceMail, "Org API reader")
	p.See("You are invited", theOrganization, "Your role: Org API reader.", "Invited by "+adaMail)
	p.Click("button", "Join "+theOrganization)
	p.See("You have joined “" + theOrganization + "”")
	p.AtPath(a.path("keys"))
	p.See("Create your first API key")
}
