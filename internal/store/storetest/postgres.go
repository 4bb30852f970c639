package storetest

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gatehouse/gatehouse/internal/store"
)

// Main runs the tests of a package that uses PostgreSQL and then stops it: call it
// in TestMain.
func Main(m *testing.M) {
	inMain.Store(true)
	code := m.Run()
	if server.stop != nil {
		server.stop()
	}
	os.Exit(code)
}

// Postgres returns the options of an empty database of its own for the test, in a
// real PostgreSQL that all tests of the process share. It skips the test where
// there is none.
func Postgres(t *testing.T) store.Options {
	t.Helper()
	if !PostgresInstalled() {
		t.Skip("PostgreSQL's server binaries are not on this machine")
	}
	if !inMain.Load() {
		t.Fatal("the package needs func TestMain(m *testing.M) { storetest.Main(m) }, which stops PostgreSQL")
	}
	if server.start(); server.err != nil {
		t.Fatal(server.err)
	}
	name := server.take(t)
	t.Cleanup(func() { server.give(t, name) })
	return store.Options{URL: server.url(name)}
}

// PostgresInstalled reports whether this machine has PostgreSQL's server.
func PostgresInstalled() bool { return binaries() != "" }

// binaries returns the folder of initdb and postgres: that in PATH, else the newest
// of Debian's, or "".
var binaries = sync.OnceValue(func() string {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is right
	version := func(folder string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		return n
	}
	slices.SortFunc(folders, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	for _, folder := range slices.Concat(filepath.SplitList(os.Getenv("PATH")), folders) {
		if isFile(filepath.Join(folder, "initdb")) && isFile(filepath.Join(folder, "postgres")) {
			return folder
		}
	}
	return ""
})

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

var (
	inMain atomic.Bool
	server postgres
)

// postgres is the one server of the process.
type postgres struct {
	once   sync.Once
	err    error
	folder string
	stop   func()

	mu        sync.Mutex
	databases int
	empty     []string // databases that nobody uses
}

// take returns the name of an empty database. PostgreSQL makes one in a second and
// empties one in no time, so that those of earlier tests are used again.
func (p *postgres) take(t *testing.T) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.empty) - 1; last >= 0 {
		name := p.empty[last]
		p.empty = p.empty[:last]
		return name
	}
	p.databases++
	name := fmt.Sprintf("test_%d", p.databases)
	p.exec(t, "postgres", "CREATE DATABASE "+name+" TEMPLATE template0")
	return name
}

// give empties a database, also of connections and settings.
func (p *postgres) give(t *testing.T, name string) {
	t.Helper()
	p.exec(t, name, `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	p.exec(t, name, `DROP SCHEMA public CASCADE; CREATE SCHEMA public; ALTER DATABASE `+name+` RESET ALL`)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.empty = append(p.empty, name)
}

func (p *postgres) start() {
	p.once.Do(func() {
		if p.err = p.run(); p.err != nil {
			p.err = fmt.Errorf("PostgreSQL does not start: %w", p.err)
		}
	})
}

func (p *postgres) run() (err error) {
	who, err := unprivileged()
	if err != nil {
		return err
	}
	base, err := reachable(who)
	if err != nil {
		return err
	}
	if p.folder, err = os.MkdirTemp(base, "gatehouse-postgres-"); err != nil {
		return err
	}
	p.stop = func() { _ = os.RemoveAll(p.folder) }
	if who != nil {
		if err := os.Chown(p.folder, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	//nolint:noctx // it lives as long as the process
	cmd := exec.Command("/bin/sh", "-c", keeper, p.folder, binaries(),
		// Durable as in production, small as a test.
		"-k", p.folder, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=16MB", "-c", "dynamic_shared_memory_type=mmap",
		"-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "jit=off", "-c", "restart_after_crash=off")
	cmd.Dir = p.folder
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	// Out of reach of what ends the process group of the test.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
	return p.serve(cmd)
}

// keeper runs the server until standard input ends: also when the test process is
// killed, PostgreSQL ends and nothing of it remains. $0 is the folder, $1 where the
// programs are, and the rest are the server's.
const keeper = `
	programs=$1; shift; trap : QUIT
	{ "$programs/initdb" --pgdata data --username gatehouse --auth trust --encoding UTF8 --no-locale --no-sync >/dev/null && exec "$programs/postgres" -D data "$@"; } &
	exec 2>&-; cat >/dev/null; kill -QUIT 0; wait; rm -rf "$0"`

// serve starts the server and returns when it accepts connections.
func (p *postgres) serve(keeper *exec.Cmd) error {
	alive, err := keeper.StdinPipe()
	if err != nil {
		return err
	}
	said, err := keeper.StderrPipe()
	if err != nil {
		return err
	}
	if err := keeper.Start(); err != nil {
		return err
	}
	silent := make(chan struct{})
	p.stop = func() {
		_ = alive.Close()
		<-silent
		_ = keeper.Wait()
	}
	ready := make(chan error, 1)
	go func() {
		defer close(silent)
		ready <- awaitLine(said, "ready to accept connections")
		_, _ = io.Copy(io.Discard, said)
	}()
	return <-ready
}

// awaitLine reads until a line with the words, or returns all that was said instead.
func awaitLine(r io.Reader, words string) error {
	var said strings.Builder
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if strings.Contains(lines.Text(), words) {
			return nil
		}
		fmt.Fprintln(&said, lines.Text())
	}
	return errors.New(said.String())
}

// unprivileged returns whom PostgreSQL runs as, because it refuses root; nil for
// the user who runs the test.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("the tests run as root and there is no user postgres or nobody to run it as")
}

// longestSocket is what fits into the path of a unix socket on every system.
const longestSocket = 100

// reachable returns a folder for temporary ones that the user can reach and whose
// name leaves room for that of a socket.
func reachable(who *syscall.Credential) (string, error) {
	for _, base := range []string{memory(), os.TempDir(), "/tmp", "/var/tmp"} {
		if base != "" && len(base)+len("/gatehouse-postgres-0123456789/.s.PGSQL.5432.lock") < longestSocket && (who == nil || everybodyEnters(base)) {
			return base, nil
		}
	}
	return "", errors.New("no folder for temporary files can be entered by everybody")
}

func everybodyEnters(folder string) bool {
	for {
		info, err := os.Stat(folder)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return true
		}
		folder = parent
	}
}

func (p *postgres) url(database string) string {
	query := url.Values{"host": {p.folder}}
	return (&url.URL{Scheme: "postgres", User: url.User("gatehouse"), Host: "localhost", Path: database, RawQuery: query.Encode()}).String()
}

func (p *postgres) exec(t *testing.T, database, statements string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // also for what is cleaned up
	conn, err := pgx.Connect(ctx, p.url(database))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statements); err != nil {
		t.Fatal(err)
	}
}
