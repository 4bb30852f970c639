package engine

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// start starts ClickHouse and returns when it answers.
func (h *host) start() error {
	if err := h.order.Wishes.checkNames(); err != nil {
		return err
	}
	if err := mayWrite(); err != nil {
		return err
	}
	if err := h.checkData(); err != nil {
		return err
	}
	if err := os.Remove(inFolder(endFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := emptyFolder(inFolder(tmpDir)); err != nil {
		return err
	}
	marks := markLogs()
	if err := h.launch(); err != nil {
		return err
	}
	version, err := h.awaitAnswer(marks)
	if err != nil {
		return err
	}
	if err := keepVersion(version); err != nil {
		h.log.Warn("the version of the data", "err", err) // as in a folder that was made before there was one
	}
	if err := h.awaitSettings(); err != nil {
		return err
	}
	if h.logins != nil {
		// It has read them, and they say where logins are checked.
		if err := errors.Join(os.Remove(inFolder(configFile)), os.Remove(inFolder(usersFile))); err != nil {
			return err
		}
	}
	h.identity.Version, h.identity.HTTP, h.identity.Native, h.identity.Memory = version, h.client.http, h.client.native, h.memory.Load()
	h.answers = true
	if err := h.identity.save(); err != nil {
		h.log.Warn("its own state", "err", err) // it is told to whoever asks, as long as it answers
	}
	return nil
}

// emptyFolder removes what the run before has left in a folder.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	return err
}

// launch writes the configuration and starts ClickHouse with it.
func (h *host) launch() error {
	ports, err := freePorts(h.order.Tuning.Ports)
	if err != nil {
		return fail(PortTaken, err, "no port is free")
	}
	h.client = &client{
		http: net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])), native: net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[1])),
		old: !atLeast(h.order.Version, 20, 1),
	}
	h.memory.Store(h.order.Wishes.Memory)
	h.current = configuration{order: h.order, dir: h.dir, http: ports[0], native: ports[1], cores: h.cores}
	if h.order.Engine == KindCHDB {
		err = h.prepareLibrary()
	} else {
		h.prepareOfficial()
	}
	if err != nil {
		return err
	}
	if err := errors.Join(h.current.server().save(inFolder(configFile)), h.current.users().save(inFolder(usersFile))); err != nil {
		return err
	}
	if err := h.server.Start(h.current); err != nil {
		return err
	}
	h.launched = true
	return nil
}

func (h *host) prepareLibrary() (err error) {
	if h.logins, err = newCallback(); err != nil {
		return err
	}
	if err := h.logins.Set(h.order.Wishes); err != nil {
		return err
	}
	go func() { h.log.Error("logins", "err", h.logins.Serve()) }()
	h.current.callback = h.logins.URL()
	h.client.password = h.logins.Password
	h.tell(report{Loading: true})
	l, err := loadLibrary(h.order.Path, os.NewFile(terminalFD, "terminal"))
	if err != nil {
		return err
	}
	h.tell(report{Loaded: true})
	h.server = l
	return nil
}

func (h *host) prepareOfficial() {
	password := rand.Text()
	hash := sha256.Sum256([]byte(password))
	h.current.internalHash = hex.EncodeToString(hash[:])
	h.client.password = func() (string, func() bool) { return password, func() bool { return true } }
	h.server = newOfficial(h.order.Path, h.lock)
}

// awaitAnswer asks until both listeners let the internal user in.
func (h *host) awaitAnswer(marks logMarks) (version string, err error) {
	limit := h.order.Tuning.StartLimit
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		if version, err = h.tryAnswer(ctx); err == nil {
			return version, nil
		}
		if failure := h.failed(marks); failure != nil {
			return "", failure
		}
		select {
		case <-ctx.Done():
			return "", fail(Timeout, errors.Join(err, firstError(marks.since())), "ClickHouse does not answer within %s", limit)
		case <-h.stopping:
			return "", fail(Failed, nil, "the start was broken off")
		case <-h.server.Ended():
		case <-tick.C:
		}
	}
}

// errSilent says that ClickHouse does not listen yet.
var errSilent = errors.New("it does not listen yet")

// tryAnswer returns the version if ClickHouse lets the internal user in on both protocols.
func (h *host) tryAnswer(ctx context.Context) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ours, err := listens(h.server.PID(), h.client.http, h.client.native)
	if err == nil && (!ours || h.logins != nil && !h.logins.Opened()) {
		err = errSilent
	}
	if err != nil {
		return "", err
	}
	if err := h.client.hello(ctx); err != nil {
		return "", err
	}
	return h.client.text(ctx, "SELECT version()")
}

// failed returns why ClickHouse will not answer, or nil while it may.
func (h *host) failed(marks logMarks) error {
	ended := h.hasEnded() // looked at first: the last that it writes is why it ends
	written := marks.since()
	if !ended {
		if taken := failureOf(written); taken.Kind == PortTaken { // the library goes on without the listener
			return taken
		}
		return nil
	}
	how, said := h.server.End()
	if h.order.Engine == KindClickHouse && marks.empty(clickhouseLog) && lastCode(written) == "" {
		return wrongBinary(errors.New(how.String()))
	}
	failure := failureOf(append(written, said...))
	if name := settingNamed(string(written)+said, h.order.Wishes); name != "" {
		return fail(BadSetting, failure.Err, "ClickHouse does not take the setting %q", name)
	}
	return failure
}

func (h *host) hasEnded() bool {
	select {
	case <-h.server.Ended():
		return true
	default:
		return false
	}
}

// freePorts returns a port for HTTP and one for the native protocol that were free
// just now; those that are given come first.
func freePorts(given []int) ([2]int, error) {
	var ports [2]int
	if copy(ports[:], given) == len(ports) {
		return ports, nil
	}
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a local call, and done with at once
		if err != nil {
			return ports, err
		}
		defer func() { _ = l.Close() }() // so that the two differ
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}
