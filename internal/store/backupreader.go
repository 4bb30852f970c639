package store

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
)

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

// backupRow is a row of a table.
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
