package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// The parts of a data folder; see the package's comment.
const (
	lockFile      = "lock"
	dataDir       = "data"
	confDir       = "conf"
	logDir        = "log"
	runDir        = "run"
	tmpDir        = "tmp"
	backupDir     = "backups"
	hostLog       = "log/host.log"
	clickhouseLog = "log/clickhouse.log"
)

// folders are what the engine may write to.
var folders = []string{dataDir, confDir, logDir, runDir, tmpDir, backupDir}

// inFolder returns the way of the host to a part of the data folder. It works in data/ of
// it, which it may write to: there the kernel puts a core whose place is not said otherwise.
func inFolder(name string) string { return filepath.Join("..", name) }

// prepareFolder makes what is missing of the data folder, but nothing above it, and gives it to the engine's
// user. DIR stays with Gatehouse: whoever owned it could put a link where Gatehouse
// expects a folder of its own.
func prepareFolder(spec Spec) error {
	if !filepath.IsAbs(spec.Dir) {
		return fail(BadFolder, nil, "the data folder must be given by its absolute path")
	}
	if err := os.Mkdir(spec.Dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return folderError(err)
	}
	root, err := os.OpenRoot(spec.Dir)
	if err != nil {
		return folderError(err)
	}
	defer func() { _ = root.Close() }() // only read through
	if err := fillFolder(root, spec); err != nil {
		return folderError(err)
	}
	return mayPass(spec)
}

func fillFolder(root *os.Root, spec Spec) error {
	for _, name := range folders {
		if err := root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	lock, err := root.OpenFile(lockFile, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := lock.Close(); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return nil // all is of the user that this process has
	}
	mode := fs.FileMode(0o710) // its group may pass, and see nothing
	if spec.UID == 0 {
		mode = 0o700 // it may have had another user before
	}
	if err := root.Chmod(".", mode); err != nil {
		return err
	}
	if err := root.Lchown(".", os.Geteuid(), spec.GID); err != nil {
		return err
	}
	for _, name := range append([]string{lockFile}, folders...) {
		if err := giveTo(root, name, spec.UID, spec.GID); err != nil {
			return err
		}
	}
	return nil
}

// giveTo gives a part of the folder to the user, with all that is in it unless it is
// the user's already: a service may come to another user with its data.
func giveTo(root *os.Root, name string, uid, gid int) error {
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) == uid && int(owner.Gid) == gid {
		return nil
	}
	// The folder itself comes last: it says that all the others are done.
	err = fs.WalkDir(root.FS(), name, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == name {
			return err
		}
		return root.Lchown(path, uid, gid)
	})
	if err != nil {
		return err
	}
	return root.Lchown(name, uid, gid)
}

// mayPass returns an error when the engine's user cannot come down to the data folder.
func mayPass(spec Spec) error {
	if spec.UID == 0 {
		return nil
	}
	if err := Traversable(spec.Dir, spec.UID); err != nil {
		return fail(BadFolder, err, "a folder above the data folder does not let the engine's user pass: give it the mode o+x")
	}
	return nil
}

// mayWrite returns an error when the engine's user, who works in data/, may not write there.
// ClickHouse finds out only where it makes a file at its start, and after a kill the one it
// would make is there: it would run, and fail at whatever else it has to make.
func mayWrite() error {
	err := unix.Access(".", unix.W_OK)
	if errors.Is(err, fs.ErrPermission) {
		return mayNotUse(err)
	}
	return os.NewSyscallError("access", err)
}

// folderError says what is wrong with the data folder.
func folderError(err error) error {
	if err == nil {
		return nil
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fail(DiskFull, err, "no space is left on the device of the data folder")
	case errors.Is(err, fs.ErrPermission):
		return fail(BadFolder, err, "the data folder cannot be used: permission denied")
	case errors.Is(err, syscall.EROFS):
		return fail(BadFolder, err, "the data folder is on a read-only file system")
	default:
		return fail(BadFolder, err, "the data folder cannot be used")
	}
}

// Remove deletes the data folder, once no process has it. It returns an *Error with
// the kind InUse while one has; nil when there is nothing to delete. It can be asked
// for again when it was interrupted.
func Remove(dir string) error {
	removed := dir + ".removed" // a name under which nothing is looked for
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetFlag(os.O_RDONLY))
	got, err := lock.TryLock()
	switch {
	case errors.Is(err, fs.ErrNotExist): // a folder that was never used, or is gone
	case err != nil:
		return folderError(err)
	case !got:
		return inUse()
	}
	defer func() { _ = lock.Close() }() // its file is gone
	if err := os.RemoveAll(removed); err != nil {
		return folderError(err)
	}
	if err := os.Rename(dir, removed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return folderError(err)
	}
	return folderError(os.RemoveAll(removed))
}

// unlockLimit is how long the processes of a host may take to end after it.
const unlockLimit = 5 * time.Second

// awaitUnlocked returns when nobody holds the lock of a folder any more: the official
// server holds it too, and ends a little later than its host when both are killed.
func awaitUnlocked(dir string) {
	lock, err := os.Open(filepath.Join(dir, lockFile))
	if err != nil {
		return // there is nothing to wait for
	}
	defer func() { _ = lock.Close() }() // which gives it back
	limit := time.After(unlockLimit)
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for errors.Is(syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK) {
		select {
		case <-limit:
			return
		case <-tick.C:
		}
	}
}

func inUse() *Error {
	return fail(InUse, nil, "another process uses the data folder")
}
