// Package cloudtest helps tests of every floor: a clock that a test moves.
package cloudtest

import (
	"sync/atomic"
	"time"
)

// Clock is a cloud.Clock that stands still until it is moved. It is safe for concurrent use.
type Clock struct{ milliseconds atomic.Int64 }

// NewClock returns a clock that shows the given instant, cut to the millisecond.
func NewClock(at time.Time) *Clock {
	c := &Clock{}
	c.Set(at)
	return c
}

// Now implements cloud.Clock.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.milliseconds.Load()).UTC() }

// Set moves the clock to an instant, backwards too.
func (c *Clock) Set(at time.Time) { c.milliseconds.Store(at.UnixMilli()) }

// Advance moves the clock on; a negative duration moves it back.
func (c *Clock) Advance(d time.Duration) { c.milliseconds.Add(d.Milliseconds()) }
