package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const (
	serviceColumns = `id, organization_id, sequence, name, provider, region, created_at, goal, state, state_since, message, version, slot,
	password_sha256, password_double_sha1, config`

	// servicePorts are read beside serviceColumns.
	servicePorts = `COALESCE((SELECT port FROM service_ports WHERE service_id = services.id AND protocol = 'https'), 0),
	COALESCE((SELECT port FROM service_ports WHERE service_id = services.id AND protocol = 'native'), 0)`

	serviceNotFound = "Service not found"
)

// Service returns a service of the organization, or NotFound.
func (r *Reader) Service(ctx context.Context, organization, id uuid.UUID) (cloud.Service, error) {
	row := r.q.QueryRowContext(ctx, `SELECT `+serviceColumns+`, `+servicePorts+` FROM services WHERE organization_id = $1 AND id = $2`, organization.String(), id.String())
	return found(row, scanService, serviceNotFound)
}

// ServiceByID returns a service of whichever organization, or NotFound. It is for what
// Gatehouse does by itself: whoever asks for a service asks through Service.
func (r *Reader) ServiceByID(ctx context.Context, id uuid.UUID) (cloud.Service, error) {
	row := r.q.QueryRowContext(ctx, `SELECT `+serviceColumns+`, `+servicePorts+` FROM services WHERE id = $1`, id.String())
	return found(row, scanService, serviceNotFound)
}

// Services returns the services of the organization, oldest first.
func (r *Reader) Services(ctx context.Context, organization uuid.UUID) ([]cloud.Service, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+serviceColumns+`, `+servicePorts+` FROM services WHERE organization_id = $1 ORDER BY sequence`, organization.String())
	if err != nil {
		return nil, err
	}
	return collect(rows, scanService)
}

// AllServices returns the services of all organizations, oldest first.
func (r *Reader) AllServices(ctx context.Context) ([]cloud.Service, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+serviceColumns+`, `+servicePorts+` FROM services ORDER BY sequence`)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanService)
}

// CountServices returns the number of services of the organization.
func (r *Reader) CountServices(ctx context.Context, organization uuid.UUID) (n int, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT COUNT(*) FROM services WHERE organization_id = $1`, organization.String()).Scan(&n)
	return n, err
}

func scanService(scan func(...any) error) (s cloud.Service, err error) {
	var created, since int64
	var password, config string
	err = scan(uuidColumn{&s.ID}, uuidColumn{&s.OrganizationID}, &s.Sequence, &s.Name, &s.Provider, &s.Region, &created, &s.Goal, &s.State, &since,
		&s.Message, &s.Version, &s.Slot, &password, &s.Password.DoubleSHA1, &config, &s.Ports.HTTPS, &s.Ports.Native)
	if err != nil {
		return s, err
	}
	s.CreatedAt, s.StateSince = time.UnixMilli(created).UTC(), time.UnixMilli(since).UTC()
	if s.Password.SHA256, err = cloud.ParseHash("password_sha256", password); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(config), &s.ServiceConfig)
}

// InsertService adds a service and returns it with its place in the order. Its slot and
// its ports must be free: see FreeSlot and FreePorts.
func (t *Tx) InsertService(ctx context.Context, s cloud.Service) (cloud.Service, error) {
	config, err := json.Marshal(s.ServiceConfig)
	if err != nil {
		return s, err
	}
	s.Sequence = t.next()
	_, err = t.exec(ctx, `INSERT INTO services (`+serviceColumns+`, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		s.ID.String(), s.OrganizationID.String(), s.Sequence, s.Name, s.Provider, s.Region, s.CreatedAt.UnixMilli(), string(s.Goal), string(s.State),
		s.StateSince.UnixMilli(), s.Message, s.Version, s.Slot, s.Password.SHA256.String(), s.Password.DoubleSHA1, string(config), t.revision)
	if err != nil {
		return s, err
	}
	return s, t.takePorts(ctx, s)
}

// UpdateService writes everything of the service but its id, its organization, its place
// in the order and its slot. It returns NotFound if there is no such service.
func (t *Tx) UpdateService(ctx context.Context, s cloud.Service) error {
	config, err := json.Marshal(s.ServiceConfig)
	if err != nil {
		return err
	}
	err = t.execOne(ctx, serviceNotFound, `UPDATE services SET name = $3, provider = $4, region = $5, created_at = $6, goal = $7, state = $8, state_since = $9,
		message = $10, version = $11, password_sha256 = $12, password_double_sha1 = $13, config = $14, revision = $15 WHERE organization_id = $1 AND id = $2`,
		s.OrganizationID.String(), s.ID.String(), s.Name, s.Provider, s.Region, s.CreatedAt.UnixMilli(), string(s.Goal), string(s.State), s.StateSince.UnixMilli(),
		s.Message, s.Version, s.Password.SHA256.String(), s.Password.DoubleSHA1, string(config), t.revision)
	if err != nil {
		return err
	}
	if err := t.releasePorts(ctx, s.ID); err != nil {
		return err
	}
	return t.takePorts(ctx, s)
}

// DeleteService removes a service for good, gives back its slot and its ports, and takes it
// out of the policies of the organization's custom roles at the instant: see
// withoutResource. It returns the roles that changed, as they are now and without their
// actors; NotFound if there is no such service.
//
// Counts of requests about it stay until they are too old, like those of a key that is gone.
func (t *Tx) DeleteService(ctx context.Context, organization, id uuid.UUID, at time.Time) (changed []cloud.Role, err error) {
	if _, err := t.Service(ctx, organization, id); err != nil {
		return nil, err
	}
	if err := t.releasePorts(ctx, id); err != nil {
		return nil, err
	}
	if _, err := t.exec(ctx, `DELETE FROM services WHERE id = $1`, id.String()); err != nil {
		return nil, err
	}
	roles, err := t.CustomRoles(ctx, organization)
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		policies, fewer := withoutResource(role.Policies, cloud.InstanceResource(id))
		if !fewer {
			continue
		}
		role.Policies, role.UpdatedAt = policies, at
		if err := t.UpdateRole(ctx, role); err != nil {
			return nil, err
		}
		changed = append(changed, role)
	}
	return changed, nil
}

// withoutResource takes the resource out of the policies, and reports whether it was in
// them. A policy that is about nothing else goes: a policy has at least one resource.
func withoutResource(policies []cloud.Policy, resource cloud.Resource) (left []cloud.Policy, fewer bool) {
	for _, p := range policies {
		var resources []cloud.Resource
		for _, r := range p.Resources {
			if r != resource {
				resources = append(resources, r)
			}
		}
		if len(resources) < len(p.Resources) {
			p.Resources, fewer = resources, true
		}
		if len(p.Resources) > 0 {
			left = append(left, p)
		}
	}
	return left, fewer
}
