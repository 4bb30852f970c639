package engine

import (
	"os"

	"golang.org/x/sys/unix"
)

// namelessFile returns a file in memory (memfd_create(2)).
func namelessFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("gatehouse", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	return os.NewFile(uintptr(fd), "order"), nil
}
