package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// SetupLink is a link that is not used up. Whether its time is over is for others to say.
// Without a person and an invitation it sets up the first person.
type SetupLink struct {
	PersonID     uuid.UUID // whose password it resets
	InvitationID uuid.UUID // which it accepts
	ExpireAt     time.Time
}

// Kind returns what the link is for.
func (l SetupLink) Kind() cloud.LinkKind {
	switch {
	case l.PersonID != uuid.Nil:
		return cloud.LinkReset
	case l.InvitationID != uuid.Nil:
		return cloud.LinkInvitation
	default:
		return cloud.LinkSetup
	}
}

// SetupLink returns the link with this token, or NotFound.
func (r *Reader) SetupLink(ctx context.Context, token cloud.Hash) (SetupLink, error) {
	row := r.q.QueryRowContext(ctx, `SELECT COALESCE(user_id, $2), COALESCE(invitation_id, $2), expire_at FROM setup_links WHERE token_hash = $1`, token.String(), uuid.Nil.String())
	return found(row, func(scan func(...any) error) (l SetupLink, err error) {
		var expire int64
		err = scan(uuidColumn{&l.PersonID}, uuidColumn{&l.InvitationID}, &expire)
		l.ExpireAt = time.UnixMilli(expire).UTC()
		return l, err
	}, "Link not found")
}

// ReplaceSetupLink makes the token the only one that sets up a new person.
func (t *Tx) ReplaceSetupLink(ctx context.Context, token cloud.Hash, createdAt, expireAt time.Time) error {
	if err := t.DeleteSetupLinks(ctx); err != nil {
		return err
	}
	return t.insertLink(ctx, token, nil, nil, createdAt, expireAt)
}

// ReplaceResetLink makes the token the only one that resets the password of the person.
func (t *Tx) ReplaceResetLink(ctx context.Context, person uuid.UUID, token cloud.Hash, createdAt, expireAt time.Time) error {
	if err := t.DeleteResetLinks(ctx, person); err != nil {
		return err
	}
	return t.insertLink(ctx, token, person.String(), nil, createdAt, expireAt)
}

// InsertInvitationLink makes the token one that accepts the invitation, beside those that
// do already: somebody may follow an older one.
func (t *Tx) InsertInvitationLink(ctx context.Context, invitation uuid.UUID, token cloud.Hash, createdAt, expireAt time.Time) error {
	return t.insertLink(ctx, token, nil, invitation.String(), createdAt, expireAt)
}

// ExtendInvitationLinks lets all links of the invitation work until the instant, except
// the oldest when there are more than most.
func (t *Tx) ExtendInvitationLinks(ctx context.Context, invitation uuid.UUID, expireAt time.Time, most int) error {
	_, err := t.exec(ctx, `DELETE FROM setup_links WHERE invitation_id = $1 AND token_hash NOT IN
		(SELECT token_hash FROM setup_links WHERE invitation_id = $1 ORDER BY created_at DESC, token_hash LIMIT $2)`, invitation.String(), most)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE setup_links SET expire_at = $2 WHERE invitation_id = $1`, invitation.String(), expireAt.UnixMilli())
	return err
}

func (t *Tx) insertLink(ctx context.Context, token cloud.Hash, person, invitation any, createdAt, expireAt time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO setup_links (token_hash, created_at, expire_at, user_id, invitation_id) VALUES ($1, $2, $3, $4, $5)`,
		token.String(), createdAt.UnixMilli(), expireAt.UnixMilli(), person, invitation)
	return err
}

// DeleteSetupLinks removes what sets up a new person.
func (t *Tx) DeleteSetupLinks(ctx context.Context) error {
	_, err := t.exec(ctx, `DELETE FROM setup_links WHERE user_id IS NULL AND invitation_id IS NULL`)
	return err
}

// DeleteResetLinks removes what resets the password of the person.
func (t *Tx) DeleteResetLinks(ctx context.Context, person uuid.UUID) error {
	_, err := t.exec(ctx, `DELETE FROM setup_links WHERE user_id = $1`, person.String())
	return err
}

// DeleteInvitationLinks removes what accepts the invitation.
func (t *Tx) DeleteInvitationLinks(ctx context.Context, invitation uuid.UUID) error {
	_, err := t.exec(ctx, `DELETE FROM setup_links WHERE invitation_id = $1`, invitation.String())
	return err
}
