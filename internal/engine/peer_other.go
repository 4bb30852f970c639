//go:build !linux

package engine

import (
	"net"
	"os"
)

// peerOf takes the other end for this user: here the permissions of the data folder
// and of the socket are what keeps others out. The process is not known.
func peerOf(*net.UnixConn) (peer, error) { return peer{uid: os.Geteuid()}, nil }
