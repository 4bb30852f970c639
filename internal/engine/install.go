package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// EnginesFolder is the folder of the data folder in which libraries are, each in a
// folder named after its digest. All services share them, so everybody may read them.
const EnginesFolder = "engine"

const libraryName = "libchdb.so"

// Stage is a step of an installation.
type Stage string

// The stages, in their order.
const (
	Waiting     Stage = "waiting for another installation"
	Downloading Stage = "downloading"
	Checking    Stage = "checking"
	Unpacking   Stage = "unpacking"
)

// Progress is told how far a stage is, in bytes. It is called often, and by one
// goroutine at a time. total is 0 where nobody knows.
type Progress func(stage Stage, done, total int64)

// Install puts the pinned library for this platform into the data folder dir and
// returns its path. What is there and whole stays; what is there and broken is
// replaced. The package comes from the npm registry through the npm client and is
// looked at only once its digest is right; the library appears as a whole or not at
// all. Several may install at once: one does it and the others wait for it. Errors
// are one sentence, or those of ctx.
func Install(ctx context.Context, dir string, progress Progress) (string, error) {
	p, err := pinned()
	if err != nil {
		return "", err
	}
	return installer{pin: p, dir: filepath.Join(dir, EnginesFolder), progress: progress, fetch: npmPack}.install(ctx)
}

// installer installs one package into one folder.
type installer struct {
	pin      pin
	dir      string
	progress Progress
	// fetch brings the package into an empty folder and returns its file.
	fetch func(ctx context.Context, p pin, into string, progress Progress) (string, error)
}

func (i installer) install(ctx context.Context) (string, error) {
	if i.progress == nil {
		i.progress = func(Stage, int64, int64) {}
	}
	dir, err := filepath.Abs(i.dir)
	if err != nil {
		return "", err
	}
	i.dir = dir
	path := filepath.Join(i.dir, i.pin.sha256, libraryName)
	if _, err := CheckLibrary(path); err == nil {
		return path, nil
	}
	if err := makeShared(i.dir); err != nil {
		return "", installError(err)
	}
	unlock, err := i.lock(ctx)
	if err != nil {
		return "", err
	}
	defer unlock()
	if err := VerifyLibrary(ctx, path); err == nil { // another has installed it meanwhile, or it only lacks its mark
		return path, installError(mark(i.pin, filepath.Dir(path)))
	}
	if err := i.replace(ctx, filepath.Dir(path)); err != nil {
		return "", installError(err)
	}
	return path, nil
}

// lock waits until no other installs here.
func (i installer) lock(ctx context.Context) (unlock func(), err error) {
	lock := flock.New(filepath.Join(i.dir, ".lock"), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err == nil && !got {
		i.progress(Waiting, 0, 0)
		_, err = lock.TryLockContext(ctx, 200*time.Millisecond)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, installError(err)
	}
	return func() { _ = lock.Close() }, nil // closing gives it up
}

// Folders beside those of the libraries: what is being made, and what was replaced.
// What a killed installation left of them is removed by the next.
const (
	beginsNew = ".new-"
	beginsOld = ".old-"
)

// replace makes the folder anew and puts it in the place of what is there.
func (i installer) replace(ctx context.Context, folder string) error {
	if err := i.sweep(); err != nil {
		return err
	}
	work, err := os.MkdirTemp(i.dir, beginsNew)
	if err != nil {
		return err
	}
	defer func() { _ = i.sweep() }() // the next installation does it again
	fetched, made := filepath.Join(work, "fetched"), filepath.Join(work, "made")
	if err := errors.Join(os.Mkdir(fetched, 0o700), makeShared(made)); err != nil {
		return err
	}
	packed, err := i.fetch(ctx, i.pin, fetched, i.progress)
	if err != nil {
		return err
	}
	if err := i.unpack(ctx, packed, filepath.Join(made, libraryName)); err != nil {
		return err
	}
	if err := mark(i.pin, made); err != nil {
		return err
	}
	old := filepath.Join(i.dir, beginsOld+i.pin.sha256)
	if err := os.Rename(folder, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(made, folder); err != nil {
		return err
	}
	return syncFolder(i.dir)
}

// sweep removes what installations have left behind. The lock must be held.
func (i installer) sweep() error {
	entries, err := os.ReadDir(i.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), beginsNew) || strings.HasPrefix(entry.Name(), beginsOld) {
			if err := os.RemoveAll(filepath.Join(i.dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeShared makes a folder that everybody may read, whatever the umask is.
func makeShared(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return chmod(path, info.Mode().Perm(), 0o755)
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// installError says in one sentence what is in the way.
func installError(err error) error {
	var known *Error
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fail(DiskFull, err, "there is no space for the library: it needs %s while it is installed", "800 MB")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fail(BadFolder, err, "the library cannot be written into the data directory: make it writable for this user")
	default:
		return fmt.Errorf("the library cannot be installed: %w", err)
	}
}
