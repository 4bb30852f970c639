package engine

import (
	"bytes"
	"debug/elf"
	"io"
	"os"
)

// checkProgram returns an error unless the order names a file that can be a library or
// a program: cut short, most are not any more.
func (o order) checkProgram() error {
	err := programError(o.Path, o.Engine == KindClickHouse)
	switch {
	case err == nil:
		return nil
	case o.Engine == KindCHDB:
		return brokenLibrary(err)
	default:
		return wrongBinary(err)
	}
}

func programError(path string, orScript bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	begin := make([]byte, 2)
	if _, err := io.ReadFull(f, begin); err != nil {
		return err
	}
	if orScript && bytes.Equal(begin, []byte("#!")) {
		return nil
	}
	_, err = elf.NewFile(f)
	return err
}

func brokenLibrary(cause error) *Error {
	return fail(BrokenLibrary, cause, "the library of the engine cannot be loaded: install it again")
}

func wrongBinary(cause error) *Error {
	return fail(WrongBinary, cause, "what was to be the ClickHouse server is something else: choose another with --clickhouse")
}
