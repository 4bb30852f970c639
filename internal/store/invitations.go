package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const (
	invitationColumns = `id, organization_id, sequence, email, created_at, expire_at, created_by_type, created_by_id, created_by_details, mail`

	invitationNotFound = "Invitation not found"
)

// Invitations returns the invitations of the organization that can be accepted at the
// instant, oldest first.
func (r *Reader) Invitations(ctx context.Context, organization uuid.UUID, at time.Time) ([]cloud.Invitation, error) {
	return r.invitations(ctx, `organization_id = $1 AND expire_at > $2`, organization.String(), at.UnixMilli())
}

// InvitationsTo returns the invitations of all organizations to this address, which
// cloud.ParseEmail returned, that can be accepted at the instant, oldest first.
func (r *Reader) InvitationsTo(ctx context.Context, email string, at time.Time) ([]cloud.Invitation, error) {
	return r.invitations(ctx, `email = $1 AND expire_at > $2`, email, at.UnixMilli())
}

// Invitation returns an invitation that can be accepted at the instant, or NotFound.
func (r *Reader) Invitation(ctx context.Context, id uuid.UUID, at time.Time) (cloud.Invitation, error) {
	found, err := r.invitations(ctx, `id = $1 AND expire_at > $2`, id.String(), at.UnixMilli())
	if err == nil && len(found) == 0 {
		err = cloud.Errorf(cloud.NotFound, invitationNotFound)
	}
	if err != nil {
		return cloud.Invitation{}, err
	}
	return found[0], nil
}

// invitations reads those of which the condition holds, with their roles.
func (r *Reader) invitations(ctx context.Context, condition string, args ...any) ([]cloud.Invitation, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+invitationColumns+` FROM invitations WHERE `+condition+` ORDER BY sequence`, args...)
	if err != nil {
		return nil, err
	}
	list, err := collect(rows, scanInvitation)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	rows, err = r.q.QueryContext(ctx, `SELECT invitation_id, role_id FROM invitation_roles
		WHERE invitation_id IN (SELECT id FROM invitations WHERE `+condition+`) ORDER BY sequence`, args...)
	if err != nil {
		return nil, err
	}
	type given struct{ invitation, role uuid.UUID }
	roles, err := collect(rows, func(scan func(...any) error) (g given, err error) {
		return g, scan(uuidColumn{&g.invitation}, uuidColumn{&g.role})
	})
	of := map[uuid.UUID][]uuid.UUID{}
	for _, g := range roles {
		of[g.invitation] = append(of[g.invitation], g.role)
	}
	for i := range list {
		list[i].RoleIDs = of[list[i].ID]
	}
	return list, err
}

func scanInvitation(scan func(...any) error) (i cloud.Invitation, err error) {
	var created, expire int64
	err = scan(uuidColumn{&i.ID}, uuidColumn{&i.OrganizationID}, &i.Sequence, &i.Email, &created, &expire,
		&i.InvitedBy.Type, &i.InvitedBy.ID, &i.InvitedBy.Details, &i.Mail)
	i.CreatedAt, i.ExpireAt = time.UnixMilli(created).UTC(), time.UnixMilli(expire).UTC()
	return i, err
}

// InsertInvitation adds an invitation with its roles and returns it with its place in
// the order. One to the same address that has expired makes room.
func (t *Tx) InsertInvitation(ctx context.Context, i cloud.Invitation) (cloud.Invitation, error) {
	if err := t.deleteInvitations(ctx, `organization_id = $1 AND email = $2 AND expire_at <= $3`, i.OrganizationID.String(), i.Email, i.CreatedAt.UnixMilli()); err != nil {
		return i, err
	}
	i.Sequence = t.next()
	_, err := t.exec(ctx, `INSERT INTO invitations (`+invitationColumns+`, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		i.ID.String(), i.OrganizationID.String(), i.Sequence, i.Email, i.CreatedAt.UnixMilli(), i.ExpireAt.UnixMilli(),
		string(i.InvitedBy.Type), i.InvitedBy.ID, i.InvitedBy.Details, string(i.Mail), t.revision)
	if err != nil {
		return i, err
	}
	for _, role := range i.RoleIDs {
		if _, err := t.exec(ctx, `INSERT INTO invitation_roles (invitation_id, role_id, sequence) VALUES ($1, $2, $3)`, i.ID.String(), role.String(), t.next()); err != nil {
			return i, err
		}
	}
	return i, nil
}

// UpdateInvitation writes until when an invitation can be accepted and what became of its
// mail. It returns NotFound if there is no such invitation.
func (t *Tx) UpdateInvitation(ctx context.Context, i cloud.Invitation) error {
	return t.execOne(ctx, invitationNotFound, `UPDATE invitations SET expire_at = $2, mail = $3, revision = $4 WHERE id = $1`,
		i.ID.String(), i.ExpireAt.UnixMilli(), string(i.Mail), t.revision)
}

// DeleteInvitation removes an invitation with its roles and links; of one that is gone, nothing.
func (t *Tx) DeleteInvitation(ctx context.Context, id uuid.UUID) error {
	return t.deleteInvitations(ctx, `id = $1`, id.String())
}

// DeleteExpiredInvitations removes those that cannot be accepted any more.
func (t *Tx) DeleteExpiredInvitations(ctx context.Context, at time.Time) error {
	return t.deleteInvitations(ctx, `expire_at <= $1`, at.UnixMilli())
}

func (t *Tx) deleteInvitations(ctx context.Context, condition string, args ...any) error {
	for _, statement := range []string{
		`DELETE FROM setup_links WHERE invitation_id IN (SELECT id FROM invitations WHERE ` + condition + `)`,
		`DELETE FROM invitation_roles WHERE invitation_id IN (SELECT id FROM invitations WHERE ` + condition + `)`,
		`DELETE FROM invitations WHERE ` + condition,
	} {
		if _, err := t.exec(ctx, statement, args...); err != nil {
			return err
		}
	}
	return nil
}
