package engine

import (
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
	Trim        = trim
	LastCode    = lastCode
	LogMost     = int64(logBytes)
	ControlPath = controlSocket
)

// StartThatSays returns the error of a start whose host says so and ends.
func StartThatSays(reports string) error {
	_, err := readReports(strings.NewReader(reports))
	return err
}
