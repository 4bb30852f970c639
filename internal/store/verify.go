package store

import (
	"context"
	"fmt"
)

// Verify looks for damage: of the file, where the store is one, and of what must
// hold in every store: each key has its record.
func (s *Store) Verify(ctx context.Context) error {
	if err := s.dialect.verify(ctx, s.db); err != nil {
		return err
	}
	var unrecorded int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys k WHERE NOT EXISTS
		(SELECT 1 FROM activities a WHERE a.target_key_id = k.id AND a.type = 'key_create')`).Scan(&unrecorded)
	if err == nil && unrecorded > 0 {
		err = fmt.Errorf("%d keys have no record of their creation: restore a backup", unrecorded)
	}
	return err
}
