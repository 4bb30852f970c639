package engine

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// HostCommand is the hidden command of our binary that is a host: its one argument is
// the data folder.
const HostCommand = "engine-host"

// The descriptors that a host is started with, besides the terminal or nothing as 0.
const (
	orderFD    = 3 // the order
	reportFD   = 4 // where it says how the start goes
	terminalFD = 5 // the master of the terminal; chdb
)

// The limits of waiting.
const (
	startLimit  = 60 * time.Second       // until a server answers
	stopLimit   = 10 * time.Second       // until a server that was asked to end is killed
	lockLimit   = 15 * time.Second       // for the end of the process before
	hangUpAfter = 300 * time.Millisecond // until a server that was asked to end is cut off from its clients
	listenEvery = 2 * time.Second        // between looks at the listeners
	askEvery    = 10 * time.Millisecond
)

// clickhouse is a ClickHouse in the hands of a host.
type clickhouse interface {
	Start(c configuration) error
	Ended() <-chan struct{} // closed when it has ended
	End() (end, string)     // how, and what it said
	Listen()                // opens listeners that were closed
	PID() int               // of the process that it is in
	Stop()                  // asks it to end; can be repeated
}

// host runs one ClickHouse, and outlives Gatehouse with it.
type host struct {
	order   order
	ordered *os.File // where that was read; kept, because what nobody has any more is closed
	dir     string
	log     *slog.Logger
	parent  *os.File // where it says how the start goes
	lock    *os.File

	started  time.Time
	ticks    uint64 // when this process started
	client   *client
	logins   *callback // chdb
	server   clickhouse
	current  configuration
	launched bool         // the server was started
	cores    uint64       // how large a core may be, in bytes
	memory   atomic.Int64 // the limit in force, in bytes; 0: none of ours

	settled  chan struct{} // closed when it is ready, or not to be
	identity identity      // complete once it is ready
	answers  bool          // it became ready; once settled

	stopping chan struct{}
	stopOnce sync.Once

	showing sync.Mutex
	shown   map[string]uint64 // of what is counted, by the name of the figure

	mu    sync.Mutex // one change at a time
	first wishes     // with which it was started
}

// RunHost is the process that HostCommand names: it runs ClickHouse on the data folder
// until that ends or is asked to, and returns the exit status. Only Server.Start can
// start it, since it is told what to do by a descriptor.
func RunHost(dir string) int {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ordered := os.NewFile(orderFD, "order")
	o, err := readOrder(ordered)
	if err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "gatehouse: %s is for Gatehouse to run (%v)\n", HostCommand, err)
		return 2
	}
	h := &host{
		order: o, ordered: ordered, dir: dir, log: log, parent: os.NewFile(reportFD, "report"),
		settled: make(chan struct{}), stopping: make(chan struct{}), started: cloud.SystemClock{}.Now(), first: o.Wishes,
	}
	err = os.Chdir(filepath.Join(dir, dataDir)) // see inFolder
	if err == nil {
		err = o.checkProgram() // the jail has an entrance for it
	}
	if err == nil {
		err = h.enter()
	}
	if err == nil {
		err = h.run()
	}
	if err != nil {
		log.Error("ended", "err", err)
		h.tell(report{Failure: failureReport(hostFailure(err, notStarted))})
		return 1
	}
	return 0
}

// enter confines this process. It comes back in the confined one.
func (h *host) enter() error {
	writable := make([]string, len(folders))
	for i, name := range folders {
		writable[i] = filepath.Join(h.dir, name)
	}
	c := newConfine(h.order.Confinement, h.order.UID, h.order.Path, writable...)
	c.ReadOnly = append([]string{filepath.Join(h.dir, lockFile)}, c.ReadOnly...)
	c.Keep = []int{orderFD, reportFD}
	if h.order.Engine == KindCHDB {
		c.Keep = append(c.Keep, terminalFD)
	}
	if err := c.enter(); err != nil {
		return badJail(err)
	}
	for _, fd := range c.Keep {
		syscall.CloseOnExec(fd)
	}
	return h.ordered.Close() // the order has been read, and is not for ClickHouse
}

func badJail(err error) *Error { return fail(BadJail, err, "the jail of the engine cannot be made") }

func (h *host) run() error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go func() {
		for range signals {
			h.stop()
		}
	}()
	if err := h.takeLock(); err != nil {
		return err
	}
	var err error
	if h.ticks, err = startOf(os.Getpid()); err != nil {
		return err
	}
	if err := h.allowCores(h.order.Wishes.CoreDumps); err != nil {
		return err
	}
	h.identity = identity{
		Service: h.order.Service, Engine: h.order.Engine, Path: h.order.Path, PID: os.Getpid(), Ticks: h.ticks, Started: h.started, Confinement: h.order.Confinement,
	}
	if err := h.identity.save(); err != nil { // before anybody can ask in vain
		return err
	}
	control, err := listenControl(h.order.Owner)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(inFolder(controlSocket)) }() // Gatehouse can do with an old one
	go func() { h.log.Error("control socket", "err", h.serve(control)) }()
	if h.order.Confinement != (Confinement{}) {
		if err := sealSockets(); err != nil {
			return badJail(err)
		}
	}
	go h.trimLog()
	err = h.start()
	close(h.settled)
	if err != nil {
		// The library may abort the process as it ends, and then this is the last word.
		h.tell(report{Ending: failureReport(hostFailure(err, notStarted))})
		return errors.Join(err, h.end())
	}
	h.tell(report{Ready: &h.identity})
	_ = h.parent.Close() // Gatehouse may be gone
	h.keepListening()
	return h.end()
}

// keepListening opens listeners again that were closed, until the end.
func (h *host) keepListening() {
	tick := time.NewTicker(listenEvery)
	defer tick.Stop()
	for {
		select {
		case <-h.server.Ended():
			return
		case <-h.stopping:
			return
		case <-tick.C:
		}
		if open, err := listens(h.server.PID(), h.client.http, h.client.native); err == nil && !open {
			h.log.Warn("a listener was closed")
			h.server.Listen()
		}
	}
}

// takeLock waits for the process before to let go of the folder.
func (h *host) takeLock() (err error) {
	if h.lock, err = os.Open(inFolder(lockFile)); err != nil {
		return err
	}
	limit := time.After(h.order.Tuning.LockLimit)
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(h.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return os.NewSyscallError("flock", err)
		}
		select {
		case <-limit:
			return inUse()
		case <-tick.C:
		}
	}
}

// start starts ClickHouse and returns when it answers.
func (h *host) start() error {
	if err := h.order.Wishes.checkNames(); err != nil {
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
	h.current.internalHash = hexOf(hash[:])
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
	written := marks.since()
	select {
	case <-h.server.Ended():
	default:
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

// end ends ClickHouse, if it has not ended, and says how it did.
func (h *host) end() error {
	if !h.launched {
		return nil
	}
	h.server.Stop()
	h.awaitEnd()
	how, _ := h.server.End()
	select {
	case <-h.stopping:
		return nil
	default:
	}
	if h.order.Engine == KindClickHouse {
		return errors.Join(leaveEnd(how), fmt.Errorf("%s", how))
	}
	return errors.New(how.String())
}

// awaitEnd returns when ClickHouse has ended; Gatehouse kills this process when that
// takes too long. Queries have hangUpAfter to come to their end.
func (h *host) awaitEnd() {
	tick := time.NewTicker(hangUpAfter)
	defer tick.Stop()
	for {
		select {
		case <-h.server.Ended():
			return
		case <-tick.C:
			if err := hangUp(h.server.PID(), h.client.http, h.client.native); err != nil {
				h.log.Warn("connections of a server that ends", "err", err)
			}
		}
	}
}

// stop asks for the end of ClickHouse and this process.
func (h *host) stop() {
	h.stopOnce.Do(func() { close(h.stopping) })
}

// report is one line of how the start goes.
type report struct {
	Loading bool      `json:",omitempty"` // a process that ends now has a broken library
	Loaded  bool      `json:",omitempty"`
	Ready   *identity `json:",omitempty"`
	Ending  *failure  `json:",omitempty"` // why the host ends what it began; Failure follows unless it is cut off
	Failure *failure  `json:",omitempty"`
}

// notStarted is said of a failure that has no words of its own.
const notStarted = "the engine cannot be started"

// tell writes a line for Gatehouse, which may be gone.
func (h *host) tell(r report) { _ = json.NewEncoder(h.parent).Encode(r) }

// failure is an Error on its way to Gatehouse.
type failure struct {
	Kind    ErrorKind
	Message string
	Cause   string
}

func failureReport(e *Error) *failure {
	r := &failure{Kind: e.Kind, Message: e.Message}
	if e.Err != nil {
		r.Cause = e.Err.Error()
	}
	return r
}

func (r *failure) err() error {
	e := &Error{Kind: r.Kind, Message: r.Message}
	if r.Cause != "" {
		e.Err = errors.New(r.Cause)
	}
	return e
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

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
