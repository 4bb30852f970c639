//go:build !linux

package engine

import (
	"os"
	"syscall"
)

// limitCores lets the kernel write a core of this process, 0, or none. What another has
// stays until its next start.
func limitCores(pid int, allowed bool) (uint64, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil {
		return 0, os.NewSyscallError("getrlimit", err)
	}
	if limit.Cur = 0; allowed {
		limit.Cur = limit.Max
	}
	if pid != 0 {
		return limit.Cur, nil
	}
	return limit.Cur, os.NewSyscallError("setrlimit", syscall.Setrlimit(syscall.RLIMIT_CORE, &limit))
}
