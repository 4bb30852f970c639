package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ServicesFolder is the folder of the data folder in which each service has its own.
const ServicesFolder = "services"

// PrepareDirs makes the folder of the services in data, the data folder, and lets
// their users pass through both where the jail may give them users of their own: they
// can list neither, and what is in them says itself who may read it. A folder above
// data is left alone: Jails says when one is in the way.
func PrepareDirs(data string, jail Jail) error {
	services, mode := filepath.Join(data, ServicesFolder), fs.FileMode(0o700)
	if users := jail == JailAuto || jail == JailUID || jail == ""; users && usersPossible() == nil {
		mode = 0o711
		info, err := os.Stat(data)
		if err != nil {
			return err
		}
		if err := chmod(data, info.Mode().Perm(), info.Mode().Perm()|0o011); err != nil {
			return err
		}
	}
	if err := os.Mkdir(services, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Stat(services)
	if err != nil {
		return err
	}
	return chmod(services, info.Mode().Perm(), mode)
}

func chmod(path string, from, to fs.FileMode) error {
	if from == to {
		return nil
	}
	return os.Chmod(path, to)
}

// Traversable returns an error that names the folder on the way to path that the user
// may not pass, or the file at its end that it may not read, and says what to do. Of
// a path that is not there yet, what is there of it counts.
func Traversable(path string, uid int) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && path != "/" {
		return Traversable(filepath.Dir(path), uid)
	}
	if err != nil {
		return err
	}
	if err := passable(path, uid); err != nil {
		return err
	}
	return passable(real, uid)
}

// passable looks at path and the folders above it, as they are written.
func passable(path string, uid int) error {
	for at := path; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return fmt.Errorf("%s: no owner is known", at)
		}
		mode := info.Mode().Perm()
		switch {
		case int(stat.Uid) == uid:
			mode >>= 6
		case int(stat.Gid) == uid:
			mode >>= 3
		}
		if info.IsDir() && mode&1 == 0 {
			return fmt.Errorf("other users cannot pass the folder %s (mode %04o): chmod o+x %s", at, info.Mode().Perm(), at)
		}
		if !info.IsDir() && mode&4 == 0 {
			return fmt.Errorf("other users cannot read %s (mode %04o): chmod o+r %s", at, info.Mode().Perm(), at)
		}
		if at == "/" {
			return nil
		}
	}
}
