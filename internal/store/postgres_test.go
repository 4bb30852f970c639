package store_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestSecondProcessOnThePostgresDatabaseIsRefused(t *testing.T) {
	// One process has the database; another is told so, changes nothing, and gets it when the first gives it back.
	t.Parallel()
	o := storetest.Postgres(t)
	first, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	before := storetest.Dump(t, o)
	_, err = store.Open(t.Context(), o)
	wantStartError(t, "the second", err, "another Gatehouse uses this PostgreSQL database: stop it, or give this one a database of its own")
	if after := storetest.Dump(t, o); after != before {
		t.Errorf("the second changed the store from\n%s\nto\n%s", before, after)
	}
	select {
	case <-first.Lost():
		t.Error("the first lost the store to the second")
	default:
	}
	for range 5 {
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if first, err = store.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLostIsClosedWhenPostgresEndsTheLock(t *testing.T) {
	// A process learns at once that the connection with its lock has ended; closing the store itself is no loss.
	t.Parallel()
	o := storetest.Postgres(t)
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	terminateLockHolder(t, o)
	<-s.Lost()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	s, err = store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-s.Lost():
		t.Error("the store that was closed was lost")
	default:
	}
}

func TestLostIsClosedWhenTheNetworkGoesSilent(t *testing.T) {
	// A network that drops everything without a word is noticed; one that is only idle is not.
	t.Parallel()
	o := storetest.Postgres(t)
	wire := newWire(t, o)
	s, err := store.Open(t.Context(), wire.options.WithHeartbeat(200*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wire.await(50) // bytes, two heartbeats
	select {
	case <-s.Lost():
		t.Error("the idle store was lost")
	default:
	}
	wire.freeze()
	<-s.Lost()
}

func TestPostgresThatEndsConnectionsIsUnavailable(t *testing.T) {
	// Reads and writes that a restart of PostgreSQL cuts off say "not now", leave nothing, and work again afterwards.
	t.Parallel()
	o := storetest.Postgres(t)
	s := storetest.Open(t, o)
	organization := storetest.Organization(t, s, "acme")
	err := s.Read(t.Context(), func(r *store.Reader) error {
		terminateAll(t, o)
		_, err := r.Organizations(t.Context())
		return err
	})
	if cloud.CodeOf(err) != cloud.Unavailable {
		t.Errorf("the read ended with %v", err)
	}
	_, err = s.Write(t.Context(), func(tx *store.Tx) error {
		organization.Name = "changed"
		if err := tx.UpdateOrganization(t.Context(), organization); err != nil {
			return err
		}
		terminateAll(t, o)
		return tx.UpdateOrganization(t.Context(), organization)
	})
	if cloud.CodeOf(err) != cloud.Unavailable || errors.Is(err, store.ErrUncertain) {
		t.Errorf("the write ended with %v", err)
	}
	_, err = s.Write(t.Context(), func(tx *store.Tx) error {
		organization.Name = "changed"
		err := tx.UpdateOrganization(t.Context(), organization)
		terminateAll(t, o)
		return err
	})
	if !errors.Is(err, store.ErrUncertain) {
		t.Errorf("the write whose commit was not answered ended with %v", err)
	}
	state, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if name := state.Organizations[0].Name; name != "acme" || state.Revision != 1 {
		t.Errorf("the organization is %q at revision %d", name, state.Revision)
	}
}

func TestUnreachablePostgresDoesNotRepeatThePassword(t *testing.T) {
	// A PostgreSQL that does not answer or refuses is reported without the password of the URL.
	t.Parallel()
	const password = "hunter2-hunter2"
	socket := url.Values{"host": {t.TempDir()}, "sslmode": {"disable"}}
	for name, u := range map[string]string{
		"nobody listens":    "postgres://gatehouse:" + password + "@127.0.0.1:1/gatehouse?sslmode=disable",
		"no socket":         "postgres://gatehouse:" + password + "@/gatehouse?" + socket.Encode(),
		"password in query": "postgresql://127.0.0.1:1/gatehouse?user=gatehouse&password=" + password,
		"several hosts":     "postgres://gatehouse:" + password + "@127.0.0.1:1,127.0.0.1:2/gatehouse",
	} {
		_, err := store.Open(t.Context(), store.Options{URL: u})
		wantStartError(t, name, err, "PostgreSQL does not answer at the address of --store: start it or correct the URL")
		if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error repeats the password: %v", name, err)
		}
	}
}

func TestPostgresRefusesWithoutThePassword(t *testing.T) {
	// A database that is not there is reported without the password of the URL.
	t.Parallel()
	o := storetest.Postgres(t)
	u, err := url.Parse(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User, u.Path = url.UserPassword("gatehouse", "hunter2"), "missing"
	_, err = store.Open(t.Context(), store.Options{URL: u.String()})
	wantStartError(t, "a missing database", err, "PostgreSQL does not answer at the address of --store: start it or correct the URL")
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error repeats the password: %v", err)
	}
}

func TestPostgresCommitsAreDurableWhateverItsSettings(t *testing.T) {
	// An operator's settings of isolation and of commits do not weaken what Write promises.
	t.Parallel()
	o := storetest.Postgres(t)
	db := storetest.Database(t, o)
	for _, c := range []struct{ set, want string }{{"off", "on"}, {"local", "local"}, {"remote_apply", "remote_apply"}} {
		_, err := db.ExecContext(t.Context(), `DO $$ BEGIN
			EXECUTE format('ALTER DATABASE %I SET synchronous_commit = `+c.set+`', current_database());
			EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database());
		END $$`)
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if got := store.Setting(t.Context(), s, "synchronous_commit"); got != c.want {
			t.Errorf("synchronous_commit is %s and not %s when the server has %s", got, c.want, c.set)
		}
		var both sync.WaitGroup
		for range 8 {
			both.Go(func() {
				for range 5 {
					if _, err := s.Write(t.Context(), func(*store.Tx) error { return nil }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// terminateLockHolder ends the connection that has the lock, as an administrator can.
func terminateLockHolder(t *testing.T, o store.Options) {
	t.Helper()
	terminate(t, o, `pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)`)
}

// terminateAll ends all connections but that of the lock, as a restart would.
func terminateAll(t *testing.T, o store.Options) {
	t.Helper()
	terminate(t, o, `pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')`)
}

func terminate(t *testing.T, o store.Options, which string) {
	t.Helper()
	db := storetest.Database(t, o)
	defer db.Close()
	var n int
	// The second argument waits until the process has ended.
	err := db.QueryRowContext(t.Context(), `SELECT COUNT(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND `+which).Scan(&n)
	if err != nil || n == 0 {
		t.Fatalf("%d connections were ended: %v", n, err)
	}
}

// wire is a network between the store and PostgreSQL that can go silent.
type wire struct {
	options store.Options
	frozen  chan struct{}
	bytes   chan int
}

func newWire(t *testing.T, o store.Options) *wire {
	t.Helper()
	u, err := url.Parse(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	const socket = ".s.PGSQL.5432"
	query := u.Query()
	server := filepath.Join(query.Get("host"), socket)
	var listen net.ListenConfig
	listener, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	query.Del("host")
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = listener.Addr().String(), query.Encode()
	w := &wire{options: store.Options{URL: u.String()}, frozen: make(chan struct{}), bytes: make(chan int)}
	ctx, cancel := context.WithCancel(context.Background())
	var copying sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
		copying.Wait()
	})
	copying.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			var dialer net.Dialer
			server, err := dialer.DialContext(ctx, "unix", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			context.AfterFunc(ctx, func() { _, _ = client.Close(), server.Close() })
			copying.Go(func() { w.carry(client, server) })
			copying.Go(func() { w.carry(server, client) })
		}
	})
	return w
}

// carry copies until the end, and nothing at all once the wire is frozen.
func (w *wire) carry(from io.Reader, to io.WriteCloser) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-w.frozen:
			if err != nil {
				return
			}
			continue
		case w.bytes <- n:
		default:
		}
		if err != nil {
			_ = to.Close()
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// await returns when so many bytes went through.
func (w *wire) await(n int) {
	for n > 0 {
		n -= <-w.bytes
	}
}

func (w *wire) freeze() { close(w.frozen) }
