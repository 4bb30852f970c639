package fleet

import (
	"context"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// silence is how often in a row the ClickHouse of a server may not answer before the service
// is degraded. See isMute for its process.
const silence = 3

// tend looks after a server that runs and is to.
func (m *member) tend(ctx context.Context) {
	heard := m.hears(ctx) && (m.update(ctx) || m.hears(ctx))
	if ended(m.instance) {
		return // the next step takes note of it
	}
	if !heard {
		if m.isMute() {
			m.admitSilence(ctx)
		}
		return
	}
	if m.restart && m.restartNow(ctx) {
		return
	}
	m.publish()
	if m.lookDue {
		m.lookDue = false
		m.ask(ctx)
	}
	switch {
	case m.silent >= silence || m.isMute():
		m.admitSilence(ctx)
	case m.mute.IsZero():
		m.admitUp(ctx)
	}
}

// update gives the server what is ordered, where it has not taken it yet. It reports whether
// the server may be well: not when it has just failed to take it.
func (m *member) update(ctx context.Context) bool {
	order := m.order()
	if m.taken != nil && sameOrder(*m.taken, order) || m.updating.shut.Load() {
		return true
	}
	m.f.reached(UpdateBegins)
	bounded, cancel := m.while(ctx, m.f.limits.Ask, toRun)
	defer cancel()
	restart, err := m.instance.Update(bounded, order)
	if err == nil {
		m.updating.reset()
		m.solved("update")
		m.setTaken(order, restart)
		m.dueRestart(restart, m.f.limits.Drain)
		return true
	}
	if overtaken(bounded, ctx) || ended(m.instance) {
		m.nudge()
		return true
	}
	m.problem("update", err)
	m.updating.fail(m.f.limits, m.nudge)
	// A password that was taken away must go, whatever it costs.
	if m.taken != nil && m.taken.Password == order.Password || m.updatePassword(bounded, order) {
		return false
	}
	if m.updating.failures >= silence {
		m.dueRestart(true, 0)
	}
	return false
}

// updatePassword gives the server a new password with the settings that it has, where it
// does not take the new ones.
func (m *member) updatePassword(ctx context.Context, order cloud.Service) bool {
	if m.taken == nil || sameSettings(m.taken.Settings, order.Settings) {
		return false
	}
	order.Settings = m.taken.Settings
	restart, err := m.instance.Update(ctx, order)
	if err != nil {
		return false
	}
	m.setTaken(order, restart)
	return true
}

// dueRestart says whether the server is to be restarted, within at most so long.
func (m *member) dueRestart(due bool, within time.Duration) {
	by := m.f.clock.Now().Add(within)
	if !m.restart || by.Before(m.restartBy) {
		m.restartBy = by
	}
	m.restart = due
	m.note(func(s *Status) { s.RestartDue = due })
}

// restartNow stops a server that is to be restarted when no query runs, or when it has
// waited long enough for that. It reports whether it is not to be used any more.
func (m *member) restartNow(ctx context.Context) bool {
	if !m.replacing {
		if m.f.clock.Now().Before(m.restartBy) {
			if !m.quiet(ctx) {
				return false
			}
			m.withdraw() // new connections wait from here on
			if !m.quiet(ctx) {
				return false
			}
		}
		m.replacing = true
		m.log.Info("restarting a server for new settings")
		m.f.reached(RestartBegins)
	}
	if !m.halt(ctx) {
		return true
	}
	m.replacing = true
	m.f.counts.restarts.Inc()
	m.f.reached(RestartDone)
	m.nudge()
	return true
}

// quiet reports whether no query of a user runs.
func (m *member) quiet(ctx context.Context) bool {
	a, err := m.activity(ctx)
	return err == nil && a.Running == 0
}

// activity asks the server what it does. A change of the service ends the wait.
func (m *member) activity(ctx context.Context) (Activity, error) {
	seen, _ := m.stored()
	bounded, cancel := m.while(ctx, m.f.limits.Ask, func(s cloud.Service, gone bool) bool { return !gone && s.Goal == seen.Goal && sameOrder(s, seen) })
	defer cancel()
	a, err := m.instance.Activity(bounded)
	if err != nil && overtaken(bounded, ctx) {
		return a, errOvertaken
	}
	return a, err
}
