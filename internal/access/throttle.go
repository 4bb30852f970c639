package access

import (
	"net/netip"
	"sync"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const (
	failuresAllowed   = 30 // of one address in one failureWindow
	failureWindow     = time.Minute
	failuresRemember  = 1 << 14 // addresses
	failureSubnetBits = 64      // one IPv6 subscriber
)

// Throttle slows down whoever fails to authenticate again and again: after some
// failures in a minute, an address gets a "come back later" for each further one.
// Who authenticates is never slowed, not even from the same address, so nobody
// can lock anybody else out.
type Throttle struct {
	clock cloud.Clock

	mu       sync.Mutex
	failures map[netip.Addr]failureCount
}

type failureCount struct {
	since time.Time
	n     int
}

// over reports whether the count's window has ended.
func (c failureCount) over(now time.Time) bool { return c.overAfter(failureWindow, now) }

// overAfter reports whether a window of this length has ended; it ends too when the
// clock is set back.
func (c failureCount) overAfter(window time.Duration, now time.Time) bool {
	age := now.Sub(c.since)
	return age < 0 || age >= window
}

// NewThrottle returns a throttle that remembers no failure.
func NewThrottle(clock cloud.Clock) *Throttle {
	return &Throttle{clock: clock, failures: map[netip.Addr]failureCount{}}
}

// Failed counts a failure of the address. It returns RateLimited, with the time to
// wait, when there were too many.
func (t *Throttle) Failed(from netip.Addr) error {
	from = subscriber(from)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	c, known := t.failures[from]
	if !known && len(t.failures) >= failuresRemember {
		t.forget(now)
	}
	if !known || c.over(now) {
		c = failureCount{since: now}
	}
	c.n++
	t.failures[from] = c
	if c.n > failuresAllowed {
		return &cloud.Error{Code: cloud.RateLimited, RetryAfter: c.since.Add(failureWindow).Sub(now)}
	}
	return nil
}

// subscriber returns what counts as one address: of IPv6, the first of its /64.
func subscriber(from netip.Addr) netip.Addr {
	from = from.Unmap()
	if from.Is6() {
		p, _ := from.Prefix(failureSubnetBits) // without the zone
		from = p.Addr()
	}
	return from
}

// forget drops what is over, and half of the rest when nothing is.
func (t *Throttle) forget(now time.Time) {
	halve(t.failures, func(c failureCount) bool { return c.over(now) })
}

// halve drops what is over, and of the rest what is more than half of what may be
// remembered: to forget a failure is better than to run out of memory.
func halve[K comparable, V any](m map[K]V, over func(V) bool) {
	for k, v := range m {
		if over(v) {
			delete(m, k)
		}
	}
	for k := range m {
		if len(m) <= failuresRemember/2 {
			break
		}
		delete(m, k)
	}
}
