package access

import (
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// keyEntry is a key in memory. What may change of it is in facts.
type keyEntry struct {
	id           uuid.UUID
	organization uuid.UUID
	keyID        cloud.Hash
	secret       cloud.Hash
	facts        atomic.Pointer[keyFacts]
	window       window
	used         atomic.Int64 // the minute of the last use, in minutes since 1970; 0 for never
}

// keyFacts are never altered, only replaced.
type keyFacts struct {
	name      string
	enabled   bool
	expiry    time.Time // zero when the key does not expire
	addresses cloud.AddressSet
	policies  *Policies
}

func newKeyEntry(k cloud.Key, policies *Policies) *keyEntry {
	e := &keyEntry{
		id: k.ID, organization: k.OrganizationID, keyID: k.Credential.KeyID, secret: k.Credential.Secret,
	}
	e.used.Store(minuteOf(k.UsedAt))
	e.facts.Store(newKeyFacts(k, policies))
	return e
}

func newKeyFacts(k cloud.Key, policies *Policies) *keyFacts {
	return &keyFacts{
		name: k.Name, enabled: k.State == cloud.KeyEnabled, expiry: k.Expiry.Time(), addresses: k.Addresses.Set(), policies: policies,
	}
}

// admit returns what is known of the key, or why it may not be used now from
// this address: Unauthenticated or Forbidden.
func (e *keyEntry) admit(now time.Time, from netip.Addr) (*keyFacts, error) {
	f := e.facts.Load()
	switch {
	case !f.enabled, !f.expiry.IsZero() && !now.Before(f.expiry):
		return nil, errKeyNotActive
	case f.addresses.Contains(from):
		return f, nil
	case f.addresses.Empty():
		return nil, cloud.Errorf(cloud.Forbidden, "The IP access list of this key is empty, so that it cannot be used from any address")
	default:
		return nil, cloud.Errorf(cloud.Forbidden, "The address %s is not in the IP access list of this key", from)
	}
}

// markUsed remembers the minute of a use and reports whether it is a new one.
func (e *keyEntry) markUsed(now time.Time) bool {
	m := minuteOf(now)
	old := e.used.Load()
	return m > old && e.used.CompareAndSwap(old, m)
}

func (e *keyEntry) usedAt() time.Time { return timeOfMinute(e.used.Load()) }

func minuteOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix() / 60
}

func timeOfMinute(m int64) time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(m*60, 0).UTC()
}
