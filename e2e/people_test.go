package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

// The second person of the stories: the one whom Ada invites.
const (
	graceName     = "Grace Hopper"
	graceMail     = "grace@example.com"
	gracePassword = "compiler-of-A-0-1952"
)

// theOrganization is how the first organization is called.
const theOrganization = "My organization"

// invite invites somebody with the roles and returns the link of the invitation.
func (a *ada) invite(email string, roles ...string) string {
	a.g.t.Helper()
	var invitation struct{ ID string }
	body := map[string]any{"email": email, "assignedRoleIds": a.idsOf(roles...)}
	if status := a.API(http.MethodPost, "/invitations", body, &invitation); status != http.StatusOK {
		a.g.t.Fatalf("%s is invited with status %d", email, status)
	}
	var link struct{ URL string }
	if status := a.API(http.MethodPost, "/invitations/"+invitation.ID+"/link", nil, &link); status != http.StatusOK {
		a.g.t.Fatalf("the link for %s is made with status %d", email, status)
	}
	return link.URL
}

// admit makes somebody new a member with the roles, and signs them in nowhere.
func (a *ada) admit(name, email, password string, roles ...string) {
	a.g.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		a.g.t.Fatal(err)
	}
	somebody := &ada{g: a.g, client: &http.Client{Jar: jar}} // Ada's own client would become theirs
	body := map[string]string{"token": tokenOf(a.g.t, a.invite(email, roles...)), "name": name, "password": password}
	if status := somebody.ask(http.MethodPost, "/auth/invitation", body, new(any)); status != http.StatusOK {
		a.g.t.Fatalf("%s joins with status %d", email, status)
	}
}

// admitGrace makes Grace a member with the roles.
func (a *ada) admitGrace(roles ...string) {
	a.g.t.Helper()
	a.admit(graceName, graceMail, gracePassword, roles...)
}

// userID returns the id of a member.
func (a *ada) userID(email string) string {
	a.g.t.Helper()
	var members []struct{ UserID, Email string }
	if status := a.API(http.MethodGet, "/members", nil, &members); status != http.StatusOK {
		a.g.t.Fatalf("the members are listed with status %d", status)
	}
	for _, m := range members {
		if m.Email == email {
			return m.UserID
		}
	}
	a.g.t.Fatalf("%s is not among the members %v", email, members)
	return ""
}

// remove ends somebody's membership.
func (a *ada) remove(email string) {
	a.g.t.Helper()
	if status := a.API(http.MethodDelete, "/members/"+a.userID(email), nil, new(any)); status != http.StatusOK {
		a.g.t.Fatalf("%s is removed with status %d", email, status)
	}
}

// idsOf returns the ids of roles of these names.
func (a *ada) idsOf(roles ...string) []string {
	a.g.t.Helper()
	known := a.roles()
	ids := make([]string, 0, len(roles))
	for _, name := range roles {
		ids = append(ids, known[name])
	}
	return ids
}

// newPolicy is a policy as the API takes it.
type newPolicy struct {
	Effect      string   `json:"allowDeny"`
	Permissions []string `json:"permissions"`
	Resources   []string `json:"resources"`
}

// role makes a custom role and returns its id.
func (a *ada) role(name string, policies ...newPolicy) string {
	a.g.t.Helper()
	var made struct{ ID string }
	body := map[string]any{"name": name, "policies": policies, "actors": []string{}}
	if status := a.API(http.MethodPost, "/roles", body, &made); status != http.StatusOK {
		a.g.t.Fatalf("the role %s is made with status %d", name, status)
	}
	return made.ID
}

// allows is a policy that allows these in the organization: allows("view", "view-api-keys").
func (a *ada) allows(permissions ...string) newPolicy {
	full := make([]string, 0, len(permissions))
	for _, p := range permissions {
		full = append(full, "control-plane:organization:"+p)
	}
	return newPolicy{Effect: "ALLOW", Permissions: full, Resources: []string{"organization/" + a.organization}}
}

// tokenOf returns the secret part of a link.
func tokenOf(t testing.TB, link string) string {
	t.Helper()
	_, token, found := strings.Cut(link, "#")
	if !found || token == "" {
		t.Fatalf("%q is no link with a token", link)
	}
	return token
}

// enterAs fills the sign-in form for somebody and sends it.
func enterAs(p *Page, email, password string) {
	p.t.Helper()
	p.Fill("E-mail address", email)
	p.Fill("Password", password)
	p.Click("button", "Sign in")
}

// acceptAsNew opens the link of an invitation in a browser that nobody has used, and
// joins as Grace, who has no account yet.
func acceptAsNew(p *Page, link string) {
	p.t.Helper()
	p.Goto(link)
	p.Find("heading", "Join “"+theOrganization+"”")
	p.Fill("Your name", graceName)
	p.Fill("Password", gracePassword)
	p.Click("button", "Create account and join")
	p.See("You have joined “" + theOrganization + "”")
}
