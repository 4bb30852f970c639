package engine

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNone says that there is no engine: none was wanted, or none was found.
var ErrNone = errors.New("there is no engine")

// Options say which engine is wanted.
type Options struct {
	// Want is auto, clickhouse, chdb or none; empty is auto.
	Want string
	// ClickHouse is the path of an official binary, CHDB that of a libchdb.so. Empty
	// means the one in PATH and the one that Install puts into Dir.
	ClickHouse, CHDB string
	// Dir is the data folder.
	Dir string
	// Untouched says that nothing may be written there.
	Untouched bool
}

// Find returns the engine that is wanted, and in words why it is this one. With auto
// that is the first there is of: the official binary that is named, the library that is named, an
// official binary in PATH (clickhouse, then clickhouse-server), the library in the
// data folder.
//
// What was named must be right: there is no falling back to something else. In PATH,
// what cannot say its version as ClickHouse does is passed over. Errors are ErrNone,
// whose sentence says what to do, or *Error.
func Find(ctx context.Context, o Options) (found *Engine, why string, err error) {
	if o.ClickHouse != "" && o.CHDB != "" && (o.Want == "" || o.Want == "auto") {
		return nil, "", fail(WrongBinary, nil, "--clickhouse and --chdb name two engines: say which with --engine")
	}
	switch {
	case o.Want == "none":
		return nil, "", fmt.Errorf("%w: --engine none was asked for", ErrNone)
	case o.Want == "clickhouse", o.Want != "chdb" && o.ClickHouse != "":
		return findBinary(ctx, o.ClickHouse)
	case o.Want == "chdb", o.CHDB != "":
		return findLibrary(ctx, o)
	case o.Want != "auto" && o.Want != "":
		return nil, "", fmt.Errorf("--engine %q is no engine: choose auto, clickhouse, chdb or none", o.Want)
	}
	found, why, binaryErr := findBinary(ctx, "")
	if binaryErr == nil || ctx.Err() != nil {
		return found, why, ctx.Err()
	}
	found, why, err = findLibrary(ctx, o)
	if errors.Is(err, ErrNone) {
		return nil, "", fmt.Errorf("%w: run gatehouse engine install, name an official binary with --clickhouse PATH, or do without with --engine none", ErrNone)
	}
	if err != nil {
		return nil, "", err
	}
	if wrong := new(Error); errors.As(binaryErr, &wrong) {
		why += " (passed over: " + wrong.Message + ")"
	}
	return found, why, nil
}

// binaryNames are those of the official server, in the order in which they are tried.
var binaryNames = []string{"clickhouse", "clickhouse-server"}

// findBinary returns the official binary at path, or the first in PATH.
func findBinary(ctx context.Context, path string) (*Engine, string, error) {
	if path != "" {
		found, err := binaryEngine(ctx, path)
		return found, "named with --clickhouse", err
	}
	var passed error
	for _, name := range binaryNames {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		found, err := binaryEngine(ctx, path)
		if err == nil {
			return found, "found in PATH", nil
		}
		passed = errors.Join(passed, err)
	}
	if passed != nil {
		return nil, "", passed
	}
	return nil, "", fmt.Errorf("%w in PATH: name an official binary with --clickhouse PATH", ErrNone)
}

func binaryEngine(ctx context.Context, path string) (*Engine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	version, err := binaryVersion(ctx, path)
	if err != nil {
		return nil, err
	}
	return &Engine{kind: KindClickHouse, path: path, version: version}, nil
}

// findLibrary returns the library that is named, or the one in the data folder.
func findLibrary(ctx context.Context, o Options) (*Engine, string, error) {
	if o.CHDB != "" {
		path, err := filepath.Abs(o.CHDB)
		if err != nil {
			return nil, "", err
		}
		version, err := CheckLibrary(path)
		if err != nil {
			return nil, "", err
		}
		return &Engine{kind: KindCHDB, path: path, version: version}, "named with --chdb", nil
	}
	p, err := pinned()
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	path, err := LibraryPath(o.Dir)
	if err != nil {
		return nil, "", err
	}
	version, err := CheckLibrary(path)
	if errors.Is(err, errUnchecked) { // a copy of the data folder, say: reading it all takes seconds, once
		if err = VerifyLibrary(ctx, path); err == nil {
			version = p.engine
		}
		if err == nil && !o.Untouched {
			_ = mark(p, filepath.Dir(path)) // else the next start reads it again
		}
	}
	if errors.Is(err, errNotThere) {
		return nil, "", fmt.Errorf("%w in the data directory: run gatehouse engine install", ErrNone)
	}
	if err != nil {
		return nil, "", err
	}
	return &Engine{kind: KindCHDB, path: path, version: version}, "installed in the data directory", nil
}

// LibraryPath returns where Install puts the library, whether it is there or not.
func LibraryPath(dir string) (string, error) {
	p, err := pinned()
	if err != nil {
		return "", err
	}
	return filepath.Abs(filepath.Join(dir, EnginesFolder, p.sha256, libraryName))
}

// String names the engine for people.
func (e *Engine) String() string {
	return strings.Join(strings.Fields(fmt.Sprintf("ClickHouse %s (%s)", e.version, e.kind)), " ")
}
