// Package store keeps the control state: one SQL store in two dialects, SQLite and
// PostgreSQL, with one set of statements. A change and its activities are written
// in one transaction; when Write returns, it survives a crash and a power cut.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
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
	// Commit, when not nil, is called with the commit of each transaction that
	// writes: for tests that lose the answer.
	Commit func(commit func() error) error

	// Not nil in tests that need another schema or a shorter wait.
	migrations fs.FS
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
	return s.failure(f(&Reader{tx}))
}

// Tx makes one change. Its statements run until the time of the write is over,
// whatever becomes of the context they are called with.
type Tx struct {
	Reader
	steady   steady
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
	return s.write(ctx, 1, f)
}

// write lets the revision grow by growth and calls f.
func (s *Store) write(ctx context.Context, growth int64, f func(*Tx) error) (int64, error) {
	tx, err := s.db.BeginTx(ctx, s.dialect.writeOptions())
	if err != nil {
		return 0, unavailable(err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	t := &Tx{Reader: Reader{steady{tx, ctx}}, steady: steady{tx, ctx}}
	// The first statement takes the row that makes writers wait for each other.
	err = tx.QueryRowContext(ctx, `UPDATE control_state SET revision = revision + $1 WHERE id = 1 AND epoch = $2 RETURNING revision`, growth, s.epoch).Scan(&t.revision)
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
		return 0, s.failure(err)
	}
	if err := s.commit(tx); err != nil {
		return 0, err
	}
	return t.revision, nil
}

// commit returns an error that wraps ErrUncertain.
func (s *Store) commit(tx *sql.Tx) error {
	commit := tx.Commit
	if s.options.Commit != nil {
		commit = func() error { return s.options.Commit(tx.Commit) }
	}
	if err := commit(); err != nil {
		return fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	return nil
}

// steady runs statements under the context of the write: that of the caller may
// end with the client, and would take the transaction with it.
type steady struct {
	tx  *sql.Tx
	ctx context.Context
}

func (s steady) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.tx.QueryContext(s.ctx, query, args...)
}

func (s steady) QueryRowContext(_ context.Context, query string, args ...any) *sql.Row {
	return s.tx.QueryRowContext(s.ctx, query, args...)
}

func (s steady) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	return s.tx.ExecContext(s.ctx, query, args...)
}

// positions is how many rows one change can put in order.
const positions = 1 << 20

// next returns the place of a new row in the order of all rows.
func (t *Tx) next() int64 {
	t.written++
	return t.revision*positions + t.written
}

// exec returns how many rows the statement was about.
func (t *Tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.steady.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// execOne is exec for a statement about one row. It returns NotFound with the
// sentence when there is none.
func (t *Tx) execOne(ctx context.Context, sentence, query string, args ...any) error {
	n, err := t.exec(ctx, query, args...)
	if err == nil && n == 0 {
		err = cloud.Errorf(cloud.NotFound, "%s", sentence)
	}
	return err
}

// failure returns the error of a transaction, as Unavailable when it comes from a
// store that does not answer.
func (s *Store) failure(err error) error {
	var known *cloud.Error
	if err == nil || errors.As(err, &known) || !unanswered(err) && !s.dialect.unanswered(err) {
		return err
	}
	return unavailable(err)
}

// unanswered reports whether the error says that the time is over or the connection ended.
func unanswered(err error) bool {
	var network net.Error
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
}

func unavailable(err error) error {
	return &cloud.Error{Code: cloud.Unavailable, Message: "The store does not answer; ask again in a moment", Err: err, RetryAfter: time.Second}
}

// StartError says in one sentence why a store cannot be opened, backed up or
// restored, and what to do.
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
