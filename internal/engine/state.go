package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
)

// stateFile is where a host says who it is, for when it cannot say it itself.
const stateFile = "run/state.json"

// save writes the identity into the data folder of this process.
func (who identity) save() error {
	text, err := json.Marshal(who)
	if err != nil {
		return err
	}
	return writeWhole(inFolder(stateFile), text)
}

// readState reads what the host of a data folder has said of itself. ClickHouse may have
// written it in its place: see isHost.
func readState(dir string) (who identity, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return who, err
	}
	defer func() { _ = root.Close() }() // only read through
	text, err := readTail(root, stateFile, 64<<10)
	if err != nil {
		return who, err
	}
	return who, json.Unmarshal(text, &who)
}

// silentServer returns the server of a host that has the control socket and does not
// answer, with ErrSilent: by what it has written of itself and what the kernel says of that
// process, so that nothing else is ever taken for it and killed. listener is the process
// that listens, 0 where that is not known.
func silentServer(spec Spec, listener int) (*Server, error) {
	who, err := readState(spec.Dir)
	switch {
	case err != nil:
	case who.Service != spec.Service:
		return nil, fmt.Errorf("%w (process %d of the service %s has the folder, and does not answer)", ErrNotRunning, who.PID, who.Service)
	case listener != 0 && listener != who.PID:
		err = fmt.Errorf("process %d listens, and process %d is the host", listener, who.PID)
	default:
		err = isHost(who.PID, spec)
	}
	var server *Server
	if err == nil {
		server, err = newServer(spec.Dir, who, nil) // which looks when the process started
	}
	switch {
	case errors.Is(err, os.ErrProcessDone), errors.Is(err, syscall.ESRCH):
		return nil, fmt.Errorf("%w (%w)", ErrNotRunning, err)
	case err != nil:
		return nil, fmt.Errorf("%w, and it is not known which process it is: %w", ErrSilent, err)
	}
	return server, ErrSilent
}

// errNoHost says that a process is not what runs on a data folder.
var errNoHost = errors.New("the process is no host of the data folder")

// hostOf returns the data folder whose host a process is by its command line, or "".
func hostOf(line []string) string {
	if len(line) != 3 || line[1] != HostCommand {
		return ""
	}
	return line[2]
}

// sameFolder reports whether two paths lead to one folder.
func sameFolder(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// isHost returns nil when a process is the host of the data folder of the spec: it is the
// head of a session and a process group of its own, runs as the user of the engine or as
// that of Gatehouse, and its command line says so.
func isHost(pid int, spec Spec) error {
	p, err := lookAt(pid)
	if err != nil {
		return err
	}
	if pid == os.Getpid() || p.group != pid || p.session != pid || !slices.Contains([]int{spec.UID, os.Geteuid()}, p.uid) || !sameFolder(hostOf(p.line), spec.Dir) {
		return fmt.Errorf("%w: %d", errNoHost, pid)
	}
	return nil
}

// seen is what the kernel says of a process.
type seen struct {
	uid, group, session int
	line                []string // its command line
}
