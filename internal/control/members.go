package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Members returns the people of the organization, in the order in which they joined.
func (c *Control) Members(ctx context.Context, p access.Principal, organization uuid.UUID) (members []cloud.Member, err error) {
	if err := c.authorize(p, MemberGetList, organization); err != nil {
		return nil, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		members, err = r.Members(ctx, organization)
		return err
	})
	return members, err
}

// Member returns a person of the organization.
func (c *Control) Member(ctx context.Context, p access.Principal, organization, id uuid.UUID) (member cloud.Member, err error) {
	if err := c.authorize(p, MemberGet, organization); err != nil {
		return member, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		account, err := r.Member(ctx, organization, id)
		member = memberOf(account.Person, organization)
		return err
	})
	return member, err
}

func memberOf(person cloud.Person, organization uuid.UUID) cloud.Member {
	membership, _ := person.In(organization)
	return cloud.Member{Person: person, Membership: membership}
}

// UpdateMember gives a person these roles in place of all they have in the organization,
// unless roleIDs is nil, and returns them as they are then. What is taken away is refused
// from the moment of the answer, in all their sessions.
func (c *Control) UpdateMember(ctx context.Context, p access.Principal, organization, id uuid.UUID, roleIDs *[]uuid.UUID) (member cloud.Member, err error) {
	err = c.write(ctx, p, MemberUpdate, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		account, err := tx.Member(ctx, organization, id)
		if err != nil {
			return change{}, err
		}
		if member = memberOf(account.Person, organization); roleIDs == nil || slices.Equal(member.RoleIDs, *roleIDs) {
			return change{}, store.ErrUnchanged
		}
		if err := c.changeRoles(ctx, tx, p, &member, *roleIDs); err != nil {
			return change{}, err
		}
		person := account.With(member.Membership)
		return change{people: []cloud.Person{person}}, c.record(ctx, tx, organization, p.Actor(), aboutMember(person, cloud.MemberRolesChanged))
	})
	return member, err
}

// changeRoles writes the roles of the member.
func (c *Control) changeRoles(ctx context.Context, tx *store.Tx, p access.Principal, member *cloud.Member, roleIDs []uuid.UUID) error {
	roles, err := tx.PlainRoles(ctx, member.OrganizationID)
	if err != nil {
		return err
	}
	if err := checkGrant(p, member.OrganizationID, roles, member.RoleIDs, roleIDs); err != nil {
		return err
	}
	if widens(member.OrganizationID, pick(roles, member.RoleIDs), pick(roles, roleIDs)) {
		if err := tx.DeleteResetLinks(ctx, member.ID); err != nil { // see endLinksOf
			return err
		}
	}
	member.RoleIDs = roleIDs
	return c.keepsAdmin(ctx, tx, member.OrganizationID, func() error {
		return tx.ReplaceMemberRoles(ctx, member.OrganizationID, member.ID, roleIDs)
	})
}

// DeleteMember ends a person's membership: their sessions do not reach the organization
// any more. A person who deletes themselves leaves it.
func (c *Control) DeleteMember(ctx context.Context, p access.Principal, organization, id uuid.UUID) error {
	return c.write(ctx, p, MemberDelete, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		account, err := tx.Member(ctx, organization, id)
		if err != nil {
			return change{}, err
		}
		err = c.keepsAdmin(ctx, tx, organization, func() error { return tx.DeleteMembership(ctx, organization, id) })
		if err != nil {
			return change{}, err
		}
		kind := cloud.MemberDeleted
		if p.PersonID() == id {
			kind = cloud.MemberLeft
		}
		made := change{people: []cloud.Person{account.Without(organization)}}
		return made, c.record(ctx, tx, organization, p.Actor(), aboutMember(account.Person, kind))
	})
}
