package fleet

import (
	"context"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// hears reports whether the process of the server answers, however busy its ClickHouse is.
// One that has not for Limits.Hung is killed, and has crashed then. Each call waits for an
// answer, so a process that is only slow has its chance also after the time is over.
func (m *member) hears(ctx context.Context) bool {
	overdue := m.isOverdue() // before it has one more chance
	seen, _ := m.stored()
	bounded, cancel := m.while(ctx, m.f.limits.Ask, func(s cloud.Service, gone bool) bool { return !gone && s.Goal == seen.Goal })
	defer cancel()
	err := m.instance.Answers(bounded)
	switch {
	case err != nil && (overtaken(bounded, ctx) || ended(m.instance)):
		m.nudge()
		return false
	case err == nil && m.strange:
		// What it could not say when it was taken over, it can say now.
		return m.adopt(ctx, seen, false) && !m.mute
	case err == nil:
		m.heard()
		m.solved("answer")
		return true
	}
	m.problem("answer", err)
	if !m.mute {
		m.mute, m.patience = true, time.NewTimer(m.f.limits.Hung)
	}
	if overdue {
		m.killHung(ctx)
	}
	return false
}

// isOverdue reports whether the time is over in which a server that did not answer may do so.
func (m *member) isOverdue() bool {
	if m.patience == nil {
		return false
	}
	select {
	case <-m.patience.C:
		m.overdue = true
	default:
	}
	return m.overdue
}

// heard forgets that the server did not answer.
func (m *member) heard() {
	if m.patience != nil {
		m.patience.Stop()
	}
	m.mute, m.strange, m.patience, m.overdue = false, false, nil, false
}

// meetSilent takes note of a server that runs and did not answer when it was to be taken over.
func (m *member) meetSilent(i Instance, err error) {
	patience, overdue := m.patience, m.overdue
	if !m.strange {
		patience, overdue = time.NewTimer(m.f.limits.Hung), false
	}
	m.patience = nil
	m.setInstance(i, nil)
	m.mute, m.strange, m.patience, m.overdue, m.silent = true, true, patience, overdue, silence
	m.problem("answer", err)
}

// killHung kills a server that has not answered for too long; the next step takes note of
// its end.
func (m *member) killHung(ctx context.Context) {
	if m.stopping.shut.Load() {
		return
	}
	m.withdraw()
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.f.limits.Stop)
	defer cancel()
	if err := m.instance.Kill(bounded); err != nil {
		m.problem("stop", err)
		m.stopping.fail(m.f.limits, m.nudge)
		return
	}
	m.stopping.reset()
	m.nudge()
}
