package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ask learns what the server does, and sends the service to rest when its users have
// done nothing for as long as was agreed.
func (m *member) ask(ctx context.Context) {
	a, err := m.activity(ctx)
	switch {
	case errors.Is(err, ErrBusy):
		m.silent, m.active = 0, m.f.clock.Now()
		return
	case errors.Is(err, errOvertaken) || err != nil && ended(m.instance):
		m.nudge()
		return
	case err != nil:
		m.silent++
		m.problem("look", err)
		m.hears(ctx)
		return
	}
	m.silent = 0
	m.solved("look")
	if m.starting.failures > 0 && m.f.clock.Now().Sub(m.since) >= m.f.limits.Steady {
		m.settle()
	}
	m.seen(a)
	m.sendToRest(ctx)
}

// seen takes note of what the server does.
func (m *member) seen(a Activity) {
	if !m.asked || a.UserQueries != m.queries || a.Running > 0 || a.Merges > 0 {
		m.active = m.f.clock.Now()
	}
	m.asked, m.queries = true, a.UserQueries
	m.note(func(s *Status) { s.Active = m.active })
}

// admitSilence puts on record that a server which runs does not answer. It is not
// ended for that: it may be at work for its users.
func (m *member) admitSilence(ctx context.Context) {
	seen, gone := m.stored()
	if gone || seen.Goal != cloud.GoalRunning || seen.State == cloud.ServiceDegraded {
		return
	}
	if m.observe(ctx, asSeen(seen, func(s *cloud.Service) {
		s.State, s.Message = cloud.ServiceDegraded, "The server process runs but does not answer"
	})) && m.mute.IsZero() { // else that is logged already
		m.log.Error("a server runs but does not answer")
	}
}

// sendToRest stores the goal to rest when it is time. From then on no new connection
// gets to the server, and the next step stops it.
func (m *member) sendToRest(ctx context.Context) {
	if m.restart || !m.mayRest(m.order()) {
		return
	}
	m.observe(ctx, func(s *cloud.Service) error {
		if s.Goal != cloud.GoalRunning || s.State != cloud.ServiceRunning || !m.mayRest(orderOf(*s, m.f.clock.Now())) {
			return ErrUnchanged
		}
		s.Goal = cloud.GoalIdle
		return nil
	})
}

func (m *member) mayRest(order cloud.Service) bool {
	return order.Scaling.Idle && m.f.clock.Now().Sub(m.active) >= time.Duration(order.Scaling.IdleMinutes)*time.Minute
}

// rest makes a service rest that is to, and wakes one that a connection waits for.
func (m *member) rest(ctx context.Context, s cloud.Service) {
	if m.isWanted() {
		m.wake(ctx)
		return
	}
	if m.instance != nil {
		if !m.stillQuiet(ctx) {
			m.wake(ctx)
			return
		}
		m.f.reached(RestBegins)
		if !m.halt(ctx) {
			return
		}
	}
	if m.isWanted() {
		m.wake(ctx)
		return
	}
	if s.State == cloud.ServiceIdle {
		return
	}
	m.f.reached(RestDone)
	if m.observe(ctx, func(s *cloud.Service) error {
		if s.Goal != cloud.GoalIdle || s.State == cloud.ServiceIdle {
			return ErrUnchanged
		}
		s.State, s.Message = cloud.ServiceIdle, ""
		return nil
	}) {
		m.f.reached(RestStored)
		m.log.Info("the service rests")
	}
}

// stillQuiet reports whether nobody has used a connection that was made just before the
// goal to rest was stored. A server that does not answer may rest.
func (m *member) stillQuiet(ctx context.Context) bool {
	a, err := m.activity(ctx)
	if err != nil {
		return !errors.Is(err, ErrBusy)
	}
	return a.Running == 0 && (!m.asked || a.UserQueries == m.queries)
}

func (m *member) isWanted() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wanted
}

// wake stores the goal to run.
func (m *member) wake(ctx context.Context) {
	runs := m.instance != nil
	if m.observe(ctx, func(s *cloud.Service) error {
		if s.Goal != cloud.GoalIdle {
			return ErrUnchanged
		}
		s.Goal, s.Message = cloud.GoalRunning, ""
		if !runs {
			s.State = cloud.ServiceAwaking
		}
		return nil
	}) {
		m.active = m.f.clock.Now()
		if !runs {
			m.woken = m.active
		}
		m.f.reached(WakeStored)
		m.log.Info("the service wakes")
	}
}
