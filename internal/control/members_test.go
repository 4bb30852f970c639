package control_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// Members are read in the order in which they joined, and their roles are replaced as a
// whole, in the order that was asked for; a change that changes nothing is none.
func TestMembersAreReadAndChanged(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		bob := h.in(t, h.join(t, bobEmail, roleIDs(cloud.RoleBilling)...))
		members, err := h.Members(t.Context(), bob, h.organization)
		if err != nil || len(members) != 2 || members[0].Email != adaEmail || members[1].Email != bobEmail || !slices.Equal(members[1].RoleIDs, roleIDs(cloud.RoleBilling)) {
			t.Fatalf("the members are %+v (%v)", members, err)
		}
		roles := roleIDs(cloud.RoleServiceReader, cloud.RoleOrgAPIReader)
		var got cloud.Member
		give := func(ids *[]uuid.UUID) func() error {
			return func() (err error) {
				got, err = h.UpdateMember(t.Context(), ada, h.organization, bob.PersonID(), ids)
				return err
			}
		}
		h.makes(t, "change roles", ada.PersonID().String(), give(&roles), aboutMember(h.person(t, bob.PersonID()), cloud.MemberRolesChanged))
		if !slices.Equal(got.RoleIDs, roles) || got.Email != bobEmail {
			t.Errorf("the answer is %+v", got)
		}
		unchanged := h.state(t).Revision
		for _, same := range []*[]uuid.UUID{nil, &roles} {
			if err := give(same)(); err != nil || !slices.Equal(got.RoleIDs, roles) || h.state(t).Revision != unchanged {
				t.Errorf("what changes nothing: %v, %v", got.RoleIDs, err)
			}
		}
		read, err := h.Member(t.Context(), bob, h.organization, bob.PersonID())
		if err != nil || !slices.Equal(read.RoleIDs, roles) {
			t.Errorf("the member is %+v (%v)", read, err)
		}

		second := h.secondOrganization(t)
		key, _ := h.newKey(t, "key")
		update := func(p access.Principal, organization, id uuid.UUID, roles ...uuid.UUID) func() error {
			return func() error { _, err := h.UpdateMember(t.Context(), p, organization, id, &roles); return err }
		}
		h.refuses(t, "somebody unknown", update(ada, h.organization, uuid.New()), cloud.NotFound, "Member not found")
		h.refuses(t, "a key", update(ada, h.organization, key.ID), cloud.NotFound, "Member not found")
		h.refuses(t, "a member of another organization", update(operator, second.ID, bob.PersonID()), cloud.NotFound, "Member not found")
		h.refuses(t, "another organization", update(ada, second.ID, bob.PersonID()), cloud.NotFound, "Organization not found")
		h.refuses(t, "a role that is not there", update(ada, h.organization, bob.PersonID(), uuid.New()), cloud.Invalid, "assignedRoleIds[0]: there is no role")
		h.refuses(t, "too many roles", update(ada, h.organization, bob.PersonID(), make([]uuid.UUID, 101)...), cloud.Invalid, "assignedRoleIds: expected at most 100 roles")
		h.refuses(t, "by a reader", update(bob, h.organization, ada.PersonID()), cloud.Forbidden, string(cloud.OrganizationManage))
		h.refuses(t, "deleted by a reader", func() error { return h.DeleteMember(t.Context(), bob, h.organization, ada.PersonID()) }, cloud.Forbidden, "")
		h.refuses(t, "read somebody unknown", func() error { _, err := h.Member(t.Context(), ada, h.organization, uuid.New()); return err }, cloud.NotFound, "Member not found")
		h.refuses(t, "deleted twice", func() error { return h.DeleteMember(t.Context(), ada, h.organization, uuid.New()) }, cloud.NotFound, "Member not found")
	})
}

// Who is no member any more reaches nothing of the organization from the answer on, keeps
// what they are elsewhere and their account, and is recorded as deleted, or as having left.
func TestDeletedMemberReachesNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		signedIn := h.join(t, bobEmail, cloud.AdminRoleID)
		second := h.secondOrganization(t)
		bob := h.in(t, signedIn)
		i, err := h.Invite(t.Context(), operator, second.ID, cloud.NewInvitation{Email: bobEmail, RoleIDs: []uuid.UUID{cloud.AdminRoleID}})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.AcceptInvitation(t.Context(), bob, i.ID); err != nil {
			t.Fatal(err)
		}
		key, _, err := h.CreateKey(t.Context(), bob, h.organization, cloud.NewKey{Name: "bob's", State: cloud.KeyEnabled})
		if err != nil {
			t.Fatal(err)
		}
		person := h.person(t, bob.PersonID())
		h.makes(t, "delete", ada.PersonID().String(), func() error { return h.DeleteMember(t.Context(), ada, h.organization, bob.PersonID()) }, aboutMember(person, cloud.MemberDeleted))
		for what, p := range map[string]access.Principal{"from before": bob, "from after": h.in(t, signedIn)} {
			_, err := h.CreateRole(t.Context(), p, h.organization, cloud.NewRole{Name: "too late"})
			if code := cloud.CodeOf(err); code != cloud.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		bob = h.in(t, signedIn)
		h.refuses(t, "read the members", func() error { _, err := h.Members(t.Context(), bob, h.organization); return err }, cloud.NotFound, "Organization not found")
		if _, err := h.Members(t.Context(), bob, second.ID); err != nil {
			t.Errorf("the other organization is gone: %v", err)
		}
		if _, ok := h.key(t, key.ID); !ok {
			t.Error("a key that they made is gone")
		}
		h.wantSessions(t, []control.SignedIn{signedIn})

		// The account is there: it is invited again and has nothing of what it had.
		again := h.invite(t, bobEmail, roleIDs(cloud.RoleBilling)...)
		token := h.tokenOf(t, again)
		h.makes(t, "come back", bob.PersonID().String(), func() error { return h.AcceptAs(t.Context(), bob, token) }, aboutMember(person, cloud.MemberJoined))
		if m, err := h.Member(t.Context(), ada, h.organization, bob.PersonID()); err != nil || !slices.Equal(m.RoleIDs, roleIDs(cloud.RoleBilling)) {
			t.Errorf("the member is %+v (%v)", m, err)
		}

		h.refuses(t, "the last Admin leaves", func() error { return h.DeleteMember(t.Context(), ada, h.organization, ada.PersonID()) }, cloud.Conflict, "At least one person must have the role Admin")
		if _, err := h.UpdateMember(t.Context(), ada, h.organization, bob.PersonID(), &[]uuid.UUID{cloud.AdminRoleID}); err != nil {
			t.Fatal(err)
		}
		h.makes(t, "leave", ada.PersonID().String(), func() error { return h.DeleteMember(t.Context(), ada, h.organization, ada.PersonID()) },
			aboutMember(h.person(t, ada.PersonID()), cloud.MemberLeft))
	})
}
