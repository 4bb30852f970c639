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

// ActorsWith returns who has the role, oldest assignment first.
func (r *Reader) ActorsWith(ctx context.Context, organization, role uuid.UUID) ([]cloud.ActorRef, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT actor FROM role_assignments WHERE organization_id = $1 AND role_id = $2 ORDER BY sequence`, organization.String(), role.String())
	if err != nil {
		return nil, err
	}
	return collect(rows, func(scan func(...any) error) (a cloud.ActorRef, err error) { return a, scan(&a) })
}

// KeysAndPeople returns the actors, those of them that are in the organization.
func (r *Reader) KeysAndPeople(ctx context.Context, organization uuid.UUID, actors []cloud.ActorRef) (keys []cloud.Key, people []cloud.Person, err error) {
	for _, actor := range actors {
		if id, ok := actor.Key(); ok {
			key, err := r.Key(ctx, organization, id)
			if err == nil {
				keys = append(keys, key)
			}
			if err = ignoreNotFound(err); err != nil {
				return nil, nil, err
			}
		}
		if id, ok := actor.Person(); ok {
			account, err := r.Member(ctx, organization, id)
			if err == nil {
				people = append(people, account.Person)
			}
			if err = ignoreNotFound(err); err != nil {
				return nil, nil, err
			}
		}
	}
	return keys, people, nil
}

func ignoreNotFound(err error) error {
	if cloud.CodeOf(err) == cloud.NotFound {
		return nil
	}
	return err
}

// assignRoles gives the actor the roles, behind those it has.
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

// releaseRoles takes all roles of the organization from the actor.
func (t *Tx) releaseRoles(ctx context.Context, organization uuid.UUID, actor cloud.ActorRef) error {
	_, err := t.exec(ctx, `DELETE FROM role_assignments WHERE organization_id = $1 AND actor = $2`, organization.String(), string(actor))
	return err
}

// AssignRole gives one role to the actor, behind those it has.
func (t *Tx) AssignRole(ctx context.Context, organization, role uuid.UUID, actor cloud.ActorRef) error {
	return t.assignRoles(ctx, organization, actor, []uuid.UUID{role})
}

// ReleaseRole takes one role from the actor; from one that does not have it, nothing.
func (t *Tx) ReleaseRole(ctx context.Context, organization, role uuid.UUID, actor cloud.ActorRef) error {
	_, err := t.exec(ctx, `DELETE FROM role_assignments WHERE organization_id = $1 AND role_id = $2 AND actor = $3`,
		organization.String(), role.String(), string(actor))
	return err
}
