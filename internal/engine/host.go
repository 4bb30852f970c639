package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

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
	endLimit    = 10 * time.Second       // until a server that never answered is left to end with its host
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

// takeLock waits for the process before to let go of the folder, as long as somebody waits
// for this one: a Gatehouse that comes after one that was killed starts its own.
func (h *host) takeLock() (err error) {
	if h.lock, err = os.Open(inFolder(lockFile)); err != nil {
		return err
	}
	limit := time.After(h.order.Tuning.LockLimit)
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(h.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return os.NewSyscallError("flock", err)
		case h.isOrphan():
			return inUse()
		}
		select {
		case <-limit:
			return inUse()
		case <-tick.C:
		}
	}
}

// isOrphan reports whether nobody is there any more to be told how the start goes.
func (h *host) isOrphan() bool {
	fds := []unix.PollFd{{Fd: int32(h.parent.Fd())}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&unix.POLLERR != 0
}

// end ends ClickHouse, if it has not ended, and says how it did.
func (h *host) end() error {
	if !h.launched {
		return nil
	}
	h.server.Stop()
	if !h.awaitEnd() {
		return errors.New("ClickHouse does not end")
	}
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
// takes too long. Queries have hangUpAfter to come to their end. A ClickHouse that never
// answered has nothing to lose, and some hang in the middle of their end: then it returns
// false after a while, and ClickHouse goes with this process.
func (h *host) awaitEnd() bool {
	var over <-chan time.Time
	if !h.answers {
		over = time.After(h.order.Tuning.EndLimit)
	}
	tick := time.NewTicker(hangUpAfter)
	defer tick.Stop()
	for {
		select {
		case <-h.server.Ended():
			return true
		case <-over:
			return false
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
