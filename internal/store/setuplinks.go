package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// SetupLink is a link that is not used up. Whether its time is over is for others to say.
type SetupLink struct {
	// PersonID is whose password the link resets; the nil UUID for the set-up of a new person.
	PersonID uuid.UUID
	ExpireAt time.Time
}

// SetupLink returns the link with this token, or NotFound.
func (r *Reader) SetupLink(ctx context.Context, token cloud.Hash) (SetupLink, error) {
	row := r.q.QueryRowContext(ctx, `SELECT COALESCE(user_id, $2), expire_at FROM setup_links WHERE token_hash = $1`, token.String(), uuid.Nil.String())
	return found(row, func(scan func(...any) error) (l SetupLink, err error) {
		var expire int64
		err = scan(uuidColumn{&l.PersonID}, &expire)
		l.ExpireAt = time.UnixMilli(expire).UTC()
		return l, err
	}, "Link not found")
}

// ReplaceSetupLink makes the token the only one that sets up a new person.
func (t *Tx) ReplaceSetupLink(ctx context.Context, token cloud.Hash, createdAt, expireAt time.Time) error {
	if err := t.DeleteSetupLinks(ctx); err != nil {
		return err
	}
	return t.insertLink(ctx, token, nil, createdAt, expireAt)
}

// ReplaceResetLink makes the token the only one that resets the password of the person.
func (t *Tx) ReplaceResetLink(ctx context.Context, person uuid.UUID, token cloud.Hash, createdAt, expireAt time.Time) error {
	if err := t.DeleteResetLinks(ctx, person); err != nil {
		return err
	}
	return t.insertLink(ctx, token, person.String(), createdAt, expireAt)
}

func (t *Tx) insertLink(ctx context.Context, token cloud.Hash, person any, createdAt, expireAt time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO setup_links (token_hash, created_at, expire_at, user_id) VALUES ($1, $2, $3, $4)`,
		token.String(), createdAt.UnixMilli(), expireAt.UnixMilli(), person)
	return err
}

// DeleteSetupLinks removes what sets up a new person.
func (t *Tx) DeleteSetupLinks(ctx context.Context) error {
	_, err := t.exec(ctx, `DELETE FROM setup_links WHERE user_id IS NULL`)
	return err
}

// DeleteResetLinks removes what resets the password of the person.
func (t *Tx) DeleteResetLinks(ctx context.Context, person uuid.UUID) error {
	_, err := t.exec(ctx, `DELETE FROM setup_links WHERE user_id = $1`, person.String())
	return err
}
