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

// schema returns the migrations.
func (o Options) schema() fs.FS {
	if o.migrations != nil {
		return o.migrations
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is one that fs.Sub accepts
	}
	return files
}

// written returns the migrations that SQL alone cannot make.
func written(d dialect) []*goose.Migration {
	return []*goose.Migration{goose.NewGoMigration(keyListVersion, &goose.GoFunc{RunTx: keyListMigration(d)}, nil)}
}

// newestVersion is the schema version that this program works with.
func (o Options) newestVersion() int64 {
	if o.version != 0 {
		return o.version
	}
	names, _ := fs.Glob(o.schema(), "*.sql") // the pattern is right
	newest := int64(keyListVersion)
	for _, name := range names {
		number, _, _ := strings.Cut(name, "_")
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
	if newest := s.options.newestVersion(); version > newest {
		return startErrorf("the store has schema version %d and this Gatehouse knows only %d: start the newer Gatehouse that wrote it", version, newest)
	}
	return nil
}

// migrate brings the schema up to the version.
func (s *Store) migrate(ctx context.Context, version int64) error {
	provider, err := goose.NewProvider(s.dialect.goose(), s.db, s.options.schema(), goose.WithGoMigrations(written(s.dialect)...))
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
