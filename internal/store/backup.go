package store

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"
)

// BackupInfo says what a backup holds.
type BackupInfo struct {
	Schema    int64     // the schema version of the rows
	Revision  int64     // the revision that all of it is of
	CreatedAt time.Time // by the clock of the program that wrote it
	Rows      int64
}

// A backup is gzip of lines of JSON: the header, a line for each row, parents before
// children, and the end with the checksum of all lines before. It does not say which
// database it came from.
const (
	backupFormat  = "gatehouse-backup"
	backupVersion = 1
	// maxBackupLine bounds the memory of a restore. The longest row that the rules
	// of cloud allow, a service with hundreds of long settings, takes a third.
	maxBackupLine = 64 << 20
)

type backupHeader struct {
	Format    string    `json:"format"`
	Version   int       `json:"version"`
	Schema    int64     `json:"schema"`
	Revision  int64     `json:"revision"`
	CreatedAt time.Time `json:"createdAt"`
}

func backupEnd(rows int64, sum []byte) string {
	return fmt.Sprintf(`{"rows":%d,"sha256":"%x"}`, rows, sum)
}

// Backup writes the whole control state as of one moment, while others read and
// write. Whoever has the backup can restore it into either dialect. It holds no
// secret in the clear, and all that identifies keys and people. createdAt is noted
// in it. The error says whether the store does not answer or w fails; then what
// was written is no backup.
func (s *Store) Backup(ctx context.Context, w io.Writer, createdAt time.Time) (info BackupInfo, err error) {
	info.CreatedAt = createdAt.UTC()
	out := newBackupWriter(w)
	err = s.Read(ctx, func(r *Reader) error {
		if info.Schema, info.Revision, err = r.backupMoment(ctx, s.options.newestVersion()); err != nil {
			return err
		}
		header, err := json.Marshal(backupHeader{backupFormat, backupVersion, info.Schema, info.Revision, info.CreatedAt})
		if err != nil {
			return err
		}
		out.line(header)
		for _, t := range tables {
			if t.passing {
				continue
			}
			if err := eachRow(ctx, r.q, t, out.row); err != nil {
				return err
			}
		}
		return nil
	})
	if info.Rows = out.rows; err != nil && out.err == nil {
		return info, err
	}
	if err := out.end(); err != nil {
		return info, fmt.Errorf("the backup cannot be written: %w", err)
	}
	return info, nil
}

// backupMoment returns the schema version, which must be the newest, and the revision.
func (r *Reader) backupMoment(ctx context.Context, newest int64) (schema, revision int64, err error) {
	if err := r.q.QueryRowContext(ctx, `SELECT MAX(version_id) FROM goose_db_version`).Scan(&schema); err != nil {
		return 0, 0, err
	}
	if schema != newest {
		return 0, 0, startErrorf("the store has schema version %d by now and this Gatehouse works with %d: use the Gatehouse that runs", schema, newest)
	}
	return schema, revision, r.q.QueryRowContext(ctx, `SELECT revision FROM control_state WHERE id = 1`).Scan(&revision)
}

// backupWriter remembers the first error of the writer below.
type backupWriter struct {
	zip   *gzip.Writer
	lines *bufio.Writer // into zip and sum
	sum   hash.Hash
	rows  int64
	err   error
}

func newBackupWriter(w io.Writer) *backupWriter {
	zip, sum := gzip.NewWriter(w), sha256.New()
	return &backupWriter{zip: zip, sum: sum, lines: bufio.NewWriter(io.MultiWriter(zip, sum))}
}

func (b *backupWriter) line(text []byte) {
	if b.err == nil {
		_, b.err = b.lines.Write(append(text, '\n'))
	}
}

// row writes the columns in their order, so that the same row is the same line.
func (b *backupWriter) row(t table, columns []string, values []any) error {
	line := fmt.Appendf(nil, `{"table":%q,"row":{`, t.name)
	for i, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		if i > 0 {
			line = append(line, ',')
		}
		line = append(fmt.Appendf(line, "%q:", columns[i]), text...)
	}
	if line = append(line, "}}"...); len(line) >= maxBackupLine {
		return fmt.Errorf("a row of the table %s has %d bytes, which is more than a backup can hold", t.name, len(line))
	}
	b.line(line)
	b.rows++
	return b.err
}

func (b *backupWriter) end() error {
	if b.err == nil {
		b.err = b.lines.Flush()
	}
	if b.err == nil {
		_, b.err = fmt.Fprintln(b.zip, backupEnd(b.rows, b.sum.Sum(nil)))
	}
	if b.err == nil {
		b.err = b.zip.Close()
	}
	return b.err
}
