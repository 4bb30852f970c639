package fleet

import (
	"context"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// hears reports whether the process of the server answers, however busy its ClickHouse is.
// One that has not for Limits.Hung, counted from the first question in vain, is killed, and
// has crashed then. The last question comes after that and has all of Limits.Ask, so that a
// process that is only slow has its chance.
func (m *member) hears(ctx context.Context) bool {
	asked, limit, last := machineTime(), m.f.limits.Ask/2, false
	if !m.mute.IsZero() {
		left := m.f.limits.Hung - asked.Sub(m.mute)
		limit, last = min(limit, left), left <= 0
	}
	if last {
		limit = m.f.limits.Ask
	}
	seen, _ := m.stored()
	bounded, cancel := m.while(ctx, limit, func(s cloud.Service, gone bool) bool { return !gone && s.Goal == seen.Goal })
	defer cancel()
	err := m.instance.Answers(bounded)
	switch {
	case err != nil && (overtaken(bounded, ctx) || ended(m.instance)):
		m.nudge()
	case err == nil && m.strange:
		// What it could not say when it was taken over, it can say now.
		return m.adopt(ctx, seen, false) && m.mute.IsZero()
	case err == nil:
		if !m.mute.IsZero() {
			m.log.Info("the server answers again")
		}
		m.heard()
		m.solved("answer")
		return true
	case m.mute.IsZero():
		m.mute = asked
		m.problem("answer", err)
	case last:
		m.killHung(ctx)
	}
	return false
}

// isMute reports whether the process has not answered for so long that the service is
// degraded. One that has just ended does not answer either.
func (m *member) isMute() bool {
	return !m.mute.IsZero() && machineTime().Sub(m.mute) >= m.f.limits.Ask/2
}

// heard forgets that the server did not answer.
func (m *member) heard() { m.mute, m.strange = time.Time{}, false }

// meetSilent takes note of a server that runs and did not answer when it was to be taken
// over. One that was met before has what is left of its time.
func (m *member) meetSilent(i Instance, asked time.Time, err error) {
	mute := m.mute
	if mute.IsZero() {
		mute = asked
		m.problem("answer", err)
	}
	m.setInstance(i, nil)
	m.mute, m.strange = mute, true
}

// machineTime is what a silence is measured by. It goes on evenly, whatever the clock is set to.
func machineTime() time.Time {
	return time.Now() //nolint:forbidigo // it is compared with itself, as that of the timers
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
