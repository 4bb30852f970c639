package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// schema returns the migrations.
func (o Options) schema() fs.FS {
	if o.migrations != nil {
		return o.migrations
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the name is one that fs.Sub accepts
	}
	return files
}

// migrations returns what goose needs to know. The files are in goose's form, but not
// for goose to read: the databases take all of a file at once, and taking it apart is
// most of what a small store costs to make.
func (s *Store) migrations() (*goose.Provider, error) {
	all := []*goose.Migration{goose.NewGoMigration(keyListVersion, &goose.GoFunc{RunTx: keyListMigration(s.dialect)}, nil)}
	files := s.options.schema()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		up, down, _ := strings.Cut(string(text), "-- +goose Down")
		all = append(all, goose.NewGoMigration(version, execute(up), execute(down)))
	}
	return goose.NewProvider(s.dialect.goose(), s.db, nil, goose.WithGoMigrations(all...), goose.WithDisableGlobalRegistry(true))
}

func execute(statements string) *goose.GoFunc {
	return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statements)
		return err
	}}
}

// newestVersion is the schema version that this program works with.
func (o Options) newestVersion() int64 {
	if o.version != 0 {
		return o.version
	}
	names, _ := fs.Glob(o.schema(), "*.sql") // the pattern is right
	newest := int64(keyListVersion)
	for _, name := range names {
		version, _ := goose.NumericComponent(name) // one without is refused before it matters
		newest = max(newest, version)
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
	provider, err := s.migrations()
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
