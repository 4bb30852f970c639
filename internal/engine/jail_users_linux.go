package engine

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// usersPossible returns why this process cannot run others as users of their own.
func usersPossible() error {
	if os.Geteuid() != 0 {
		return errors.New("Gatehouse does not run as root") //nolint:staticcheck // a name begins it
	}
	for _, needed := range []struct {
		capability int
		name       string
	}{{unix.CAP_SETUID, "CAP_SETUID"}, {unix.CAP_SETGID, "CAP_SETGID"}, {unix.CAP_CHOWN, "CAP_CHOWN"}, {unix.CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"}, {unix.CAP_FOWNER, "CAP_FOWNER"}, {unix.CAP_KILL, "CAP_KILL"}} {
		if !capable(needed.capability) {
			return fmt.Errorf("Gatehouse runs as root without %s", needed.name) //nolint:staticcheck // a name begins it
		}
	}
	for _, kind := range []string{"uid", "gid"} {
		text, err := os.ReadFile("/proc/self/" + kind + "_map")
		if err != nil {
			return err
		}
		if !mapped(string(text), BaseUID, BaseUID+Slots-1) {
			return fmt.Errorf("this container has no users from %d on (%s_map, user_namespaces(7))", BaseUID, kind)
		}
	}
	return ownProgramShared()
}

// mapped returns whether one line of a uid_map has all ids from first to last.
func mapped(table string, first, last int) bool {
	for line := range strings.Lines(table) {
		var inside, outside, count int
		if _, err := fmt.Sscan(line, &inside, &outside, &count); err == nil && inside <= first && last < inside+count {
			return true
		}
	}
	return false
}

// ownProgramShared returns an error unless other users may run this program. Where it
// is does not matter: it is run as /proc/self/exe.
func ownProgramShared() error {
	info, err := os.Stat(self)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o005 == 0o005 {
		return nil
	}
	name, err := os.Executable()
	if err != nil {
		name = "this program"
	}
	return fmt.Errorf("other users cannot run %s (mode %04o): chmod o+rx %s", name, info.Mode().Perm(), name)
}
