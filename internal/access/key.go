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
	used         atomic.Int64 // the minute of the last use, see minuteOf
}

// keyFacts are never altered, only replaced.
type keyFacts struct {
	name      string
	enabled   bool
	expires   bool
	expiry    time.Time // if it expires
	addresses cloud.AddressSet
	roles     *roleSet
}

func newKeyEntry(k cloud.Key, roles *roleSet) *keyEntry {
	e := &keyEntry{
		id: k.ID, organization: k.OrganizationID, keyID: k.Credential.KeyID, secret: k.Credential.Secret,
	}
	e.update(k, roles)
	return e
}

// is reports whether the entry is of the key, rather than of another one that had
// the same key ID.
func (e *keyEntry) is(k cloud.Key) bool {
	return e != nil && e.id == k.ID && e.organization == k.OrganizationID &&
		e.keyID == k.Credential.KeyID && e.secret == k.Credential.Secret
}

// update takes in what may change of a key.
func (e *keyEntry) update(k cloud.Key, roles *roleSet) {
	e.markUsed(minuteOf(k.UsedAt))
	e.facts.Store(&keyFacts{
		name: k.Name, enabled: k.State == cloud.KeyEnabled, expires: !k.Expiry.Never(), expiry: k.Expiry.Time(),
		addresses: k.Addresses.Set(), roles: roles,
	})
}

// admit returns what is known of the key, or why it may not be used now from
// this address: Unauthenticated or Forbidden.
func (e *keyEntry) admit(now time.Time, from netip.Addr) (*keyFacts, error) {
	f := e.facts.Load()
	switch {
	case !f.enabled, f.expires && !now.Before(f.expiry):
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
func (e *keyEntry) markUsed(minute int64) bool { return raise(&e.used, minute) }
