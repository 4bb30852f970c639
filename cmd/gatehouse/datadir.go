package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/gofrs/flock"
)

// storeFlags say where the state is. Every command that needs it has them.
type storeFlags struct {
	Data  string `default:"data" placeholder:"DIR" help:"The data directory (default ${default})."`
	Store string `default:"sqlite" placeholder:"sqlite|postgres://…" help:"The store: sqlite, a file in the data directory, or a PostgreSQL URL. A URL holds a password, so prefer GATEHOUSE_STORE (default ${default})."`
}

// errInUse says that a running Gatehouse has the data directory.
var errInUse = errors.New("in use")

// dataDir is a data directory that this process has for itself.
type dataDir struct {
	path string
	lock *flock.Flock
}

// openDataDir makes the directory, when create is set, and takes its lock. It
// returns errInUse when another process has it.
func openDataDir(path string, create bool) (*dataDir, error) {
	if create {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, fmt.Errorf("the data directory %s cannot be made: choose another with --data (%w)", path, cause(err))
		}
	}
	lock := flock.New(filepath.Join(path, "gatehouse.lock"), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	switch {
	case err != nil && !create && errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no data directory %s: name the right one with --data, or start `gatehouse serve` first", path)
	case err != nil:
		return nil, fmt.Errorf("the data directory %s cannot be written: make it writable for this user or choose another with --data (%w)", path, cause(err))
	case !got:
		return nil, errInUse
	}
	return &dataDir{path: path, lock: lock}, nil
}

// Close gives the directory back.
func (d *dataDir) Close() error { return d.lock.Close() }

func inUse(path string) error {
	return fmt.Errorf("another Gatehouse uses the data directory %s: stop it, or choose another with --data", path)
}

// cause drops the path from a file error, which the sentence has named.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// socketName is the operator's socket in the data directory.
const socketName = "control.sock"

// socketPath returns a path of the operator's socket that is short enough for a
// socket address, and what to call when it is not needed any more.
func socketPath(dir string) (path string, release func(), err error) {
	path = filepath.Join(dir, socketName)
	if len(path) < len(syscall.RawSockaddrUnix{}.Path) {
		return path, func() {}, nil
	}
	handle, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	short := filepath.Join("/proc/self/fd", strconv.Itoa(int(handle.Fd())), socketName)
	return short, func() { _ = handle.Close() }, nil
}
