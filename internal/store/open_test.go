package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// nextSchema is that of a Gatehouse to come: keys have colours.
func nextSchema(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: data}
	}
	files[fmt.Sprintf("%05d_colours.sql", store.NewestSchema()+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\nALTER TABLE api_keys ADD COLUMN colour TEXT NOT NULL DEFAULT 'none';\n")}
	return files
}

func TestNewerStoreIsRefusedUntouched(t *testing.T) {
	// A Gatehouse that is older than the store says so and leaves every byte of it as it is.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		o := options(t)
		newer, err := store.Open(t.Context(), o.WithMigrations(nextSchema(t)))
		if err != nil {
			t.Fatal(err)
		}
		storetest.Fill(t, newer)
		if err := newer.Close(); err != nil {
			t.Fatal(err)
		}
		before := storetest.Dump(t, o)
		for name, open := range map[string]func() (*store.Store, error){
			"Open":    func() (*store.Store, error) { return store.Open(t.Context(), o) },
			"Inspect": func() (*store.Store, error) { return store.Inspect(t.Context(), o) },
		} {
			_, err := open()
			wantStartError(t, name, err, fmt.Sprintf("the store has schema version %d and this Gatehouse knows only %d: start the newer Gatehouse that wrote it",
				store.NewestSchema()+1, store.NewestSchema()))
		}
		if after := storetest.Dump(t, o); after != before {
			t.Errorf("the store was changed from\n%s\nto\n%s", before, after)
		}
		storetest.Open(t, o.WithMigrations(nextSchema(t))) // the newer one goes on
	})
}

func TestOlderStoreIsBroughtUpToDate(t *testing.T) {
	// A newer Gatehouse keeps all that an older one wrote; only opening, not inspecting, changes the schema.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		o := options(t)
		older := storetest.Open(t, o)
		storetest.Fill(t, older)
		state, err := older.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := older.Close(); err != nil {
			t.Fatal(err)
		}
		o = o.WithMigrations(nextSchema(t))
		before := storetest.Dump(t, o)
		_, err = store.Inspect(t.Context(), o)
		wantStartError(t, "Inspect", err, fmt.Sprintf("the store has schema version %d and this Gatehouse works with %d: start `gatehouse serve` once to bring it up to date",
			store.NewestSchema(), store.NewestSchema()+1))
		if after := storetest.Dump(t, o); after != before {
			t.Errorf("Inspect changed the store from\n%s\nto\n%s", before, after)
		}
		newer := storetest.Open(t, o)
		now, err := newer.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(now.Keys) != len(state.Keys) || now.Revision != state.Revision {
			t.Errorf("there are %d keys at revision %d, and there were %d at %d", len(now.Keys), now.Revision, len(state.Keys), state.Revision)
		}
	})
}

func TestInspectWorksBesideTheOpenStore(t *testing.T) {
	// Whoever inspects a store sees what was committed, may not write, and does not disturb the one that has it.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		o := options(t)
		s := storetest.Open(t, o)
		storetest.Fill(t, s)
		before := storetest.Dump(t, o)
		inspected, err := store.Inspect(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer inspected.Close()
		if inspected.Lost() != nil {
			t.Error("a store that is inspected can be lost")
		}
		if err := inspected.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := inspected.Write(t.Context(), func(*store.Tx) error { return nil }); cloud.CodeOf(err) != cloud.Unavailable {
			t.Errorf("a store that is inspected was written to: %v", err)
		}
		if after := storetest.Dump(t, o); after != before {
			t.Errorf("Inspect changed the store from\n%s\nto\n%s", before, after)
		}
		revision := storetest.Write(t, s, func(context.Context, *store.Tx) error { return nil })
		now, err := inspected.State(t.Context())
		if err != nil || now.Revision != revision {
			t.Errorf("the inspected store is at revision %d and not %d (%v)", now.Revision, revision, err)
		}
		backup, _ := storetest.Backup(t, inspected)
		if len(backup) == 0 {
			t.Error("the backup is empty")
		}
	})
}

func TestInspectNeedsAStore(t *testing.T) {
	// Inspecting what is not there says so and makes nothing.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		o := options(t)
		if o.Dir == "" {
			before := storetest.Dump(t, o)
			_, err := store.Inspect(t.Context(), o)
			wantStartError(t, "Inspect", err, fmt.Sprintf("the store has schema version 0 and this Gatehouse works with %d: start `gatehouse serve` once to bring it up to date",
				store.NewestSchema()))
			if after := storetest.Dump(t, o); after != before {
				t.Errorf("Inspect made\n%s", after)
			}
			return
		}
		_, err := store.Inspect(t.Context(), o)
		wantStartError(t, "Inspect", err, "there is no store in the data directory: choose it with --data, or start `gatehouse serve` once")
		if files, err := os.ReadDir(o.Dir); len(files) > 0 || err != nil {
			t.Errorf("Inspect made %v (%v)", files, err)
		}
	})
}

func TestWriterOfAnOldEpochIsRefused(t *testing.T) {
	// A process that lost the store to another one writes nothing any more, neither changes nor uses.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		o := options(t)
		old, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		if old.Dialect() == "postgres" {
			terminateLockHolder(t, o)
			<-old.Lost()
		}
		storetest.Fill(t, storetest.Open(t, o))
		before := storetest.Dump(t, o)
		called := false
		_, err = old.Write(t.Context(), func(*store.Tx) error {
			called = true
			return nil
		})
		if cloud.CodeOf(err) != cloud.Unavailable || !strings.Contains(err.Error(), "Another Gatehouse has taken over the store") || called {
			t.Errorf("expected to be refused before the function is called, got %v", err)
		}
		if err := old.MarkUsed(t.Context(), nil); cloud.CodeOf(err) != cloud.Unavailable {
			t.Errorf("uses were written: %v", err)
		}
		if after := storetest.Dump(t, o); after != before {
			t.Errorf("the store was changed from\n%s\nto\n%s", before, after)
		}
	})
}

func TestUnknownStoreIsRefused(t *testing.T) {
	// What is neither SQLite nor PostgreSQL is named as the choice there is, and a password in it is not repeated.
	t.Parallel()
	for url, message := range map[string]string{
		"":                                      "the store must be `sqlite` or a postgres:// URL",
		"mysql://u:hunter2@h/d":                 "the store must be `sqlite` or a postgres:// URL",
		"postgres://u:hunter2@h:port/d":         "the postgres:// URL of --store cannot be read: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE",
		"postgres://u:hunter2@h/d?sslmode=what": "the postgres:// URL of --store cannot be read: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE",
	} {
		_, err := store.Open(t.Context(), store.Options{URL: url, Dir: t.TempDir()})
		wantStartError(t, url, err, message)
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func wantStartError(t *testing.T, what string, err error, message string) {
	t.Helper()
	var start *store.StartError
	if !errors.As(err, &start) || start.Message != message {
		t.Errorf("%s: expected a StartError with %q, got %v", what, message, err)
	}
}
