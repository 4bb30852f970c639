package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"slices"
)

// Restore makes a store what it was when the backup was written, whichever dialect
// that was in; its schema is brought up to date. Sessions and links end. The whole backup is read and checked
// before anything is changed, and then changed in one transaction: after a crash the
// store is the old one or the new one. The revision is that of the backup. It
// returns a *StartError, and has changed nothing, when the backup is damaged or newer
// than this program, when another process has the store, and when the store has an
// organization and replace is false; an error that wraps ErrUncertain when the commit
// was not answered. With SQLite, the caller holds the lock on the data directory.
func Restore(ctx context.Context, options Options, r io.Reader, replace bool) (BackupInfo, error) {
	// The backup becomes a store of its own first, which shows that its rows are
	// sound and brings them to the newest schema.
	dir, err := os.MkdirTemp(options.Dir, "restore-")
	if err != nil {
		return BackupInfo{}, &StartError{Message: "there is no place to unpack the backup", Err: err}
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left is private and in the way of nobody
	scratch, info, err := unpack(ctx, Options{URL: "sqlite", Dir: dir, migrations: options.migrations}, r)
	if err != nil {
		return info, err
	}
	defer func() { _ = scratch.Close() }() // it goes with its folder
	s, err := connect(ctx, options, true)
	if err != nil {
		return info, err
	}
	err = s.takeOver(ctx, func(version int64) error {
		if replace || version == 0 {
			return nil
		}
		return s.checkEmpty(ctx)
	})
	if err == nil {
		err = s.replaceAll(ctx, scratch, info.Revision)
	}
	return info, errors.Join(err, s.Close())
}

func (s *Store) checkEmpty(ctx context.Context) error {
	var organizations int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM organizations`).Scan(&organizations); err != nil {
		return err
	}
	if organizations > 0 {
		return startErrorf("the store has an organization, and the backup would replace all that is in it: restore into an empty store, or use --replace")
	}
	return nil
}

// replaceAll makes the rows those of another store of the same schema, in one transaction.
func (s *Store) replaceAll(ctx context.Context, from *Store, revision int64) error {
	tx, err := s.db.BeginTx(ctx, s.dialect.writeOptions())
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	// The epoch, which grew when the store was taken over, stays: whoever had the
	// store before cannot write to the new state.
	err = tx.QueryRowContext(ctx, `UPDATE control_state SET revision = $1 WHERE id = 1 AND epoch = $2 RETURNING revision`, revision, s.epoch).Scan(&revision)
	if errors.Is(err, sql.ErrNoRows) {
		return startErrorf("another Gatehouse has taken over the store: stop it first")
	}
	if err != nil {
		return err
	}
	for _, t := range slices.Backward(tables) {
		//nolint:gosec // the name is one of the schema's
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+t.name); err != nil {
			return err
		}
	}
	load := loader{tx: tx}
	for _, t := range tables {
		if t.passing {
			continue // older backups have links
		}
		err := eachRow(ctx, from.db, t, func(t table, columns []string, values []any) error { return load.add(ctx, t.name, columns, values) })
		if err != nil {
			return err
		}
	}
	if err := load.flush(ctx); err != nil {
		return err
	}
	return s.commit(tx)
}
