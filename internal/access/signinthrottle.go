package access

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// How many attempts to sign in may fail.
var (
	signInByAddress = Limit{Requests: 20, Window: 5 * time.Minute}
	signInByAccount = Limit{Requests: 10, Window: 15 * time.Minute}
)

const (
	signInRemember = failuresRemember  // addresses, accounts and known pairs, each
	signInKnown    = cloud.SessionLife // since the person signed in from an address
)

// SignInThrottle slows down who guesses passwords and codes. It counts attempts that
// fail, for each address and for each account, and refuses further ones until the
// window ends, before anything is hashed.
//
// An attempt counts from its beginning, so that guessing in parallel is not guessing
// more, and is taken back when it succeeds. A success takes back nothing else: who has
// an account of their own must not be able to clear the count of their address, nor a
// person who signs in give the one who guesses their password another ten attempts.
//
// An account is counted by its e-mail address, whether or not it exists: to be slowed
// says nothing about that. It follows that a stranger can use up the attempts of an
// account. They keep nobody out for longer than the window by it, and not at all from
// where a person has signed in before: there, the account has a count of its own. All
// of it is in memory: after a start, everybody counts from zero.
type SignInThrottle struct {
	clock cloud.Clock

	mu        sync.Mutex
	addresses counts
	accounts  counts // by the e-mail address, or by it and an address that is known
	known     map[cloud.Hash]time.Time
}

// NewSignInThrottle returns a throttle that remembers nothing.
func NewSignInThrottle(clock cloud.Clock) *SignInThrottle {
	return &SignInThrottle{
		clock:     clock,
		addresses: counts{limit: signInByAddress, byHash: map[cloud.Hash]failureCount{}},
		accounts:  counts{limit: signInByAccount, byHash: map[cloud.Hash]failureCount{}},
		known:     map[cloud.Hash]time.Time{},
	}
}

// SignInAttempt is an attempt that counts as failed unless it is taken back.
type SignInAttempt struct {
	throttle               *SignInThrottle
	address, account, pair cloud.Hash
}

func newAttempt(t *SignInThrottle, from netip.Addr, email string) SignInAttempt {
	address := subscriber(from).String()
	email = strings.ToLower(strings.TrimSpace(email))
	return SignInAttempt{throttle: t, address: cloud.HashOf(address), account: cloud.HashOf(email), pair: cloud.HashOf(email + "\x00" + address)}
}

// Begin counts an attempt at the account with this e-mail address. It returns
// RateLimited, with the time to wait, and counts nothing, when too many have failed.
func (t *SignInThrottle) Begin(from netip.Addr, email string) (SignInAttempt, error) {
	a := newAttempt(t, from, email)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	if at, known := t.known[a.pair]; known && now.Sub(at) < signInKnown {
		a.account = a.pair
	}
	if wait := max(t.addresses.wait(a.address, now), t.accounts.wait(a.account, now)); wait > 0 {
		return SignInAttempt{}, &cloud.Error{Code: cloud.RateLimited, Message: "There were too many attempts to sign in: wait and try again", RetryAfter: wait}
	}
	t.addresses.add(a.address, now)
	t.accounts.add(a.account, now)
	return a, nil
}

// TakeBack makes the attempt one that did not fail.
func (a SignInAttempt) TakeBack() {
	t := a.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	t.addresses.takeBack(a.address, now)
	t.accounts.takeBack(a.account, now)
}

// Succeed takes the attempt back and remembers that the person signs in from there.
func (a SignInAttempt) Succeed() {
	a.TakeBack()
	a.throttle.know(a.pair)
}

// Know remembers that the person with this e-mail address signs in from there.
func (t *SignInThrottle) Know(from netip.Addr, email string) {
	t.know(newAttempt(t, from, email).pair)
}

func (t *SignInThrottle) know(pair cloud.Hash) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= signInRemember {
		halve(t.known, func(time.Time) bool { return false })
	}
	t.known[pair] = t.clock.Now()
}

// counts are failures in windows that begin with the first of them.
type counts struct {
	limit  Limit
	byHash map[cloud.Hash]failureCount
}

// wait returns how long until another failure is allowed; 0 when it is.
func (c *counts) wait(h cloud.Hash, now time.Time) time.Duration {
	count, known := c.byHash[h]
	if !known || count.overAfter(c.limit.Window, now) || count.n < c.limit.Requests {
		return 0
	}
	return count.since.Add(c.limit.Window).Sub(now)
}

func (c *counts) add(h cloud.Hash, now time.Time) {
	count, known := c.byHash[h]
	if !known && len(c.byHash) >= signInRemember {
		halve(c.byHash, func(count failureCount) bool { return count.overAfter(c.limit.Window, now) })
	}
	if !known || count.overAfter(c.limit.Window, now) {
		count = failureCount{since: now}
	}
	count.n++
	c.byHash[h] = count
}

func (c *counts) takeBack(h cloud.Hash, now time.Time) {
	count, known := c.byHash[h]
	switch {
	case !known || count.overAfter(c.limit.Window, now): // its window is gone
	case count.n <= 1:
		delete(c.byHash, h)
	default:
		count.n--
		c.byHash[h] = count
	}
}
