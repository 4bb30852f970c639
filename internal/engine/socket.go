package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// controlSocket is where the host listens, within the data folder.
const controlSocket = "run/control.sock"

// listenControl opens the control socket of the data folder. It goes by a path that is
// short, whatever the folder's is.
func listenControl(owner int) (net.Listener, error) {
	path := inFolder(controlSocket)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil { // root may connect nevertheless
		_ = l.Close() // nobody has it
		return nil, err
	}
	return controlListener{l, owner}, nil
}

// controlListener accepts connections of root and of the user of Gatehouse. When the
// engine has a user of its own, nothing that the engine runs is among them.
type controlListener struct {
	*net.UnixListener
	owner int
}

// Accept implements net.Listener.
func (l controlListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		peer, err := peerOf(conn)
		if err == nil && (peer.uid == 0 || peer.uid == l.owner) {
			return conn, nil
		}
		_ = conn.Close() // not for them
	}
}

// dialControl connects to the control socket of a data folder and says who listens
// there. The error is ErrNotRunning when nobody does.
func dialControl(ctx context.Context, dir string) (net.Conn, peer, error) {
	path := filepath.Join(dir, controlSocket)
	if len(path) >= len(syscall.RawSockaddrUnix{}.Path) { // too long for an address: go by the folder
		handle, err := os.Open(dir)
		if err != nil {
			return nil, peer{}, fmt.Errorf("%w (%w)", ErrNotRunning, err)
		}
		defer func() { _ = handle.Close() }() // only read through
		path = filepath.Join("/proc/self/fd", strconv.Itoa(int(handle.Fd())), controlSocket)
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		if ctx.Err() != nil {
			return nil, peer{}, ctx.Err()
		}
		return nil, peer{}, fmt.Errorf("%w (%w)", ErrNotRunning, err)
	}
	of, err := peerOf(conn.(*net.UnixConn))
	if err != nil {
		_ = conn.Close() // nothing was said
		return nil, peer{}, err
	}
	return conn, of, nil
}

// peer is the process at the other end of a Unix socket.
type peer struct{ pid, uid int }
