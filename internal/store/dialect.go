package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// dialect is the little in which the databases differ. No statement is part of it.
type dialect interface {
	name() string
	goose() goose.Dialect
	open(Options) (*sql.DB, error)
	unreachable(Options) string
	readOptions() *sql.TxOptions
	// claim makes this process the only one that writes, or returns a *StartError.
	claim(context.Context, *sql.DB) (*claim, error)
	// verify looks for damage of the database itself.
	verify(context.Context, *sql.DB) error
}

// claim is the exclusive use of a store.
type claim struct {
	lost    chan struct{}
	release func()
}

func dialectOf(o Options) (dialect, error) {
	switch {
	case o.URL == "sqlite":
		return sqlite{}, nil
	case strings.HasPrefix(o.URL, "postgres://"), strings.HasPrefix(o.URL, "postgresql://"):
		return postgres{}, nil
	default:
		return nil, startErrorf("the store must be `sqlite` or a postgres:// URL")
	}
}

// FileName is the name of the SQLite store in the data directory.
const FileName = "gatehouse.db"

type sqlite struct{}

func (sqlite) name() string         { return "sqlite" }
func (sqlite) goose() goose.Dialect { return goose.DialectSQLite3 }

func (sqlite) open(o Options) (*sql.DB, error) {
	file, err := filepath.Abs(filepath.Join(o.Dir, FileName)) // a file: URL has no relative paths
	if err != nil {
		return nil, err
	}
	// SQLite would create it with the permissions of the umask.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
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

// readOptions: a transaction that only reads is not immediate, and sees one moment in WAL.
func (sqlite) readOptions() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

// claim has nothing to do: the lock on the data directory keeps other processes away.
func (sqlite) claim(context.Context, *sql.DB) (*claim, error) {
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

type postgres struct{}

func (postgres) name() string         { return "postgres" }
func (postgres) goose() goose.Dialect { return goose.DialectPostgres }

func (postgres) open(o Options) (*sql.DB, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		// The error of the parser may repeat the URL, which holds a password.
		return nil, startErrorf("the postgres:// URL of --store cannot be read: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	return db, nil
}

func (postgres) unreachable(Options) string {
	return "PostgreSQL does not answer at the address of --store: start it or correct the URL"
}

func (postgres) readOptions() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// verify leaves it to PostgreSQL, which checks its own pages.
func (postgres) verify(context.Context, *sql.DB) error { return nil }

// advisoryLock is the number of the lock that the one process holds ("gatehous").
const advisoryLock = 0x6761746568_6f7573

// claim takes a lock that lives as long as its connection, and watches it.
func (postgres) claim(ctx context.Context, db *sql.DB) (*claim, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var got bool
	if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(advisoryLock)).Scan(&got); err != nil || !got {
		_ = conn.Close()
		if err != nil {
			return nil, err
		}
		return nil, startErrorf("another Gatehouse uses this PostgreSQL database: stop it, or give this one a database of its own")
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	lost := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		_ = conn.Raw(func(c any) error {
			// No notification comes: this returns when the connection ends.
			_, err := c.(*stdlib.Conn).Conn().WaitForNotification(watch)
			return err
		})
		if watch.Err() == nil {
			close(lost)
		}
	})
	return &claim{lost: lost, release: func() {
		stop()
		watching.Wait()
		_ = conn.Close()
	}}, nil
}
