package access_test

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
)

// fail counts n failures and fails the test when one of them is refused.
func fail(t *testing.T, throttle *access.Throttle, from string, n int) {
	t.Helper()
	for i := range n {
		if err := throttle.Failed(netip.MustParseAddr(from)); err != nil {
			t.Fatalf("failure %d of %s: %v", i+1, from, err)
		}
	}
}

// wantSlowed counts a failure and checks that it is refused for so long.
func wantSlowed(t *testing.T, throttle *access.Throttle, from string, wait time.Duration) {
	t.Helper()
	err := throttle.Failed(netip.MustParseAddr(from))
	e, ok := err.(*cloud.Error) //nolint:errorlint // this very error is the contract, not one that wraps it
	if !ok || e.Code != cloud.RateLimited || e.RetryAfter != wait {
		t.Errorf("%s: %#v, expected to wait for %s", from, err, wait)
	}
}

func TestWhoFailsThirtyTimesAMinuteIsToldToWait(t *testing.T) {
	// Whoever guesses is stopped at the 31st failure, told how long to wait, and free
	// again after that. Others are not affected.
	clock := cloudtest.NewClock(noon)
	throttle := access.NewThrottle(clock)
	fail(t, throttle, "192.0.2.1", 20)
	clock.Advance(20 * time.Second)
	fail(t, throttle, "192.0.2.1", 10)
	wantSlowed(t, throttle, "192.0.2.1", 40*time.Second)
	wantSlowed(t, throttle, "::ffff:192.0.2.1", 40*time.Second)
	fail(t, throttle, "192.0.2.2", 30)
	clock.Advance(40*time.Second - time.Millisecond)
	wantSlowed(t, throttle, "192.0.2.1", time.Millisecond)
	clock.Advance(time.Millisecond)
	fail(t, throttle, "192.0.2.1", 30)
	wantSlowed(t, throttle, "192.0.2.1", time.Minute)
}

func TestIPv6SubscriberIsOneAddress(t *testing.T) {
	// One subscriber has 2^64 IPv6 addresses; they count as one, and the next /64 as another.
	throttle := access.NewThrottle(cloudtest.NewClock(noon))
	fail(t, throttle, "2001:db8::1", 10)
	fail(t, throttle, "2001:db8::2", 10)
	fail(t, throttle, "2001:db8:0:0:ffff:ffff:ffff:ffff", 10)
	wantSlowed(t, throttle, "2001:db8::1:2:3:4", time.Minute)
	fail(t, throttle, "2001:db8:0:1::1", 30)
	fail(t, throttle, "fe80::1%eth0", 15)
	fail(t, throttle, "fe80::2%eth1", 15)
	wantSlowed(t, throttle, "fe80::3", time.Minute)
}

func TestConnectionWithoutAddressIsThrottledToo(t *testing.T) {
	// Connections that are not by network count as one address.
	throttle := access.NewThrottle(cloudtest.NewClock(noon))
	for range 30 {
		if err := throttle.Failed(netip.Addr{}); err != nil {
			t.Fatal(err)
		}
	}
	if throttle.Failed(netip.Addr{}) == nil {
		t.Error("not slowed")
	}
}

func TestThrottleSurvivesAClockThatGoesBack(t *testing.T) {
	// A clock that is set back must not lock anybody out for as long as it was wrong.
	clock := cloudtest.NewClock(noon)
	throttle := access.NewThrottle(clock)
	fail(t, throttle, "192.0.2.1", 30)
	clock.Advance(-time.Hour)
	fail(t, throttle, "192.0.2.1", 30)
	wantSlowed(t, throttle, "192.0.2.1", time.Minute)
}

func TestThrottleHasBoundedMemory(t *testing.T) {
	// However many addresses fail, so many are remembered at most; those whose minute
	// is over are forgotten first.
	clock := cloudtest.NewClock(noon)
	throttle := access.NewThrottle(clock)
	const most = 1 << 14
	most4 := func(n int) netip.Addr {
		return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n))))
	}
	for i := range most - 1 {
		_ = throttle.Failed(most4(i))
	}
	clock.Advance(time.Minute)
	fail(t, throttle, "2001:db8::1", 30) // fills the memory
	fail(t, throttle, "2001:db8:1::1", 1)
	if n := throttle.Remembered(); n != 2 {
		t.Errorf("%d addresses are remembered after their minute", n)
	}
	wantSlowed(t, throttle, "2001:db8::1", time.Minute) // not forgotten

	for i := range 5 * most {
		_ = throttle.Failed(most4(i))
		if n := throttle.Remembered(); n > most {
			t.Fatalf("%d addresses are remembered", n)
		}
	}
}

func TestConcurrentFailuresAreCountedEach(t *testing.T) {
	// Guessing in parallel is not guessing more.
	throttle := access.NewThrottle(cloudtest.NewClock(noon))
	var passed atomic.Int64
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				if throttle.Failed(home) == nil {
					passed.Add(1)
				}
			}
		})
	}
	wait.Wait()
	if passed.Load() != 30 {
		t.Errorf("%d failures passed", passed.Load())
	}
}
