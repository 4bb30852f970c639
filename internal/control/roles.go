package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Roles returns the roles of the organization with their policies and actors.
func (c *Control) Roles(ctx context.Context, p access.Principal, organization uuid.UUID) ([]cloud.Role, error) {
	return c.roles(ctx, p, OrganizationRolesGetList, organization)
}

// Role returns a role with its policies and actors.
func (c *Control) Role(ctx context.Context, p access.Principal, organization, id uuid.UUID) (cloud.Role, error) {
	roles, err := c.roles(ctx, p, OrganizationRoleGet, organization)
	if err != nil {
		return cloud.Role{}, err
	}
	i := slices.IndexFunc(roles, func(r cloud.Role) bool { return r.ID == id })
	if i < 0 {
		return cloud.Role{}, cloud.Errorf(cloud.NotFound, "Role not found")
	}
	return roles[i], nil
}

func (c *Control) roles(ctx context.Context, p access.Principal, o Operation, organization uuid.UUID) (roles []cloud.Role, err error) {
	if err := c.authorize(p, o, organization); err != nil {
		return nil, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		org, err := r.Organization(ctx, organization)
		if err != nil {
			return err
		}
		actors, err := r.RoleActors(ctx, organization)
		if err != nil {
			return err
		}
		roles = cloud.SystemRoles(org)
		for i := range roles {
			roles[i].Actors = actors[roles[i].ID]
		}
		return nil
	})
	return roles, err
}

// AssignedRoles returns the roles of a key as the key shows them, in its order.
func (c *Control) AssignedRoles(k cloud.Key) []cloud.AssignedRole {
	return assignedRoles(k.OrganizationID, k.RoleIDs)
}

func assignedRoles(organization uuid.UUID, ids []uuid.UUID) []cloud.AssignedRole {
	roles := cloud.SystemRoles(cloud.Organization{ID: organization})
	out := make([]cloud.AssignedRole, 0, len(ids))
	for _, id := range ids {
		for _, r := range roles {
			if r.ID == id {
				out = append(out, r.Assigned())
			}
		}
	}
	return out
}
