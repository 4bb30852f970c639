package engine

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerOf returns who is at the other end (unix(7), SO_PEERCRED): who connected, or
// who listens.
func peerOf(conn *net.UnixConn) (peer, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return peer{}, err
	}
	var credentials *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		credentials, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err != nil {
		return peer{}, err
	}
	if failed != nil {
		return peer{}, failed
	}
	return peer{int(credentials.Pid), int(credentials.Uid)}, nil
}
