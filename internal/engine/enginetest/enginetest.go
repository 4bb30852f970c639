// Package enginetest runs real engines in tests. A test program that uses it calls
// Main in its TestMain, so that it can be the host of an engine.
package enginetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/engine"
)

// Main runs the tests, or the host of an engine when the test program was started as one.
func Main(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == engine.HostCommand {
		os.Exit(engine.RunHost(os.Args[2]))
	}
	os.Exit(m.Run())
}

// Each runs f as a subtest with each kind of engine. A kind that is not on this machine
// is skipped, and fails where CI is set.
func Each(t *testing.T, f func(t *testing.T, e *engine.Engine)) {
	t.Helper()
	for _, kind := range []engine.Kind{engine.KindCHDB, engine.KindClickHouse} {
		t.Run(string(kind), func(t *testing.T) { f(t, Engine(t, kind)) })
	}
}

// Engine returns the engine of a kind: the library that GATEHOUSE_TEST_CHDB names or that
// is installed in the cache, or the official binary that GATEHOUSE_TEST_CLICKHOUSE
// names or that is in PATH. Without it the test is skipped, and fails where CI is set.
func Engine(t testing.TB, kind engine.Kind) *engine.Engine {
	t.Helper()
	e, err := find(t.Context(), kind)
	if err == nil {
		return e
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("the engine %s is missing: %v", kind, err)
	}
	t.Skipf("the engine %s is not on this machine: %v", kind, err)
	return nil
}

// Other returns the engine of the kind that e is not, as Engine does.
func Other(t testing.TB, e *engine.Engine) *engine.Engine {
	t.Helper()
	if e.Kind() == engine.KindCHDB {
		return Engine(t, engine.KindClickHouse)
	}
	return Engine(t, engine.KindCHDB)
}

func find(ctx context.Context, kind engine.Kind) (*engine.Engine, error) {
	options := engine.Options{Want: string(kind)}
	if kind == engine.KindClickHouse {
		options.ClickHouse = os.Getenv("GATEHOUSE_TEST_CLICKHOUSE")
		if options.ClickHouse == "" {
			options.ClickHouse = inPath("clickhouse", "clickhouse-server")
		}
		if options.ClickHouse == "" {
			return nil, errors.New("no clickhouse and no clickhouse-server in PATH")
		}
	} else {
		options.CHDB = os.Getenv("GATEHOUSE_TEST_CHDB")
		cache, err := cacheDir()
		if err != nil {
			return nil, err
		}
		options.Dir = filepath.Join(cache, "gatehouse")
	}
	e, _, err := engine.Find(ctx, options)
	return e, err
}

// cacheDir is where `make test` has the library installed. The user's own cache is closed
// to others, and engines of root's tests run as others.
func cacheDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache", nil
	}
	return os.UserCacheDir()
}

// inPath returns the first program that is in PATH, or where a user has none but root does.
func inPath(names ...string) string {
	for _, name := range names {
		for _, name := range []string{name, "/usr/sbin/" + name} {
			if path, err := exec.LookPath(name); err == nil {
				return path
			}
		}
	}
	return ""
}

// Folder returns a folder for data folders that goes with the test. Others may pass
// through it, so that engines can have users of their own.
func Folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, dir := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(dir, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Spec returns a description of a server of its own, in the jail that there is, with
// the password for `default`.
func Spec(t testing.TB, password string) engine.Spec {
	t.Helper()
	spec := engine.Spec{
		Service: uuid.New(), Dir: filepath.Join(Folder(t), "service"), MemoryBytes: 1 << 30,
		PasswordSHA256: sha256.Sum256([]byte(password)), Jail: engine.JailAuto,
	}
	if os.Geteuid() == 0 {
		spec.UID, spec.GID = engine.BaseUID, engine.BaseUID
	}
	return spec
}

// Start starts a server, which ends with the test.
func Start(t testing.TB, e *engine.Engine, spec engine.Spec) *engine.Server {
	t.Helper()
	s, err := e.Start(t.Context(), spec)
	if err != nil {
		t.Fatalf("start: %v\n%s", err, Log(spec.Dir))
	}
	t.Cleanup(func() {
		if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Log returns the end of what an engine has written to its own log.
func Log(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "log", "host.log"))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4096):])
}
