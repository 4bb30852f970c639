// Package store keeps the control state: one SQL store in two dialects, SQLite and
// PostgreSQL, with one set of statements. A change and its activities are written
// in one transaction; when Write returns, it survives a crash and a power cut.
package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"time"
)

// Options say how a store is opened.
type Options struct {
	// URL is "sqlite" for a file in Dir, or a postgres:// URL.
	URL string
	// Dir is the data directory, for SQLite.
	Dir string
	// Log receives what happens without a caller.
	Log *slog.Logger
	// Commit, when not nil, is called with the commit of each transaction that
	// writes: for tests that lose the answer.
	Commit func(commit func() error) error

	// Not nil in tests that need another schema, an older one or a shorter wait.
	migrations fs.FS
	version    int64
	heartbeat  time.Duration
}

// Store is an open store. It is safe for concurrent use.
type Store struct {
	db      *sql.DB
	dialect dialect
	options Options
	epoch   int64
	claim   *claim
}

// Open opens the store for this process alone, creates it when there is none and
// brings its schema up to date. It returns a *StartError, which says what to do,
// when the store is of a newer version or another process has it; then nothing was
// changed.
func Open(ctx context.Context, options Options) (*Store, error) {
	s, err := connect(ctx, options, true)
	if err != nil {
		return nil, err
	}
	if err := s.takeOver(ctx, func(int64) error { return nil }); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Inspect opens an existing store of this version for reading, beside the process
// that has it. It returns a *StartError when that cannot be done.
func Inspect(ctx context.Context, options Options) (*Store, error) {
	s, err := connect(ctx, options, false)
	if err != nil {
		return nil, err
	}
	version, err := s.schemaVersion(ctx)
	if err == nil {
		err = s.checkVersion(version)
	}
	if newest := options.newestVersion(); err == nil && version < newest {
		err = startErrorf("the store has schema version %d and this Gatehouse works with %d: start `gatehouse serve` once to bring it up to date", version, newest)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect opens the database. When create is false, it must exist.
func connect(ctx context.Context, options Options, create bool) (*Store, error) {
	d, err := dialectOf(options)
	if err != nil {
		return nil, err
	}
	db, err := d.open(options, create)
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, &StartError{Message: d.unreachable(options), Err: err}
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return &Store{db: db, dialect: d, options: options}, nil
}

// takeOver makes this process the only one that writes. Nothing is changed unless
// allowed, which is called with the schema version when no other process can change
// the store any more, returns nil.
func (s *Store) takeOver(ctx context.Context, allowed func(version int64) error) (err error) {
	if s.claim, err = s.dialect.claim(ctx, s.db, s.options); err != nil {
		return err
	}
	version, err := s.schemaVersion(ctx)
	if err != nil {
		return err
	}
	if err := s.checkVersion(version); err != nil {
		return err
	}
	if err := allowed(version); err != nil {
		return err
	}
	if err := s.migrate(ctx, s.options.newestVersion()); err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, s.dialect.writeOptions())
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if err := tx.QueryRowContext(ctx, `UPDATE control_state SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch`).Scan(&s.epoch); err != nil {
		return err
	}
	return tx.Commit()
}

// Lost is closed when the store may have been taken over by another process.
func (s *Store) Lost() <-chan struct{} {
	if s.claim == nil {
		return nil
	}
	return s.claim.lost
}

// Close gives the store back. What was written stays.
func (s *Store) Close() error {
	if s.claim != nil {
		s.claim.release()
	}
	return s.db.Close()
}

// Dialect returns "sqlite" or "postgres".
func (s *Store) Dialect() string { return s.dialect.name() }

// Check reads one row and returns Unavailable when the store does not answer.
func (s *Store) Check(ctx context.Context) error {
	var revision int64
	if err := s.db.QueryRowContext(ctx, `SELECT revision FROM control_state WHERE id = 1`).Scan(&revision); err != nil {
		return unavailable(err)
	}
	return nil
}
