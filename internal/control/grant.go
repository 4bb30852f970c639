package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// checkRoles returns Invalid, naming the first role that does not exist.
func checkRoles(roles []cloud.Role, ids []uuid.UUID) error {
	if len(ids) > cloud.MaxKeyRoles {
		return cloud.Errorf(cloud.Invalid, "assignedRoleIds: expected at most %d roles, got %d", cloud.MaxKeyRoles, len(ids))
	}
	for i, id := range ids {
		if !slices.ContainsFunc(roles, func(r cloud.Role) bool { return r.ID == id }) {
			return cloud.Errorf(cloud.Invalid, "assignedRoleIds[%d]: there is no role %q in the organization", i, id)
		}
	}
	return nil
}

// checkGrant returns Invalid for a role that does not exist, and Forbidden unless the
// principal may do all that somebody who holds the roles before may do with those after
// in addition. To take a role away that denies something is to grant it.
func checkGrant(p access.Principal, organization uuid.UUID, roles []cloud.Role, before, after []uuid.UUID) error {
	if err := checkRoles(roles, after); err != nil {
		return err
	}
	for _, r := range pick(roles, after) {
		if !slices.Contains(before, r.ID) && !p.Covers(organization, access.Compile(organization, []cloud.Role{r})) {
			return cloud.Errorf(cloud.Forbidden, "The role %q allows more than %s may do, and nobody grants what they do not hold", r.Name, p.Described())
		}
	}
	return checkWidening(p, organization, pick(roles, before), pick(roles, after), "these roles together")
}

// checkWidening returns Forbidden when the roles after allow what neither those before
// do nor the principal may do. what names the roles in the sentence.
func checkWidening(p access.Principal, organization uuid.UUID, before, after []cloud.Role, what string) error {
	if p.CoversBeside(organization, access.Compile(organization, before), access.Compile(organization, after)) {
		return nil
	}
	return cloud.Errorf(cloud.Forbidden, "With this change %s would allow more than %s may do, and nobody grants what they do not hold", what, p.Described())
}

// pick returns those of the roles that have the ids, in the order of the ids.
func pick(roles []cloud.Role, ids []uuid.UUID) []cloud.Role {
	out := make([]cloud.Role, 0, len(ids))
	for _, id := range ids {
		if i := slices.IndexFunc(roles, func(r cloud.Role) bool { return r.ID == id }); i >= 0 {
			out = append(out, roles[i])
		}
	}
	return out
}

// widens reports whether the roles after allow what those before do not.
func widens(organization uuid.UUID, before, after []cloud.Role) bool {
	return !access.Compile(organization, before).Covers(access.Compile(organization, after))
}

var (
	errLastPerson = cloud.Errorf(cloud.Conflict, "At least one person must have the role %s: give it to somebody else first", cloud.RoleAdmin)
	errLastKey    = cloud.Errorf(cloud.Conflict, "At least one usable key must have the role %s as long as no person has it: give it to another key first", cloud.RoleAdmin)
)

// keepsAdmin makes a change to people, keys or roles, and returns Conflict when afterwards
// nobody is left who can sign in as Admin of the organization or, where nobody could
// before, no key can be used as one.
func (c *Control) keepsAdmin(ctx context.Context, tx *store.Tx, organization uuid.UUID, change func() error) error {
	personBefore, keyBefore, err := c.admins(ctx, tx, organization, uuid.Nil)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	personAfter, keyAfter, err := c.admins(ctx, tx, organization, uuid.Nil)
	switch {
	case err != nil:
		return err
	case personBefore && !personAfter:
		return errLastPerson
	case keyBefore && !keyAfter && !personAfter:
		return errLastKey
	default:
		return nil
	}
}

// isAdmin reports whether the roles with these ids make an Admin: who has the role and is
// denied to manage the organization by another one is none.
func isAdmin(organization uuid.UUID, roles []cloud.Role, ids []uuid.UUID) bool {
	return slices.Contains(ids, cloud.AdminRoleID) &&
		access.Compile(organization, pick(roles, ids)).Allows(cloud.OrganizationManage, cloud.OrganizationResource(organization))
}

// admins reports whether a person who can sign in, other than besides, is Admin and, when
// none is, whether a usable key is.
func (c *Control) admins(ctx context.Context, tx *store.Tx, organization, besides uuid.UUID) (person, key bool, err error) {
	roles, err := tx.PlainRoles(ctx, organization)
	if err != nil {
		return false, false, err
	}
	actors, err := tx.ActorsWith(ctx, organization, cloud.AdminRoleID)
	if err != nil {
		return false, false, err
	}
	for _, actor := range actors {
		id, is := actor.Person()
		if !is || id == besides {
			continue
		}
		account, err := tx.Member(ctx, organization, id)
		if err != nil {
			return false, false, err
		}
		membership, _ := account.In(organization)
		if !isAdmin(organization, roles, membership.RoleIDs) {
			continue
		}
		if person, err = tx.CanSignIn(ctx, id); person || err != nil {
			return person, false, err
		}
	}
	now := c.clock.Now()
	for _, actor := range actors {
		id, is := actor.Key()
		if !is {
			continue
		}
		k, err := tx.Key(ctx, organization, id)
		if err != nil {
			return false, false, err
		}
		if k.Usable(now) && isAdmin(organization, roles, k.RoleIDs) {
			return false, true, nil
		}
	}
	return false, false, nil
}
