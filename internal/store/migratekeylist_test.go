package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// ofSchema1 returns the lines of a backup that the first schema wrote.
func ofSchema1(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/backup-schema-1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestStoreOfSchema1GetsItsKeysSearchedAndSorted(t *testing.T) {
	// The keys of an older store are found and sorted like new ones, and nothing else of it changes.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		o := options(t)
		older, err := store.Open(t.Context(), o.WithSchema(1))
		if err != nil {
			t.Fatal(err)
		}
		if err := older.Close(); err != nil {
			t.Fatal(err)
		}
		keys := loadSchema1(t, o)
		s := storetest.Open(t, o)
		checkKeyLists(t, s, keys)
		if err := s.Verify(t.Context()); err != nil {
			t.Error(err)
		}

		// A backup of that schema becomes the same.
		backup, restored := zip(t, ofSchema1(t)), options(t)
		if _, err := store.Restore(t.Context(), restored, bytes.NewReader(backup), false); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(storetest.Lasting(t, o), storetest.Lasting(t, restored)); diff != "" {
			t.Errorf("the restored store is not the migrated one (-migrated +restored):\n%s", diff)
		}
		checkKeyLists(t, storetest.Open(t, restored), keys)
	})
}

func TestBackupOfSchema1WithAnExpiryThatIsNoneIsRefused(t *testing.T) {
	// What cannot be brought up to date is refused before anything is changed.
	t.Parallel()
	target, _ := damageTarget(t)
	before := storetest.Dump(t, target)
	lines := strings.SplitAfter(strings.Replace(ofSchema1(t), `"expire_text":"2030-`, `"expire_text":"203O-`, 1), "\n")
	text := strings.Join(lines[:len(lines)-2], "")
	refused(t, target, zip(t, text+end(text)), "an expiry that is none", damaged)
	if diff := cmp.Diff(before, storetest.Dump(t, target)); diff != "" {
		t.Errorf("the store was changed (-want +got):\n%s", diff)
	}
}

func TestFoldedTextIsSortedByteByByteInPostgres(t *testing.T) {
	// Keys are in the same order in both dialects, whatever language the database was made for.
	t.Parallel()
	o := storetest.Postgres(t)
	storetest.Open(t, o)
	for _, column := range []string{"name_folded", "creator_folded"} {
		var collation string
		err := storetest.Database(t, o).QueryRowContext(t.Context(), `SELECT COALESCE(collation_name, '') FROM information_schema.columns
			WHERE table_name = 'api_keys' AND column_name = $1`, column).Scan(&collation)
		if err != nil || collation != "C" {
			t.Errorf("%s has the collation %q (%v)", column, collation, err)
		}
	}
}

// loadSchema1 fills a store of the first schema and returns its keys.
func loadSchema1(t *testing.T, o store.Options) (keys []cloud.Key) {
	t.Helper()
	db := storetest.Database(t, o)
	defer db.Close()
	lines := strings.Split(strings.TrimSpace(ofSchema1(t)), "\n")
	for _, line := range lines[1 : len(lines)-1] {
		var in struct {
			Table string
			Row   map[string]any
		}
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.UseNumber()
		if err := decoder.Decode(&in); err != nil {
			t.Fatal(err)
		}
		var columns, places []string
		var values []any
		for column, value := range in.Row {
			if n, ok := value.(json.Number); ok {
				value, _ = n.Int64()
			}
			columns, values = append(columns, column), append(values, value)
			places = append(places, fmt.Sprintf("$%d", len(values)))
		}
		statement := `INSERT INTO ` + in.Table + ` (` + strings.Join(columns, ", ") + `) VALUES (` + strings.Join(places, ", ") + `)`
		if _, err := db.ExecContext(t.Context(), statement, values...); err != nil {
			t.Fatal(err)
		}
		if in.Table == "api_keys" {
			keys = append(keys, keyOfSchema1(t, in.Row))
		}
	}
	if len(keys) == 0 {
		t.Fatal("the backup holds no keys")
	}
	return keys
}

// keyOfSchema1 reads what of a key its place in a list depends on.
func keyOfSchema1(t *testing.T, row map[string]any) (k cloud.Key) {
	t.Helper()
	text := func(column string) string { return row[column].(string) }
	number := func(column string) int64 {
		n, err := row[column].(json.Number).Int64()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var err error
	if k.Expiry, err = cloud.ParseExpiry("expire_text", text("expire_text")); err != nil {
		t.Fatal(err)
	}
	k.ID, k.OrganizationID = mustID(t, text("id")), mustID(t, text("organization_id"))
	k.Name, k.State, k.Sequence = text("name"), cloud.KeyState(text("state")), number("sequence")
	k.Credential.Suffix, k.CreatedBy.Details = text("key_id_suffix"), text("created_by_details")
	if row["used_at"] != nil {
		k.UsedAt = milli(number("used_at"))
	}
	return k
}

// checkKeyLists holds the lists of the store, in each order and each search for a
// word of a key, against the reference.
func checkKeyLists(t *testing.T, s *store.Store, keys []cloud.Key) {
	t.Helper()
	organizations := map[string][]cloud.Key{}
	for _, k := range keys {
		organizations[k.OrganizationID.String()] = append(organizations[k.OrganizationID.String()], k)
	}
	for _, some := range organizations {
		searches := []string{""}
		for _, k := range some {
			searches = append(searches, strings.ToUpper(firstWord(k.Name)), k.Credential.Suffix)
		}
		for _, sort := range cloud.KeySorts() {
			for _, search := range searches {
				q := store.KeyQuery{Sort: sort, Search: search, Descending: len(search)%2 == 1, At: storetest.Morning, Limit: 1000}
				got, err := keysOf(t.Context(), s, some[0].OrganizationID, q)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(namesOf(listed(some, q)), namesOf(got)); diff != "" {
					t.Errorf("%+v (-want +got):\n%s", q, diff)
				}
			}
		}
	}
}

func firstWord(text string) string { return slices.Concat(strings.Fields(text), []string{""})[0] }
