package engine

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What Landlock can refuse, by the version that brought it (landlock(7)). What the
// kernel does not know is left out.
const (
	landlockFile   = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE
	landlockFolder = unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM

	// landlockLeast is the first version that can be used: with the one before, nothing
	// can be moved from folder to folder, which ClickHouse does with parts.
	landlockLeast = 2
)

// handled returns all that Landlock of this version can refuse, of files and of other processes.
func handled(version int) (files, scopes uint64) {
	files = landlockFile | landlockFolder
	if version >= 2 {
		files |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		files |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 5 {
		files |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= 6 {
		scopes = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	if version >= 9 {
		files |= unix.LANDLOCK_ACCESS_FS_RESOLVE_UNIX
	}
	return files, scopes
}

// The rights that the lists of confine give.
const (
	mayRead   = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	mayRun    = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
	mayUse    = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	mayChange = mayRead | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_REFER | unix.LANDLOCK_ACCESS_FS_RESOLVE_UNIX |
		unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
)

// ruleset returns a Landlock ruleset with what c allows.
func (c confine) ruleset() (int, error) {
	version, why := landlockVersion()
	if version == 0 {
		return -1, errors.New(why)
	}
	files, scopes := handled(version)
	ruleset, err := createRuleset(unix.LandlockRulesetAttr{Handled_access_fs: files, Scoped: scopes})
	if err != nil {
		return -1, err
	}
	run, err := interpreters(append([]string{self}, c.Run...))
	for _, list := range []struct {
		paths  []string
		rights uint64
		must   bool
	}{
		{run, mayRun, true}, {c.ReadOnly, mayRead, false}, {c.Devices, mayUse, false}, {c.ReadWrite, mayChange, true},
	} {
		for _, path := range list.paths {
			if err == nil {
				err = allow(ruleset, path, list.rights&files, list.must)
			}
		}
	}
	if err != nil {
		_ = unix.Close(ruleset) // it was only written to
		return -1, err
	}
	return ruleset, nil
}

// allow adds a rule for what is at path, and below it if that is a folder.
func allow(ruleset int, path string, rights uint64, must bool) error {
	if !filepath.IsAbs(path) || filepath.Clean(path) == "/" {
		return fmt.Errorf("%q is no path for a jail", path)
	}
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil && !must && (errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOTDIR)) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer func() { _ = unix.Close(fd) }() // only its place was wanted
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= landlockFile | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV // others are refused with EINVAL
	}
	if err := addPathRule(ruleset, fd, rights); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// interpreters returns the programs and, of those that need one, the dynamic linker,
// which the kernel runs in their place.
func interpreters(programs []string) ([]string, error) {
	all := programs
	for _, program := range programs {
		file, err := elf.Open(program)
		if err != nil {
			var bad *elf.FormatError
			if errors.As(err, &bad) {
				continue // a script, say: it runs or it does not
			}
			return nil, err
		}
		for _, part := range file.Progs {
			if part.Type != elf.PT_INTERP {
				continue
			}
			var path []byte
			if path, err = io.ReadAll(part.Open()); err == nil {
				all = append(all, strings.TrimRight(string(path), "\x00"))
			}
		}
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// landlockVersion returns the version of Landlock that can be used, or 0 and why there is none.
func landlockVersion() (version int, why string) {
	v, _, e := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	switch {
	case errors.Is(e, unix.ENOSYS):
		return 0, "the kernel has no Landlock, it needs Linux 5.19 or newer"
	case errors.Is(e, unix.EOPNOTSUPP):
		return 0, "Landlock is not started with the kernel, add it to its parameter lsm="
	case e != 0:
		return 0, fmt.Sprintf("the kernel refuses Landlock (%v)", e)
	case v < landlockLeast:
		return 0, fmt.Sprintf("the kernel has version %d of Landlock, version %d is needed: it came with Linux 5.19", v, landlockLeast)
	}
	return int(v), ""
}

func createRuleset(attr unix.LandlockRulesetAttr) (int, error) {
	fd, _, e := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0) //nolint:gosec // the kernel reads it, and no wrapper is known
	if e != 0 {
		return -1, fmt.Errorf("landlock_create_ruleset: %w", e)
	}
	return int(fd), nil
}

func addPathRule(ruleset, fd int, rights uint64) error {
	attr := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	if _, _, e := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&attr)), 0, 0, 0); e != 0 { //nolint:gosec // as above
		return fmt.Errorf("landlock_add_rule: %w", e)
	}
	return nil
}
