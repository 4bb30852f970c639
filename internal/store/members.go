package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const memberNotFound = "Member not found"

// Members returns the people of the organization, oldest membership first.
func (r *Reader) Members(ctx context.Context, organization uuid.UUID) ([]cloud.Member, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+accountColumns+` FROM users
		WHERE id IN (SELECT user_id FROM memberships WHERE organization_id = $1)`, organization.String())
	if err != nil {
		return nil, err
	}
	people, err := collect(rows, scanPerson)
	if err != nil {
		return nil, err
	}
	of, err := r.memberships(ctx, `SELECT user_id, organization_id, joined_at, sequence FROM memberships WHERE organization_id = $1 ORDER BY sequence`,
		`SELECT actor, organization_id, role_id FROM role_assignments WHERE organization_id = $1 AND actor LIKE 'user/%' ORDER BY sequence`, organization.String())
	if err != nil {
		return nil, err
	}
	members := make([]cloud.Member, 0, len(people))
	for _, p := range people {
		members = append(members, cloud.Member{Person: p, Membership: of[p.ID][0]})
	}
	slices.SortFunc(members, func(a, b cloud.Member) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return members, nil
}

// Member returns a person of the organization with all their memberships, or NotFound.
func (r *Reader) Member(ctx context.Context, organization, id uuid.UUID) (cloud.Account, error) {
	account, err := r.Account(ctx, id)
	if _, is := account.In(organization); err == nil && !is || cloud.CodeOf(err) == cloud.NotFound {
		return cloud.Account{}, cloud.Errorf(cloud.NotFound, memberNotFound)
	}
	return account, err
}

// CountMembers returns how many people are in the organization.
func (r *Reader) CountMembers(ctx context.Context, organization uuid.UUID) (n int, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT COUNT(*) FROM memberships WHERE organization_id = $1`, organization.String()).Scan(&n)
	return n, err
}

// InsertMembership makes a person a member with the roles and returns the membership
// with its place in the order.
func (t *Tx) InsertMembership(ctx context.Context, person uuid.UUID, m cloud.Membership) (cloud.Membership, error) {
	m.Sequence = t.next()
	_, err := t.exec(ctx, `INSERT INTO memberships (organization_id, user_id, joined_at, sequence) VALUES ($1, $2, $3, $4)`,
		m.OrganizationID.String(), person.String(), m.JoinedAt.UnixMilli(), m.Sequence)
	if err != nil {
		return m, err
	}
	return m, t.assignRoles(ctx, m.OrganizationID, cloud.PersonActor(person), m.RoleIDs)
}

// ReplaceMemberRoles gives the member these roles in place of those they have.
func (t *Tx) ReplaceMemberRoles(ctx context.Context, organization, person uuid.UUID, roles []uuid.UUID) error {
	if err := t.releaseRoles(ctx, organization, cloud.PersonActor(person)); err != nil {
		return err
	}
	return t.assignRoles(ctx, organization, cloud.PersonActor(person), roles)
}

// DeleteMembership ends a membership with its roles. It returns NotFound if there is no
// such member. The person stays, with what they are elsewhere.
func (t *Tx) DeleteMembership(ctx context.Context, organization, person uuid.UUID) error {
	if err := t.releaseRoles(ctx, organization, cloud.PersonActor(person)); err != nil {
		return err
	}
	return t.execOne(ctx, memberNotFound, `DELETE FROM memberships WHERE organization_id = $1 AND user_id = $2`, organization.String(), person.String())
}
