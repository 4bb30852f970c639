package store

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// RoleActors returns who has each role of the organization, oldest assignment first.
func (r *Reader) RoleActors(ctx context.Context, organization uuid.UUID) (map[uuid.UUID][]cloud.ActorRef, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT role_id, actor FROM role_assignments WHERE organization_id = $1 ORDER BY sequence`, organization.String())
	if err != nil {
		return nil, err
	}
	type assignment struct {
		role  uuid.UUID
		actor cloud.ActorRef
	}
	assignments, err := collect(rows, func(scan func(...any) error) (a assignment, err error) {
		return a, scan(uuidColumn{&a.role}, &a.actor)
	})
	actors := map[uuid.UUID][]cloud.ActorRef{}
	for _, a := range assignments {
		actors[a.role] = append(actors[a.role], a.actor)
	}
	return actors, err
}

func (t *Tx) assignRoles(ctx context.Context, organization uuid.UUID, actor cloud.ActorRef, roles []uuid.UUID) error {
	for _, role := range roles {
		_, err := t.exec(ctx, `INSERT INTO role_assignments (organization_id, role_id, actor, sequence) VALUES ($1, $2, $3, $4)`,
			organization.String(), role.String(), string(actor), t.next())
		if err != nil {
			return err
		}
	}
	return nil
}
