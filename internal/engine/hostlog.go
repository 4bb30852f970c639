package engine

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// logMarks are how long the logs were at a moment.
type logMarks map[string]int64

func markLogs() logMarks {
	marks := logMarks{}
	for _, name := range []string{hostLog, clickhouseLog} {
		marks[name] = sizeOf(inFolder(name))
	}
	return marks
}

func sizeOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// empty reports whether nothing was written to a log since.
func (m logMarks) empty(name string) bool { return sizeOf(inFolder(name)) == m[name] }

// since returns the beginning of what was written to the logs.
func (m logMarks) since() []byte {
	var all []byte
	for name, at := range m {
		f, err := os.Open(inFolder(name))
		if err != nil {
			continue // nothing was written
		}
		if sizeOf(inFolder(name)) < at {
			at = 0 // another part has begun
		}
		text, err := io.ReadAll(io.NewSectionReader(f, at, 256<<10))
		_ = f.Close() // only read
		if err == nil {
			all = append(all, text...)
		}
	}
	return all
}

// trimLog keeps host.log, to which this process and ClickHouse write what they have
// no other place for, from growing without end. (They hold it open, so it is copied
// and cut: what comes in between is lost.)
func (h *host) trimLog() {
	for range time.Tick(time.Minute) {
		if err := trim(inFolder(hostLog), h.order.Tuning.LogBytes); err != nil {
			h.log.Warn("its own log", "err", err)
		}
	}
}

// trim moves what is in a log that is too large to NAME.1, in place of what was there.
func trim(name string, most int64) error {
	if sizeOf(name) <= most {
		return nil
	}
	from, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // only read
	to, err := os.OpenFile(name+".1", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if closed := to.Close(); err == nil {
		err = closed
	}
	return errors.Join(err, os.Truncate(name, 0)) // better none than a full disk
}
