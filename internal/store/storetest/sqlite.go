package storetest

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/store"
)

// SQLite returns the options of an empty store in a folder of its own for the test.
func SQLite(t *testing.T) store.Options {
	t.Helper()
	return store.Options{URL: "sqlite", Dir: folder(t)}
}
