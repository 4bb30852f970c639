package store

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, scan func(func(...any) error) (T, error)) ([]T, error) {
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	var out []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// found reads one row, or returns NotFound with the sentence.
func found[T any](row *sql.Row, scan func(func(...any) error) (T, error), sentence string) (T, error) {
	v, err := scan(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return v, cloud.Errorf(cloud.NotFound, "%s", sentence)
	}
	return v, err
}

// uuidColumn reads a UUID that is kept as text.
type uuidColumn struct{ to *uuid.UUID }

// Scan implements sql.Scanner.
func (c uuidColumn) Scan(from any) (err error) {
	switch v := from.(type) {
	case string:
		*c.to, err = uuid.Parse(v)
	case []byte:
		*c.to, err = uuid.ParseBytes(v)
	default:
		err = fmt.Errorf("a UUID column holds a %T", from)
	}
	return err
}
