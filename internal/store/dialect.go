package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/pressly/goose/v3"
)

// dialect is the little in which the databases differ. No statement is part of it.
type dialect interface {
	name() string
	goose() goose.Dialect
	// open returns a *StartError that says what to do. When create is false, the
	// database must exist.
	open(o Options, create bool) (*sql.DB, error)
	unreachable(Options) string
	// unanswered reports whether the error is the database's word for "not now".
	unanswered(error) bool
	// full reports whether the error says that the disk of the database is full. Such an
	// error is also unanswered.
	full(error) bool
	readOptions() *sql.TxOptions
	writeOptions() *sql.TxOptions
	// claim makes this process the only one that writes, or returns a *StartError.
	claim(context.Context, *sql.DB, Options) (*claim, error)
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
