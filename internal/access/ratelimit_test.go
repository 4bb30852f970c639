package access_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
)

// cloudLimit is that of ClickHouse Cloud.
var cloudLimit = access.Limit{Requests: 10, Window: 10 * time.Second}

func TestTenRequestsInTenSeconds(t *testing.T) {
	// A key may make exactly so many requests in a window that begins with the first
	// of them; what is left, and for how long, is told each time.
	h := newHouse(t)
	k := h.add(nil)
	p := h.admitted(k, home)
	wantUsage := func(remaining int, reset time.Duration, exceeded bool) {
		t.Helper()
		got, ok := p.Take(cloudLimit)
		if want := (access.LimitUsage{Limit: cloudLimit, Remaining: remaining, Reset: reset, Exceeded: exceeded}); !ok || got != want {
			t.Errorf("%+v instead of %+v", got, want)
		}
	}
	wantUsage(9, 10*time.Second, false)
	h.clock.Advance(1500 * time.Millisecond)
	for left := 8; left >= 0; left-- {
		wantUsage(left, 8500*time.Millisecond, false)
	}
	wantUsage(0, 8500*time.Millisecond, true)
	h.clock.Advance(8499 * time.Millisecond)
	wantUsage(0, time.Millisecond, true)
	wantUsage(0, time.Millisecond, true) // to be refused costs nothing
	h.clock.Advance(time.Millisecond)
	wantUsage(9, 10*time.Second, false)

	other := h.admitted(h.add(nil), home)
	if usage, _ := other.Take(cloudLimit); usage.Remaining != 9 {
		t.Error("two keys share a window")
	}
	if usage, _ := h.admitted(k, abroad).Take(cloudLimit); usage.Remaining != 8 {
		t.Error("a key has two windows")
	}
}

func TestLimitSurvivesAClockThatGoesBack(t *testing.T) {
	// A clock that is set back gives no second allowance in the same window, and
	// nobody waits longer than a window for the next: what was told is true.
	h := newHouse(t)
	p := h.admitted(h.add(nil), home)
	for range 10 {
		p.Take(cloudLimit)
	}
	h.clock.Advance(-time.Hour)
	usage, _ := p.Take(cloudLimit)
	if !usage.Exceeded || usage.Reset != 10*time.Second {
		t.Errorf("%+v", usage)
	}
	h.clock.Advance(usage.Reset)
	if usage, _ := p.Take(cloudLimit); usage.Exceeded {
		t.Errorf("refused after waiting as long as was told: %+v", usage)
	}
}

func TestLimitIsKeptByAnyClock(t *testing.T) {
	// Whatever the clock does, Reset is more than zero and at most a window, no window
	// has more requests than the limit, and who waits for Reset gets one.
	rapid.Check(t, func(r *rapid.T) {
		h := newHouse(t)
		p := h.admitted(h.add(nil), home)
		limit := access.Limit{Requests: rapid.IntRange(0, 3).Draw(r, "requests"), Window: 1000 * time.Millisecond}
		allowed := 0 // since the clock last moved on by a window or more
		for _, step := range rapid.SliceOfN(rapid.IntRange(-1500, 1500), 1, 50).Draw(r, "steps") {
			h.clock.Advance(time.Duration(step) * time.Millisecond)
			usage, _ := p.Take(limit)
			if usage.Reset <= 0 || usage.Reset > limit.Window || usage.Remaining < 0 || usage.Remaining > limit.Requests || usage.Exceeded && usage.Remaining != 0 {
				r.Fatalf("%+v", usage)
			}
			if step > 0 {
				allowed = 0
			}
			if !usage.Exceeded {
				allowed++
			}
			if allowed > limit.Requests {
				r.Fatalf("%d requests of %d without the clock moving on", allowed, limit.Requests)
			}
			if usage.Exceeded && limit.Requests > 0 && rapid.Bool().Draw(r, "wait") {
				h.clock.Advance(usage.Reset)
				if usage, _ = p.Take(limit); usage.Exceeded {
					r.Fatalf("refused after waiting: %+v", usage)
				}
				allowed = 1
			}
		}
	})
}

func TestConcurrentRequestsNeverExceedTheLimit(t *testing.T) {
	// Requests that are counted at the same time are counted each, and a request that
	// read the clock before another one opened the window does not open it again.
	clock := &jumpingClock{Clock: cloudtest.NewClock(noon)}
	h := newHouse(t)
	h.directory = access.NewDirectory(clock)
	h.directory.Load(h.state)
	for round, requests := range append(slices.Repeat([]int{10}, 200), 40_000) {
		p := h.admitted(h.add(nil), home)
		clock.Set(noon.Add(time.Duration(round) * time.Hour))
		limit := access.Limit{Requests: requests, Window: 10 * time.Second}
		var allowed atomic.Int64
		var wait sync.WaitGroup
		start := make(chan struct{})
		for range 8 {
			wait.Go(func() {
				<-start
				for range requests {
					if usage, _ := p.Take(limit); !usage.Exceeded {
						allowed.Add(1)
					}
				}
			})
		}
		close(start)
		wait.Wait()
		if allowed.Load() != int64(requests) {
			t.Fatalf("round %d: %d requests were allowed instead of %d", round, allowed.Load(), requests)
		}
	}
}

// jumpingClock shows times that are up to 7 ms apart in no order, as goroutines
// see them that read the clock and then wait for their turn.
type jumpingClock struct {
	*cloudtest.Clock
	reads atomic.Int64
}

func (c *jumpingClock) Now() time.Time {
	return c.Clock.Now().Add(time.Duration(c.reads.Add(1)*5%8) * time.Millisecond)
}

func TestVeryLargeLimit(t *testing.T) {
	// A limit beyond what a window can count is the most that it can count, and does
	// not spill over into its time.
	h := newHouse(t)
	p := h.admitted(h.add(nil), home)
	limit := access.Limit{Requests: 1 << 30, Window: 10 * time.Second}
	for i := range 1 << 20 {
		usage, _ := p.Take(limit)
		if usage.Reset != 10*time.Second || usage.Exceeded != (i == 1<<20-1) {
			t.Fatalf("request %d: %+v", i, usage)
		}
	}
}
