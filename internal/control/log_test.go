package control_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
)

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

var _ fataler = testing.TB(nil)

// errorLog calls a function with the message of each error that is logged, at the
// moment it is logged: what is logged is also an event.
type errorLog struct {
	call atomic.Pointer[func(message string)]
}

// onError has f called with each error from now on.
func (l *errorLog) onError(f func(message string)) { l.call.Store(&f) }

// Enabled implements slog.Handler.
func (l *errorLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

// Handle implements slog.Handler.
func (l *errorLog) Handle(_ context.Context, r slog.Record) error {
	if call := l.call.Load(); call != nil {
		(*call)(r.Message)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (l *errorLog) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup implements slog.Handler.
func (l *errorLog) WithGroup(string) slog.Handler { return l }
