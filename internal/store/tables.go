package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// table is a table and the order in which its rows are copied. What is passing is not
// copied: a session that was ended or a link that was used since the backup would work
// again, and what engines say of themselves they say again.
type table struct {
	name, order string
	passing     bool
}

// tables are those of the newest schema that are the control state, parents before
// children. control_state is not among them: it says where this store stands.
var tables = []table{
	{"organizations", "created_at, id", false},
	{"users", "created_at, id", false},
	{"memberships", "sequence", false},
	{"api_keys", "sequence", false},
	{"roles", "sequence", false},
	{"role_assignments", "sequence", false},
	{"invitations", "sequence", false},
	{"invitation_roles", "sequence", false},
	{"identities", "issuer, subject", false},
	{"services", "sequence", false},
	{"service_ports", "port", false},
	{"activities", "sequence", false},
	{"sessions", "created_at, id", true},
	{"setup_links", "token_hash", true},
	{"engine_settings", "version", true},
	{"request_counts", "organization_id, actor, operation, resource, day", true},
}

// eachRow calls f with each row of the table. A value is a string, an int64, a bool
// or nil. f must not keep the slices.
func eachRow(ctx context.Context, q querier, t table, f func(t table, columns []string, values []any) error) error {
	rows, err := q.QueryContext(ctx, `SELECT * FROM `+t.name+` ORDER BY `+t.order)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	columns, values, into := make([]string, len(types)), make([]any, len(types)), make([]any, len(types))
	for i := range types {
		columns[i], into[i] = types[i].Name(), &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i := range values {
			if values[i], err = plainValue(types[i].DatabaseTypeName(), values[i]); err != nil {
				return fmt.Errorf("the column %s of the table %s: %w", columns[i], t.name, err)
			}
		}
		if err := f(t, columns, values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// plainValue returns the value as every database takes it.
func plainValue(kind string, value any) (any, error) {
	switch v := value.(type) {
	case int64:
		if kind == "BOOLEAN" { // SQLite's
			return v != 0, nil
		}
		return v, nil
	case string, bool, nil:
		return v, nil
	default:
		return nil, fmt.Errorf("a %T cannot be copied", v)
	}
}

// loadAtOnce is how many rows one statement writes: a database may be far away.
const loadAtOnce = 50

// loader writes rows, in the order they are added in.
type loader struct {
	tx      *sql.Tx
	table   string
	columns []string
	values  []any
	rows    int
}

// add takes the row; flush writes what was taken.
func (l *loader) add(ctx context.Context, table string, columns []string, values []any) error {
	if table != l.table || l.rows == loadAtOnce {
		if err := l.flush(ctx); err != nil {
			return err
		}
		l.table, l.columns = table, columns
	}
	l.values = append(l.values, values...)
	l.rows++
	return nil
}

func (l *loader) flush(ctx context.Context) error {
	if l.rows == 0 {
		return nil
	}
	var statement strings.Builder
	fmt.Fprintf(&statement, "INSERT INTO %s (%s) VALUES ", l.table, strings.Join(l.columns, ", "))
	for i := range l.values {
		switch {
		case i == 0:
			statement.WriteString("(")
		case i%len(l.columns) == 0:
			statement.WriteString("), (")
		default:
			statement.WriteString(", ")
		}
		fmt.Fprintf(&statement, "$%d", i+1)
	}
	statement.WriteString(")")
	_, err := l.tx.ExecContext(ctx, statement.String(), l.values...)
	clear(l.values)
	l.values, l.rows = l.values[:0], 0
	return err
}
