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
	for _, what := range []struct{ plural, query string }{
		{"keys", `SELECT COUNT(*) FROM api_keys k WHERE NOT EXISTS (SELECT 1 FROM activities a WHERE a.target_key_id = k.id AND a.type = 'key_create')`},
		{"services", `SELECT COUNT(*) FROM services WHERE id NOT IN (SELECT target_id FROM activities WHERE type = 'service_create')`},
	} {
		var unrecorded int
		if err := s.db.QueryRowContext(ctx, what.query).Scan(&unrecorded); err != nil {
			return err
		}
		if unrecorded > 0 {
			return fmt.Errorf("%d %s have no record of their creation: restore a backup", unrecorded, what.plural)
		}
	}
	return nil
}
