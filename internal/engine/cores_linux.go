package engine

import (
	"os"

	"golang.org/x/sys/unix"
)

// limitCores lets the kernel write a core of a process when it dies, of any size up to the
// hard limit, or none (getrlimit(2), RLIMIT_CORE). The process is this one, 0, or a child
// of the same user, which needs no privilege. It returns the limit in bytes.
func limitCores(pid int, allowed bool) (uint64, error) {
	var limit unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_CORE, nil, &limit); err != nil {
		return 0, os.NewSyscallError("prlimit", err)
	}
	if limit.Cur = 0; allowed {
		limit.Cur = limit.Max
	}
	return limit.Cur, os.NewSyscallError("prlimit", unix.Prlimit(pid, unix.RLIMIT_CORE, &limit, nil))
}
