package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const organizationColumns = `id, name, created_at, enable_core_dumps, private_endpoints`

// Organizations returns all organizations, oldest first.
func (r *Reader) Organizations(ctx context.Context) ([]cloud.Organization, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+organizationColumns+` FROM organizations ORDER BY created_at, id`)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanOrganization)
}

const organizationNotFound = "Organization not found"

// Organization returns an organization, or NotFound.
func (r *Reader) Organization(ctx context.Context, id uuid.UUID) (cloud.Organization, error) {
	row := r.q.QueryRowContext(ctx, `SELECT `+organizationColumns+` FROM organizations WHERE id = $1`, id.String())
	return found(row, scanOrganization, organizationNotFound)
}

func scanOrganization(scan func(...any) error) (o cloud.Organization, err error) {
	var created int64
	var endpoints string
	if err := scan(uuidColumn{&o.ID}, &o.Name, &created, &o.EnableCoreDumps, &endpoints); err != nil {
		return o, err
	}
	o.CreatedAt = time.UnixMilli(created).UTC()
	return o, json.Unmarshal([]byte(endpoints), &o.PrivateEndpoints)
}

// InsertOrganization adds an organization.
func (t *Tx) InsertOrganization(ctx context.Context, o cloud.Organization) error {
	endpoints, err := json.Marshal(o.PrivateEndpoints)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO organizations (id, name, created_at, enable_core_dumps, private_endpoints, revision)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		o.ID.String(), o.Name, o.CreatedAt.UnixMilli(), o.EnableCoreDumps, string(endpoints), t.revision)
	return err
}

// UpdateOrganization writes everything of the organization that can change. It
// returns NotFound if there is no such organization.
func (t *Tx) UpdateOrganization(ctx context.Context, o cloud.Organization) error {
	endpoints, err := json.Marshal(o.PrivateEndpoints)
	if err != nil {
		return err
	}
	return t.execOne(ctx, organizationNotFound, `UPDATE organizations SET name = $2, enable_core_dumps = $3, private_endpoints = $4, revision = $5 WHERE id = $1`,
		o.ID.String(), o.Name, o.EnableCoreDumps, string(endpoints), t.revision)
}
