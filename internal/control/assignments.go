package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

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
		if err := tx.DeleteResetLinks(ctx, person.ID); err != nil { // see endLinksOf
			return err
		}
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
