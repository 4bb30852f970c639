package engine

import (
	"bytes"
	"errors"
	"io/fs"
	"regexp"
	"syscall"
)

// failureOf says what went wrong from what ClickHouse wrote before it gave up.
func failureOf(text []byte) *Error {
	cause := firstError(text)
	has := func(what string) bool { return bytes.Contains(text, []byte(what)) }
	switch {
	case has("Address already in use"):
		return fail(PortTaken, cause, "the port that ClickHouse was to listen on is taken")
	case has("Cannot lock file"):
		return inUse()
	case has("NOT_ENOUGH_SPACE"), has("No space left on device"), has("Code: 243"):
		return fail(DiskFull, cause, "no space is left on the device of the data folder")
	case has("Permission denied"), has("Read-only file system"):
		return mayNotUse(cause)
	}
	if code := lastCode(text); code != "" {
		return fail(Failed, cause, "ClickHouse does not start: %s", code)
	}
	return fail(Failed, cause, "ClickHouse does not start and does not say why")
}

func mayNotUse(cause error) *Error {
	return fail(BadFolder, cause, "ClickHouse may not read or write what it needs in the data folder")
}

// firstErrorLine is a line in which ClickHouse, or who loads it, tells of an error.
var firstErrorLine = regexp.MustCompile(`(?m)^.*(?:Code: \d+|Exception|error while loading|panic).*$`)

// firstError returns the first line that tells of an error, for the log of Gatehouse.
func firstError(text []byte) error {
	line := firstErrorLine.Find(text)
	if line == nil {
		return nil
	}
	return errors.New(string(line[:min(len(line), 1024)]))
}

// hostFailure turns an error of the host's own work into one with a kind.
func hostFailure(err error, what string) *Error {
	var known *Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return folderError(err).(*Error) //nolint:errorlint // it made it
	default:
		return fail(Failed, err, "%s", what)
	}
}
