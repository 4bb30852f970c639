package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ErrUncertain is wrapped by the error of a Write whose commit was sent but not
// answered: the change may have been made or not.
var ErrUncertain = errors.New("it is not known whether the change was committed")

// ErrUnchanged is returned by the function given to Write to end the transaction
// without a change and without an error.
var ErrUnchanged = errors.New("nothing to change")

// StartError says in one sentence why a store cannot be opened, backed up or
// restored, and what to do.
type StartError struct {
	Message string
	Err     error
}

// Error returns the sentence, and the cause behind it.
func (e *StartError) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + " (" + e.Err.Error() + ")"
}

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

func startErrorf(format string, args ...any) error {
	return &StartError{Message: fmt.Sprintf(format, args...)}
}

// failure returns the error of a transaction, as Unavailable when it comes from a
// store that does not answer.
func (s *Store) failure(err error) error {
	var known *cloud.Error
	if err == nil || errors.As(err, &known) || !unanswered(err) && !s.dialect.unanswered(err) {
		return err
	}
	return s.notNow(err)
}

// notNow returns the error of a store that does not answer, or has no room, as Unavailable.
func (s *Store) notNow(err error) error {
	if s.dialect.full(err) {
		return noSpace(err)
	}
	return unavailable(err)
}

// unanswered reports whether the error says that the time is over or the connection ended.
func unanswered(err error) bool {
	var network net.Error
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
}

func unavailable(err error) error {
	return &cloud.Error{Code: cloud.Unavailable, Message: "The store does not answer; ask again in a moment", Err: err, RetryAfter: time.Second}
}

func noSpace(err error) error {
	return &cloud.Error{Code: cloud.Unavailable, Message: "Nothing can be changed: no space is left on the disk of the store", Err: err, RetryAfter: time.Minute}
}
