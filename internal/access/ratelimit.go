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
	for {
		old := w.word.Load()
		start, count := time.UnixMilli(int64(old>>countBits)), int(old&countMask)
		if age := now.Sub(start); age < 0 || age >= limit.Window {
			start, count = now, 0
		}
		usage := LimitUsage{Limit: limit, Reset: start.Add(limit.Window).Sub(now)}
		if usage.Exceeded = count >= limit.Requests; usage.Exceeded {
			return usage
		}
		usage.Remaining = limit.Requests - count - 1
		if w.word.CompareAndSwap(old, uint64(start.UnixMilli())<<countBits|uint64(count+1)) {
			return usage
		}
	}
}
