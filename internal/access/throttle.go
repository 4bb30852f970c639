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

// over reports whether the count's window has ended; it ends too when the clock is set back.
func (c failureCount) over(now time.Time) bool {
	age := now.Sub(c.since)
	return age < 0 || age >= failureWindow
}

// NewThrottle returns a throttle that remembers no failure.
func NewThrottle(clock cloud.Clock) *Throttle {
	return &Throttle{clock: clock, failures: map[netip.Addr]failureCount{}}
}

// Failed counts a failure of the address. It returns RateLimited, with the time to
// wait, when there were too many.
func (t *Throttle) Failed(from netip.Addr) error {
	from = from.Unmap()
	if from.Is6() {
		p, _ := from.Prefix(failureSubnetBits) // without the zone
		from = p.Addr()
	}
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

// forget drops what is over, and half of the rest when nothing is: to forget a
// failure is better than to run out of memory.
func (t *Throttle) forget(now time.Time) {
	for a, c := range t.failures {
		if c.over(now) {
			delete(t.failures, a)
		}
	}
	for a := range t.failures {
		if len(t.failures) <= failuresRemember/2 {
			break
		}
		delete(t.failures, a)
	}
}
