package access

import (
	"sync/atomic"
	"time"
)

// Limit allows a number of requests in each window of time.
type Limit struct {
	Requests int
	Window   time.Duration
}

// LimitUsage is what is left of a limit.
type LimitUsage struct {
	Limit     Limit
	Remaining int
	Reset     time.Duration // until the window ends; more than zero
	Exceeded  bool          // this request is one too many
}

// window counts the requests of one key in one fixed window, which starts with
// the first request in it. It is one word, so that counting takes no lock: the
// start in milliseconds since 1970 above, the count below.
type window struct{ word atomic.Uint64 }

const (
	countBits = 20
	countMask = 1<<countBits - 1
)

func (w *window) take(now time.Time, limit Limit) LimitUsage {
	requests := min(limit.Requests, countMask)
	for {
		old := w.word.Load()
		start, count := time.UnixMilli(int64(old>>countBits)), int(old&countMask)
		switch age := now.Sub(start); {
		case age >= limit.Window:
			start, count = now, 0
		case age < 0:
			// A request that read the clock before this window began and counts only now, or the
			// clock was set back: what was counted stays, and nobody waits longer than a window.
			start = now
		}
		usage := LimitUsage{Limit: limit, Reset: start.Add(limit.Window).Sub(now), Exceeded: count >= requests}
		if !usage.Exceeded {
			count++
			usage.Remaining = requests - count
		}
		word := uint64(start.UnixMilli())<<countBits | uint64(count)
		if word == old || w.word.CompareAndSwap(old, word) {
			return usage
		}
	}
}
