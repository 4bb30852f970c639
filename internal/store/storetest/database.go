package storetest

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/gatehouse/gatehouse/internal/store"
)

// Database opens the database under a store, for what the store does not show.
func Database(t *testing.T, o store.Options) *sql.DB {
	t.Helper()
	driver, source := "pgx", o.URL
	if o.URL == "sqlite" {
		driver, source = "sqlite", "file:"+filepath.Join(o.Dir, store.FileName)+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Dump returns every row of every table, sorted, the tables without excepted. It is
// the same text for the same content in both dialects.
func Dump(t *testing.T, o store.Options, without ...string) string {
	t.Helper()
	db := Database(t, o)
	defer func() { _ = db.Close() }()
	var lines []string
	for _, table := range tables(t, db, o) {
		if !slices.Contains(without, table) {
			lines = append(lines, rows(t, db, table)...)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Content is a Dump without what belongs to the database rather than to the control
// state: the migrations and who has taken it over.
func Content(t *testing.T, o store.Options) string {
	t.Helper()
	return Dump(t, o, "goose_db_version", "control_state")
}

// Lasting is Content without what a backup leaves out: sessions, links and counts.
func Lasting(t *testing.T, o store.Options) string {
	t.Helper()
	return Dump(t, o, "goose_db_version", "control_state", "sessions", "setup_links", "request_counts", "engine_settings")
}

func tables(t *testing.T, db *sql.DB, o store.Options) (names []string) {
	t.Helper()
	query := `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	if o.URL == "sqlite" {
		query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	}
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		var name string
		if err := found.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

func rows(t *testing.T, db *sql.DB, table string) (lines []string) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	types, err := found.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, column := range types {
		columns = append(columns, column.Name())
	}
	lines = append(lines, table+" has the columns "+strings.Join(columns, ", "))
	for found.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if n, ok := v.(int64); ok && types[i].DatabaseTypeName() == "BOOLEAN" {
				values[i] = n != 0 // SQLite has none
			}
		}
		line, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, table+" "+string(line))
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
