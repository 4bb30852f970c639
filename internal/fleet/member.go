package fleet

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// member is one service of the fleet. One reconciler, its run, makes what runs follow
// what is stored; everybody else only tells it something or reads.
type member struct {
	f   *Fleet
	id  uuid.UUID
	log *slog.Logger

	// backend is where new connections go; nil while none may.
	backend atomic.Pointer[Backend]
	waiters atomic.Int64  // that wait for backend
	nudged  chan struct{} // has one element when the reconciler is to look

	mu      sync.Mutex
	service cloud.Service // as stored
	gone    bool          // nothing is stored any more
	wanted  bool          // a connection waits for a service that rests
	renewed bool          // a command asks for another attempt, whatever failed before
	changed chan struct{} // closed and replaced when one of these changes
	// instance is the server that runs, as far as is known; taken is what it has taken
	// last, nil when that is not known, and inForce the scaling that it really has.
	instance Instance
	taken    *cloud.Service
	inForce  *cloud.Scaling
	status   Status
	// allowed says of the service as it becomes whether what the reconciler waits for
	// still makes sense; stop ends that.
	allowed func(s cloud.Service, gone bool) bool
	stop    context.CancelCauseFunc

	progress
}

// progress is what a reconciler remembers from one look to the next. None of it is
// needed by the next fleet.
type progress struct {
	looked    bool // whether a server may run that we do not know of was found out
	doubted   bool // relook was asked for
	relook    atomic.Bool
	halted    bool   // the server that ran last was stopped by us, not by itself
	replacing bool   // the server is being restarted for new settings
	trouble   string // why it does not run, one public sentence
	failing   string // the step that failed last and was not done since

	starting, adopting, stopping, updating, destroying, ledger, panicking gate

	mute    time.Time // since when the server's process does not answer, by the clock of the machine; zero: it did when it was asked last
	strange bool      // it was taken over without an answer

	since     time.Time // when we got the server
	active    time.Time // when a user was last seen to do something
	queries   uint64    // of users, when it was last asked
	asked     bool      // whether queries is known
	silent    int       // how often it did not answer, in a row
	look      *time.Timer
	lookDue   bool
	restart   bool      // due for new settings
	restartBy time.Time // then at the latest
	woken     time.Time // when it was woken
}

func newMember(f *Fleet, s cloud.Service) *member {
	return &member{f: f, id: s.ID, log: f.log.With("service", s.ID), service: s, nudged: make(chan struct{}, 1), changed: make(chan struct{})}
}

// errOvertaken is why a call ends that makes no sense any more.
var errOvertaken = errors.New("overtaken by a change of the service")

// apply takes in the service as it is stored now.
func (m *member) apply(s cloud.Service) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.service
	m.service, m.gone = s, false
	if s.Goal != old.Goal || old.State == cloud.ServiceFailed && s.State != cloud.ServiceFailed {
		m.renewed = true
	}
	if s.Goal != cloud.GoalIdle {
		m.wanted = false
	}
	// Nobody new is let in with a password that is no longer valid.
	if s.Goal != cloud.GoalRunning || s.Password != old.Password {
		m.backend.Store(nil)
	}
	m.tellLocked()
}

// remove takes in that nothing is stored of the service any more.
func (m *member) remove() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = true
	m.backend.Store(nil)
	m.tellLocked()
}

// tellLocked tells the reconciler and everybody who waits. The caller holds m.mu.
func (m *member) tellLocked() {
	if m.allowed != nil && !m.allowed(m.service, m.gone) {
		m.stop(errOvertaken)
	}
	close(m.changed)
	m.changed = make(chan struct{})
	m.nudge()
}

// nudge makes the reconciler look.
func (m *member) nudge() {
	select {
	case m.nudged <- struct{}{}:
	default:
	}
}

// stored returns the service as it is stored, and whether it is gone.
func (m *member) stored() (s cloud.Service, gone bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.service, m.gone
}

// order returns the service as it is to run now.
func (m *member) order() cloud.Service {
	m.mu.Lock()
	defer m.mu.Unlock()
	return orderOf(m.service, m.f.clock.Now())
}

// orderOf returns the service as it is to run at that instant: with the scaling in force.
func orderOf(s cloud.Service, now time.Time) cloud.Service {
	s.Scaling, _ = s.ScalingAt(now)
	s.Schedule = nil
	return s
}

// sameOrder reports whether a server would run in the same way with both.
func sameOrder(a, b cloud.Service) bool {
	return a.Password == b.Password && sameSize(a.Scaling, b.Scaling) && sameSettings(a.Settings, b.Settings) && a.CoreDumps() == b.CoreDumps() && a.MySQL == b.MySQL
}

func sameSettings(a, b []cloud.ServiceSetting) bool { return slices.Equal(a, b) }

// sameSize leaves out when to rest, which is the fleet's affair alone.
func sameSize(a, b cloud.Scaling) bool {
	a.Idle, a.IdleMinutes = b.Idle, b.IdleMinutes
	return a == b
}

// while returns a context that ends after limit and when allowed no longer holds.
func (m *member) while(ctx context.Context, limit time.Duration, allowed func(s cloud.Service, gone bool) bool) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	ctx, stop := context.WithCancelCause(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.allowed, m.stop = allowed, stop
	if !allowed(m.service, m.gone) {
		stop(errOvertaken)
	}
	return ctx, func() {
		m.mu.Lock()
		m.allowed, m.stop = nil, nil
		m.mu.Unlock()
		stop(nil)
		cancel()
	}
}

// toRun is allowed while the service is to run.
func toRun(s cloud.Service, gone bool) bool { return s.Goal == cloud.GoalRunning && !gone }

// overtaken reports whether a call ended because it makes no sense any more, or because
// the fleet ends: nobody failed.
func overtaken(ctx, parent context.Context) bool {
	return parent.Err() != nil || errors.Is(context.Cause(ctx), errOvertaken)
}

// setInstance takes note of a server that runs, or with nil of its end. taken is what
// it was started with, nil when that is not known.
func (m *member) setInstance(i Instance, taken *cloud.Service) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.backend.Store(nil)
	m.instance, m.taken, m.inForce = i, taken, nil
	if taken != nil {
		m.inForce = &taken.Scaling
	}
	if m.look != nil {
		m.look.Stop()
	}
	m.look, m.lookDue, m.asked, m.silent, m.restart, m.restartBy = nil, false, false, 0, false, time.Time{}
	m.heard()
	m.status.Running, m.status.RestartDue = i != nil, false
	if i != nil {
		now := m.f.clock.Now()
		m.halted, m.replacing, m.trouble = false, false, ""
		m.since, m.active = now, now
		m.look = time.NewTimer(spread(m.f.limits.Look))
		m.status.Version, m.status.Started = i.Version(), i.Started()
	}
	m.tellLocked()
}

// setTaken takes note of what the server has taken.
func (m *member) setTaken(taken cloud.Service, restart bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.taken = &taken
	if !restart {
		m.inForce = &taken.Scaling
	}
	m.status.RestartDue = restart
	m.tellLocked()
}

// publish lets new connections in, if they may.
func (m *member) publish() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.instance == nil || ended(m.instance) || !toRun(m.service, m.gone) || m.taken == nil || m.taken.Password != m.service.Password || m.backend.Load() != nil {
		return
	}
	m.backend.Store(&Backend{HTTP: m.instance.HTTP(), Native: m.instance.Native(), Done: m.instance.Done()})
	m.tellLocked()
}

// withdraw lets new connections wait.
func (m *member) withdraw() { m.backend.Store(nil) }

func ended(i Instance) bool {
	select {
	case <-i.Done():
		return true
	default:
		return false
	}
}
