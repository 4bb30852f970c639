package access

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// roleSet is what some roles in an organization amount to. Whoever has the same roles
// shares it, so that a role that changes changes for all of them at once.
type roleSet struct {
	organization uuid.UUID
	ids          []uuid.UUID // sorted
	compiled     atomic.Pointer[Policies]
}

// policies returns what the roles allow by now; of no set, nil.
func (s *roleSet) policies() *Policies {
	if s == nil {
		return nil
	}
	return s.compiled.Load()
}

// setOf returns the set of the roles in the organization, in any order.
func (d *Directory) setOf(v *view, organization uuid.UUID, roleIDs []uuid.UUID) *roleSet {
	ids := slices.Clone(roleIDs)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	name := make([]byte, 0, 16*(len(ids)+1))
	name = append(name, organization[:]...)
	for _, id := range ids {
		name = append(name, id[:]...)
	}
	if s, ok := d.sets[string(name)]; ok {
		return s
	}
	s := &roleSet{organization: organization, ids: ids}
	s.compiled.Store(Compile(organization, v.rolesOf(organization, ids)))
	d.sets[string(name)] = s
	return s
}

// applyRoles takes in custom roles as they are now and those that are gone. When it
// returns, nobody is allowed any more what they allowed before.
func (d *Directory) applyRoles(v *view, c Change) {
	if len(c.Roles) == 0 && len(c.DeletedRoles) == 0 {
		return
	}
	roles := maps.Clone(*v.roles.Load())
	changed := map[uuid.UUID]bool{}
	for _, r := range c.DeletedRoles {
		delete(roles, r.ID)
		changed[r.ID] = true
	}
	for _, r := range c.Roles {
		roles[r.ID] = r
		changed[r.ID] = true
	}
	v.roles.Store(&roles)
	for _, s := range d.sets {
		if slices.ContainsFunc(s.ids, func(id uuid.UUID) bool { return changed[id] }) {
			s.compiled.Store(Compile(s.organization, v.rolesOf(s.organization, s.ids)))
		}
	}
}

// Roles returns those of the roles that the organization has, in the order of the ids,
// without their actors.
func (d *Directory) Roles(organization uuid.UUID, ids []uuid.UUID) []cloud.Role {
	v := d.view.Load()
	if v == nil { // a change has been made whose answer needs names
		d.mu.Lock()
		v = d.last
		d.mu.Unlock()
	}
	return v.rolesOf(organization, ids)
}

// rolesOf returns those of the roles that the organization has, in the order of the ids;
// of no view, the system roles.
func (v *view) rolesOf(organization uuid.UUID, ids []uuid.UUID) []cloud.Role {
	var custom map[uuid.UUID]cloud.Role
	org := cloud.Organization{ID: organization}
	if v != nil {
		custom = *v.roles.Load()
		org.CreatedAt = (*v.organizations.Load())[organization].CreatedAt
	}
	out := make([]cloud.Role, 0, len(ids))
	var system []cloud.Role
	for _, id := range ids {
		if r, ok := custom[id]; ok {
			if r.OrganizationID == organization {
				out = append(out, r)
			}
			continue
		}
		if system == nil {
			system = cloud.SystemRoles(org)
		}
		if i := slices.IndexFunc(system, func(r cloud.Role) bool { return r.ID == id }); i >= 0 {
			out = append(out, system[i])
		}
	}
	return out
}
