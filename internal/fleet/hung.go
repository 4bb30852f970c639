package fleet

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// hears reports whether the process of the server answers, however busy its ClickHouse is.
// One that has not for Limits.Hung is killed, and has crashed then. Each call waits for an
// answer, so a process that is only slow has its chance also after the time is over.
func (m *member) hears(ctx context.Context) bool {
	overdue := m.patience != nil && m.patience.over.Load() // before it has one more chance
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
		return m.adopt(ctx, seen, false) && m.patience == nil
	case err == nil:
		m.heard()
		m.solved("answer")
		return true
	}
	m.problem("answer", err)
	if m.patience == nil {
		m.patience = m.newPatience()
	}
	if overdue {
		m.killHung(ctx)
	}
	return false
}

// patience is the time in which a server that does not answer may still do so.
type patience struct {
	timer *time.Timer
	over  atomic.Bool
}

func (m *member) newPatience() *patience {
	p := &patience{}
	p.timer = time.AfterFunc(m.f.limits.Hung, func() {
		p.over.Store(true)
		m.nudge()
	})
	return p
}

// heard forgets that the server did not answer.
func (m *member) heard() {
	if m.patience != nil {
		m.patience.timer.Stop()
	}
	m.patience, m.strange = nil, false
}

// meetSilent takes note of a server that runs and did not answer when it was to be taken
// over. One that was met before has what is left of its time.
func (m *member) meetSilent(i Instance, err error) {
	left := m.patience
	if left == nil {
		left = m.newPatience()
	}
	m.patience = nil // else setInstance ends it
	m.setInstance(i, nil)
	m.patience, m.strange, m.silent = left, true, silence
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
