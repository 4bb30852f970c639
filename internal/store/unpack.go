package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// unpack reads a backup into a new store and brings its schema up to date. It
// returns a *StartError unless every byte of it is as it was written.
func unpack(ctx context.Context, options Options, r io.Reader) (s *Store, info BackupInfo, err error) {
	b, header, err := openBackup(r, options.newestVersion())
	if err != nil {
		return nil, info, err
	}
	info = BackupInfo{Schema: header.Schema, Revision: header.Revision, CreatedAt: header.CreatedAt}
	s, err = connect(ctx, options, true)
	if err != nil {
		return nil, info, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.migrate(ctx, header.Schema); err != nil {
		return s, info, err
	}
	if info.Rows, err = s.load(ctx, b); err != nil {
		return s, info, err
	}
	if err := s.migrate(ctx, options.newestVersion()); err != nil {
		return s, info, s.unfit(err)
	}
	return s, info, nil
}

// load writes the rows of the backup into a store of its schema.
func (s *Store) load(ctx context.Context, b *backupReader) (rows int64, err error) {
	known, err := s.columns(ctx)
	if err != nil {
		return 0, err
	}
	tx, err := s.db.BeginTx(ctx, s.dialect.writeOptions())
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	load := loader{tx: tx}
	for {
		row, done, err := b.next()
		if err != nil {
			return 0, err
		}
		if done {
			break
		}
		names, values, err := known.values(row)
		if err != nil {
			return 0, damaged(err)
		}
		if err := load.add(ctx, row.Table, names, values); err != nil {
			return 0, s.unfit(err)
		}
	}
	if err := load.flush(ctx); err != nil {
		return 0, s.unfit(err)
	}
	return b.rows, tx.Commit()
}

// unfit tells rows that contradict each other from a disk that is full.
func (s *Store) unfit(err error) error {
	if unanswered(err) || s.dialect.unanswered(err) {
		return err
	}
	return damaged(err)
}

// schemaColumns are the columns of each table, as the database has them: nothing
// that a backup says becomes part of a statement.
type schemaColumns map[string][]*sql.ColumnType

// columns returns those of an SQLite store.
func (s *Store) columns(ctx context.Context) (schemaColumns, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
		AND name NOT IN ('goose_db_version', 'control_state')`)
	if err != nil {
		return nil, err
	}
	names, err := collect(rows, func(scan func(...any) error) (name string, err error) { return name, scan(&name) })
	if err != nil {
		return nil, err
	}
	columns := schemaColumns{}
	for _, name := range names {
		if columns[name], err = s.columnsOf(ctx, name); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

func (s *Store) columnsOf(ctx context.Context, table string) ([]*sql.ColumnType, error) {
	//nolint:gosec // the name is one of the schema's
	rows, err := s.db.QueryContext(ctx, `SELECT * FROM `+table+` LIMIT 0`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	columns, err := rows.ColumnTypes()
	return columns, errors.Join(err, rows.Err())
}

// values returns the columns of the table with their values in the row.
func (c schemaColumns) values(row backupRow) (names []string, values []any, err error) {
	columns, ok := c[row.Table]
	if !ok || len(columns) != len(row.Row) {
		return nil, nil, fmt.Errorf("there is a row of %d columns for the table %q", len(row.Row), row.Table)
	}
	for _, column := range columns {
		value, ok := row.Row[column.Name()]
		if !ok {
			return nil, nil, fmt.Errorf("a row of the table %q lacks the column %q", row.Table, column.Name())
		}
		if value, err = columnValue(column.DatabaseTypeName(), value); err != nil {
			return nil, nil, fmt.Errorf("the column %q of the table %q: %w", column.Name(), row.Table, err)
		}
		names, values = append(names, column.Name()), append(values, value)
	}
	return names, values, nil
}

// columnValue returns the value as the type of the column: SQLite would take any.
func columnValue(kind string, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if kind == "TEXT" {
			return v, nil
		}
	case bool:
		if kind == "BOOLEAN" {
			return v, nil
		}
	case json.Number:
		if kind == "BIGINT" || kind == "INTEGER" {
			return v.Int64()
		}
	}
	return nil, fmt.Errorf("a %T is no %s", value, kind)
}
