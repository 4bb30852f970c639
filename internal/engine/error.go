package engine

import (
	"errors"
	"fmt"
)

// ErrNotRunning says that no server runs on a data folder.
var ErrNotRunning = errors.New("the engine does not run")

// ErrSilent says that a server runs whose process does not answer.
var ErrSilent = errors.New("the engine does not answer")

// ErrorKind says what kind of failure an Error is.
type ErrorKind string

// The kinds of failures.
const (
	InUse         ErrorKind = "in use"         // another process has the data folder
	PortTaken     ErrorKind = "port taken"     // no port that was tried is free
	BrokenLibrary ErrorKind = "broken library" // libchdb.so is missing, cut short or of another machine
	WrongBinary   ErrorKind = "wrong binary"   // what should be ClickHouse is missing or something else
	BadFolder     ErrorKind = "bad folder"     // the data folder cannot be read, entered or written
	DiskFull      ErrorKind = "disk full"      // no space is left for the data folder
	BadSetting    ErrorKind = "bad setting"    // ClickHouse does not know a setting, or not this value
	BadJail       ErrorKind = "bad jail"       // the jail that was asked for cannot be had
	WrongVersion  ErrorKind = "wrong version"  // this ClickHouse cannot take over the data of the one before
	Timeout       ErrorKind = "timeout"        // no answer in time
	Stopped       ErrorKind = "stopped"        // a signal has stopped the process of ClickHouse
	Failed        ErrorKind = "failed"         // ClickHouse ended or refused for a reason of its own
)

// Error is a failure of an engine, with one public sentence and at most one
// internal cause.
type Error struct {
	Kind ErrorKind
	// Message is the public sentence: it names no path of the data folder and never
	// holds a secret.
	Message string
	// Err is the internal cause, for the log only. It may be nil.
	Err error
}

// Error returns the public sentence followed by the internal cause: for logs, not for clients.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns the internal cause.
func (e *Error) Unwrap() error { return e.Err }

// fail returns an Error with an internal cause, which may be nil.
func fail(kind ErrorKind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: cause}
}
