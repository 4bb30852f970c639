package control_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

// A role is made, changed and deleted as asked for, with its actors; each is one change,
// recorded of whom it was made by and with what it was about.
func TestRoleIsMadeChangedAndDeleted(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		by := ada.PersonID().String()
		bob := h.person(t, h.in(t, h.join(t, bobEmail)).PersonID())
		eve := h.person(t, h.in(t, h.join(t, "eve@example.com")).PersonID())
		key, _ := h.newKey(t, "key", cloud.RoleOrgAPIReader)
		policies := []cloud.Policy{
			h.onOrganization(cloud.Allow, cloud.OrganizationView), h.onOrganization(cloud.Deny, cloud.SupportManage),
			onServices(cloud.Allow, cloud.ServiceView, h.insertService(t)),
		}
		var role cloud.Role
		create := func() (err error) {
			role, err = h.CreateRole(t.Context(), ada, h.organization, cloud.NewRole{
				Name: "Analysts", Policies: policies, Actors: []cloud.ActorRef{cloud.KeyActor(key.ID), cloud.PersonActor(bob.ID), cloud.KeyActor(key.ID)},
			})
			return err
		}
		wantRole := func(name string, policies []cloud.Policy, actors ...cloud.ActorRef) {
			t.Helper()
			got, err := h.Role(t.Context(), ada, h.organization, role.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(role, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the answer is not what is kept (-answered +kept):\n%s", diff)
			}
			want := cloud.Role{
				ID: role.ID, OrganizationID: h.organization, Name: name, Type: cloud.CustomRole, Policies: policies, Actors: actors,
				CreatedAt: role.CreatedAt, UpdatedAt: h.clock.Now(),
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(cloud.Policy{}, "ID"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the role (-want +got):\n%s", diff)
			}
			ids := map[uuid.UUID]bool{uuid.Nil: true}
			for _, p := range got.Policies {
				if ids[p.ID] {
					t.Errorf("two policies have the id %s", p.ID)
				}
				ids[p.ID] = true
			}
		}
		analysts := cloud.Role{Name: "Analysts"}
		before := h.state(t).Revision
		if err := create(); err != nil {
			t.Fatal(err)
		}
		analysts.ID = role.ID
		var got []about
		for _, a := range h.targetsSince(t, before) {
			got = append(got, about{a.Type, a.Target})
		}
		if want := []about{aboutKey(key, cloud.KeyUpdated), aboutMember(bob, cloud.MemberRolesChanged), aboutRole(analysts, cloud.RoleCreated)}; !slices.Equal(got, want) {
			t.Errorf("recorded %+v, want %+v", got, want)
		}
		wantRole("Analysts", policies, cloud.KeyActor(key.ID), cloud.PersonActor(bob.ID))
		if kept, _ := h.key(t, key.ID); !slices.Equal(kept.RoleIDs, append(roleIDs(cloud.RoleOrgAPIReader), role.ID)) {
			t.Errorf("the key has %v", kept.RoleIDs)
		}
		if m, _ := h.Member(t.Context(), ada, h.organization, bob.ID); !slices.Equal(m.RoleIDs, []uuid.UUID{role.ID}) {
			t.Errorf("the member has %v", m.RoleIDs)
		}

		change := func(patch cloud.RolePatch) func() error {
			return func() (err error) {
				role, err = h.UpdateRole(t.Context(), ada, h.organization, role.ID, patch)
				return err
			}
		}
		h.clock.Advance(1e9)
		renamed := cloud.Role{ID: role.ID, Name: "ANALYSTS"}
		h.makes(t, "rename", by, change(cloud.RolePatch{Name: ptr("ANALYSTS")}), aboutRole(renamed, cloud.RoleUpdated))
		wantRole("ANALYSTS", policies, cloud.KeyActor(key.ID), cloud.PersonActor(bob.ID))
		h.clock.Advance(1e9)
		h.makes(t, "change policies", by, change(cloud.RolePatch{Policies: ptr(policies[1:])}), aboutRole(renamed, cloud.RoleUpdated))
		wantRole("ANALYSTS", policies[1:], cloud.KeyActor(key.ID), cloud.PersonActor(bob.ID))
		h.makes(t, "take actors", by, change(cloud.RolePatch{Actors: &[]cloud.ActorRef{cloud.PersonActor(bob.ID)}}),
			aboutKey(key, cloud.KeyUpdated), aboutRole(renamed, cloud.RoleUpdated))
		h.makes(t, "give to others", by, change(cloud.RolePatch{Actors: &[]cloud.ActorRef{cloud.KeyActor(key.ID), cloud.PersonActor(eve.ID)}}),
			aboutKey(key, cloud.KeyUpdated), aboutMember(eve, cloud.MemberRolesChanged), aboutMember(bob, cloud.MemberRolesChanged), aboutRole(renamed, cloud.RoleUpdated))
		wantRole("ANALYSTS", policies[1:], cloud.KeyActor(key.ID), cloud.PersonActor(eve.ID))
		unchanged := h.state(t).Revision
		for _, patch := range []cloud.RolePatch{{}, {Name: ptr("ANALYSTS")}, {Policies: ptr(policies[1:])}, {Actors: &[]cloud.ActorRef{cloud.PersonActor(eve.ID), cloud.KeyActor(key.ID)}}} {
			if err := change(patch)(); err != nil || h.state(t).Revision != unchanged {
				t.Errorf("a patch that changes nothing: %v", err)
			}
		}
		wantRole("ANALYSTS", policies[1:], cloud.KeyActor(key.ID), cloud.PersonActor(eve.ID))

		invited := h.invite(t, "new@example.com", role.ID)
		h.makes(t, "delete", by, func() error { return h.DeleteRole(t.Context(), ada, h.organization, role.ID) }, aboutRole(renamed, cloud.RoleDeleted))
		h.refuses(t, "read a deleted role", func() error { _, err := h.Role(t.Context(), ada, h.organization, role.ID); return err }, cloud.NotFound, "Role not found")
		if kept, _ := h.key(t, key.ID); !slices.Equal(kept.RoleIDs, roleIDs(cloud.RoleOrgAPIReader)) {
			t.Errorf("the key has %v", kept.RoleIDs)
		}
		if i, err := h.Invitation(t.Context(), ada, h.organization, invited.ID); err != nil || len(i.RoleIDs) != 0 {
			t.Errorf("the invitation has %v (%v)", i.RoleIDs, err)
		}
		if names := h.AssignedRoles(h.organization, []uuid.UUID{role.ID, cloud.AdminRoleID}); len(names) != 1 || names[0].Name != cloud.RoleAdmin {
			t.Errorf("the names of the roles are %v", names)
		}
	})
}

// What is wrong of a role is named, and nothing is changed.
func TestRoleThatIsWrongIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin := h.as(t, h.admin)
		role := h.newRole(t, "Mine", h.onOrganization(cloud.Allow, cloud.OrganizationView))
		other := h.secondOrganization(t)
		view := h.onOrganization(cloud.Allow, cloud.OrganizationView)
		elsewhere := view
		elsewhere.Resources = []cloud.Resource{cloud.OrganizationResource(other.ID)}
		mixed := h.onOrganization(cloud.Allow, cloud.OrganizationView, cloud.ServiceView)
		create := func(n cloud.NewRole) func() error {
			return func() error { _, err := h.CreateRole(t.Context(), admin, h.organization, n); return err }
		}
		change := func(p access.Principal, organization, id uuid.UUID, patch cloud.RolePatch) func() error {
			return func() error { _, err := h.UpdateRole(t.Context(), p, organization, id, patch); return err }
		}
		remove := func(organization, id uuid.UUID) func() error {
			return func() error { return h.DeleteRole(t.Context(), operator, organization, id) }
		}
		for _, c := range []struct {
			what string
			call func() error
			code cloud.Code
			says string
		}{
			{"no name", create(cloud.NewRole{Name: " "}), cloud.Invalid, "name: expected a name of 1 to 255 characters"},
			{"a name that is taken", create(cloud.NewRole{Name: "mINE"}), cloud.Conflict, `name: there is a role "Mine" in the organization already`},
			{"the name of a system role", create(cloud.NewRole{Name: "ADMIN"}), cloud.Conflict, `name: there is a role "Admin"`},
			{"mixed permissions", create(cloud.NewRole{Name: "new", Policies: []cloud.Policy{mixed}}), cloud.Invalid, "All permissions in a policy must target the same resource scope"},
			{"another organization", create(cloud.NewRole{Name: "new", Policies: []cloud.Policy{view, elsewhere}}), cloud.Invalid, "Organization " + other.ID.String() + " must match the role's organization"},
			{"an actor that is not there", create(cloud.NewRole{Name: "new", Actors: []cloud.ActorRef{cloud.KeyActor(admin.KeyID()), cloud.PersonActor(uuid.New())}}), cloud.Invalid, "actors[1]: there is no "},
			{"an actor that is none", create(cloud.NewRole{Name: "new", Actors: []cloud.ActorRef{"me"}}), cloud.Invalid, `actors[0]: there is no "me"`},
			{"too many actors", create(cloud.NewRole{Name: "new", Actors: make([]cloud.ActorRef, cloud.MaxRoleActors+1)}), cloud.Invalid, "actors: expected at most 10000 actors"},

			{"rename to nothing", change(admin, h.organization, role.ID, cloud.RolePatch{Name: ptr("")}), cloud.Invalid, "name: expected a name"},
			{"rename to what is taken", change(admin, h.organization, role.ID, cloud.RolePatch{Name: ptr("billing")}), cloud.Conflict, `name: there is a role "Billing"`},
			{"wrong policies", change(admin, h.organization, role.ID, cloud.RolePatch{Policies: &[]cloud.Policy{mixed}}), cloud.Invalid, "policies[0].permissions[1]: "},
			{"wrong actors beside a new name", change(admin, h.organization, role.ID, cloud.RolePatch{Name: ptr("x"), Actors: &[]cloud.ActorRef{"user/1"}}), cloud.Invalid, "actors[0]: "},
			{"rename a system role", change(admin, h.organization, cloud.AdminRoleID, cloud.RolePatch{Name: ptr("x")}), cloud.Invalid, "only its actors can be changed"},
			{"policies of a system role", change(operator, h.organization, cloud.AdminRoleID, cloud.RolePatch{Policies: &[]cloud.Policy{}}), cloud.Invalid, "only its actors can be changed"},
			{"a role that is not there", change(admin, h.organization, uuid.New(), cloud.RolePatch{}), cloud.NotFound, "Role not found"},
			{"a role of another organization", change(operator, other.ID, role.ID, cloud.RolePatch{Name: ptr("x")}), cloud.NotFound, "Role not found"},
			{"in another organization", change(admin, other.ID, role.ID, cloud.RolePatch{Name: ptr("x")}), cloud.NotFound, "Organization not found"},
			{"delete a system role", remove(h.organization, cloud.AdminRoleID), cloud.Invalid, "comes with Gatehouse and cannot be deleted"},
			{"delete what is not there", remove(h.organization, uuid.New()), cloud.NotFound, "Role not found"},
			{"delete another organization's", remove(other.ID, role.ID), cloud.NotFound, "Role not found"},
		} {
			h.refuses(t, c.what, c.call, c.code, c.says)
		}
		same := h.newRole(t, "same here")
		if _, err := h.CreateRole(t.Context(), operator, other.ID, cloud.NewRole{Name: same.Name}); err != nil {
			t.Errorf("the name of another organization's role is taken: %v", err)
		}
	})
}

// An organization has a thousand custom roles at most.
func TestCustomRolesAreBounded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		_, err := h.store.Write(t.Context(), func(tx *store.Tx) error {
			for range cloud.MaxCustomRoles {
				role := cloud.Role{ID: uuid.New(), OrganizationID: h.organization, Name: uuid.NewString()}
				if err := tx.InsertRole(t.Context(), role); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		h.refuses(t, "one more", func() error {
			_, err := h.CreateRole(t.Context(), operator, h.organization, cloud.NewRole{Name: "one more"})
			return err
		}, cloud.Conflict, "The organization has 1000 custom roles")
	})
}

// Whoever may manage the organization and little else makes roles of what they hold, and
// none of more: neither by what a role says, nor by whom it is given to, from whichever
// side, nor by taking away what denies.
func TestNobodyMakesARoleStrongerThanThemselves(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		manager := h.newRole(t, "manager", h.onOrganization(cloud.Allow,
			cloud.OrganizationManage, cloud.OrganizationView, cloud.ViewAPIKeys, cloud.CreateAPIKeys, cloud.UpdateAPIKeys),
			onServices(cloud.Allow, cloud.ServiceView))
		strong := h.newRole(t, "strong", h.onOrganization(cloud.Allow, cloud.OrganizationManageBilling))
		denying := h.newRole(t, "denying", h.onOrganization(cloud.Deny, cloud.OrganizationManageBilling, cloud.OrganizationView))
		both := h.newRole(t, "both", h.onOrganization(cloud.Deny, cloud.SupportManage), onServices(cloud.Deny, cloud.ServiceDelete))
		weak := h.newRole(t, "weak", h.onOrganization(cloud.Allow, cloud.OrganizationView))
		_, m := h.keyWith(t, "manager", manager.ID)
		key, _ := h.keyWith(t, "key", strong.ID, denying.ID)
		bob := h.in(t, h.join(t, bobEmail, strong.ID, denying.ID))
		served := h.in(t, h.join(t, "eve@example.com", roleIDs(cloud.RoleServiceAdmin)[0], both.ID))
		ada := h.in(t, h.setUp(t, adaEmail))

		create := func(policies ...cloud.Policy) func() error {
			return func() error {
				_, err := h.CreateRole(t.Context(), m, h.organization, cloud.NewRole{Name: uuid.NewString(), Policies: policies})
				return err
			}
		}
		change := func(role cloud.Role, patch cloud.RolePatch) func() error {
			return func() error { _, err := h.UpdateRole(t.Context(), m, h.organization, role.ID, patch); return err }
		}
		actors := func(role cloud.Role, actors ...cloud.ActorRef) func() error {
			return change(role, cloud.RolePatch{Actors: &actors})
		}
		policies := func(role cloud.Role, policies ...cloud.Policy) func() error {
			return change(role, cloud.RolePatch{Policies: &policies})
		}
		keyRoles := func(id uuid.UUID, roles ...uuid.UUID) func() error {
			return h.patch(t, m, id, cloud.KeyPatch{RoleIDs: &roles})
		}
		memberRoles := func(id uuid.UUID, roles ...uuid.UUID) func() error {
			return func() error { _, err := h.UpdateMember(t.Context(), m, h.organization, id, &roles); return err }
		}
		keyActor, bobActor := cloud.KeyActor(key.ID), cloud.PersonActor(bob.PersonID())
		for what, call := range map[string]func() error{
			"a role that allows more on the organization": create(h.onOrganization(cloud.Allow, cloud.OrganizationView, cloud.OrganizationManageBilling)),
			"a role that allows more on services":         create(onServices(cloud.Allow, cloud.ServiceManage)),
			"a role that allows more on one service":      create(onServices(cloud.Allow, cloud.ServiceManage, h.insertService(t))),
			"policies that allow more":                    policies(weak, h.onOrganization(cloud.Allow, cloud.OrganizationManageBilling)),
			"policies that allow somebody else more":      policies(denying, h.onOrganization(cloud.Deny, cloud.OrganizationView)),
			"policies that deny no services any more":     policies(both, h.onOrganization(cloud.Deny, cloud.SupportManage)),
			"a denying role deleted":                      func() error { return h.DeleteRole(t.Context(), m, h.organization, denying.ID) },
			"a denying role taken by its actors":          actors(denying, bobActor),
			"a denying role taken from a key":             keyRoles(key.ID, strong.ID),
			"a denying role taken from a member":          memberRoles(bob.PersonID(), strong.ID),
			"a strong role given by its actors":           actors(strong, keyActor, bobActor, cloud.KeyActor(m.KeyID())),
			"a strong role given to a member":             memberRoles(served.PersonID(), append(roleIDs(cloud.RoleServiceAdmin), both.ID, strong.ID)...),
			"a strong role given to oneself":              keyRoles(m.KeyID(), manager.ID, strong.ID),
			"Admin given to oneself":                      keyRoles(m.KeyID(), cloud.AdminRoleID),
			"Admin given by its actors": func() error {
				_, err := h.UpdateRole(t.Context(), m, h.organization, cloud.AdminRoleID, cloud.RolePatch{Actors: &[]cloud.ActorRef{cloud.PersonActor(ada.PersonID()), cloud.KeyActor(m.KeyID())}})
				return err
			},
			"a new key with a strong role": func() error {
				_, _, err := h.CreateKey(t.Context(), m, h.organization, cloud.NewKey{Name: "x", State: cloud.KeyEnabled, RoleIDs: []uuid.UUID{strong.ID}})
				return err
			},
			"an invitation with a strong role": func() error {
				_, err := h.Invite(t.Context(), m, h.organization, cloud.NewInvitation{Email: "new@example.com", RoleIDs: []uuid.UUID{weak.ID, strong.ID}})
				return err
			},
			"an invitation with a strong role that another denies": func() error {
				_, err := h.Invite(t.Context(), m, h.organization, cloud.NewInvitation{Email: "new@example.com", RoleIDs: []uuid.UUID{denying.ID, strong.ID}})
				return err
			},
			"a link to become an Admin": func() error {
				_, _, err := h.NewMemberResetLink(t.Context(), m, h.organization, ada.PersonID())
				return err
			},
		} {
			h.refuses(t, what, call, cloud.Forbidden, "")
		}
		for _, c := range []struct {
			what string
			call func() error
		}{
			{"a role of what one holds", create(h.onOrganization(cloud.Allow, cloud.OrganizationView), onServices(cloud.Allow, cloud.ServiceView, h.insertService(t)))},
			{"a role that denies", create(h.onOrganization(cloud.Deny, cloud.SupportManage))},
			{"policies that deny what one holds no more", policies(denying, h.onOrganization(cloud.Deny, cloud.OrganizationManageBilling))},
			{"a strong role narrowed", policies(strong, h.onOrganization(cloud.Allow, cloud.OrganizationManageBilling), h.onOrganization(cloud.Deny, cloud.SupportManage))},
			{"a weak role given to the strong", actors(weak, keyActor, bobActor, cloud.PersonActor(ada.PersonID()))},
			{"a strong role taken with what denies", memberRoles(bob.PersonID(), weak.ID)},
			{"a role that denies given", actors(denying, keyActor, cloud.PersonActor(served.PersonID()))},
			{"a strong role taken by its actors", actors(strong)},
			{"a denying role, that denies nothing to anybody any more, deleted", func() error { return h.DeleteRole(t.Context(), m, h.organization, denying.ID) }},
			{"a strong role deleted", func() error { return h.DeleteRole(t.Context(), m, h.organization, strong.ID) }},
			{"an invitation with what one holds", func() error {
				_, err := h.Invite(t.Context(), m, h.organization, cloud.NewInvitation{Email: "new@example.com", RoleIDs: []uuid.UUID{weak.ID}})
				return err
			}},
			{"a link to become somebody weaker", func() error {
				_, _, err := h.NewMemberResetLink(t.Context(), m, h.organization, bob.PersonID())
				return err
			}},
		} {
			if err := c.call(); err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
		}
	})
}

// Who is invited is granted no more than who was let in: a role that denies is not taken
// from an invitation by somebody who does not hold what it denies.
func TestDenialIsNotTakenFromAnInvitation(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		manager := h.newRole(t, "manager", h.onOrganization(cloud.Allow, cloud.OrganizationManage, cloud.OrganizationView))
		denying := h.newRole(t, "denying", h.onOrganization(cloud.Deny, cloud.OrganizationManageBilling, cloud.OrganizationView))
		_, m := h.keyWith(t, "manager", manager.ID)
		h.invite(t, bobEmail, roleIDs(cloud.RoleBilling)[0], denying.ID)
		h.refuses(t, "delete the role", func() error { return h.DeleteRole(t.Context(), m, h.organization, denying.ID) }, cloud.Forbidden, bobEmail)
		deny := func(permission cloud.Permission) func() error {
			return func() error {
				_, err := h.UpdateRole(t.Context(), m, h.organization, denying.ID, cloud.RolePatch{Policies: &[]cloud.Policy{h.onOrganization(cloud.Deny, permission)}})
				return err
			}
		}
		h.refuses(t, "deny less", deny(cloud.OrganizationView), cloud.Forbidden, bobEmail)
		if err := deny(cloud.OrganizationManageBilling)(); err != nil {
			t.Errorf("deny no more what one holds: %v", err)
		}
	})
}

// Of the role Admin, the last person who can sign in stays; where nobody can, the last
// usable key. It is the same from the side of the role as from theirs.
func TestLastAdminStaysWhoeverTakesTheRole(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin := h.as(t, h.admin).KeyID()
		give := func(actors ...cloud.ActorRef) func() error {
			return func() error {
				_, err := h.UpdateRole(t.Context(), operator, h.organization, cloud.AdminRoleID, cloud.RolePatch{Actors: &actors})
				return err
			}
		}
		must := func(what string, call func() error) {
			t.Helper()
			if err := call(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		const lastKey, lastPerson = "At least one usable key must have the role Admin", "At least one person must have the role Admin"
		disabled, _ := h.keyWith(t, "disabled", cloud.AdminRoleID)
		must("disable", h.patch(t, operator, disabled.ID, cloud.KeyPatch{State: ptr(cloud.KeyDisabled)}))
		nowhere, _ := h.keyWith(t, "nowhere", cloud.AdminRoleID)
		must("keep away", h.patch(t, operator, nowhere.ID, cloud.KeyPatch{Addresses: &cloud.AddressList{}}))
		expired, _ := h.keyWith(t, "expired", cloud.AdminRoleID)
		must("let it expire", h.patch(t, operator, expired.ID, cloud.KeyPatch{Expiry: ptr(cloud.ExpiryAt(h.clock.Now().Add(1e9)))}))
		h.clock.Advance(1e9)
		h.refuses(t, "nobody", give(), cloud.Conflict, lastKey)
		h.refuses(t, "keys that cannot be used", give(cloud.KeyActor(disabled.ID), cloud.KeyActor(nowhere.ID), cloud.KeyActor(expired.ID)), cloud.Conflict, lastKey)
		other, _ := h.keyWith(t, "other")
		must("another key", give(cloud.KeyActor(other.ID)))
		must("and back", give(cloud.KeyActor(admin)))

		bob := h.in(t, h.join(t, bobEmail)).PersonID()
		must("a person instead", give(cloud.PersonActor(bob)))
		h.refuses(t, "the person's taken", give(cloud.KeyActor(admin)), cloud.Conflict, lastPerson)
		h.refuses(t, "from their side", func() error {
			_, err := h.UpdateMember(t.Context(), operator, h.organization, bob, &[]uuid.UUID{})
			return err
		}, cloud.Conflict, lastPerson)
		h.refuses(t, "their membership ended", func() error { return h.DeleteMember(t.Context(), operator, h.organization, bob) }, cloud.Conflict, lastPerson)
		eve := h.in(t, h.join(t, "eve@example.com")).PersonID()
		must("another person", give(cloud.PersonActor(eve)))
		must("both", give(cloud.PersonActor(eve), cloud.PersonActor(bob)))
		h.cannotSignIn(t, eve)
		h.refuses(t, "leave it to somebody who cannot sign in", give(cloud.PersonActor(eve)), cloud.Conflict, lastPerson)
		must("take it from who cannot sign in", give(cloud.PersonActor(bob)))
	})
}

// cannotSignIn leaves the person without a password, as the sign-in provider does.
func (h *house) cannotSignIn(t fataler, id uuid.UUID) {
	t.Helper()
	_, err := h.store.Write(t.Context(), func(tx *store.Tx) error {
		account, err := tx.Account(t.Context(), id)
		if err != nil {
			return err
		}
		account.PasswordHash = ""
		return tx.UpdateAccount(t.Context(), account)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Roles are for who manages the organization: nobody else reads or changes them.
func TestRolesAreForManagers(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		role := h.newRole(t, "role")
		reader := h.in(t, h.join(t, bobEmail, roleIDs(cloud.RoleOrgAPIReader, cloud.RoleServiceAdmin)...))
		for what, call := range map[string]func() error{
			"list": func() error { _, err := h.Roles(t.Context(), reader, h.organization); return err },
			"read": func() error { _, err := h.Role(t.Context(), reader, h.organization, role.ID); return err },
			"create": func() error {
				_, err := h.CreateRole(t.Context(), reader, h.organization, cloud.NewRole{Name: "x"})
				return err
			},
			"update": func() error {
				_, err := h.UpdateRole(t.Context(), reader, h.organization, role.ID, cloud.RolePatch{Name: ptr("x")})
				return err
			},
			"delete": func() error { return h.DeleteRole(t.Context(), reader, h.organization, role.ID) },
		} {
			h.refuses(t, what, call, cloud.Forbidden, string(cloud.OrganizationManage))
		}
		roles, err := h.Roles(t.Context(), operator, h.organization)
		if err != nil || roles[len(roles)-1].ID != role.ID || !strings.EqualFold(roles[0].Name, "admin") {
			t.Errorf("the roles are %v (%v)", roles, err)
		}
	})
}

// When a change of a role, its actors or a member returned, nobody may do any more what it
// took away: no key and no person, whether they were authenticated before or after.
func TestWhatARoleAllowedEndsWithTheAnswer(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, c := range []struct {
			what string
			held bool // whether a principal from before sees it without asking again
			take func(role cloud.Role, bob uuid.UUID) error
		}{
			{"its policies", true, func(role cloud.Role, _ uuid.UUID) error {
				_, err := h.UpdateRole(t.Context(), operator, h.organization, role.ID, cloud.RolePatch{Policies: &[]cloud.Policy{h.onOrganization(cloud.Allow, cloud.OrganizationView)}})
				return err
			}},
			{"by denying", true, func(role cloud.Role, _ uuid.UUID) error {
				policies := append(slices.Clone(role.Policies), h.onOrganization(cloud.Deny, cloud.OrganizationManage))
				_, err := h.UpdateRole(t.Context(), operator, h.organization, role.ID, cloud.RolePatch{Policies: &policies})
				return err
			}},
			{"the role", true, func(role cloud.Role, _ uuid.UUID) error {
				return h.DeleteRole(t.Context(), operator, h.organization, role.ID)
			}},
			{"its actors", false, func(role cloud.Role, _ uuid.UUID) error {
				_, err := h.UpdateRole(t.Context(), operator, h.organization, role.ID, cloud.RolePatch{Actors: &[]cloud.ActorRef{}})
				return err
			}},
			{"a member's roles", false, func(_ cloud.Role, bob uuid.UUID) error {
				_, err := h.UpdateMember(t.Context(), operator, h.organization, bob, &[]uuid.UUID{})
				return err
			}},
			{"a member", false, func(_ cloud.Role, bob uuid.UUID) error {
				return h.DeleteMember(t.Context(), operator, h.organization, bob)
			}},
		} {
			t.Run(c.what, func(t *testing.T) {
				role := h.newRole(t, c.what, h.onOrganization(cloud.Allow, cloud.OrganizationManage))
				signedIn := h.join(t, uuid.NewString()+"@example.com", role.ID)
				bob := h.in(t, signedIn)
				_, key := h.keyWith(t, "key", role.ID)
				ofPerson := strings.HasPrefix(c.what, "a member")
				affected := []access.Principal{bob}
				if !ofPerson {
					affected = append(affected, key)
				}
				manage := func(p access.Principal) error {
					return p.May(h.organization, cloud.OrganizationResource(h.organization), cloud.OrganizationManage)
				}
				for _, p := range affected {
					if err := manage(p); err != nil {
						t.Fatal(err)
					}
				}
				if err := c.take(role, bob.PersonID()); err != nil {
					t.Fatal(err)
				}
				for _, p := range affected {
					if c.held {
						wantCode(t, manage(p), cloud.Forbidden)
					}
					now, err := p.Current()
					if err != nil {
						t.Fatal(err)
					}
					wantCode(t, manage(now), cloud.Forbidden)
					_, err = h.CreateRole(t.Context(), p, h.organization, cloud.NewRole{Name: "too late"})
					if code := cloud.CodeOf(err); code != cloud.Forbidden && code != cloud.NotFound {
						t.Errorf("somebody from before made a role: %v", err)
					}
				}
				wantCode(t, manage(h.in(t, signedIn)), cloud.Forbidden)
				if ofPerson && manage(key) != nil {
					t.Error("a key lost what was taken from a person")
				}
				h.wantSessions(t, []control.SignedIn{signedIn})
			})
		}
	})
}
