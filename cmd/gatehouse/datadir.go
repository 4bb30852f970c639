package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/gatehouse/gatehouse/internal/store"
)

// storeFlags say where the state is. Every command that needs it has them.
type storeFlags struct {
	Data  string `default:"data" placeholder:"DIR" help:"The data directory (default ${default})."`
	Store string `default:"sqlite" placeholder:"sqlite|postgres://…" help:"The store: sqlite, a file in the data directory, or a PostgreSQL URL. A URL holds a password, so prefer GATEHOUSE_STORE (default ${default})."`
}

// storeExists returns an error unless there is a store to open: a command must not make one.
func storeExists(flags storeFlags) error {
	if flags.Store != "sqlite" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(flags.Data, store.FileName)); err != nil {
		return fmt.Errorf("there is no store in %s: name the right directory with --data, or start `gatehouse serve` first", flags.Data)
	}
	return nil
}

// errInUse says that a running Gatehouse has the data directory.
var errInUse = errors.New("in use")

// dataDir is a data directory that this process has for itself.
type dataDir struct{ lock *flock.Flock }

const lockName = "gatehouse.lock"

// openDataDir takes the lock of the data directory, which it makes when create is
// set. It returns errInUse when another process has it. A directory that Gatehouse
// never had is not touched unless create is set.
func openDataDir(path string, create bool) (*dataDir, error) {
	flags := os.O_RDONLY // enough to lock
	if create {
		if err := makeDataDir(filepath.Clean(path)); err != nil {
			return nil, fmt.Errorf("the data directory %s cannot be made: choose another with --data (%w)", path, cause(err))
		}
	}
	if _, err := os.Stat(filepath.Join(path, store.FileName)); create || err == nil {
		flags |= os.O_CREATE // it may be a copy without the lock
	}
	dir, err := lockDataDir(path, flags)
	if create && errors.Is(err, errInUse) {
		dir, err = awaitDataDir(path, flags)
	}
	switch {
	case err == nil, errors.Is(err, errInUse):
		return dir, err
	case !create && errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no data directory %s: name the right one with --data, or start `gatehouse serve` first", path)
	default:
		return nil, fmt.Errorf("the data directory %s cannot be written: make it writable for this user or choose another with --data (%w)", path, cause(err))
	}
}

// makeDataDir makes the directory, for its owner only, and those above it, so that they
// survive a power cut. Others may pass through those above: services have users of their own.
func makeDataDir(path string) error { return makeDir(path, 0o700) }

func makeDir(path string, mode fs.FileMode) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(path)
	if err := makeDir(parent, 0o711); err != nil {
		return err
	}
	if err := os.Mkdir(path, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(parent)
}

// lockDataDir returns errInUse when another process has the lock.
func lockDataDir(path string, flags int) (*dataDir, error) {
	lock := flock.New(filepath.Join(path, lockName), flock.SetFlag(flags), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !got {
		return nil, errInUse
	}
	return &dataDir{lock}, nil
}

// lockPatience is how long whoever needs the data directory for itself waits for its lock. Of a
// Gatehouse that was killed, a process that it was just starting has the lock until it has
// become another program: up to half a second where the machine is busy.
const lockPatience = 3 * time.Second

// awaitDataDir returns errInUse when another process keeps the lock.
func awaitDataDir(path string, flags int) (*dataDir, error) {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	late := time.After(lockPatience)
	for {
		select {
		case <-again.C:
		case <-late:
			return nil, errInUse
		}
		if dir, err := lockDataDir(path, flags); !errors.Is(err, errInUse) {
			return dir, err
		}
	}
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
