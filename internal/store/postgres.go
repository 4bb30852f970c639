package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

type postgres struct{}

func (postgres) name() string         { return "postgres" }
func (postgres) goose() goose.Dialect { return goose.DialectPostgres }

func (postgres) open(o Options, _ bool) (*sql.DB, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		// The error of the parser may repeat the URL, which holds a password.
		return nil, startErrorf("the postgres:// URL of --store cannot be read: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(keepCommits))
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	return db, nil
}

// keepCommits makes a commit durable before it is answered, whatever the database
// was set to.
func keepCommits(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}

func (postgres) unreachable(Options) string {
	return "PostgreSQL does not answer at the address of --store: start it or correct the URL"
}

// unanswered is true for the classes of errors that are about the server and not
// about the statement: connection, rollback for others' sake, resources, operator, system.
func (postgres) unanswered(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return len(e.Code) == 5 && slices.Contains([]string{"08", "40", "53", "57", "58"}, e.Code[:2])
	}
	return pgconn.SafeToRetry(err) || pgconn.Timeout(err)
}

// full implements dialect. The code is disk_full.
func (postgres) full(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "53100"
}

func (postgres) readOptions() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// verify leaves it to PostgreSQL, which checks its own pages.
func (postgres) verify(context.Context, *sql.DB) error { return nil }

// writeOptions: after the wait for the writer before, a statement must see what
// that one wrote, whatever isolation the database is set to.
func (postgres) writeOptions() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}
