package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// run is the reconciler: it looks whenever something has changed, a server has ended or a
// time has come, and does what brings the service nearer to its goal. It ends with the
// fleet, or when the service is gone and nothing of it runs.
func (m *member) run() {
	ctx := m.f.ctx
	m.nudge()
	for {
		var look <-chan time.Time
		if m.look != nil {
			look = m.look.C
		}
		soon := m.soon()
		select {
		case <-ctx.Done():
			return
		case <-m.nudged:
		case <-m.ending():
		case <-soon.C:
		case <-look:
			m.lookDue = true
			m.look.Reset(spread(m.f.limits.Look))
		}
		soon.Stop()
		m.attempt(ctx)
		if m.leave() {
			return
		}
	}
}

// leave takes the member out of the fleet if nothing of it is left, and reports whether.
func (m *member) leave() bool {
	m.f.mu.Lock()
	defer m.f.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.gone || !m.looked || m.instance != nil {
		return false
	}
	m.f.members.Delete(m.id)
	return true
}

// ending is closed when the server has ended; nil where none runs, and while the
// reconciler rests after a panic and would not take note of it.
func (m *member) ending() <-chan struct{} {
	if m.instance == nil || m.panicking.shut.Load() {
		return nil
	}
	return m.instance.Done()
}

// soon fires when something is due by the clock: an hour at which a schedule may change
// the scaling, the next look for a moment without queries, or the next question to a server
// that does not answer.
func (m *member) soon() *time.Timer {
	wait := 24 * time.Hour
	s, _ := m.stored()
	if m.instance != nil && len(s.Schedule) > 0 {
		now := m.f.clock.Now()
		wait = now.Truncate(time.Hour).Add(time.Hour).Sub(now)
	}
	if m.instance != nil && m.restart {
		wait = min(wait, m.f.limits.DrainLook)
	}
	if !m.mute.IsZero() {
		wait = min(wait, m.f.limits.BackOff)
	}
	return time.NewTimer(wait)
}

// spread varies a wait by a tenth, so that servers are not all asked at the same moment.
func spread(d time.Duration) time.Duration {
	return d*95/100 + rand.N(d/10+1) //nolint:gosec // it spreads load and keeps no secret
}

// attempt makes one step, and survives whatever happens in it.
func (m *member) attempt(ctx context.Context) {
	if m.panicking.shut.Load() {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			m.problem("panic", fmt.Errorf("panic: %v", r))
			m.log.Error("the reconciler of a service panicked", "panic", r, "stack", string(debug.Stack()))
			m.panicking.fail(m.f.limits, m.nudge)
		}
	}()
	m.step(ctx)
	m.panicking.reset()
	m.solved("panic")
}

// step does what is to be done now. Whatever fails shuts its gate, which nudges the
// reconciler when it opens; whatever is stored nudges it at once.
func (m *member) step(ctx context.Context) {
	m.noticeEnd()
	m.renew()
	if m.relook.Swap(false) && m.instance == nil {
		m.looked = false
	}
	s, gone := m.stored()
	if m.instance == nil && !m.looked && !m.adopt(ctx, s, gone) {
		return
	}
	switch {
	case gone:
		m.halt(ctx)
	case s.Goal == cloud.GoalRunning:
		m.keepRunning(ctx, s)
	case s.Goal == cloud.GoalIdle:
		m.rest(ctx, s)
	case s.Goal == cloud.GoalStopped:
		m.keepStopped(ctx, s)
	case s.Goal == cloud.GoalDeleted:
		m.delete(ctx)
	}
}

// renew forgets failures when a command asks for another attempt.
func (m *member) renew() {
	m.mu.Lock()
	renewed := m.renewed
	m.renewed = false
	m.mu.Unlock()
	if !renewed {
		return
	}
	m.trouble, m.replacing = "", false
	m.stopping.reset()
	m.settle()
}

// settle forgets the starts that have failed.
func (m *member) settle() {
	m.starting.reset()
	m.note(func(s *Status) { s.Failures = 0 })
}

// noticeEnd takes note of a server that has ended by itself.
func (m *member) noticeEnd() {
	i := m.instance
	if i == nil || !ended(i) {
		return
	}
	s, gone := m.stored()
	expected := m.replacing || !toRun(s, gone)
	if !expected {
		if m.f.clock.Now().Sub(m.since) >= m.f.limits.Steady {
			m.starting.reset()
		}
		m.failedToRun(publicSentence(i.Exit(), "The server process has ended unexpectedly"))
	}
	if !expected || i.Hung() {
		m.countCrash(i)
	}
	m.setInstance(nil, nil)
	m.halted = expected
	m.looked = true
}

// countCrash counts a server that did not end because it was told to.
func (m *member) countCrash(i Instance) {
	m.f.counts.crashes.Inc()
	m.note(func(s *Status) { s.Crashes++ })
	what := "a server has ended by itself"
	if i.Hung() {
		what = "a server did not answer and was killed"
	}
	m.log.Error(what, "exit", i.Exit(), "version", i.Version(), "failures", m.starting.failures)
}

// failedToRun counts a crash or a start that failed, and holds back the next start.
func (m *member) failedToRun(trouble string) {
	m.trouble = trouble
	m.starting.fail(m.f.limits, m.nudge)
	m.note(func(s *Status) { s.Failures = m.starting.failures })
}

// adopt finds out whether a server runs that we do not know of. It reports whether that is known.
func (m *member) adopt(ctx context.Context, s cloud.Service, gone bool) bool {
	if m.adopting.shut.Load() {
		return false
	}
	bounded, cancel := context.WithTimeout(ctx, m.f.limits.Ask)
	defer cancel()
	asked := machineTime()
	i, err := m.f.driver.Adopt(bounded, orderOf(s, m.f.clock.Now()))
	switch {
	case err == nil:
		m.setInstance(i, nil)
		m.log.Info("took over a running server", "version", i.Version(), "started", i.Started())
	case errors.Is(err, ErrSilent) && i != nil:
		m.meetSilent(i, asked, err)
	case errors.Is(err, ErrNotRunning):
	case ctx.Err() != nil:
		return false
	default:
		m.problem("adopt", err)
		m.adopting.fail(m.f.limits, m.nudge)
		if !toRun(s, gone) {
			return false
		}
		return true // Start takes it over, or says why not
	}
	if m.instance == nil && !m.doubted {
		// One whose start was cut short together with a fleet may still be on its way up.
		m.doubted = true
		time.AfterFunc(spread(m.f.limits.Look), func() {
			m.relook.Store(true)
			m.nudge()
		})
	}
	m.looked = true
	m.adopting.reset()
	m.solved("adopt")
	return true
}

// halt stops the server if one runs, and reports whether none does.
func (m *member) halt(ctx context.Context) bool {
	if m.instance == nil {
		return true
	}
	m.withdraw()
	if m.stopping.shut.Load() {
		return false
	}
	// A stop that has begun is finished also when the fleet ends: broken off, it would be a kill.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.f.limits.Stop)
	defer cancel()
	if err := m.instance.Stop(bounded); err != nil {
		m.problem("stop", err)
		m.stopping.fail(m.f.limits, m.nudge)
		return false
	}
	m.stopping.reset()
	m.solved("stop")
	if m.instance.Hung() {
		m.countCrash(m.instance)
	}
	m.setInstance(nil, nil)
	m.halted, m.looked = true, true
	return true
}

// observe writes to the ledger what f makes of the service as stored, and reports
// whether that is done. f returns ErrUnchanged where the service is not as it was any more.
func (m *member) observe(ctx context.Context, f func(*cloud.Service) error) bool {
	if m.ledger.shut.Load() {
		return false
	}
	bounded, cancel := context.WithTimeout(ctx, m.f.limits.Ledger)
	defer cancel()
	_, err := m.f.ledger.Observe(bounded, m.id, f)
	switch {
	case err == nil:
		m.ledger.reset()
		m.solved("ledger")
		return true
	case cloud.CodeOf(err) == cloud.NotFound:
		m.remove()
	case ctx.Err() == nil:
		m.problem("ledger", err)
		m.ledger.fail(m.f.limits, m.nudge)
	}
	return false
}

// problem counts and logs what failed and will be tried again.
func (m *member) problem(kind string, err error) {
	m.f.counts.problems.WithLabelValues(kind).Inc()
	m.log.Warn("a step of a service failed and is tried again", "step", kind, "error", err)
	m.failing = kind
	m.note(func(s *Status) { s.Problem = kind + ": " + err.Error() })
}

// solved forgets a problem with a step that is done now.
func (m *member) solved(kind string) {
	if m.failing == kind {
		m.failing = ""
		m.note(func(s *Status) { s.Problem = "" })
	}
}

func (m *member) note(f func(*Status)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.status)
}
