package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// NewEngine returns an engine that was not found but made up.
func NewEngine(kind Kind, path, version string) *Engine { return &Engine{kind, path, version} }

// UsePorts makes a try to start, from 1, use these ports.
func UsePorts(t *testing.T, ports func(try int) []int) {
	tune(t, func(try int, with *tuning) { with.Ports = ports(try) })
}

// UseStartLimit makes hosts wait no longer than this for their server.
func UseStartLimit(t *testing.T, limit time.Duration) {
	tune(t, func(_ int, with *tuning) { with.StartLimit = limit })
}

// UseLogBytes makes the parts of logs this large.
func UseLogBytes(t *testing.T, size int64) {
	tune(t, func(_ int, with *tuning) { with.LogBytes = size })
}

// UseLockLimit makes hosts wait no longer than this for the process before them.
func UseLockLimit(t *testing.T, limit time.Duration) {
	tune(t, func(_ int, with *tuning) { with.LockLimit = limit })
}

// UseEndLimit makes hosts wait no longer than this for the end of a server that never answered.
func UseEndLimit(t *testing.T, limit time.Duration) {
	tune(t, func(_ int, with *tuning) { with.EndLimit = limit })
}

func tune(t *testing.T, f func(try int, with *tuning)) {
	before := hostTuning
	hostTuning = func(try int) tuning {
		with := before(try)
		f(try, &with)
		return with
	}
	t.Cleanup(func() { hostTuning = before })
}

// What the tests look at.
var (
	TakesOver   = takesOver
	Trim        = trim
	LastCode    = lastCode
	LogMost     = int64(logBytes)
	ControlPath = controlSocket
)

// DataVersion returns the version of whoever has had the data folder last.
func DataVersion(dir string) string { return versionIn(filepath.Join(dir, dataDir)) }

// StartThatEndsWith returns the error of a start whose ClickHouse writes this and ends while
// its host looks whether it has.
func StartThatEndsWith(t *testing.T, words string) error {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{dataDir, logDir} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(dir, dataDir))
	h := &host{order: order{Engine: KindCHDB}, server: ending{t: t, words: words}}
	return h.failed(markLogs())
}

// TakeLock has a host take the lock of a folder, and tell this file how its start goes.
func TakeLock(t *testing.T, dir string, reports *os.File) error {
	t.Chdir(filepath.Join(dir, dataDir))
	h := &host{order: order{Tuning: hostTuning(1)}, parent: reports}
	err := h.takeLock()
	_ = h.lock.Close() // which gives it back
	return err
}

// ending is a ClickHouse that ends when it is looked at.
type ending struct {
	clickhouse
	t     *testing.T
	words string
}

// Ended implements clickhouse.
func (e ending) Ended() <-chan struct{} {
	if err := os.WriteFile(inFolder(hostLog), []byte(e.words), 0o600); err != nil {
		e.t.Error(err)
	}
	ended := make(chan struct{})
	close(ended)
	return ended
}

// End implements clickhouse.
func (e ending) End() (end, string) { return end{Known: true}, "" }

// StartThatSays returns the error of a start whose host says so and ends.
func StartThatSays(reports string) error {
	_, err := readReports(strings.NewReader(reports))
	return err
}
