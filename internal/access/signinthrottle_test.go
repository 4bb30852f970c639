package access_test

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
)

// guess fails n times and fails the test when one attempt is refused.
func guess(t *testing.T, throttle *access.SignInThrottle, from, email string, n int) {
	t.Helper()
	for i := range n {
		if _, err := throttle.Begin(netip.MustParseAddr(from), email); err != nil {
			t.Fatalf("attempt %d at %s from %s: %v", i+1, email, from, err)
		}
	}
}

// wantWait fails the test unless an attempt is refused for so long.
func wantWait(t *testing.T, throttle *access.SignInThrottle, from, email string, wait time.Duration) {
	t.Helper()
	_, err := throttle.Begin(netip.MustParseAddr(from), email)
	var e *cloud.Error
	if !errors.As(err, &e) || e.Code != cloud.RateLimited || e.RetryAfter != wait {
		t.Errorf("%s from %s: %v, expected to wait for %s", email, from, err, wait)
	}
}

// succeed signs in.
func succeed(t *testing.T, throttle *access.SignInThrottle, from, email string) {
	t.Helper()
	attempt, err := throttle.Begin(netip.MustParseAddr(from), email)
	if err != nil {
		t.Fatalf("%s from %s: %v", email, from, err)
	}
	attempt.Succeed()
}

func TestPasswordOfAnAccountIsGuessedTenTimesInAQuarterOfAnHour(t *testing.T) {
	// From however many addresses, and however the address of the account is written; whether it exists is not asked.
	clock := cloudtest.NewClock(noon)
	throttle := access.NewSignInThrottle(clock)
	guess(t, throttle, "192.0.2.1", "ada@example.com", 4)
	clock.Advance(5 * time.Minute)
	guess(t, throttle, "192.0.2.2", " ADA@example.com", 6)
	wantWait(t, throttle, "192.0.2.3", "ada@Example.com", 10*time.Minute)
	guess(t, throttle, "192.0.2.3", "bob@example.com", 1)
	clock.Advance(10*time.Minute - time.Millisecond)
	wantWait(t, throttle, "192.0.2.3", "ada@example.com", time.Millisecond)
	clock.Advance(time.Millisecond)
	guess(t, throttle, "192.0.2.3", "ada@example.com", 10)
}

func TestAddressGuessesTwentyTimesInFiveMinutes(t *testing.T) {
	// At however many accounts. An IPv6 subscriber is one address.
	clock := cloudtest.NewClock(noon)
	throttle := access.NewSignInThrottle(clock)
	for i := range 20 {
		guess(t, throttle, fmt.Sprintf("2001:db8::%d", i), fmt.Sprintf("%d@example.com", i), 1)
	}
	wantWait(t, throttle, "2001:db8::ffff", "another@example.com", 5*time.Minute)
	guess(t, throttle, "2001:db8:0:1::1", "another@example.com", 1)
	clock.Advance(5 * time.Minute)
	guess(t, throttle, "2001:db8::1", "another@example.com", 1)
}

func TestSuccessCountsNotAndClearsNothing(t *testing.T) {
	// Whoever signs in is not slowed by it, and does not hide the guesses that were made before.
	throttle := access.NewSignInThrottle(cloudtest.NewClock(noon))
	guess(t, throttle, "192.0.2.1", "ada@example.com", 9)
	for range 50 {
		succeed(t, throttle, "192.0.2.2", "ada@example.com")
		succeed(t, throttle, "192.0.2.1", "eve@example.com")
	}
	guess(t, throttle, "192.0.2.1", "ada@example.com", 1)
	wantWait(t, throttle, "192.0.2.1", "ada@example.com", 15*time.Minute)
	guess(t, throttle, "192.0.2.1", "bob@example.com", 10)
	wantWait(t, throttle, "192.0.2.1", "eve@example.com", 5*time.Minute)
}

func TestStrangerDoesNotKeepSomebodyOutWhereTheyAreKnown(t *testing.T) {
	// Who uses up the attempts of an account keeps its owner out elsewhere at most, until the window ends; where the
	// owner has signed in before, there is a count of its own, which has a limit too.
	clock := cloudtest.NewClock(noon)
	throttle := access.NewSignInThrottle(clock)
	succeed(t, throttle, "192.0.2.1", "ada@example.com")
	guess(t, throttle, "198.51.100.1", "ada@example.com", 10)
	wantWait(t, throttle, "192.0.2.9", "ada@example.com", 15*time.Minute)
	guess(t, throttle, "192.0.2.1", "ada@example.com", 9)
	succeed(t, throttle, "192.0.2.1", "Ada@example.com")
	guess(t, throttle, "192.0.2.1", "ada@example.com", 1)
	wantWait(t, throttle, "192.0.2.1", "ada@example.com", 15*time.Minute)
	clock.Advance(cloud.SessionLife)
	guess(t, throttle, "198.51.100.1", "ada@example.com", 10)
	wantWait(t, throttle, "192.0.2.1", "ada@example.com", 15*time.Minute) // not known any more
}

func TestAttemptsInParallelAreCountedEach(t *testing.T) {
	// Guessing in parallel is not guessing more: an attempt counts before its password is hashed.
	throttle := access.NewSignInThrottle(cloudtest.NewClock(noon))
	var passed atomic.Int64
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			for i := range 50 {
				from := netip.AddrFrom4([4]byte{10, 0, byte(worker), byte(i)})
				if _, err := throttle.Begin(from, "ada@example.com"); err == nil {
					passed.Add(1)
				}
			}
		})
	}
	wait.Wait()
	if passed.Load() != 10 {
		t.Errorf("%d attempts passed", passed.Load())
	}
}

func TestSignInThrottleSurvivesAClockThatGoesBackAndHasBoundedMemory(t *testing.T) {
	// A clock that was wrong locks nobody out, and no number of addresses or accounts takes all memory.
	clock := cloudtest.NewClock(noon)
	throttle := access.NewSignInThrottle(clock)
	guess(t, throttle, "192.0.2.1", "ada@example.com", 10)
	clock.Advance(-time.Hour)
	guess(t, throttle, "192.0.2.1", "ada@example.com", 10)
	for i := range 3 << 14 {
		from := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		attempt, err := throttle.Begin(from, fmt.Sprintf("%d@example.com", i))
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			attempt.Succeed()
		}
		if n := throttle.RememberedAttempts(); n > 1<<14 {
			t.Fatalf("%d are remembered", n)
		}
	}
}
