package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// keyListVersion is the schema version that can search and sort keys.
const keyListVersion = 3

// keyListMigration adds to the keys what they are searched for and sorted by, and
// fills it in: the databases know neither the expiry, which is kept as the client
// wrote it, nor what a text is without upper and lower case.
func keyListMigration(d dialect) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		collation := ""
		if d.goose() == goose.DialectPostgres {
			collation = ` COLLATE "C"` // sorted byte by byte, as SQLite does, whatever the database was set to
		}
		for _, statement := range []string{
			`ALTER TABLE api_keys ADD COLUMN expire_at BIGINT`, // the first millisecond at which it has expired; NULL for never
			`ALTER TABLE api_keys ADD COLUMN name_folded TEXT` + collation + ` NOT NULL DEFAULT ''`,
			`ALTER TABLE api_keys ADD COLUMN suffix_folded TEXT` + collation + ` NOT NULL DEFAULT ''`,
			`ALTER TABLE api_keys ADD COLUMN creator_folded TEXT` + collation + ` NOT NULL DEFAULT ''`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		// No index: to sort ten thousand keys takes milliseconds, and each would cost
		// at every write.
		return fillKeyList(ctx, tx)
	}
}

// keyListRow is what the older schema has of a key.
type keyListRow struct{ id, name, suffix, creator, expiry string }

func fillKeyList(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `SELECT id, name, key_id_suffix, created_by_details, expire_text FROM api_keys`)
	if err != nil {
		return err
	}
	keys, err := collect(rows, func(scan func(...any) error) (k keyListRow, err error) {
		return k, scan(&k.id, &k.name, &k.suffix, &k.creator, &k.expiry)
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(keys, loadAtOnce) {
		if err := fillKeys(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

func fillKeys(ctx context.Context, tx *sql.Tx, keys []keyListRow) error {
	var lines []string
	var values []any
	for _, k := range keys {
		expiry, err := cloud.ParseExpiry("expire_text", k.expiry)
		if err != nil {
			return fmt.Errorf("the key %s: %w", k.id, err)
		}
		n := len(values)
		// PostgreSQL would take NULL for a text.
		lines = append(lines, fmt.Sprintf("($%d, $%d, $%d, $%d, CAST($%d AS BIGINT))", n+1, n+2, n+3, n+4, n+5))
		values = append(values, k.id, cloud.Fold(k.name), cloud.Fold(k.suffix), cloud.Fold(k.creator), expiryColumn(expiry))
	}
	_, err := tx.ExecContext(ctx, `WITH filled (id, name_folded, suffix_folded, creator_folded, expire_at) AS (VALUES `+strings.Join(lines, ", ")+`)
		UPDATE api_keys SET name_folded = filled.name_folded, suffix_folded = filled.suffix_folded, creator_folded = filled.creator_folded,
		expire_at = filled.expire_at FROM filled WHERE api_keys.id = filled.id`, values...)
	return err
}
