package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

var errNoRole = cloud.Errorf(cloud.NotFound, "Role not found")

// Roles returns the roles of the organization with their policies and actors: system
// roles, then custom ones, oldest first.
func (c *Control) Roles(ctx context.Context, p access.Principal, organization uuid.UUID) ([]cloud.Role, error) {
	return c.roles(ctx, p, OrganizationRolesGetList, organization)
}

// Role returns a role with its policies and actors.
func (c *Control) Role(ctx context.Context, p access.Principal, organization, id uuid.UUID) (cloud.Role, error) {
	roles, err := c.roles(ctx, p, OrganizationRoleGet, organization)
	if err != nil {
		return cloud.Role{}, err
	}
	return roleByID(roles, id)
}

func roleByID(roles []cloud.Role, id uuid.UUID) (cloud.Role, error) {
	i := slices.IndexFunc(roles, func(r cloud.Role) bool { return r.ID == id })
	if i < 0 {
		return cloud.Role{}, errNoRole
	}
	return roles[i], nil
}

func (c *Control) roles(ctx context.Context, p access.Principal, o Operation, organization uuid.UUID) (roles []cloud.Role, err error) {
	if err := c.authorize(p, o, organization); err != nil {
		return nil, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		roles, err = r.Roles(ctx, organization)
		return err
	})
	return roles, err
}

// AssignedRoles returns the roles with these ids as things that have them show them, in
// the order of the ids.
func (c *Control) AssignedRoles(organization uuid.UUID, ids []uuid.UUID) []cloud.AssignedRole {
	out := make([]cloud.AssignedRole, 0, len(ids))
	for _, r := range c.directory.Roles(organization, ids) {
		out = append(out, r.Assigned())
	}
	return out
}

// CreateRole makes a custom role. It returns Invalid for what is wrong of it, Conflict
// when there is one of this name, and Forbidden when it allows what the principal may not do.
func (c *Control) CreateRole(ctx context.Context, p access.Principal, organization uuid.UUID, n cloud.NewRole) (role cloud.Role, err error) {
	err = c.write(ctx, p, OrganizationRolePost, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		roles, err := tx.Roles(ctx, organization)
		if err != nil {
			return change{}, err
		}
		if custom := len(roles) - len(cloud.SystemRoles(cloud.Organization{})); custom >= cloud.MaxCustomRoles {
			return change{}, cloud.Errorf(cloud.Conflict, "The organization has %d custom roles, which is as many as it can have: delete one first", custom)
		}
		now := c.clock.Now()
		role = cloud.Role{ID: uuid.New(), OrganizationID: organization, Name: n.Name, Type: cloud.CustomRole, Policies: withIDs(n.Policies), CreatedAt: now, UpdatedAt: now}
		if err := checkRole(p, roles, cloud.Role{OrganizationID: organization}, role); err != nil {
			return change{}, err
		}
		if err := checkServices(ctx, &tx.Reader, cloud.Role{}, role); err != nil {
			return change{}, err
		}
		if err := tx.InsertRole(ctx, role); err != nil {
			return change{}, err
		}
		made, err := c.replaceActors(ctx, tx, p, append(roles, role), &role, n.Actors)
		if err != nil {
			return change{}, err
		}
		made.roles = []cloud.Role{withoutActors(role)}
		return made, c.record(ctx, tx, organization, p.Actor(), aboutRole(role, cloud.RoleCreated))
	})
	return role, err
}

// UpdateRole applies the patch and returns the role as it is then. Of a system role only
// the actors can be changed. Whoever has the role may do by its new policies, and no
// more by the old ones, from the moment of the answer.
func (c *Control) UpdateRole(ctx context.Context, p access.Principal, organization, id uuid.UUID, patch cloud.RolePatch) (role cloud.Role, err error) {
	err = c.write(ctx, p, OrganizationRolePatch, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		roles, err := tx.Roles(ctx, organization)
		if err != nil {
			return change{}, err
		}
		before, err := roleByID(roles, id)
		if err != nil {
			return change{}, err
		}
		role = before
		made, err := c.redefine(ctx, tx, p, roles, &role, patch)
		if err != nil {
			return change{}, err
		}
		if patch.Actors != nil {
			actors, err := c.replaceActors(ctx, tx, p, with(roles, role), &role, *patch.Actors)
			if err != nil {
				return change{}, err
			}
			made.keys, made.people = actors.keys, actors.people
		}
		if len(made.roles)+len(made.keys)+len(made.people) == 0 {
			return change{}, store.ErrUnchanged
		}
		return made, c.record(ctx, tx, organization, p.Actor(), aboutRole(role, cloud.RoleUpdated))
	})
	return role, err
}

// redefine changes name and policies of a custom role.
func (c *Control) redefine(ctx context.Context, tx *store.Tx, p access.Principal, roles []cloud.Role, role *cloud.Role, patch cloud.RolePatch) (change, error) {
	if patch.Name == nil && patch.Policies == nil {
		return change{}, nil
	}
	if role.Type == cloud.SystemRole {
		return change{}, cloud.Errorf(cloud.Invalid, "The role %q comes with Gatehouse: only its actors can be changed", role.Name)
	}
	if (patch.Name == nil || *patch.Name == role.Name) && (patch.Policies == nil || samePolicies(*patch.Policies, role.Policies)) {
		return change{}, nil // it was sent back as it is
	}
	before := *role
	if patch.Name != nil {
		role.Name = *patch.Name
	}
	if patch.Policies != nil {
		role.Policies = withIDs(*patch.Policies)
	}
	role.UpdatedAt = c.clock.Now()
	if err := checkRole(p, roles, before, *role); err != nil {
		return change{}, err
	}
	if err := checkServices(ctx, &tx.Reader, before, *role); err != nil {
		return change{}, err
	}
	if err := c.checkHolders(ctx, tx, p, roles, before, *role); err != nil {
		return change{}, err
	}
	err := c.keepsAdmin(ctx, tx, role.OrganizationID, func() error { return tx.UpdateRole(ctx, *role) })
	if err != nil {
		return change{}, err
	}
	return change{roles: []cloud.Role{withoutActors(*role)}}, c.endLinksOf(ctx, tx, roles, *role)
}

// endLinksOf ends the links by which somebody could become one of the holders of the role,
// or of those who are invited to it, if these may do more from now on: whoever has such a
// link may do as much as they could before, perhaps no more. roles are all, as they were.
func (c *Control) endLinksOf(ctx context.Context, tx *store.Tx, roles []cloud.Role, role cloud.Role) error {
	after := with(roles, role)
	for _, actor := range role.Actors {
		held, _ := rolesOf(roles, actor)
		if id, ok := actor.Person(); ok && widens(role.OrganizationID, held, pick(after, idsOf(held))) {
			if err := tx.DeleteResetLinks(ctx, id); err != nil {
				return err
			}
		}
	}
	invitations, err := tx.Invitations(ctx, role.OrganizationID, c.clock.Now())
	if err != nil {
		return err
	}
	for _, i := range invitations {
		if widens(role.OrganizationID, pick(roles, i.RoleIDs), pick(after, i.RoleIDs)) {
			if err := tx.DeleteInvitationLinks(ctx, i.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkRole returns what is wrong of a custom role that was before so.
func checkRole(p access.Principal, roles []cloud.Role, before, role cloud.Role) error {
	if err := cloud.CheckName("name", role.Name); err != nil {
		return err
	}
	for _, r := range roles {
		if r.ID != role.ID && cloud.Fold(r.Name) == cloud.Fold(role.Name) {
			return cloud.Errorf(cloud.Conflict, "name: there is a role %q in the organization already", r.Name)
		}
	}
	if err := cloud.CheckPolicies("policies", role.OrganizationID, role.Policies); err != nil {
		return err
	}
	return checkWidening(p, role.OrganizationID, []cloud.Role{before}, []cloud.Role{role}, "the role")
}

// checkServices returns Invalid, naming the place, when the role is about a service that is
// not in its organization, unless it was so before: what is sent back as it is must not fail.
func checkServices(ctx context.Context, r *store.Reader, before, role cloud.Role) error {
	var services []cloud.Service
	for i, policy := range role.Policies {
		for j, resource := range policy.Resources {
			id, named := resource.Instance()
			if !named || slices.ContainsFunc(before.Policies, func(p cloud.Policy) bool { return slices.Contains(p.Resources, resource) }) {
				continue
			}
			if services == nil {
				var err error
				if services, err = r.Services(ctx, role.OrganizationID); err != nil {
					return err
				}
			}
			if !slices.ContainsFunc(services, func(s cloud.Service) bool { return s.ID == id }) {
				return cloud.Errorf(cloud.Invalid, "policies[%d].resources[%d]: there is no service %q in the organization", i, j, id.String())
			}
		}
	}
	return nil
}

// checkHolders returns Forbidden when the change of the role would let somebody who has it,
// or is invited to it, do more than before and more than the principal may do.
func (c *Control) checkHolders(ctx context.Context, tx *store.Tx, p access.Principal, roles []cloud.Role, before, role cloud.Role) error {
	after := with(roles, role)
	if err := checkActors(p, roles, after, before.Actors); err != nil {
		return err
	}
	invitations, err := tx.Invitations(ctx, role.OrganizationID, c.clock.Now())
	if err != nil {
		return err
	}
	for _, i := range invitations {
		if !slices.Contains(i.RoleIDs, role.ID) {
			continue
		}
		if err := checkWidening(p, role.OrganizationID, pick(roles, i.RoleIDs), pick(after, i.RoleIDs), "the invitation to "+i.Email); err != nil {
			return err
		}
	}
	return nil
}

// checkActors returns Forbidden when some of the actors would be allowed more by the roles
// after than by those before, and more than the principal may do.
func checkActors(p access.Principal, before, after []cloud.Role, actors []cloud.ActorRef) error {
	organization := before[0].OrganizationID
	checked := map[string]bool{}
	for _, actor := range actors {
		held, name := rolesOf(before, actor)
		if checked[name] {
			continue // somebody with the same roles was
		}
		checked[name] = true
		if err := checkWidening(p, organization, held, pick(after, idsOf(held)), "the roles of "+string(actor)+" together"); err != nil {
			return err
		}
	}
	return nil
}

// with returns the roles with this one in the place of that with its id.
func with(roles []cloud.Role, role cloud.Role) []cloud.Role {
	roles = slices.Clone(roles)
	roles[slices.IndexFunc(roles, func(r cloud.Role) bool { return r.ID == role.ID })] = role
	return roles
}

func withoutActors(r cloud.Role) cloud.Role {
	r.Actors = nil
	return r
}

// samePolicies reports whether both say the same in the same order, whatever their ids.
func samePolicies(a, b []cloud.Policy) bool {
	return slices.EqualFunc(a, b, func(a, b cloud.Policy) bool {
		return a.Effect == b.Effect && slices.Equal(a.Permissions, b.Permissions) && slices.Equal(a.Resources, b.Resources) &&
			a.Tags.SQLConsole == b.Tags.SQLConsole && slices.Equal(a.Tags.Grants, b.Tags.Grants)
	})
}

// withIDs gives each policy an id of its own: policies are replaced, never changed.
func withIDs(policies []cloud.Policy) []cloud.Policy {
	policies = slices.Clone(policies)
	for i := range policies {
		policies[i].ID = uuid.New()
	}
	return policies
}

// DeleteRole deletes a custom role for good: whoever has it, or is to get it with an
// invitation, has it no more.
func (c *Control) DeleteRole(ctx context.Context, p access.Principal, organization, id uuid.UUID) error {
	return c.write(ctx, p, OrganizationRoleDelete, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		roles, err := tx.Roles(ctx, organization)
		if err != nil {
			return change{}, err
		}
		role, err := roleByID(roles, id)
		if err != nil {
			return change{}, err
		}
		if role.Type == cloud.SystemRole {
			return change{}, cloud.Errorf(cloud.Invalid, "The role %q comes with Gatehouse and cannot be deleted", role.Name)
		}
		empty := role
		empty.Policies = nil
		if err := c.checkHolders(ctx, tx, p, roles, role, empty); err != nil {
			return change{}, err
		}
		if err := c.endLinksOf(ctx, tx, roles, empty); err != nil {
			return change{}, err
		}
		if err := tx.DeleteRole(ctx, organization, id); err != nil {
			return change{}, err
		}
		return change{deletedRoles: []cloud.Role{role}}, c.record(ctx, tx, organization, p.Actor(), aboutRole(role, cloud.RoleDeleted))
	})
}
