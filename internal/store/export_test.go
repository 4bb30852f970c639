package store

import (
	"context"
	"io/fs"
	"time"
)

// WithMigrations makes the program one of another schema.
func (o Options) WithMigrations(files fs.FS) Options {
	o.migrations = files
	return o
}

// WithSchema makes the program one of an older schema version. It cannot read or
// write what came later.
func (o Options) WithSchema(version int64) Options {
	o.version = version
	return o
}

// NewestSchema returns the schema version that the program works with.
func NewestSchema() int64 { return Options{}.newestVersion() }

// WithHeartbeat makes the watch of the lock quicker.
func (o Options) WithHeartbeat(every time.Duration) Options {
	o.heartbeat = every
	return o
}

// BackupTables returns the names of the tables in a backup, in their order.
func BackupTables() (names []string) {
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// Setting returns a setting of the connections of a PostgreSQL store.
func Setting(ctx context.Context, s *Store, name string) (value string) {
	if err := s.db.QueryRowContext(ctx, `SELECT current_setting($1)`, name).Scan(&value); err != nil {
		return err.Error()
	}
	return value
}

// PassingTables are those that a backup leaves out.
func PassingTables() (names []string) {
	for _, t := range tables {
		if t.passing {
			names = append(names, t.name)
		}
	}
	return names
}

// MigrateDown takes the schema of the store back to the version.
func MigrateDown(ctx context.Context, s *Store, version int64) error {
	provider, err := s.migrations()
	if err != nil {
		return err
	}
	_, err = provider.DownTo(ctx, version)
	return err
}
