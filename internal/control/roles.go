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
	if err := c.checkHolders(ctx, tx, p, roles, before, *role); err != nil {
		return change{}, err
	}
	return change{roles: []cloud.Role{withoutActors(*role)}}, tx.UpdateRole(ctx, *role)
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

// rolesOf returns the roles that the actor has, and a text that is the same for the same ones.
func rolesOf(roles []cloud.Role, actor cloud.ActorRef) (held []cloud.Role, name string) {
	for _, r := range roles {
		if slices.Contains(r.Actors, actor) {
			held = append(held, r)
			name += r.ID.String()
		}
	}
	return held, name
}

func idsOf(roles []cloud.Role) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(roles))
	for _, r := range roles {
		ids = append(ids, r.ID)
	}
	return ids
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

// withIDs gives each policy an id of its own: policies are replaced, never changed.
func withIDs(policies []cloud.Policy) []cloud.Policy {
	policies = slices.Clone(policies)
	for i := range policies {
		policies[i].ID = uuid.New()
	}
	return policies
}

// replaceActors gives the role to these actors and takes it from the others. roles are
// all of the organization, as they are to be.
func (c *Control) replaceActors(ctx context.Context, tx *store.Tx, p access.Principal, roles []cloud.Role, role *cloud.Role, actors []cloud.ActorRef) (made change, err error) {
	if len(actors) > cloud.MaxRoleActors {
		return made, cloud.Errorf(cloud.Invalid, "actors: expected at most %d actors, got %d", cloud.MaxRoleActors, len(actors))
	}
	added, removed := missing(actors, role.Actors), missing(role.Actors, actors)
	if len(added)+len(removed) == 0 {
		return made, nil
	}
	for _, actor := range added {
		if err := checkActor(ctx, tx, role.OrganizationID, actor, slices.Index(actors, actor)); err != nil {
			return made, err
		}
	}
	if err := checkAssignments(p, roles, *role, added, removed); err != nil {
		return made, err
	}
	err = c.keepsAdmin(ctx, tx, role.OrganizationID, func() error {
		for _, actor := range removed {
			if err := tx.ReleaseRole(ctx, role.OrganizationID, role.ID, actor); err != nil {
				return err
			}
		}
		for _, actor := range added {
			if err := tx.AssignRole(ctx, role.OrganizationID, role.ID, actor); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return made, err
	}
	role.Actors = append(missing(role.Actors, removed), added...)
	made.keys, made.people, err = tx.KeysAndPeople(ctx, role.OrganizationID, append(added, removed...))
	if err != nil {
		return made, err
	}
	return made, c.recordRoles(ctx, tx, p, role.OrganizationID, made)
}

// recordRoles records for each key and each person of the change that their roles changed.
func (c *Control) recordRoles(ctx context.Context, tx *store.Tx, p access.Principal, organization uuid.UUID, made change) error {
	for _, key := range made.keys {
		if err := c.record(ctx, tx, organization, p.Actor(), aboutKey(key, cloud.KeyUpdated, cloud.KeyUpdateRoles)); err != nil {
			return err
		}
	}
	for _, person := range made.people {
		if err := c.record(ctx, tx, organization, p.Actor(), aboutMember(person, cloud.MemberRolesChanged)); err != nil {
			return err
		}
	}
	return nil
}

// checkActor returns Invalid for an actor that is not in the organization.
func checkActor(ctx context.Context, tx *store.Tx, organization uuid.UUID, actor cloud.ActorRef, place int) error {
	keys, people, err := tx.KeysAndPeople(ctx, organization, []cloud.ActorRef{actor})
	if err == nil && len(keys)+len(people) == 0 {
		err = cloud.Errorf(cloud.Invalid, "actors[%d]: there is no %q in the organization", place, string(actor))
	}
	return err
}

// checkAssignments returns Forbidden when the principal would grant what they do not hold.
func checkAssignments(p access.Principal, roles []cloud.Role, role cloud.Role, added, removed []cloud.ActorRef) error {
	for _, actor := range added {
		held, _ := rolesOf(roles, actor)
		if err := checkGrant(p, role.OrganizationID, roles, idsOf(held), append(idsOf(held), role.ID)); err != nil {
			return err
		}
	}
	for _, actor := range removed {
		held, _ := rolesOf(roles, actor)
		left := slices.DeleteFunc(slices.Clone(held), func(r cloud.Role) bool { return r.ID == role.ID })
		if err := checkWidening(p, role.OrganizationID, held, left, "the other roles of "+string(actor)); err != nil {
			return err
		}
	}
	return nil
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
		if err := tx.DeleteRole(ctx, organization, id); err != nil {
			return change{}, err
		}
		return change{deletedRoles: []cloud.Role{role}}, c.record(ctx, tx, organization, p.Actor(), aboutRole(role, cloud.RoleDeleted))
	})
}

// missing returns those of the actors that are not among the others, each once, in order.
func missing(actors, others []cloud.ActorRef) (out []cloud.ActorRef) {
	seen := make(map[cloud.ActorRef]bool, len(others))
	for _, a := range others {
		seen[a] = true
	}
	for _, a := range actors {
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}
