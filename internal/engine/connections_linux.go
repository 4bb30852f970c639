package engine

import (
	"net/netip"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// listens reports whether a ClickHouse, this process or a child, has all the addresses
// to itself, so that nobody else is told a password there.
func listens(pid int, addresses ...string) (bool, error) {
	var has []string
	err := sockets(pid, func(fd int, address string) {
		if on, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err == nil && on == 1 {
			has = append(has, address)
		}
	})
	return !slices.ContainsFunc(addresses, func(address string) bool { return !slices.Contains(has, address) }), err
}

// hangUp tells a ClickHouse that is to end, this process or a child, that its clients
// at the addresses have nothing more to say. It waits for those otherwise, for as long
// as they keep idle connections: seconds. A result that is on its way is still sent.
func hangUp(pid int, addresses ...string) error {
	return sockets(pid, func(fd int, address string) {
		if slices.Contains(addresses, address) {
			_ = unix.Shutdown(fd, unix.SHUT_RD) // it is closed already
		}
	})
}

// sockets calls f with each socket of IPv4 that a process has, and its address there.
func sockets(pid int, f func(fd int, address string)) error {
	files, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/fd")
	if err != nil {
		return err
	}
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return os.NewSyscallError("pidfd_open", err)
	}
	defer func() { _ = unix.Close(process) }() // only held
	for _, file := range files {
		number, err := strconv.Atoi(file.Name())
		if err != nil {
			continue
		}
		fd, err := unix.PidfdGetfd(process, number, 0)
		if err != nil {
			continue // it is closed already
		}
		if name, err := unix.Getsockname(fd); err == nil {
			if v4, ok := name.(*unix.SockaddrInet4); ok {
				f(fd, netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), uint16(v4.Port)).String())
			}
		}
		_ = unix.Close(fd) // a second one
	}
	return nil
}
