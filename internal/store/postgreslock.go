package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// advisoryLock is the number of the lock that the one process holds ("gatehous").
const advisoryLock = 0x6761746568_6f7573

// lockNotAvailable is the SQLSTATE of a lock_timeout.
const lockNotAvailable = "55P03"

// heartbeat is how often the connection of the lock is asked whether it is alive,
// and how long it may take to answer.
const heartbeat = 5 * time.Second

// claim takes a lock that lives as long as its connection, and watches it.
func (postgres) claim(ctx context.Context, db *sql.DB, o Options) (*claim, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := takeLock(ctx, conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	every := heartbeat
	if o.heartbeat > 0 {
		every = o.heartbeat
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	lost := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		_ = conn.Raw(func(c any) error {
			return watchLock(watch, c.(*stdlib.Conn).Conn(), every)
		})
		if watch.Err() == nil {
			close(lost)
		}
	})
	return &claim{lost: lost, release: func() {
		stop()
		watching.Wait()
		// The server would see the end of the connection a moment after this process.
		_ = within(context.WithoutCancel(ctx), every, func(ctx context.Context) error {
			_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, int64(advisoryLock))
			return err
		})
		_ = conn.Close()
	}}, nil
}

// takeLock waits a moment: the server may not yet have seen that the process before died.
func takeLock(ctx context.Context, conn *sql.Conn) error {
	// The lock of a machine that vanished must not keep its successor waiting for hours.
	_, err := conn.ExecContext(ctx, `SELECT set_config('lock_timeout', '2s', false), set_config('tcp_keepalives_idle', '10', false),
		set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)`)
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(advisoryLock))
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == lockNotAvailable {
		return startErrorf("another Gatehouse uses this PostgreSQL database: stop it, or give this one a database of its own")
	}
	return err
}

// watchLock returns when the connection does not work any more or ctx is done.
func watchLock(ctx context.Context, conn *pgx.Conn, every time.Duration) error {
	for {
		// No notification comes: this returns at once when the server ends the connection.
		if err := within(ctx, every, func(ctx context.Context) error {
			_, err := conn.WaitForNotification(ctx)
			return err
		}); err != nil && (conn.IsClosed() || ctx.Err() != nil) {
			return err
		}
		// A network that drops everything shows only when something is asked.
		if err := within(ctx, every, conn.Ping); err != nil {
			return err
		}
	}
}

func within(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return f(ctx)
}
