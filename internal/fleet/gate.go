package fleet

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// gate holds back what has failed: it shuts for a while that doubles with each failure
// in a row. Only a reconciler uses it.
type gate struct {
	failures int
	shut     atomic.Bool
	timer    *time.Timer
}

// fail counts a failure and shuts the gate. opened is called when it opens again.
func (g *gate) fail(l Limits, opened func()) (wait time.Duration) {
	g.failures++
	wait = backOff(l, g.failures)
	g.shut.Store(true)
	if g.timer != nil {
		g.timer.Stop()
	}
	g.timer = time.AfterFunc(wait, func() {
		g.shut.Store(false)
		opened()
	})
	return wait
}

// reset opens the gate and forgets the failures.
func (g *gate) reset() {
	g.failures = 0
	g.shut.Store(false)
	if g.timer != nil {
		g.timer.Stop()
	}
}

// backOff returns how long to wait after so many failures in a row: about a fifth more
// or less than double the wait before, so that services which failed together do not
// come back together.
func backOff(l Limits, failures int) time.Duration {
	wait := l.BackOff
	for range failures - 1 {
		if wait *= 2; wait >= l.BackOffMax {
			wait = l.BackOffMax
			break
		}
	}
	return wait*4/5 + rand.N(wait*2/5+1) //nolint:gosec // it spreads load and keeps no secret
}
