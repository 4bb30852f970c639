package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/pressly/goose/v3"
	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// FileName is the name of the SQLite store in the data directory.
const FileName = "gatehouse.db"

type sqlite struct{}

func (sqlite) name() string         { return "sqlite" }
func (sqlite) goose() goose.Dialect { return goose.DialectSQLite3 }

func (sqlite) open(o Options, create bool) (*sql.DB, error) {
	file, err := filepath.Abs(filepath.Join(o.Dir, FileName)) // a file: URL has no relative paths
	if err != nil {
		return nil, err
	}
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	// SQLite would create it with the permissions of the umask.
	f, err := os.OpenFile(file, flags, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !create:
		return nil, &StartError{Message: "there is no store in the data directory: choose it with --data, or start `gatehouse serve` once", Err: err}
	case err != nil:
		return nil, &StartError{Message: "the data directory cannot be written: choose another with --data", Err: err}
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	pragmas := url.Values{
		"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(10000)"},
		"_txlock": {"immediate"},
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: file, RawQuery: pragmas.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return db, nil
}

func (sqlite) unreachable(o Options) string {
	return "the store " + filepath.Join(o.Dir, FileName) + " cannot be opened: run `gatehouse doctor`"
}

// unanswered is true for what another process, the disk or the file system causes.
func (sqlite) unanswered(err error) bool {
	var e *driver.Error
	return errors.As(err, &e) && slices.Contains([]int{
		codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_READONLY, codes.SQLITE_INTERRUPT, codes.SQLITE_IOERR, codes.SQLITE_FULL, codes.SQLITE_CANTOPEN,
	}, e.Code()&0xff)
}

// full implements dialect.
func (sqlite) full(err error) bool {
	var e *driver.Error
	return errors.As(err, &e) && e.Code()&0xff == codes.SQLITE_FULL
}

// readOptions: a transaction that only reads is not immediate, and sees one moment in WAL.
func (sqlite) readOptions() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

// writeOptions: a transaction that writes is immediate.
func (sqlite) writeOptions() *sql.TxOptions { return nil }

// claim has nothing to do: the lock on the data directory keeps other processes away.
func (sqlite) claim(context.Context, *sql.DB, Options) (*claim, error) {
	return &claim{lost: make(chan struct{}), release: func() {}}, nil
}

func (sqlite) verify(ctx context.Context, db *sql.DB) error {
	var found string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return fmt.Errorf("the file %s is damaged (%s): restore a backup", FileName, found)
	}
	return nil
}
