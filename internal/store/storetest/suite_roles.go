package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

const roleNotFound = "Role not found"

func customRoles(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "ARoleKeepsEveryField", func(t *testing.T) {
		// A custom role is read as it was written, with its policies and all lists in their order, in the organization and in the state.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		var want []cloud.Role
		for _, name := range hardNames {
			want = append(want, Role(t, s, o, name))
		}
		bare := cloud.Role{ID: uuid.New(), OrganizationID: o.ID, Name: "bare", Type: cloud.CustomRole, CreatedAt: Morning, UpdatedAt: Morning}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertRole(ctx, bare) })
		elsewhere := Role(t, s, other, hardNames[0])
		want = append(want, bare)
		same(t, "the roles", rolesOf(t, s, o), want)
		same(t, "the roles of the other organization", rolesOf(t, s, other), []cloud.Role{elsewhere})
		same(t, "the roles of the state", state(t, s).Roles, append(want, elsewhere))
	})

	test(t, "RolesAreListedWithTheirActors", func(t *testing.T) {
		// System roles come first in their order, then custom ones, oldest first, each with who has it in this organization, oldest assignment first.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		z, a := Role(t, s, o, "z"), Role(t, s, o, "a")
		first, second := Key(t, s, o, "first", a.ID, cloud.AdminRoleID), Key(t, s, o, "second", a.ID)
		ada := Person(t, s, "ada@example.com", cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning, RoleIDs: []uuid.UUID{z.ID}},
			cloud.Membership{OrganizationID: other.ID, JoinedAt: Morning, RoleIDs: []uuid.UUID{cloud.AdminRoleID}})
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.AssignRole(ctx, o.ID, a.ID, cloud.PersonActor(ada.ID))
		})
		want := cloud.SystemRoles(o)
		want[0].Actors = []cloud.ActorRef{cloud.KeyActor(first.ID)}
		z.Actors = []cloud.ActorRef{cloud.PersonActor(ada.ID)}
		a.Actors = []cloud.ActorRef{cloud.KeyActor(first.ID), cloud.KeyActor(second.ID), cloud.PersonActor(ada.ID)}
		same(t, "the roles", allRoles(t, s, o), append(want, z, a))

		keys, people := keysAndPeople(t, s, o, append(a.Actors, cloud.KeyActor(uuid.New()), cloud.PersonActor(uuid.New()), "nobody/1"))
		same(t, "the keys", keyNames(keys), []string{"first", "second"})
		same(t, "the people", people, []cloud.Person{account(t, s, ada.ID).Person})
		keys, people = keysAndPeople(t, s, other, a.Actors)
		same(t, "the keys of the other organization", len(keys), 0)
		same(t, "the people of the other organization", len(people), 1)
		err := s.Read(t.Context(), func(r *store.Reader) error {
			_, err := r.Roles(t.Context(), uuid.New())
			return err
		})
		sentence(t, err, cloud.NotFound, "Organization not found")
	})

	test(t, "AnUpdatedRoleIsReadBack", func(t *testing.T) {
		// Name, policies and the time of the change are replaced; the place in the order, the actors and other roles stay.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		role, bystander := Role(t, s, o, "first"), Role(t, s, o, "second")
		k := Key(t, s, o, "key", role.ID)
		role.Name, role.Policies, role.UpdatedAt = "FIRST", policies(o)[1:], Morning.Add(time.Hour)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateRole(ctx, role) })
		same(t, "the roles", rolesOf(t, s, o), []cloud.Role{role, bystander})
		same(t, "the actors", actors(t, s, o)[role.ID], []cloud.ActorRef{cloud.KeyActor(k.ID)})
	})

	test(t, "NoTwoRolesOfAnOrganizationHaveTheSameName", func(t *testing.T) {
		// The database refuses what a rule above would have missed: upper and lower case are the same name.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		Role(t, s, o, "Ünï rôle")
		second := Role(t, s, o, "second")
		refused := func(what string, f func(tx *store.Tx) error) {
			t.Helper()
			if _, err := s.Write(t.Context(), f); err == nil || cloud.CodeOf(err) == cloud.Unavailable {
				t.Errorf("%s: got %v", what, err)
			}
		}
		refused("a new one", func(tx *store.Tx) error { return tx.InsertRole(t.Context(), newRole(o, "ÜNÏ RÔLE")) })
		second.Name = "üNï Rôle"
		refused("a renamed one", func(tx *store.Tx) error { return tx.UpdateRole(t.Context(), second) })
		Role(t, s, other, "Ünï rôle")
	})

	test(t, "ADeletedRoleIsTakenFromEverybody", func(t *testing.T) {
		// With a role go its assignments and its places in invitations, of this organization alone; other roles stay with whoever has them.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		role, stays := Role(t, s, o, "goes"), Role(t, s, o, "stays")
		k := Key(t, s, o, "key", stays.ID, role.ID, cloud.AdminRoleID)
		foreign := Key(t, s, other, "key", role.ID) // which is no role there
		ada := Person(t, s, "ada@example.com", cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning, RoleIDs: []uuid.UUID{role.ID, stays.ID}})
		invited := Invitation(t, s, o, "invited@example.com", role.ID, stays.ID)
		elsewhere := Invitation(t, s, other, "invited@example.com", role.ID)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteRole(ctx, o.ID, role.ID) })
		same(t, "the roles", rolesOf(t, s, o), []cloud.Role{stays})
		k.RoleIDs, ada.Memberships[0].RoleIDs, invited.RoleIDs = []uuid.UUID{stays.ID, cloud.AdminRoleID}, []uuid.UUID{stays.ID}, []uuid.UUID{stays.ID}
		same(t, "the keys", state(t, s).Keys, []cloud.Key{k, foreign})
		same(t, "the person", account(t, s, ada.ID), ada)
		same(t, "the invitations", invitationsOf(t, s, o), []cloud.Invitation{invited})
		same(t, "the invitations of the other organization", invitationsOf(t, s, other), []cloud.Invitation{elsewhere})
	})

	test(t, "ARoleThatIsNotThereIsNotFound", func(t *testing.T) {
		// Whoever changes or deletes a role that the organization does not have learns so, and nothing is changed.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		role := Role(t, s, o, "role")
		k := Key(t, s, o, "key", role.ID)
		moved := role
		moved.OrganizationID = other.ID
		for _, f := range []func(*store.Tx) error{
			func(tx *store.Tx) error { return tx.UpdateRole(t.Context(), moved) },
			func(tx *store.Tx) error { return tx.UpdateRole(t.Context(), newRole(o, "new")) },
			func(tx *store.Tx) error { return tx.DeleteRole(t.Context(), other.ID, role.ID) },
			func(tx *store.Tx) error { return tx.DeleteRole(t.Context(), o.ID, uuid.New()) },
			func(tx *store.Tx) error { return tx.DeleteRole(t.Context(), o.ID, cloud.AdminRoleID) },
		} {
			_, err := s.Write(t.Context(), f)
			sentence(t, err, cloud.NotFound, roleNotFound)
		}
		same(t, "the roles", rolesOf(t, s, o), []cloud.Role{role})
		same(t, "the keys", state(t, s).Keys, []cloud.Key{k})
	})

	test(t, "ARoleIsGivenToOneAndTakenFromOne", func(t *testing.T) {
		// An assignment comes behind those the actor has; another actor's, another role's and another organization's stay.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		a, b := Key(t, s, o, "a", roleIDs[0], roleIDs[1]), Key(t, s, o, "b", roleIDs[0])
		foreign := Key(t, s, other, "c", roleIDs[0])
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.ReleaseRole(ctx, o.ID, roleIDs[0], cloud.KeyActor(a.ID))
		})
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.ReleaseRole(ctx, o.ID, roleIDs[2], cloud.KeyActor(a.ID))
		})
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.AssignRole(ctx, o.ID, roleIDs[0], cloud.KeyActor(a.ID))
		})
		a.RoleIDs = []uuid.UUID{roleIDs[1], roleIDs[0]}
		same(t, "the keys", state(t, s).Keys, []cloud.Key{a, b, foreign})
		same(t, "the actors", actors(t, s, o)[roleIDs[0]], []cloud.ActorRef{cloud.KeyActor(b.ID), cloud.KeyActor(a.ID)})
		if _, err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.AssignRole(t.Context(), o.ID, roleIDs[0], cloud.KeyActor(a.ID)) }); err == nil {
			t.Error("an actor has a role twice")
		}
	})
}

// Role adds a custom role to the store.
func Role(t *testing.T, s *store.Store, o cloud.Organization, name string) cloud.Role {
	t.Helper()
	r := newRole(o, name)
	Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertRole(ctx, r) })
	return r
}

func newRole(o cloud.Organization, name string) cloud.Role {
	return cloud.Role{
		ID: uuid.New(), OrganizationID: o.ID, Name: name, Type: cloud.CustomRole, Policies: policies(o), CreatedAt: Morning, UpdatedAt: Morning.Add(time.Minute),
	}
}

// policies are in an order that no sorting gives, with all that policies can have.
func policies(o cloud.Organization) []cloud.Policy {
	return []cloud.Policy{
		{
			ID: uuid.New(), Effect: cloud.Deny, Permissions: []cloud.Permission{cloud.ServiceView, cloud.ServiceDelete},
			Resources: []cloud.Resource{cloud.AllInstances, cloud.InstanceResource(uuid.New())},
		},
		{
			ID: uuid.New(), Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.DatabaseAccess}, Resources: []cloud.Resource{cloud.InstanceResource(uuid.New())},
			Tags: cloud.PolicyTags{SQLConsole: cloud.SQLConsoleReadOnly, Grants: []string{"GRANT SELECT ON b.*", "GRANT SELECT ON a.`" + hardNames[1] + "`"}},
		},
		{
			ID: uuid.New(), Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.OrganizationView},
			Resources: []cloud.Resource{cloud.OrganizationResource(o.ID)},
		},
	}
}

// rolesOf returns the custom roles of the organization.
func rolesOf(t *testing.T, s *store.Store, o cloud.Organization) []cloud.Role {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Role, error) { return r.CustomRoles(ctx, o.ID) })
}

func allRoles(t *testing.T, s *store.Store, o cloud.Organization) []cloud.Role {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Role, error) { return r.Roles(ctx, o.ID) })
}

func keysAndPeople(t *testing.T, s *store.Store, o cloud.Organization, of []cloud.ActorRef) (keys []cloud.Key, people []cloud.Person) {
	t.Helper()
	err := s.Read(t.Context(), func(r *store.Reader) (err error) {
		keys, people, err = r.KeysAndPeople(t.Context(), o.ID, of)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, people
}
