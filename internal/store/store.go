// Package store keeps the control state: one SQL store in two dialects, SQLite and
// PostgreSQL, with one set of statements. A change and its activities are written
// in one transaction; when Write returns, it survives a crash and a power cut.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ErrUncertain is wrapped by the error of a Write whose commit was sent but not
// answered: the change may have been made or not.
var ErrUncertain = errors.New("it is not known whether the change was committed")

// ErrUnchanged, returned by the function given to Write, ends the transaction
// without a change and without an error.
var ErrUnchanged = errors.New("nothing to change")

// writeLimit bounds a write whose client may have gone: an answer is owed to the
// memory of the process, not only to the client.
const writeLimit = 30 * time.Second

// Options say how a store is opened.
type Options struct {
	// URL is "sqlite" for a file in Dir, or a postgres:// URL.
	URL string
	// Dir is the data directory, for SQLite.
	Dir string
	// Log receives what happens without a caller.
	Log *slog.Logger
	// Commit, when not nil, is called with the commit of each Write: for tests
	// that lose the answer.
	Commit func(commit func() error) error
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
	s, err := connect(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := s.takeOver(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Inspect opens an existing store of this version for reading, beside the process
// that has it. It returns a *StartError when that cannot be done.
func Inspect(ctx context.Context, options Options) (*Store, error) {
	s, err := connect(ctx, options)
	if err != nil {
		return nil, err
	}
	version, err := s.schemaVersion(ctx)
	if err == nil {
		err = s.checkVersion(version)
	}
	if err == nil && version < newestVersion() {
		err = startErrorf("the store has schema version %d and this Gatehouse works with %d: start `gatehouse serve` once to bring it up to date", version, newestVersion())
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func connect(ctx context.Context, options Options) (*Store, error) {
	d, err := dialectOf(options)
	if err != nil {
		return nil, err
	}
	db, err := d.open(options)
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

func (s *Store) takeOver(ctx context.Context) error {
	version, err := s.schemaVersion(ctx)
	if err != nil {
		return err
	}
	if err := s.checkVersion(version); err != nil {
		return err
	}
	if s.claim, err = s.dialect.claim(ctx, s.db); err != nil {
		return err
	}
	if err := s.migrate(ctx, 0); err != nil {
		return err
	}
	return s.db.QueryRowContext(ctx, `UPDATE control_state SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch`).Scan(&s.epoch)
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

// querier is what *sql.DB and *sql.Tx have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Reader reads, all as of one moment.
type Reader struct{ q querier }

// Read calls f with a reader that sees the store as of one moment. It returns the
// error of f, or Unavailable when the store does not answer.
func (s *Store) Read(ctx context.Context, f func(*Reader) error) error {
	tx, err := s.db.BeginTx(ctx, s.dialect.readOptions())
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return f(&Reader{tx})
}

// Tx makes one change.
type Tx struct {
	Reader
	tx       *sql.Tx
	revision int64
	written  int64
}

// Write calls f with a transaction and commits it unless f returns an error. All
// writes of all processes stand in one line, so what f has read stays true until
// the commit. It returns the revision of the change, which is durable then; 0 when
// f returned ErrUnchanged. Otherwise it returns the error of f, Unavailable when
// the store does not answer, or an error that wraps ErrUncertain. That the client
// has gone does not stop a write.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) (int64, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, unavailable(err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	t := &Tx{Reader: Reader{tx}, tx: tx}
	// The first statement takes the row that makes writers wait for each other.
	err = tx.QueryRowContext(ctx, `UPDATE control_state SET revision = revision + 1 WHERE id = 1 AND epoch = $1 RETURNING revision`, s.epoch).Scan(&t.revision)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, &cloud.Error{Code: cloud.Unavailable, Message: "Another Gatehouse has taken over the store", Err: err}
	}
	if err != nil {
		return 0, unavailable(err)
	}
	if err := f(t); err != nil {
		if errors.Is(err, ErrUnchanged) {
			return 0, nil
		}
		return 0, err
	}
	commit := tx.Commit
	if s.options.Commit != nil {
		commit = func() error { return s.options.Commit(tx.Commit) }
	}
	if err := commit(); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	return t.revision, nil
}

// positions is how many rows one change can put in order.
const positions = 1 << 20

// next returns the place of a new row in the order of all rows.
func (t *Tx) next() int64 {
	t.written++
	return t.revision*positions + t.written
}

func (t *Tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func unavailable(err error) error {
	return &cloud.Error{Code: cloud.Unavailable, Message: "The store does not answer; ask again in a moment", Err: err, RetryAfter: time.Second}
}

// StartError says in one sentence why a store cannot be opened and what to do.
type StartError struct {
	Message string
	Err     error
}

// Error returns the sentence, and the cause behind it.
func (e *StartError) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + " (" + e.Err.Error() + ")"
}

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

func startErrorf(format string, args ...any) error {
	return &StartError{Message: fmt.Sprintf(format, args...)}
}
