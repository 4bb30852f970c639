package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// writeLimit bounds a write whose client may have gone: an answer is owed to the
// memory of the process, not only to the client.
const writeLimit = 30 * time.Second

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
		return 0, s.notNow(err)
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

// commit returns an error that wraps ErrUncertain, or Unavailable where the disk is full: then
// the database has not committed and says so.
func (s *Store) commit(tx *sql.Tx) error {
	commit := tx.Commit
	if s.options.Commit != nil {
		commit = func() error { return s.options.Commit(tx.Commit) }
	}
	if err := commit(); s.dialect.full(err) {
		return noSpace(err)
	} else if err != nil {
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
