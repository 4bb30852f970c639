package api_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Under the Cloud's limits a key has 10 requests in a window of 10 seconds: the
// eleventh is 429 with the Cloud's bare code and the seconds to wait, and whoever
// waits as long as told is answered again.
func TestRequestsAreLimitedPerKey(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Org API reader")
		h.clock.Advance(time.Hour)
		for i := range 10 {
			a := key.get("~").ok()
			for name, want := range map[string]string{
				"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": strconv.Itoa(9 - i), "X-RateLimit-Reset": strconv.Itoa(10 - i/2),
				"RateLimit-Policy": `"key";q=10;w=10`, "RateLimit": fmt.Sprintf(`"key";r=%d;t=%d`, 9-i, 10-i/2), "Retry-After": "",
			} {
				if got := a.header.Get(name); got != want {
					t.Errorf("request %d: %s is %q, want %q", i+1, name, got, want)
				}
			}
			h.clock.Advance(500 * time.Millisecond)
		}
		h.clock.Advance(-time.Millisecond) // 5.001 s are left
		for range 3 {
			a := key.get("~")
			if want := `429 {"requestId":"-","error":"TOO_MANY_REQUESTS","status":429}` + "\n"; a.bytes() != want {
				t.Errorf("the eleventh request is answered %s, want %s", a.bytes(), want)
			}
			for name, want := range map[string]string{
				"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "6", "Retry-After": "6", "RateLimit": `"key";r=0;t=6`,
			} {
				if got := a.header.Get(name); got != want {
					t.Errorf("too many: %s is %q, want %q", name, got, want)
				}
			}
		}
		// Whatever it asks for is refused, and nothing of it is done.
		key.post("~/keys", `{`).is(429, "TOO_MANY_REQUESTS")
		key.get("~/services").is(429, "TOO_MANY_REQUESTS")
		// Others are not.
		h.admin.get("~").ok()
		h.nobody().get("~").says(401, "UNAUTHORIZED")
		h.clock.Advance(6 * time.Second)
		key.get("~").ok()
		if got := key.get("~").ok().header.Get("X-RateLimit-Remaining"); got != "8" {
			t.Errorf("in the new window %s requests are left, want 8", got)
		}
	}, underCloudLimits)
}

// Of requests that come at the same moment no more are answered than the limit allows.
func TestLimitHoldsForConcurrentRequests(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key"`)
		var answered atomic.Int32
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				if key.whoami().status == 200 {
					answered.Add(1)
				}
			})
		}
		all.Wait()
		if n := answered.Load(); n != 10 {
			t.Errorf("%d requests were answered, want 10", n)
		}
	}, underCloudLimits)
}

// A change of a key, or reading the store again, does not give it a new window.
func TestWindowSurvivesChanges(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key"`)
		for range 10 {
			key.whoami().ok()
		}
		h.admin.patchKey(key.id, `{"name":"renamed","state":"disabled"}`).ok()
		key.whoami().is(401, "UNAUTHORIZED: Key is not active")
		h.admin.patchKey(key.id, `{"state":"enabled"}`).ok()
		key.whoami().is(429, "TOO_MANY_REQUESTS")
		if err := h.control.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		key.whoami().is(429, "TOO_MANY_REQUESTS")
	}, underCloudLimits)
}

// Whoever fails to sign in again and again from one address is told to wait;
// nobody else is, and no valid key from the same address either.
func TestFailedAuthenticationIsSlowedWithoutLockingAnyoneOut(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const attacker, neighbour = "203.0.113.7", "203.0.113.8"
		guess := h.admin.from(attacker)
		guess.secret = "a guess"
		for range 30 {
			guess.get("~").is(401, "UNAUTHORIZED: Key is not found")
		}
		h.clock.Advance(20 * time.Second)
		for range 3 {
			a := guess.get("~")
			a.is(429, "TOO_MANY_REQUESTS")
			if got := a.header.Get("Retry-After"); got != "40" {
				t.Errorf("Retry-After is %q, want 40", got)
			}
		}
		h.nobody().from(attacker).get("~").is(429, "TOO_MANY_REQUESTS")
		h.admin.from(attacker).get("~").ok()
		h.admin.key(`"name":"office","ipAccessList":[{"source":"192.0.2.1"}]`).from(attacker).get("~").says(403, "IP access list")
		elsewhere := guess.from(neighbour)
		elsewhere.get("~").is(401, "UNAUTHORIZED: Key is not found")
		guess.from("::ffff:"+attacker).get("~").is(429, "TOO_MANY_REQUESTS")
		h.clock.Advance(40 * time.Second)
		guess.get("~").is(401, "UNAUTHORIZED: Key is not found")

		// One IPv6 subscriber has a whole network of addresses.
		for i := range 30 {
			guess.from(fmt.Sprintf("2001:db8:0:1::%x", i+1)).get("~").is(401, "UNAUTHORIZED: Key is not found")
		}
		guess.from("2001:db8:0:1:ffff::1").get("~").is(429, "TOO_MANY_REQUESTS")
		guess.from("2001:db8:0:2::1").get("~").is(401, "UNAUTHORIZED: Key is not found")
	})
}
