package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// keepRunning makes a service run that is to, and looks after it while it does.
func (m *member) keepRunning(ctx context.Context, s cloud.Service) {
	if m.instance == nil && !m.bringUp(ctx, s) {
		return
	}
	m.tend(ctx)
}

// bringUp starts the server, and reports whether it runs.
func (m *member) bringUp(ctx context.Context, s cloud.Service) bool {
	if s.State == cloud.ServiceFailed {
		return false // until a command says otherwise
	}
	if m.starting.failures >= m.f.limits.Failures {
		m.giveUp(ctx, s)
		return false
	}
	m.admitDown(ctx, s)
	if m.starting.shut.Load() {
		return false
	}
	bounded, cancel := m.while(ctx, m.f.limits.Start+m.f.limits.Wait, toRun)
	defer cancel()
	back, err := m.f.starts.take(bounded, func() bool { return m.waiters.Load() > 0 })
	if err != nil {
		m.nudge()
		return false
	}
	defer back()
	return m.start(ctx)
}

// start starts the server in the slot that the service has.
func (m *member) start(ctx context.Context) bool {
	bounded, cancel := m.while(ctx, m.f.limits.Start, toRun)
	defer cancel()
	if bounded.Err() != nil {
		return false
	}
	m.f.reached(StartBegins)
	order, began := m.order(), m.f.clock.Now()
	m.note(func(s *Status) { s.Starts++ })
	m.looked = false // until it returns, whatever happens in between
	i, err := m.f.driver.Start(bounded, order)
	if err == nil {
		m.looked = true
		m.solved("start")
		m.setInstance(i, &order)
		m.f.counts.started(m.f.clock.Now().Sub(began), m.woken, m.f.clock.Now())
		m.woken = time.Time{}
		m.log.Info("a server runs", "version", i.Version(), "took", m.f.clock.Now().Sub(began))
		m.f.reached(StartDone)
		return true
	}
	m.nudge()
	if overtaken(bounded, ctx) {
		return false
	}
	m.f.counts.starts.WithLabelValues("failed").Inc()
	m.problem("start", err)
	m.replacing = false
	m.failedToRun(sentenceOf(err, "The server process could not be started"))
	if errors.Is(err, ErrFinal) {
		m.starting.failures = max(m.starting.failures, m.f.limits.Failures)
	}
	return false
}

// admitDown puts on record that a service which is shown as running does not.
func (m *member) admitDown(ctx context.Context, seen cloud.Service) {
	state, message := cloud.ServiceDegraded, m.trouble
	switch seen.State {
	case cloud.ServiceRunning, cloud.ServicePartiallyRunning:
		switch {
		case m.replacing:
			return
		case m.trouble == "" && m.halted: // it was on its way to rest when it was woken
			state = cloud.ServiceAwaking
		case m.trouble == "":
			message = "The server process had ended while Gatehouse was not running"
		}
	case cloud.ServiceDegraded:
		if message == "" || message == seen.Message {
			return
		}
	case cloud.ServiceIdle:
		state, message = cloud.ServiceAwaking, ""
	default: // provisioning, starting, awaking say it already
		return
	}
	if m.observe(ctx, asSeen(seen, func(s *cloud.Service) { s.State, s.Message = state, message })) {
		if state == cloud.ServiceDegraded {
			m.f.reached(CrashStored)
		}
	}
}

// giveUp puts on record that a service has failed: too often in a row.
func (m *member) giveUp(ctx context.Context, seen cloud.Service) {
	message := m.trouble
	if m.observe(ctx, asSeen(seen, func(s *cloud.Service) { s.State, s.Message = cloud.ServiceFailed, message })) {
		m.f.reached(FailureStored)
		m.log.Error("the service has failed: its server does not stay up", "failures", m.starting.failures, "message", message)
	}
}

// asSeen changes a service that is still as it was seen: a command that came in between
// is not overwritten by what was observed before it.
func asSeen(seen cloud.Service, change func(*cloud.Service)) func(*cloud.Service) error {
	return func(s *cloud.Service) error {
		if s.Goal != seen.Goal || s.State != seen.State || !s.StateSince.Equal(seen.StateSince) {
			return ErrUnchanged
		}
		change(s)
		return nil
	}
}

// admitUp puts on record that the service runs.
func (m *member) admitUp(ctx context.Context) {
	s, gone := m.stored()
	version := m.instance.Version()
	if !toRun(s, gone) || isUp(s, version) {
		return
	}
	if m.observe(ctx, func(s *cloud.Service) error {
		if s.Goal != cloud.GoalRunning || isUp(*s, version) {
			return ErrUnchanged
		}
		s.State, s.Message, s.Version = cloud.ServiceRunning, "", version
		return nil
	}) {
		m.f.reached(StartStored)
	}
}

func isUp(s cloud.Service, version string) bool {
	return s.State == cloud.ServiceRunning && s.Message == "" && s.Version == version
}
