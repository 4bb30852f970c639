package store

import (
	"context"
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// newestVersion is the schema version that this program works with.
func newestVersion() int64 {
	names, _ := fs.Glob(migrations, "migrations/*.sql") // the pattern is right
	newest := int64(0)
	for _, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		n, _ := strconv.ParseInt(number, 10, 64)
		newest = max(newest, n)
	}
	return newest
}

// schemaVersion returns the version of the store, 0 for an empty one.
func (s *Store) schemaVersion(ctx context.Context) (int64, error) {
	var version *int64
	if err := s.db.QueryRowContext(ctx, `SELECT MAX(version_id) FROM goose_db_version`).Scan(&version); err != nil {
		// Not there, or not readable: which of both shows when it is migrated.
		return 0, s.db.PingContext(ctx)
	}
	if version == nil {
		return 0, nil
	}
	return *version, nil
}

func (s *Store) checkVersion(version int64) error {
	if version > newestVersion() {
		return startErrorf("the store has schema version %d and this Gatehouse knows only %d: start the newer Gatehouse that wrote it", version, newestVersion())
	}
	return nil
}

// migrate brings the schema to the version, or to the newest when it is 0.
func (s *Store) migrate(ctx context.Context, version int64) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(s.dialect.goose(), s.db, files)
	if err != nil {
		return err
	}
	if version == 0 {
		version = newestVersion()
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
