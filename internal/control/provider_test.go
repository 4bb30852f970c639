package control_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// with signs in by the provider, which must succeed.
func (h *house) with(t fataler, in control.ProviderSignIn) control.SignedIn {
	t.Helper()
	s, err := h.SignInWith(t.Context(), visitor, in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *house) kinds(t fataler, revision int64) (kinds []cloud.ActivityType) {
	t.Helper()
	for _, a := range h.targetsSince(t, revision) {
		kinds = append(kinds, a.Type)
	}
	return kinds
}

// rolesOf returns the roles that the person of the session has in the organization.
func (h *house) rolesOf(t fataler, s control.SignedIn) []uuid.UUID {
	t.Helper()
	m, _ := h.person(t, h.in(t, s).PersonID()).In(h.organization)
	return m.RoleIDs
}

// Whom a provider knows is recognized by what it knows them by, or at first by their e-mail
// address; that is linked, recorded, and theirs from then on, whatever their address is.
func TestProviderSignsInWhoHasAnAccount(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		h.join(t, bobEmail)
		h.addFactor(t, ada) // which is for the password
		before := h.state(t).Revision
		first := h.with(t, provider(adaEmail, nil))
		if h.in(t, first).PersonID() != ada.PersonID() || !slices.Equal(h.rolesOf(t, first), []uuid.UUID{cloud.AdminRoleID}) {
			t.Fatal("somebody else is signed in, or with other roles")
		}
		if got := h.kinds(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.IdentityLinked, cloud.SignedIn}) || h.state(t).Revision != before+1 {
			t.Errorf("recorded %v", got)
		}
		before = h.state(t).Revision
		again := h.with(t, provider(adaEmail, func(in *control.ProviderSignIn) { in.Email, in.Name = bobEmail, "Renamed" }))
		if p := h.in(t, again); p.PersonID() != ada.PersonID() || p.Name() != adaEmail {
			t.Error("whom the provider knows by its subject is somebody else by a new address")
		}
		if got := h.kinds(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.SignedIn}) {
			t.Errorf("recorded %v", got)
		}
		h.refuses(t, "an address that nobody has", func() error {
			_, err := h.SignInWith(t.Context(), visitor, provider("eve@example.com", nil))
			return err
		}, cloud.Forbidden, "There is nobody with the e-mail address eve@example.com here")
		h.wantSessions(t, []control.SignedIn{first, again})
	})
}

// Another person's account is no more at ease with where somebody signs in who has their
// address at the provider: who is known somewhere is the account that signed in.
func TestProviderMakesNobodyElseKnownSomewhere(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.setUp(t, adaEmail)
		h.join(t, "eve@example.com")
		h.with(t, provider("eve@example.com", nil))
		elsewhere := visitor
		elsewhere.Address = abroad
		if _, err := h.SignInWith(t.Context(), elsewhere, provider("eve@example.com", func(in *control.ProviderSignIn) { in.Email = adaEmail })); err != nil {
			t.Fatal(err)
		}
		for n := range 10 { // strangers use up the attempts of the account
			from := control.Visitor{Address: stranger(n)}
			_, err := h.SignIn(t.Context(), from, adaEmail, "wrong", "")
			wantCode(t, err, cloud.Unauthenticated)
		}
		_, err := h.SignIn(t.Context(), elsewhere, adaEmail, "wrong", "")
		wantCode(t, err, cloud.RateLimited)
	})
}

// Who is new and has an address that may join becomes a member with the default role, once;
// removed, they are somebody without an organization, and are not let in again by their address.
func TestProviderLetsInWhoMayJoin(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		role := h.newRole(t, "Staff", h.onOrganization(cloud.Allow, cloud.OrganizationView))
		h.setUp(t, adaEmail)
		admitted := provider(bobEmail, func(in *control.ProviderSignIn) {
			in.Admitted, in.DefaultRole, in.Name, in.Organization = true, "Staff", " B\u202eob\n ", "Acme"
		})
		before := h.state(t).Revision
		s := h.with(t, admitted)
		person := h.person(t, h.in(t, s).PersonID())
		if person.Email != bobEmail || person.Name != "Bob" || !slices.Equal(h.rolesOf(t, s), []uuid.UUID{role.ID}) {
			t.Errorf("the person is %+v", person)
		}
		if got := h.kinds(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.MemberJoined, cloud.IdentityLinked, cloud.SignedIn}) || h.state(t).Revision != before+1 {
			t.Errorf("recorded %v", got)
		}
		if _, err := h.SignIn(t.Context(), visitor, bobEmail, "", ""); cloud.CodeOf(err) != cloud.Unauthenticated {
			t.Errorf("who has no password signs in with none: %v", err)
		}
		if again := h.with(t, admitted); h.in(t, again).PersonID() != person.ID || len(h.state(t).People) != 2 {
			t.Error("they are somebody new")
		}
		if err := h.DeleteMember(t.Context(), operator, h.organization, person.ID); err != nil {
			t.Fatal(err)
		}
		removed := h.with(t, admitted)
		if p := h.in(t, removed); len(p.Organizations()) != 0 || p.PersonID() != person.ID {
			t.Error("a removed member is let in again by their address")
		}
		followed := admitted
		followed.FollowGroups, followed.Roles = true, []string{cloud.RoleAdmin}
		if p := h.in(t, h.with(t, followed)); len(p.Organizations()) != 0 {
			t.Error("a removed member is let in again by their groups")
		}
		h.wantSessions(t, []control.SignedIn{s, removed})
		unnamed := h.with(t, provider("carol@example.com", func(in *control.ProviderSignIn) { in.Admitted, in.DefaultRole, in.Name = true, "Staff", " \n" }))
		if name := h.person(t, h.in(t, unnamed).PersonID()).Name; name != "carol" {
			t.Errorf("who has no name is called %q", name)
		}
		h.refuses(t, "an organization that is not there", func() error {
			_, err := h.SignInWith(t.Context(), visitor, provider("dan@example.com", func(in *control.ProviderSignIn) { in.Admitted, in.Organization = true, "Nowhere" }))
			return err
		}, cloud.NotFound, `"Nowhere", which does not exist`)
	})
}

// Where the configuration names a role that does not exist, somebody new joins without one,
// and the log says so.
func TestMissingDefaultRoleGivesNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		var logged []string
		h.log.onError(func(message string) { logged = append(logged, message) })
		s := h.with(t, provider(bobEmail, func(in *control.ProviderSignIn) { in.Admitted, in.DefaultRole = true, "staff" }))
		if got := h.rolesOf(t, s); len(got) != 0 || len(h.in(t, s).Organizations()) != 1 {
			t.Errorf("the roles are %v", got)
		}
		if len(logged) != 1 || !strings.HasPrefix(logged[0], "the default role of a sign-in provider does not exist") {
			t.Errorf("logged %q", logged)
		}
	})
}

// Who is invited and may not join otherwise is let in without a membership, and accepts.
func TestProviderLetsInWhoIsInvited(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		i := h.invite(t, bobEmail, roleIDs(cloud.RoleBilling)...)
		s := h.with(t, provider(bobEmail, nil))
		bob := h.in(t, s)
		if len(bob.Organizations()) != 0 {
			t.Fatal("somebody is a member without having accepted")
		}
		if mine, err := h.InvitationsToMe(t.Context(), bob); err != nil || len(mine) != 1 || mine[0].ID != i.ID {
			t.Fatalf("the invitations are %v (%v)", mine, err)
		}
		if err := h.AcceptInvitation(t.Context(), bob, i.ID); err != nil {
			t.Fatal(err)
		}
		if got := h.rolesOf(t, s); !slices.Equal(got, roleIDs(cloud.RoleBilling)) {
			t.Errorf("the roles are %v", got)
		}
		h.invite(t, "eve@example.com")
		h.clock.Advance(cloud.InvitationLife)
		h.refuses(t, "whose invitation has expired", func() error {
			_, err := h.SignInWith(t.Context(), visitor, provider("eve@example.com", nil))
			return err
		}, cloud.Forbidden, "ask an Admin for an invitation")
	})
}

// Groups give the roles that the configuration lists for them and the custom roles of
// their names, and take what they do not give. A system role is given by the list alone.
func TestGroupsGiveRoles(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.setUp(t, adaEmail)
		staff := h.newRole(t, "Staff", h.onOrganization(cloud.Allow, cloud.OrganizationView))
		analysts := h.newRole(t, "Analysts", onServices(cloud.Allow, cloud.ServiceView))
		in := provider(bobEmail, func(in *control.ProviderSignIn) { in.Admitted, in.FollowGroups, in.DefaultRole = true, true, "Staff" })
		first := h.with(t, in)
		for _, c := range []struct {
			listed, custom []string
			want           []uuid.UUID
		}{
			{nil, nil, []uuid.UUID{staff.ID}},
			{nil, []string{"Analysts"}, []uuid.UUID{analysts.ID}},
			{nil, []string{"Analysts", "Staff", "unknown"}, []uuid.UUID{staff.ID, analysts.ID}},
			{nil, []string{"Admin", "Billing", "analysts"}, []uuid.UUID{staff.ID}},
			{[]string{"Billing", "Analysts", "unknown"}, []string{"Admin"}, append(roleIDs(cloud.RoleBilling), analysts.ID)},
			{[]string{"Admin"}, nil, []uuid.UUID{cloud.AdminRoleID}},
			{nil, nil, []uuid.UUID{staff.ID}},
		} {
			in.Roles, in.CustomRoles = c.listed, c.custom
			before, had := h.state(t).Revision, h.rolesOf(t, first)
			h.with(t, in)
			if got := h.rolesOf(t, first); !slices.Equal(got, c.want) {
				t.Errorf("listed %q, groups %q: the roles are %v, want %v", c.listed, c.custom, got, c.want)
			}
			changed := slices.Contains(h.kinds(t, before), cloud.MemberRolesChanged)
			if changed == slices.Equal(had, c.want) {
				t.Errorf("listed %q, groups %q: whether a change of roles is recorded: %t", c.listed, c.custom, changed)
			}
			h.wantSessions(t, []control.SignedIn{first})
		}
	})
}

// The last person who can sign in as Admin stays so, whatever their groups say.
func TestGroupsDoNotTakeTheLastAdmin(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.newRole(t, "Staff")
		ada := h.setUp(t, adaEmail)
		in := provider(adaEmail, func(in *control.ProviderSignIn) { in.FollowGroups, in.DefaultRole = true, "Staff" })
		h.with(t, in)
		if got := h.rolesOf(t, ada); !slices.Equal(got, []uuid.UUID{cloud.AdminRoleID}) {
			t.Fatalf("the roles of the last Admin are %v", got)
		}
		h.join(t, bobEmail, cloud.AdminRoleID)
		h.with(t, in)
		if got := h.rolesOf(t, ada); slices.Contains(got, cloud.AdminRoleID) {
			t.Errorf("the roles of an Admin among others are %v", got)
		}
	})
}

// Groups that give the last Admin a role which denies them to manage the organization take
// nothing, as those that take the role Admin away: who is denied to manage is no Admin.
func TestGroupsDoNotDenyTheLastAdminToManage(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.setUp(t, adaEmail)
		denied := h.newRole(t, "denied", h.onOrganization(cloud.Deny, cloud.OrganizationManage))
		groups := provider(adaEmail, func(in *control.ProviderSignIn) {
			in.FollowGroups, in.Roles, in.CustomRoles = true, []string{cloud.RoleAdmin}, []string{denied.Name}
		})
		manages := func() bool {
			return h.in(t, h.mustSignInWith(t, groups)).May(h.organization, cloud.OrganizationResource(h.organization), cloud.OrganizationManage) == nil
		}
		if !manages() {
			t.Fatal("the last Admin may not manage any more")
		}
		grace := h.in(t, h.join(t, "grace@example.com", cloud.AdminRoleID))
		if manages() {
			t.Fatal("with another Admin the groups do not decide")
		}
		h.refuses(t, "the other Admin leaves", func() error { return h.DeleteMember(t.Context(), grace, h.organization, grace.PersonID()) }, cloud.Conflict, "At least one person")
	})
}

func (h *house) mustSignInWith(t fataler, in control.ProviderSignIn) control.SignedIn {
	t.Helper()
	signedIn, err := h.SignInWith(t.Context(), visitor, in)
	if err != nil {
		t.Fatal(err)
	}
	return signedIn
}
