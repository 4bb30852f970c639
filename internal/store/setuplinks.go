package store

import (
	"context"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ReplaceSetupLink makes the token the only one that sets Gatehouse up.
func (t *Tx) ReplaceSetupLink(ctx context.Context, token cloud.Hash, createdAt, expireAt time.Time) error {
	if _, err := t.exec(ctx, `DELETE FROM setup_links`); err != nil {
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO setup_links (token_hash, created_at, expire_at) VALUES ($1, $2, $3)`,
		token.String(), createdAt.UnixMilli(), expireAt.UnixMilli())
	return err
}
