package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

const (
	notABackup = "this file is not a backup of Gatehouse: choose one that `gatehouse backup` wrote"
	cutOff     = "the backup is cut off: use another copy"
	damaged    = "the backup is damaged: use another copy"
)

func TestBackupMovesBetweenDialects(t *testing.T) {
	// A backup does not know where it came from: a store can move from SQLite to PostgreSQL and back, and is the same.
	t.Parallel()
	lite, first, server, second := storetest.SQLite(t), storetest.SQLite(t), storetest.Postgres(t), storetest.Postgres(t)
	s := storetest.Open(t, lite)
	storetest.Fill(t, s)
	original, info := storetest.Backup(t, s)
	for _, move := range []struct{ from, to store.Options }{{lite, server}, {server, first}, {server, second}} {
		restored, err := store.Restore(t.Context(), move.to, bytes.NewReader(original), false)
		if err != nil {
			t.Fatal(err)
		}
		if restored != info {
			t.Errorf("%+v was restored and %+v was backed up", restored, info)
		}
		if diff := cmp.Diff(storetest.Lasting(t, lite), storetest.Lasting(t, move.to)); diff != "" {
			t.Errorf("the content changed on its way (-want +got):\n%s", diff)
		}
		moved := storetest.Open(t, move.to)
		if again, _ := storetest.Backup(t, moved); !bytes.Equal(again, original) {
			t.Errorf("the backup after the move is not the same:\n%s\nand was\n%s", unzip(t, again), unzip(t, original))
		}
	}
}

func TestBackupHasEveryTable(t *testing.T) {
	// A table that a migration adds is in the backup, after those it refers to.
	o := storetest.SQLite(t)
	s := storetest.Open(t, o)
	storetest.Fill(t, s)
	names := store.BackupTables()
	db := storetest.Database(t, o)
	rows, err := db.QueryContext(t.Context(), `SELECT m.name, COALESCE(f."table", '') FROM sqlite_master m LEFT JOIN pragma_foreign_key_list(m.name) f
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT IN ('goose_db_version', 'control_state')`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, parent string
		if err := rows.Scan(&name, &parent); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(names, name) {
			t.Errorf("the table %s is not in the backup: add it to tables.go", name)
		}
		if parent != "" && slices.Index(names, parent) >= slices.Index(names, name) {
			t.Errorf("the table %s must come after %s in tables.go", name, parent)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	text := unzip(t, first(storetest.Backup(t, s)))
	for _, name := range names {
		has, wanted := strings.Contains(text, `{"table":"`+name+`","row":{`), !slices.Contains(store.PassingTables(), name)
		switch {
		case wanted && !has:
			t.Errorf("the backup has no row of the table %s: let storetest.Fill write one", name)
		case has && !wanted:
			t.Errorf("the backup has rows of the table %s, which would work again after a restore", name)
		}
	}
}

func TestBackupIsReadable(t *testing.T) {
	// The format is lines of JSON that other programs can read: it must stay as it is, because old backups must be restored.
	o := storetest.SQLite(t)
	s := storetest.Open(t, o)
	id := uuid.MustParse("6f3c7f86-3f5e-4a4e-9a0e-5a3a1f0f6a10")
	storetest.Write(t, s, func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertOrganization(ctx, cloud.Organization{ID: id, Name: "Ünï <b>", CreatedAt: storetest.Morning, EnableCoreDumps: true})
	})
	want := fmt.Sprintf(`{"format":"gatehouse-backup","version":1,"schema":%d,"revision":1,"createdAt":"2026-03-01T09:00:00.123Z"}
{"table":"organizations","row":{"id":"6f3c7f86-3f5e-4a4e-9a0e-5a3a1f0f6a10","name":"Ünï \u003cb\u003e","created_at":1772355600123,"enable_core_dumps":true,"private_endpoints":"null","revision":1}}
`, store.NewestSchema())
	want += end(want)
	if got := unzip(t, first(storetest.Backup(t, s))); got != want {
		t.Errorf("the backup is\n%s\nand should be\n%s", got, want)
	}
}

func TestDamagedBackupIsRefusedUntouched(t *testing.T) {
	// Whichever byte of a backup is wrong or missing, it is refused, and the store stays as it was.
	t.Parallel()
	target, backup := damageTarget(t)
	step := 17
	if testing.Short() {
		step = 97
	}
	before := storetest.Dump(t, target)
	for at := 0; at < len(backup); at += step {
		if at >= 4 && at < 10 {
			continue // gzip's time, level and system, which nothing depends on
		}
		wrong := bytes.Clone(backup)
		wrong[at] ^= 0xff
		refused(t, target, wrong, fmt.Sprintf("byte %d is wrong", at), notABackup, cutOff, damaged)
		refused(t, target, backup[:at], fmt.Sprintf("cut off at byte %d", at), notABackup, cutOff)
	}
	refused(t, target, backup[:len(backup)-1], "cut off at the last byte", cutOff)
	refused(t, target, append(bytes.Clone(backup), 0), "a byte too many", damaged, cutOff)
	refused(t, target, append(bytes.Clone(backup), backup...), "twice", damaged)
	if diff := cmp.Diff(before, storetest.Dump(t, target)); diff != "" {
		t.Errorf("the store was changed (-want +got):\n%s", diff)
	}
}

func TestDamagedTextOfABackupIsRefusedUntouched(t *testing.T) {
	// Damage from before the compression, which gzip does not see, is found by the checksum.
	t.Parallel()
	target, backup := damageTarget(t)
	text := unzip(t, backup)
	step := 41
	if testing.Short() {
		step = 97
	}
	before := storetest.Dump(t, target)
	for at := 0; at < len(text); at += step {
		wrong := []byte(text)
		wrong[at] ^= 0x20 // of a letter, its case
		refused(t, target, zip(t, string(wrong)), fmt.Sprintf("byte %d is wrong", at), notABackup, cutOff, damaged)
		refused(t, target, zip(t, text[:at]), fmt.Sprintf("cut off at byte %d", at), notABackup, cutOff)
	}
	lines := strings.SplitAfter(text, "\n")
	for i := range lines[:len(lines)-1] {
		refused(t, target, zip(t, strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")), fmt.Sprintf("without line %d", i), notABackup, cutOff, damaged)
		refused(t, target, zip(t, strings.Join(slices.Insert(slices.Clone(lines), i, lines[i]), "")), fmt.Sprintf("line %d twice", i), damaged)
		refused(t, target, zip(t, strings.ReplaceAll(text, lines[i], strings.TrimSuffix(lines[i], "\n")+"\r\n")), fmt.Sprintf("line %d with a carriage return", i), damaged)
	}
	if diff := cmp.Diff(before, storetest.Dump(t, target)); diff != "" {
		t.Errorf("the store was changed (-want +got):\n%s", diff)
	}
}

func TestBackupThatWasMadeUpIsRefused(t *testing.T) {
	// A backup with a right checksum is no reason for trust: what it says is data, of the types and rules of the schema.
	t.Parallel()
	target, backup := damageTarget(t)
	lines := strings.SplitAfter(unzip(t, backup), "\n")
	header, organization, key := lines[0], lines[1], lines[2]
	schema := fmt.Sprintf(`"schema":%d`, store.NewestSchema())
	sound := func(rows ...string) string { return header + strings.Join(rows, "") }
	before := storetest.Dump(t, target)
	for name, c := range map[string]struct{ text, want string }{
		"a table that is not there":          {sound(`{"table":"sqlite_master","row":{}}` + "\n"), damaged},
		"a table that is not copied":         {sound(`{"table":"control_state","row":{"id":2,"revision":1,"epoch":1}}` + "\n"), damaged},
		"a statement for a table":            {sound(strings.Replace(organization, `"organizations"`, `"organizations; DROP TABLE organizations"`, 1)), damaged},
		"a statement for a column":           {sound(strings.Replace(organization, `"name":`, `"name) VALUES (1); --":`, 1)), damaged},
		"a column too few":                   {sound(strings.Replace(organization, `,"revision":1`, ``, 1)), damaged},
		"a column too many":                  {sound(strings.Replace(organization, `"revision":1`, `"revision":1,"more":1`, 1)), damaged},
		"a text for a number":                {sound(strings.Replace(organization, `"revision":1`, `"revision":"1"`, 1)), damaged},
		"a number for a text":                {sound(strings.Replace(organization, `"private_endpoints":"null"`, `"private_endpoints":1`, 1)), damaged},
		"a number that is not whole":         {sound(strings.Replace(organization, `"revision":1`, `"revision":1.5`, 1)), damaged},
		"a number that is too large":         {sound(strings.Replace(organization, `"revision":1`, `"revision":9223372036854775808`, 1)), damaged},
		"a number for a boolean":             {sound(strings.Replace(organization, `"enable_core_dumps":true`, `"enable_core_dumps":1`, 1)), damaged},
		"an object for a text":               {sound(strings.Replace(organization, `"private_endpoints":"null"`, `"private_endpoints":{}`, 1)), damaged},
		"null where there must be something": {sound(strings.Replace(organization, `"revision":1`, `"revision":null`, 1)), damaged},
		"a state that does not exist":        {sound(organization, strings.Replace(key, `"state":"enabled"`, `"state":"admin"`, 1)), damaged},
		"the same row twice":                 {sound(organization, organization), damaged},
		"a key without its organization":     {sound(key), damaged},
		"a row that is no object":            {sound("[]\n"), damaged},
		"a row that is no JSON":              {sound("row\n"), damaged},
		"another format":                     {strings.Replace(header, "gatehouse-backup", "other-backup", 1), notABackup},
		"an old format":                      {strings.Replace(header, `"version":1`, `"version":0`, 1), notABackup},
		"a negative revision":                {strings.Replace(header, `"revision":`, `"revision":-`, 1), notABackup},
		"no schema":                          {strings.Replace(header, schema, `"schema":0`, 1), notABackup},
		"a newer format":                     {strings.Replace(header, `"version":1`, `"version":2`, 1), "the backup has format version 2 and this Gatehouse knows only 1: restore it with the newer Gatehouse that wrote it"},
		"a newer schema":                     {strings.Replace(header, schema, fmt.Sprintf(`"schema":%d`, store.NewestSchema()+1), 1), newerSchema()},
	} {
		if strings.Contains(strings.Join(lines, ""), c.text) {
			t.Fatalf("%s: nothing was made up", name)
		}
		refused(t, target, zip(t, c.text+end(c.text)), name, c.want)
	}
	refused(t, target, zip(t, header+strings.Repeat("x", 65<<20)), "a line without an end", damaged)
	refused(t, target, nil, "nothing", notABackup)
	refused(t, target, zip(t, ""), "gzip of nothing", cutOff)
	refused(t, target, []byte(strings.Join(lines, "")), "not compressed", notABackup)
	if diff := cmp.Diff(before, storetest.Dump(t, target)); diff != "" {
		t.Errorf("the store was changed (-want +got):\n%s", diff)
	}
}

func TestBackupThatCannotBeReadSaysSo(t *testing.T) {
	// A disk that fails below a backup is not called damage of the backup.
	t.Parallel()
	target, backup := damageTarget(t)
	broken := errors.New("the disk is broken")
	for _, n := range []int{0, 5, len(backup) / 2, len(backup)} {
		_, err := store.Restore(t.Context(), target, io.MultiReader(bytes.NewReader(backup[:n]), iotest.ErrReader(broken)), true)
		wantStartError(t, fmt.Sprintf("after %d bytes", n), err, "the backup cannot be read")
		if !errors.Is(err, broken) {
			t.Errorf("the cause is not told: %v", err)
		}
	}
}

func TestBackupOfAnOlderSchemaIsBroughtUpToDate(t *testing.T) {
	// Old backups stay good: a newer Gatehouse restores them into an empty store and over a store in use.
	t.Parallel()
	old := storetest.SQLite(t)
	s := storetest.Open(t, old)
	storetest.Fill(t, s)
	backup, info := storetest.Backup(t, s)
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		for _, used := range []bool{false, true} {
			to := options(t).WithMigrations(nextSchema(t))
			if used {
				s, err := store.Open(t.Context(), to)
				if err != nil {
					t.Fatal(err)
				}
				storetest.Organization(t, s, "in use")
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			restored, err := store.Restore(t.Context(), to, bytes.NewReader(backup), used)
			if err != nil {
				t.Fatal(err)
			}
			if restored != info {
				t.Errorf("%+v was restored and %+v was backed up", restored, info)
			}
			var keys int
			if err := storetest.Database(t, to).QueryRowContext(t.Context(), `SELECT COUNT(*) FROM api_keys WHERE colour = 'none'`).Scan(&keys); err != nil || keys == 0 {
				t.Errorf("%d keys have got a colour (%v)", keys, err)
			}
			newer := storetest.Open(t, to)
			newBackup, _ := storetest.Backup(t, newer)
			_, err = store.Restore(t.Context(), storetest.SQLite(t), bytes.NewReader(newBackup), false)
			wantStartError(t, "the old Gatehouse", err, newerSchema())
		}
	})
}

func TestRestoreRefusesAPostgresDatabaseInUse(t *testing.T) {
	// A backup is not restored under a Gatehouse that runs, whatever was said.
	t.Parallel()
	o := storetest.Postgres(t)
	s := storetest.Open(t, o)
	storetest.Fill(t, s)
	backup, _ := storetest.Backup(t, s)
	before := storetest.Dump(t, o)
	_, err := store.Restore(t.Context(), o, bytes.NewReader(backup), true)
	wantStartError(t, "the restore", err, "another Gatehouse uses this PostgreSQL database: stop it, or give this one a database of its own")
	if diff := cmp.Diff(before, storetest.Dump(t, o)); diff != "" {
		t.Errorf("the store was changed (-want +got):\n%s", diff)
	}
}

// newerSchema refuses a backup of nextSchema.
func newerSchema() string {
	return fmt.Sprintf("the backup has schema version %d and this Gatehouse knows only %d: restore it with the newer Gatehouse that wrote it",
		store.NewestSchema()+1, store.NewestSchema())
}

// damageTarget returns a store in use and a small backup of another.
func damageTarget(t *testing.T) (store.Options, []byte) {
	t.Helper()
	s := storetest.Open(t, storetest.SQLite(t))
	storetest.Key(t, s, storetest.Organization(t, s, "acme"), "first", cloud.AdminRoleID)
	backup, _ := storetest.Backup(t, s)
	target := storetest.SQLite(t)
	storetest.Organization(t, storetest.Open(t, target), "in use")
	return target, backup
}

// refused fails the test unless the backup is refused with one of the sentences and leaves nothing.
func refused(t *testing.T, target store.Options, backup []byte, what string, sentences ...string) {
	t.Helper()
	_, err := store.Restore(t.Context(), target, bytes.NewReader(backup), true)
	var start *store.StartError
	if !errors.As(err, &start) || !slices.Contains(sentences, start.Message) {
		t.Errorf("%s: expected one of %q, got %v", what, sentences, err)
	}
	files, err := os.ReadDir(target.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), store.FileName) {
			t.Fatalf("%s: the restore left %s", what, file.Name())
		}
	}
}

// end returns the last line of a backup with these lines.
func end(lines string) string {
	return fmt.Sprintf(`{"rows":%d,"sha256":"%x"}`, strings.Count(lines, "\n")-1, sha256.Sum256([]byte(lines))) + "\n"
}

func zip(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func unzip(t *testing.T, backup []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(backup))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func first[A, B any](a A, _ B) A { return a }
