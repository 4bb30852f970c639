package control_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// A link says who is invited to what; with it somebody new becomes a member with exactly
// these roles, signed in, in one change, and the invitation and all its links are used up.
func TestSomebodyNewAcceptsAnInvitation(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		role := h.newRole(t, "role", h.onOrganization(cloud.Allow, cloud.OrganizationView))
		i := h.invite(t, bobEmail, roleIDs(cloud.RoleBilling)[0], role.ID)
		token, other := h.tokenOf(t, i), h.tokenOf(t, i)
		link, err := h.Link(t.Context(), token)
		if diff := cmp.Diff(cloud.Link{Kind: cloud.LinkInvitation, Email: bobEmail, Organization: "Acme", Roles: []string{cloud.RoleBilling, "role"}}, link); diff != "" || err != nil {
			t.Fatalf("the link (%v):\n%s", err, diff)
		}
		accept := func(token, name, password string) error {
			_, err := h.Accept(t.Context(), visitor, token, name, password)
			return err
		}
		h.refuses(t, "no name", func() error { return accept(token, " ", adaPassword) }, cloud.Invalid, "name: ")
		h.refuses(t, "a weak password", func() error { return accept(token, "Bob", "short") }, cloud.Invalid, "password: ")
		h.refuses(t, "another link", func() error { return accept(control.NewSetupToken().Reveal(), "Bob", adaPassword) }, cloud.NotFound, linkUnusable)
		setup, err := h.NewSetupLink(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		h.refuses(t, "a link of another kind", func() error { return accept(setup.Reveal(), "Bob", adaPassword) }, cloud.NotFound, linkUnusable)
		h.refuses(t, "setting up by an invitation", func() error {
			_, err := h.SetUp(t.Context(), visitor, token, cloud.NewPerson{Email: bobEmail, Name: "Bob", Password: adaPassword})
			return err
		}, cloud.NotFound, linkUnusable)
		h.refuses(t, "resetting by an invitation", func() error { _, err := h.ResetPassword(t.Context(), visitor, token, newPassword); return err }, cloud.NotFound, linkUnusable)

		before := h.state(t).Revision
		s, err := h.Accept(t.Context(), visitor, token, "Bob", adaPassword)
		if err != nil {
			t.Fatal(err)
		}
		bob := h.in(t, s)
		person := h.person(t, bob.PersonID())
		var got []about
		for _, a := range h.targetsSince(t, before) {
			got = append(got, about{a.Type, a.Target})
			if a.Actor.ID != person.ID.String() || a.Actor.Address != somewhere {
				t.Errorf("recorded of %+v", a.Actor)
			}
		}
		if len(got) != 2 || got[0] != aboutMember(person, cloud.MemberJoined) || got[1].Type != cloud.SignedIn || h.state(t).Revision != before+1 {
			t.Errorf("recorded %+v", got)
		}
		if person.Email != bobEmail || person.Name != "Bob" || len(person.Memberships) != 1 || !slices.Equal(person.Memberships[0].RoleIDs, i.RoleIDs) {
			t.Errorf("the person is %+v", person)
		}
		h.wantSessions(t, []control.SignedIn{s})
		for _, token := range []string{token, other} {
			h.refuses(t, "used up", func() error { return accept(token, "Eve", adaPassword) }, cloud.NotFound, linkUnusable)
			h.refuses(t, "used up by them", func() error { return h.AcceptAs(t.Context(), bob, token) }, cloud.NotFound, linkUnusable)
		}
		h.refuses(t, "the invitation", func() error { _, err := h.Invitation(t.Context(), operator, h.organization, i.ID); return err }, cloud.NotFound, "Invitation not found")
		h.refuses(t, "accept it again", func() error { return h.AcceptInvitation(t.Context(), bob, i.ID) }, cloud.NotFound, "Invitation not found")
		if _, err := h.SignIn(t.Context(), visitor, bobEmail, adaPassword, ""); err != nil {
			t.Error(err)
		}
	})
}

// A link that was revoked or has expired is unknown, to everybody; so is the invitation.
func TestInvitationThatEndedCannotBeAccepted(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		bob := h.in(t, h.join(t, bobEmail))
		if err := h.DeleteMember(t.Context(), operator, h.organization, bob.PersonID()); err != nil {
			t.Fatal(err)
		}
		ended := func(what string, i cloud.Invitation, token string) {
			t.Helper()
			for _, call := range []func() error{
				func() error { _, err := h.Link(t.Context(), token); return err },
				func() error { _, err := h.Accept(t.Context(), visitor, token, "Bob", adaPassword); return err },
				func() error { return h.AcceptAs(t.Context(), bob, token) },
				func() error { return h.AcceptInvitation(t.Context(), bob, i.ID) },
				func() error {
					_, _, err := h.NewInvitationLink(t.Context(), operator, h.organization, i.ID)
					return err
				},
				func() error { return h.DeleteInvitation(t.Context(), operator, h.organization, i.ID) },
				func() error { _, err := h.ResendInvitation(t.Context(), operator, h.organization, i.ID); return err },
			} {
				h.refuses(t, what, call, cloud.NotFound, "")
			}
			if mine, err := h.InvitationsToMe(t.Context(), bob); err != nil || len(mine) != 0 {
				t.Errorf("%s: shown %v (%v)", what, mine, err)
			}
		}
		i := h.invite(t, bobEmail, cloud.AdminRoleID)
		token := h.tokenOf(t, i)
		h.makes(t, "revoke", "", func() error { return h.DeleteInvitation(t.Context(), operator, h.organization, i.ID) }, aboutInvitation(i, cloud.InvitationDeleted))
		ended("revoked", i, token)
		i = h.invite(t, bobEmail, cloud.AdminRoleID)
		token = h.tokenOf(t, i)
		h.clock.Advance(cloud.InvitationLife - 1e6)
		bob = h.in(t, h.signInAs(t, bobEmail))
		if mine, err := h.InvitationsToMe(t.Context(), bob); err != nil || len(mine) != 1 || mine[0].Organization != "Acme" {
			t.Errorf("shown %v (%v)", mine, err)
		}
		h.clock.Advance(1e6)
		ended("expired", i, token)
		h.invite(t, bobEmail) // the expired one makes room
	})
}

// Who has an account accepts signed in, and nobody else in their place: neither somebody
// else who is signed in, nor somebody who makes a second account of the address.
func TestSomebodyKnownAcceptsSignedIn(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		bob := h.in(t, h.join(t, bobEmail))
		second := h.secondOrganization(t)
		invite := func() cloud.Invitation {
			i, err := h.Invite(t.Context(), operator, second.ID, cloud.NewInvitation{Email: bobEmail, RoleIDs: roleIDs(cloud.RoleBilling)})
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		i := invite()
		token := h.tokenOf(t, i)
		if link, err := h.Link(t.Context(), token); err != nil || !link.HasAccount || link.Organization != "Second" {
			t.Errorf("the link is %+v (%v)", link, err)
		}
		h.refuses(t, "somebody else's link", func() error { return h.AcceptAs(t.Context(), ada, token) }, cloud.Forbidden, "The invitation is to "+bobEmail+", and "+adaEmail+" is signed in")
		h.refuses(t, "somebody else's invitation", func() error { return h.AcceptInvitation(t.Context(), ada, i.ID) }, cloud.NotFound, "Invitation not found")
		h.refuses(t, "a second account", func() error { _, err := h.Accept(t.Context(), visitor, token, "Bob", adaPassword); return err }, cloud.Conflict, "email: ")
		for what, p := range map[string]access.Principal{"the operator": operator, "a key": h.as(t, h.admin)} {
			h.refuses(t, what, func() error { return h.AcceptAs(t.Context(), p, token) }, cloud.Forbidden, "This is for people who have signed in")
			h.refuses(t, what, func() error { return h.AcceptInvitation(t.Context(), p, i.ID) }, cloud.Forbidden, "")
			h.refuses(t, what, func() error { _, err := h.InvitationsToMe(t.Context(), p); return err }, cloud.Forbidden, "")
		}
		if mine, err := h.InvitationsToMe(t.Context(), ada); err != nil || len(mine) != 0 {
			t.Errorf("somebody else is shown %v (%v)", mine, err)
		}
		if err := h.AcceptAs(t.Context(), bob, token); err != nil {
			t.Fatal(err)
		}
		person := h.person(t, bob.PersonID())
		if m, is := person.In(second.ID); !is || !slices.Equal(m.RoleIDs, roleIDs(cloud.RoleBilling)) || len(person.Memberships) != 2 {
			t.Errorf("the person is %+v", person)
		}
		now, err := bob.Current()
		if err != nil || now.May(second.ID, cloud.OrganizationResource(second.ID), cloud.OrganizationViewBilling) != nil {
			t.Errorf("the role is not in force (%v)", err)
		}
	})
}

// Who became a member otherwise while they were invited keeps their roles and gets those
// of the invitation in addition, each once.
func TestInvitationOfAMemberAddsItsRoles(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		role := h.newRole(t, "Staff", h.onOrganization(cloud.Allow, cloud.OrganizationView))
		i := h.invite(t, bobEmail, roleIDs(cloud.RoleBilling)[0], role.ID)
		s, err := h.SignInWith(t.Context(), visitor, provider(bobEmail, func(in *control.ProviderSignIn) { in.Admitted, in.DefaultRole = true, "Staff" }))
		if err != nil {
			t.Fatal(err)
		}
		bob := h.in(t, s)
		h.makes(t, "accept", bob.PersonID().String(), func() error { return h.AcceptInvitation(t.Context(), bob, i.ID) },
			aboutMember(h.person(t, bob.PersonID()), cloud.MemberRolesChanged))
		if m, _ := h.person(t, bob.PersonID()).In(h.organization); !slices.Equal(m.RoleIDs, []uuid.UUID{role.ID, roleIDs(cloud.RoleBilling)[0]}) {
			t.Errorf("the roles are %v", m.RoleIDs)
		}
		h.wantSessions(t, []control.SignedIn{s})
	})
}

// However many use a link at the same moment, one person accepts.
func TestInvitationIsAcceptedOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		token := h.tokenOf(t, h.invite(t, bobEmail))
		var made atomic.Int64
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if _, err := h.Accept(t.Context(), visitor, token, "Bob", adaPassword); err == nil {
					made.Add(1)
				} else if sentence(err) != linkUnusable {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(h.state(t).People); made.Load() != 1 || n != 1 {
			t.Fatalf("%d accepted, there are %d people", made.Load(), n)
		}
	})
}
