package store_test

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// rolesOf returns the custom roles of the organization.
func (m *machine) rolesOf(organization uuid.UUID) (roles []cloud.Role) {
	for _, r := range m.roles {
		if r.OrganizationID == organization {
			roles = append(roles, r)
		}
	}
	return roles
}

// someRole draws a custom role, or skips the step when there is none.
func (m *machine) someRole(t *rapid.T) int {
	if len(m.roles) == 0 {
		t.Skip("there is no custom role")
	}
	return rapid.IntRange(0, len(m.roles)-1).Draw(t, "role")
}

// mutableRole draws what of a role can change.
func (m *machine) mutableRole(t *rapid.T, r cloud.Role) cloud.Role {
	resources := []cloud.Resource{cloud.AllInstances, cloud.OrganizationResource(r.OrganizationID)}
	for _, s := range *m.services { // those of other organizations, too
		resources = append(resources, cloud.InstanceResource(s.ID))
	}
	r.Name = names.Draw(t, "name")
	r.UpdatedAt = storetest.Morning.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "time")) * time.Minute)
	r.Policies = nil
	for range rapid.IntRange(0, 3).Draw(t, "number of policies") {
		r.Policies = append(r.Policies, cloud.Policy{
			ID: uuid.New(), Effect: rapid.SampledFrom([]cloud.Effect{cloud.Allow, cloud.Deny}).Draw(t, "effect"),
			Permissions: rapid.SliceOfN(rapid.SampledFrom(cloud.Permissions()), 1, 3).Draw(t, "permissions"),
			Resources:   rapid.SliceOfN(rapid.SampledFrom(resources), 1, 3).Draw(t, "resources"),
			Tags:        cloud.PolicyTags{SQLConsole: cloud.SQLConsoleReadOnly, Grants: rapid.SampledFrom([][]string{nil, {r.Name, "GRANT"}}).Draw(t, "grants")},
		})
	}
	return r
}

// changeRole makes a change of a role, or sees that all stores refuse it because another
// role of the organization has the name. It reports whether it was made.
func (m *machine) changeRole(t *rapid.T, r cloud.Role, f func(context.Context, *store.Tx) error) bool {
	taken := slices.ContainsFunc(m.rolesOf(r.OrganizationID), func(other cloud.Role) bool {
		return other.ID != r.ID && cloud.Fold(other.Name) == cloud.Fold(r.Name)
	})
	if !taken {
		m.change(t, f)
		return true
	}
	for _, s := range m.stores {
		if _, err := s.Write(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) }); err == nil {
			t.Fatalf("%s: two roles are called %q", s.Dialect(), r.Name)
		}
	}
	return false
}

func (m *machine) insertRole(t *rapid.T) {
	r := m.mutableRole(t, cloud.Role{ID: uuid.New(), OrganizationID: m.organization(t).ID, Type: cloud.CustomRole, CreatedAt: storetest.Morning})
	if m.changeRole(t, r, func(ctx context.Context, tx *store.Tx) error { return tx.InsertRole(ctx, r) }) {
		m.roles = append(m.roles, r)
	}
}

func (m *machine) updateRole(t *rapid.T) {
	i := m.someRole(t)
	r := m.mutableRole(t, m.roles[i])
	if m.changeRole(t, r, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateRole(ctx, r) }) {
		m.roles[i] = r
	}
}

func (m *machine) deleteRole(t *rapid.T) {
	i := m.someRole(t)
	role := m.roles[i]
	m.change(t, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteRole(ctx, role.OrganizationID, role.ID) })
	m.roles = slices.Delete(m.roles, i, i+1)
	m.assignments = slices.DeleteFunc(m.assignments, func(a assignment) bool { return a.role == role.ID })
	for j, k := range m.keys {
		left := slices.DeleteFunc(slices.Clone(k.RoleIDs), func(id uuid.UUID) bool { return id == role.ID })
		if m.keys[j].RoleIDs = left; len(left) == 0 {
			m.keys[j].RoleIDs = nil
		}
	}
}
