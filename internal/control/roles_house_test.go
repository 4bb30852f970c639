package control_test

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

const bobEmail = "bob@example.com"

// onOrganization returns a policy about the organization of the house.
func (h *house) onOrganization(effect cloud.Effect, permissions ...cloud.Permission) cloud.Policy {
	return cloud.Policy{Effect: effect, Permissions: permissions, Resources: []cloud.Resource{cloud.OrganizationResource(h.organization)}}
}

// onServices returns a policy about services, all of them when none is named.
func onServices(effect cloud.Effect, permission cloud.Permission, services ...uuid.UUID) cloud.Policy {
	p := cloud.Policy{Effect: effect, Permissions: []cloud.Permission{permission}}
	for _, id := range services {
		p.Resources = append(p.Resources, cloud.InstanceResource(id))
	}
	if len(services) == 0 {
		p.Resources = []cloud.Resource{cloud.AllInstances}
	}
	return p
}

// newRole makes a role as the operator.
func (h *house) newRole(t fataler, name string, policies ...cloud.Policy) cloud.Role {
	t.Helper()
	role, err := h.CreateRole(t.Context(), operator, h.organization, cloud.NewRole{Name: name, Policies: policies})
	if err != nil {
		t.Fatal(err)
	}
	return role
}

// keyWith makes a key with the roles as the operator, and returns it as a principal too.
func (h *house) keyWith(t fataler, name string, roles ...uuid.UUID) (cloud.Key, access.Principal) {
	t.Helper()
	key, credential, err := h.CreateKey(t.Context(), operator, h.organization, cloud.NewKey{Name: name, State: cloud.KeyEnabled, RoleIDs: roles})
	if err != nil {
		t.Fatal(err)
	}
	return key, h.as(t, *credential)
}

// invite invites as the operator.
func (h *house) invite(t fataler, email string, roles ...uuid.UUID) cloud.Invitation {
	t.Helper()
	i, err := h.Invite(t.Context(), operator, h.organization, cloud.NewInvitation{Email: email, RoleIDs: roles})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// tokenOf makes a link of the invitation and returns its token.
func (h *house) tokenOf(t fataler, i cloud.Invitation) string {
	t.Helper()
	link, _, err := h.NewInvitationLink(t.Context(), operator, i.OrganizationID, i.ID)
	if err != nil {
		t.Fatal(err)
	}
	return tokenIn(t, link, "/invitation#")
}

// tokenIn cuts the token out of a link to the page.
func tokenIn(t fataler, link cloud.Secret, page string) string {
	t.Helper()
	token, ok := strings.CutPrefix(link.Reveal(), publicURL+page)
	if !ok || token == "" {
		t.Fatalf("the link does not begin with %s", publicURL+page)
	}
	return token
}

// join makes somebody new a member with the roles.
func (h *house) join(t fataler, email string, roles ...uuid.UUID) control.SignedIn {
	t.Helper()
	s, err := h.Accept(t.Context(), visitor, h.tokenOf(t, h.invite(t, email, roles...)), "Bob", adaPassword)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// secondOrganization adds an organization, which no operation does yet.
func (h *house) secondOrganization(t fataler) cloud.Organization {
	t.Helper()
	o := cloud.Organization{ID: uuid.New(), Name: "Second", CreatedAt: h.clock.Now()}
	if _, err := h.store.Write(t.Context(), func(tx *store.Tx) error { return tx.InsertOrganization(t.Context(), o) }); err != nil {
		t.Fatal(err)
	}
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

// person returns the person as the store holds them.
func (h *house) person(t fataler, id uuid.UUID) cloud.Person {
	t.Helper()
	return personIn(h.state(t), id)
}

// refuses fails the test unless the call is refused with the code, and with a sentence
// that has the part, and nothing is changed or recorded.
func (h *house) refuses(t fataler, what string, call func() error, code cloud.Code, part string) {
	t.Helper()
	before := h.state(t)
	err := call()
	if err == nil || cloud.CodeOf(err) != code || !strings.Contains(err.Error(), part) {
		t.Fatalf("%s: got %v, want code %d and %q", what, err, code, part)
	}
	if after := h.state(t); after.Revision != before.Revision || len(h.activitiesSince(t, before.Revision)) != 0 {
		t.Fatalf("%s: what was refused is revision %d after %d", what, after.Revision, before.Revision)
	}
}

// about is what an activity says happened to what.
type about struct {
	Type   cloud.ActivityType
	Target cloud.Target
}

func aboutRole(r cloud.Role, kind cloud.ActivityType) about {
	return about{kind, cloud.Target{Type: cloud.TargetRole, ID: r.ID.String(), Name: r.Name}}
}

func aboutMember(p cloud.Person, kind cloud.ActivityType) about {
	return about{kind, cloud.Target{Type: cloud.TargetMember, ID: p.ID.String(), Name: p.Email}}
}

func aboutInvitation(i cloud.Invitation, kind cloud.ActivityType) about {
	return about{kind, cloud.Target{Type: cloud.TargetInvitation, ID: i.ID.String(), Name: i.Email}}
}

func aboutKey(k cloud.Key, kind cloud.ActivityType) about {
	return about{kind, cloud.Target{Type: cloud.TargetKey, ID: k.ID.String(), Name: k.Name}}
}

// makes calls what is to succeed as one change, recorded in the organization of the house as said, by whom it says.
func (h *house) makes(t fataler, what string, by string, call func() error, want ...about) {
	t.Helper()
	before := h.state(t).Revision
	if err := call(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if after := h.state(t).Revision; after != before+1 {
		t.Fatalf("%s: the revision went from %d to %d", what, before, after)
	}
	var got []about
	for _, a := range h.targetsSince(t, before) {
		got = append(got, about{a.Type, a.Target})
		if a.Actor.ID != by {
			t.Fatalf("%s: %s is recorded of %+v", what, a.Type, a.Actor)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s: recorded\n%+v, want\n%+v", what, got, want)
	}
}

// targetsSince returns what was recorded after the revision, oldest first.
func (h *house) targetsSince(t fataler, revision int64) (out []cloud.Activity) {
	t.Helper()
	page, err := h.Activities(t.Context(), operator, h.organization, store.ActivityRange{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range slices.Backward(page.Activities) {
		if a.Sequence>>20 > revision {
			out = append(out, a)
		}
	}
	return out
}

const publicURL = "https://gatehouse.example.com"

// mailing gives the house a mail server.
func (h *house) mailing() *postbox {
	box := &postbox{}
	h.Control = control.New(control.Config{
		Store: h.store, Directory: h.directory, Clock: h.clock, Limits: cloud.RelaxedLimits, Log: slog.New(h.log), Sealer: h.sealer, Passwords: h.passwords,
		Mailer: box, PublicURL: publicURL,
	})
	return box
}

// postbox is a mail server that keeps what it gets.
type postbox struct {
	mu          sync.Mutex
	invitations []control.InvitationMail
	resets      []control.ResetMail
	refuse      error  // what it answers
	meanwhile   func() // what happens while it thinks
}

// Invite implements control.Mailer.
func (b *postbox) Invite(_ context.Context, m control.InvitationMail) error {
	b.mu.Lock()
	b.invitations = append(b.invitations, m)
	meanwhile := b.meanwhile
	b.meanwhile = nil
	b.mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
	return b.refuse
}

// ResetPassword implements control.Mailer.
func (b *postbox) ResetPassword(_ context.Context, m control.ResetMail) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.resets = append(b.resets, m)
	return b.refuse
}

// signInAs begins a session of the person with this address.
func (h *house) signInAs(t fataler, email string) control.SignedIn {
	t.Helper()
	s, err := h.SignIn(t.Context(), visitor, email, adaPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// provider is what a sign-in provider says of the person with this address.
func provider(email string, change func(*control.ProviderSignIn)) control.ProviderSignIn {
	in := control.ProviderSignIn{Provider: "Login", Issuer: "https://login.example.com", Subject: "subject of " + email, Email: email, Name: "Bob B."}
	if change != nil {
		change(&in)
	}
	return in
}

var abroad = netip.MustParseAddr("198.51.100.1")

// stranger returns the address of the n-th stranger.
func stranger(n int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}) }
