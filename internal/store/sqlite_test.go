package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestSQLiteFilesAreTheOwnersAlone(t *testing.T) {
	// Nobody but the owner can read the store, its log included, whatever the umask.
	o := storetest.SQLite(t)
	storetest.Fill(t, storetest.Open(t, o))
	files, err := os.ReadDir(o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v", file.Name(), info.Mode())
		}
	}
	if len(files) < 2 {
		t.Errorf("expected the store and its log, got %v", files)
	}
}

func TestSQLiteTakesAnyFolder(t *testing.T) {
	// The data directory may be relative and have any name that a folder can have.
	t.Chdir(t.TempDir())
	for _, dir := range []string{"data", ".", "a b", "50%", "%41", "a?b=c", "#a", "ü", filepath.Join("..", filepath.Base(t.TempDir()))} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		s := storetest.Open(t, store.Options{URL: "sqlite", Dir: dir})
		storetest.Organization(t, s, dir)
		if info, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil || info.Size() == 0 {
			t.Errorf("the store is not in the folder %q: %v", dir, err)
		}
	}
}

func TestSQLiteThatCannotBeOpenedSaysWhatToDo(t *testing.T) {
	// A folder that is not there and a file that is no store are refused, and left as they are.
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := store.Open(t.Context(), store.Options{URL: "sqlite", Dir: missing})
	wantStartError(t, "a missing folder", err, "the data directory cannot be written: choose another with --data")

	dir := t.TempDir()
	file, text := filepath.Join(dir, store.FileName), "this is a letter and not a database, however long it may be"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), store.Options{URL: "sqlite", Dir: dir})
	wantStartError(t, "a letter", err, "the store "+file+" cannot be opened: run `gatehouse doctor`")
	if now, err := os.ReadFile(file); string(now) != text || err != nil {
		t.Errorf("the letter is now %q (%v)", now, err)
	}
}
