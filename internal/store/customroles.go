package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const (
	roleColumns = `id, organization_id, name, policies, created_at, updated_at`

	roleNotFound = "Role not found"
)

// policyColumn is a policy as the column roles.policies keeps it.
type policyColumn struct {
	ID          uuid.UUID            `json:"id"`
	Effect      cloud.Effect         `json:"effect"`
	Permissions []cloud.Permission   `json:"permissions"`
	Resources   []cloud.Resource     `json:"resources"`
	SQLConsole  cloud.SQLConsoleRole `json:"sqlConsole,omitempty"`
	Grants      []string             `json:"grants,omitempty"`
}

// AllCustomRoles returns the custom roles of all organizations without their actors,
// oldest first.
func (r *Reader) AllCustomRoles(ctx context.Context) ([]cloud.Role, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+roleColumns+` FROM roles ORDER BY sequence`)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanRole)
}

// CustomRoles returns the custom roles of the organization without their actors, oldest first.
func (r *Reader) CustomRoles(ctx context.Context, organization uuid.UUID) ([]cloud.Role, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+roleColumns+` FROM roles WHERE organization_id = $1 ORDER BY sequence`, organization.String())
	if err != nil {
		return nil, err
	}
	return collect(rows, scanRole)
}

// PlainRoles returns the roles of the organization without their actors: system roles in
// their order, then custom roles, oldest first. It returns NotFound if there is no such
// organization.
func (r *Reader) PlainRoles(ctx context.Context, organization uuid.UUID) ([]cloud.Role, error) {
	org, err := r.Organization(ctx, organization)
	if err != nil {
		return nil, err
	}
	custom, err := r.CustomRoles(ctx, organization)
	return append(cloud.SystemRoles(org), custom...), err
}

// Roles is PlainRoles with the actors, which may be many.
func (r *Reader) Roles(ctx context.Context, organization uuid.UUID) ([]cloud.Role, error) {
	roles, err := r.PlainRoles(ctx, organization)
	if err != nil {
		return nil, err
	}
	actors, err := r.RoleActors(ctx, organization)
	for i := range roles {
		roles[i].Actors = actors[roles[i].ID]
	}
	return roles, err
}

func scanRole(scan func(...any) error) (r cloud.Role, err error) {
	var policies string
	var created, updated int64
	if err := scan(uuidColumn{&r.ID}, uuidColumn{&r.OrganizationID}, &r.Name, &policies, &created, &updated); err != nil {
		return r, err
	}
	r.Type, r.CreatedAt, r.UpdatedAt = cloud.CustomRole, time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	var columns []policyColumn
	if err := json.Unmarshal([]byte(policies), &columns); err != nil {
		return r, err
	}
	for _, c := range columns {
		r.Policies = append(r.Policies, cloud.Policy{
			ID: c.ID, Effect: c.Effect, Permissions: c.Permissions, Resources: c.Resources,
			Tags: cloud.PolicyTags{SQLConsole: c.SQLConsole, Grants: c.Grants},
		})
	}
	return r, nil
}

func policiesColumn(policies []cloud.Policy) (string, error) {
	columns := []policyColumn{}
	for _, p := range policies {
		columns = append(columns, policyColumn{p.ID, p.Effect, p.Permissions, p.Resources, p.Tags.SQLConsole, p.Tags.Grants})
	}
	text, err := json.Marshal(columns)
	return string(text), err
}

// InsertRole adds a custom role, without actors.
func (t *Tx) InsertRole(ctx context.Context, r cloud.Role) error {
	policies, err := policiesColumn(r.Policies)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO roles (`+roleColumns+`, sequence, name_folded, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.ID.String(), r.OrganizationID.String(), r.Name, policies, r.CreatedAt.UnixMilli(), r.UpdatedAt.UnixMilli(), t.next(), cloud.Fold(r.Name), t.revision)
	return err
}

// UpdateRole writes name and policies of a custom role and when they were changed. It
// returns NotFound if there is no such role.
func (t *Tx) UpdateRole(ctx context.Context, r cloud.Role) error {
	policies, err := policiesColumn(r.Policies)
	if err != nil {
		return err
	}
	return t.execOne(ctx, roleNotFound, `UPDATE roles SET name = $3, name_folded = $4, policies = $5, updated_at = $6, revision = $7 WHERE organization_id = $1 AND id = $2`,
		r.OrganizationID.String(), r.ID.String(), r.Name, cloud.Fold(r.Name), policies, r.UpdatedAt.UnixMilli(), t.revision)
}

// DeleteRole removes a custom role, and takes it from everybody who has it or is to get it
// with an invitation. It returns NotFound if there is no such role.
func (t *Tx) DeleteRole(ctx context.Context, organization, id uuid.UUID) error {
	for _, statement := range []string{
		`DELETE FROM role_assignments WHERE organization_id = $1 AND role_id = $2`,
		`DELETE FROM invitation_roles WHERE role_id = $2 AND invitation_id IN (SELECT id FROM invitations WHERE organization_id = $1)`,
	} {
		if _, err := t.exec(ctx, statement, organization.String(), id.String()); err != nil {
			return err
		}
	}
	return t.execOne(ctx, roleNotFound, `DELETE FROM roles WHERE organization_id = $1 AND id = $2`, organization.String(), id.String())
}
