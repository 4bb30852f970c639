package engine

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sealSockets takes from this process, all its threads and children, the right to make Unix
// sockets, for good; those it has stay. Landlock refuses connections to the sockets of other
// services by their path only from version 9 on, and a service that runs as the same
// user as Gatehouse could otherwise reach the operator's socket. io_uring goes with
// it, which would get around the filter.
func sealSockets() error {
	architecture, ok := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if !ok {
		return fmt.Errorf("%w: no filter of system calls is known for %s", errConfined, runtime.GOARCH)
	}
	// struct seccomp_data: number at 0, architecture at 4, first argument at 16, all little-endian.
	const (
		load, equal, atLeast, give = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, unix.BPF_RET | unix.BPF_K
		refuse                     = unix.SECCOMP_RET_ERRNO | uint32(unix.EACCES)
		x32                        = 0x40000000 // a second set of numbers on amd64
	)
	filter := []unix.SockFilter{
		{Code: load, K: 4},
		{Code: equal, K: architecture, Jf: 7}, // 32-bit calls
		{Code: load, K: 0},
		{Code: atLeast, K: x32, Jt: 5},
		{Code: equal, K: unix.SYS_IO_URING_SETUP, Jt: 4},
		{Code: equal, K: unix.SYS_SOCKET, Jf: 2},
		{Code: load, K: 16},
		{Code: equal, K: unix.AF_UNIX, Jt: 1},
		{Code: give, K: unix.SECCOMP_RET_ALLOW},
		{Code: give, K: refuse},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	thread, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program))) //nolint:gosec // the kernel reads it
	switch {
	case e != 0:
		return fmt.Errorf("%w: seccomp: %w", errConfined, e)
	case thread != 0:
		return fmt.Errorf("%w: seccomp: thread %d has another filter", errConfined, thread)
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd) // it should not be open
	}
	if !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("%w: it can make Unix sockets", errConfined)
	}
	return nil
}
