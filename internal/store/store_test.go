package store_test

import (
	"flag"
	"testing"

	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "25") // the command line may ask for more
	storetest.Main(m)
}

func TestSQLite(t *testing.T)   { storetest.Run(t, storetest.SQLite) }
func TestPostgres(t *testing.T) { storetest.Run(t, storetest.Postgres) }

// inBothDialects runs a test that says what is not the same in all stores: how they are opened.
func inBothDialects(t *testing.T, f func(t *testing.T, options func(*testing.T) store.Options)) {
	t.Helper()
	for name, options := range map[string]func(*testing.T) store.Options{"SQLite": storetest.SQLite, "Postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, options)
		})
	}
}
