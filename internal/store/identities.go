package store

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// AccountByIdentity returns the person whom the sign-in provider knows so, or NotFound.
func (r *Reader) AccountByIdentity(ctx context.Context, issuer, subject string) (cloud.Account, error) {
	row := r.q.QueryRowContext(ctx, `SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2`, issuer, subject)
	id, err := found(row, func(scan func(...any) error) (id uuid.UUID, err error) { return id, scan(uuidColumn{&id}) }, personNotFound)
	if err != nil {
		return cloud.Account{}, err
	}
	return r.Account(ctx, id)
}

// HasIdentity reports whether the provider with this issuer knows the person.
func (r *Reader) HasIdentity(ctx context.Context, person uuid.UUID, issuer string) (has bool, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM identities WHERE user_id = $1 AND issuer = $2)`, person.String(), issuer).Scan(&has)
	return has, err
}

// InsertIdentity lets a person sign in as whom a provider knows so.
func (t *Tx) InsertIdentity(ctx context.Context, person uuid.UUID, i cloud.Identity) error {
	_, err := t.exec(ctx, `INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)`,
		i.Issuer, i.Subject, person.String(), i.CreatedAt.UnixMilli())
	return err
}
