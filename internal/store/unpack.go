package store

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
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
	return s, info, s.migrate(ctx, options.newestVersion())
}

// backupReader reads the lines of a backup and sums them up.
type backupReader struct {
	lines *bufio.Reader
	last  []byte
	sum   hash.Hash
	rows  int64
}

// openBackup reads the header.
func openBackup(r io.Reader, newest int64) (*backupReader, backupHeader, error) {
	var header backupHeader
	zip, err := gzip.NewReader(r)
	if err != nil && !isDamage(err) {
		return nil, header, unreadable(err)
	}
	if err != nil {
		return nil, header, notABackup(err)
	}
	b := &backupReader{lines: bufio.NewReader(zip), sum: sha256.New()}
	line, err := b.line()
	if err != nil {
		return nil, header, err
	}
	err = json.Unmarshal(line, &header)
	switch {
	case err != nil, header.Format != backupFormat, header.Version < 1, header.Schema < 1, header.Revision < 0:
		return nil, header, notABackup(err)
	case header.Version > backupVersion:
		return nil, header, startErrorf("the backup has format version %d and this Gatehouse knows only %d: restore it with the newer Gatehouse that wrote it",
			header.Version, backupVersion)
	case header.Schema > newest:
		return nil, header, startErrorf("the backup has schema version %d and this Gatehouse knows only %d: restore it with the newer Gatehouse that wrote it",
			header.Schema, newest)
	}
	b.add(line)
	return b, header, nil
}

// line returns the next line, which is good until the next call.
func (b *backupReader) line() ([]byte, error) {
	b.last = b.last[:0]
	for {
		part, err := b.lines.ReadSlice('\n')
		b.last = append(b.last, part...)
		switch {
		case err == nil:
			return b.last[:len(b.last)-1], nil
		case len(b.last) > maxBackupLine:
			return nil, damaged(errors.New("a line has no end"))
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, unreadable(err)
		}
	}
}

func (b *backupReader) add(line []byte) {
	_, _ = b.sum.Write(line) // a hash never fails
	_, _ = b.sum.Write([]byte{'\n'})
}

// backupRow is a row, or the end, which has no table.
type backupRow struct {
	Table string         `json:"table"`
	Row   map[string]any `json:"row"`
}

// next returns the next row, or done after the last one when the checksum is right.
func (b *backupReader) next() (row backupRow, done bool, err error) {
	line, err := b.line()
	if err != nil {
		return row, false, err
	}
	if string(line) == backupEnd(b.rows, b.sum.Sum(nil)) {
		return row, true, b.end()
	}
	b.add(line)
	b.rows++
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber() // a sequence does not fit into a float
	if err := decoder.Decode(&row); err != nil {
		return row, false, damaged(err)
	}
	return row, false, nil
}

// end returns nil when nothing follows: only there does gzip check itself.
func (b *backupReader) end() error {
	_, err := b.lines.ReadByte()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return damaged(errors.New("something follows its end"))
	default:
		return unreadable(err)
	}
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
		rows, err := s.db.QueryContext(ctx, `SELECT * FROM `+name+` LIMIT 0`)
		if err != nil {
			return nil, err
		}
		columns[name], err = rows.ColumnTypes()
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return columns, nil
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

func notABackup(err error) error {
	return &StartError{Message: "this file is not a backup of Gatehouse: choose one that `gatehouse backup` wrote", Err: err}
}

// unreadable tells a damaged backup from one that could not be read.
func unreadable(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &StartError{Message: "the backup is cut off: use another copy", Err: err}
	case isDamage(err):
		return damaged(err)
	default:
		return &StartError{Message: "the backup cannot be read", Err: err}
	}
}

func damaged(err error) error {
	return &StartError{Message: "the backup is damaged: use another copy", Err: err}
}

func isDamage(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &corrupt)
}
