package cloud

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// Code says what kind of failure an Error is. The transport maps it to a status.
type Code int

// The codes of failures a caller may see.
const (
	Internal         Code = iota // anything unforeseen; the caller learns nothing of it
	Invalid                      // the request is wrong: its field and value are named
	Unauthenticated              // who is asking is unknown
	Forbidden                    // who is asking is known and may not
	NotFound                     // there is no such thing, or not for this caller
	Conflict                     // the thing is in a state that does not allow it
	TooLarge                     // the request is larger than is read
	UnsupportedMedia             // the body is of a type that is not read
	RateLimited                  // too many requests: wait and ask again
	Unimplemented                // the Cloud has it, Gatehouse does not yet
	Unavailable                  // not now: ask again
)

// Error is a failure with one public sentence and at most one internal cause.
type Error struct {
	Code Code
	// Message is the public sentence. It names the field and the value that
	// are wrong and never holds a secret.
	Message string
	// Err is the internal cause, for the log only. It may be nil.
	Err error
	// RetryAfter is how long to wait before asking again; zero when it is not known.
	RetryAfter time.Duration
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

// maxShown is how much of a text a public sentence repeats, in bytes: more than
// any name, and little enough that an answer is never longer than its request.
const maxShown = 1024

// Errorf returns an Error with a public sentence and no internal cause. Of a
// string that is very long it shows the beginning.
func Errorf(code Code, format string, args ...any) *Error {
	shown := slices.Clone(args)
	for i, arg := range shown {
		if text, ok := arg.(string); ok && len(text) > maxShown {
			shown[i] = firstBytes(text, maxShown) + "…"
		}
	}
	return &Error{Code: code, Message: fmt.Sprintf(format, shown...)}
}

// firstBytes returns at most n bytes of text and cuts no character in two.
func firstBytes(text string, n int) string {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// CodeOf returns the code of err: Internal when err is no *Error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
