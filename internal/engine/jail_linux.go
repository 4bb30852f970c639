package engine

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// enter confines this process for good and returns nil in a process that is confined
// and has been seen to be. In a process that is not confined yet it does not return,
// unless it fails: it confines its thread and runs this program again in it, with the
// same arguments, process id and the descriptors of Keep. So it must be the first
// thing that a process does.
//
// It runs again because Landlock confines a thread and those that it starts, and the
// Go runtime has others already. To confine them all at once, as go-landlock does,
// needs syscall.AllThreadsSyscall, which the runtime refuses in a program that loads
// libraries (purego sets runtime.iscgo), or a kernel newer than most are (version 8).
//
// The environment is left behind except for confinedEnvironment: that of Gatehouse
// has secrets, and a service can read its own in /proc/self/environ.
func (c confine) enter() error {
	if os.Getenv(confinedMarker) != "" {
		if err := os.Unsetenv(confinedMarker); err != nil {
			return err
		}
		return c.verify()
	}
	runtime.LockOSThread() // for good: this thread is not like the others any more
	if err := c.restrict(); err != nil {
		return fmt.Errorf("%w: %w", errConfined, err)
	}
	err := syscall.Exec(self, os.Args, append(confinedEnvironment(os.Environ()), confinedMarker+"=1")) //nolint:gosec // this program again
	return fmt.Errorf("%w: this program cannot be run again: %w", errConfined, err)
}

// self is this program, also when its file was replaced or cannot be reached by its name.
const self = "/proc/self/exe"

// confinedEnvironment returns what a confined process may know of the environment.
func confinedEnvironment(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return !slices.Contains([]string{"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TERM", "SSL_CERT_FILE", "SSL_CERT_DIR"}, name)
	})
}

// restrict confines this thread and what it runs.
func (c confine) restrict() error {
	ruleset := -1
	if c.Landlock {
		var err error
		if ruleset, err = c.ruleset(); err != nil {
			return err
		}
		defer func() { _ = unix.Close(ruleset) }() // it was only written to
	}
	if err := closeAllBut(c.Keep); err != nil {
		return fmt.Errorf("descriptors: %w", err)
	}
	if err := dropPrivileges(); err != nil {
		return fmt.Errorf("privileges: %w", err)
	}
	if !c.Landlock {
		return nil
	}
	if _, _, e := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(ruleset), 0, 0); e != 0 {
		return fmt.Errorf("landlock_restrict_self: %w", e)
	}
	return nil
}

// closeAllBut lets only these descriptors, and 0, 1 and 2, into the next program.
// What whoever started Gatehouse has left open would be readable in /proc/self/fd.
func closeAllBut(keep []int) error {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	for _, fd := range keep {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0); err != nil {
			return fmt.Errorf("%d: %w", fd, err)
		}
	}
	return nil
}

// dropPrivileges takes from this thread, and what it runs, all that root may do
// besides owning its files, for good: no set-user-id program gives anything back.
func dropPrivileges() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if held, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, unix.CAP_SETPCAP, 0, 0, 0); err == nil && held == 1 && capable(unix.CAP_SETPCAP) {
		for capability := range uintptr(unix.CAP_LAST_CAP + 1) {
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err != nil && !errors.Is(err, unix.EINVAL) { // EINVAL: newer than this kernel
				return err
			}
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	var none [2]unix.CapUserData
	return unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0])
}

// capable returns whether this thread has a capability in force.
func capable(capability int) bool {
	var held [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &held[0]); err != nil {
		return false
	}
	return held[capability/32].Effective&(1<<(capability%32)) != 0
}

// verify looks whether the process is confined: the marker alone proves nothing.
func (c confine) verify() error {
	if set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err != nil || set != 1 {
		return fmt.Errorf("%w: it could gain privileges", errConfined)
	}
	var held [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &held[0]); err != nil {
		return fmt.Errorf("%w: capget: %w", errConfined, err)
	}
	if held[0].Permitted|held[1].Permitted != 0 {
		return fmt.Errorf("%w: it has kept privileges", errConfined)
	}
	if c.UID != 0 {
		if err := verifyUser(c.UID); err != nil {
			return err
		}
	}
	if !c.Landlock {
		return nil
	}
	// The root directory is readable by everybody, and never within a jail.
	switch fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); {
	case err == nil:
		_ = unix.Close(fd) // it should not be open
		return fmt.Errorf("%w: it can read /", errConfined)
	case !errors.Is(err, unix.EACCES):
		return fmt.Errorf("%w: /: %w", errConfined, err)
	}
	return nil
}

// verifyUser looks whether this process is of the user and of no other group.
func verifyUser(uid int) error {
	real, effective, saved := unix.Getresuid()
	realGroup, effectiveGroup, savedGroup := unix.Getresgid()
	for _, id := range []int{real, effective, saved, realGroup, effectiveGroup, savedGroup} {
		if id != uid {
			return fmt.Errorf("%w: it runs as user %d, group %d and not as %d", errConfined, effective, effectiveGroup, uid)
		}
	}
	groups, err := unix.Getgroups()
	if err != nil || slices.ContainsFunc(groups, func(group int) bool { return group != uid }) {
		return fmt.Errorf("%w: it is in the groups %v", errConfined, groups)
	}
	return nil
}
