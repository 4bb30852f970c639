package access

import (
	"maps"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// The sentences of the Cloud for a key that may not be used. An unknown key and a
// wrong secret are told apart by nobody.
var (
	errKeyNotFound  = cloud.Errorf(cloud.Unauthenticated, "Key is not found")
	errKeyNotActive = cloud.Errorf(cloud.Unauthenticated, "Key is not active")
	errSuspended    = &cloud.Error{
		Code: cloud.Unavailable, Message: "It is not certain which keys are valid; ask again in a moment", RetryAfter: time.Second,
	}
)

// State is all that the directory knows, as of one revision of the store.
type State struct {
	Revision      int64
	Organizations []cloud.Organization
	Keys          []cloud.Key
}

// Change is what one revision of the store changed.
type Change struct {
	Revision      int64
	Organizations []cloud.Organization // as they are now
	Keys          []cloud.Key          // as they are now
	DeletedKeys   []cloud.Key
}

// Directory holds who may do what, in memory, as of one revision of the store.
// Reading takes no lock. It is safe for concurrent use.
type Directory struct {
	clock cloud.Clock

	view atomic.Pointer[view] // nil while nobody is admitted

	mu       sync.Mutex // held by whoever changes the view, and around the next two
	last     *view      // the view, or what it was before Suspend
	policies map[string]*Policies

	unwritten uses
}

// NewDirectory returns a directory that admits nobody until Load.
func NewDirectory(clock cloud.Clock) *Directory {
	return &Directory{clock: clock}
}

// Load replaces everything the directory knows, and ends Suspend. The request
// counts of keys that stay and uses that are not written yet are kept.
func (d *Directory) Load(s State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.policies = map[string]*Policies{}
	v := &view{}
	v.revision.Store(s.Revision)
	organizations := make(map[uuid.UUID]cloud.Organization, len(s.Organizations))
	for _, o := range s.Organizations {
		organizations[o.ID] = o
	}
	v.organizations.Store(&organizations)
	byShard := make([]map[cloud.Hash]*keyEntry, shards)
	for _, k := range s.Keys {
		i := shardOf(k.Credential.KeyID)
		if byShard[i] == nil {
			byShard[i] = make(map[cloud.Hash]*keyEntry, len(s.Keys)/shards+1)
		}
		policies := d.policiesOf(v, k)
		e := d.last.find(k.Credential.KeyID)
		if e.is(k) {
			e.update(k, policies) // its counts go on, also those of requests that are on their way
		} else {
			e = newKeyEntry(k, policies)
		}
		byShard[i][e.keyID] = e
	}
	for i, m := range byShard {
		if m != nil {
			v.shards[i].Store(&m)
		}
	}
	d.last = v
	d.view.Store(v)
}

// Suspend admits nobody until the next Load. It is called when it is not known
// whether a change was committed.
func (d *Directory) Suspend() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.view.Store(nil)
}

// Suspended reports whether the directory admits nobody.
func (d *Directory) Suspended() bool { return d.view.Load() == nil }

// Apply takes in a change. When it returns true, nobody is admitted any more by
// what the change took away. It returns false, and takes nothing in, when the
// change does not follow the revision that the directory has: then Load is due.
func (d *Directory) Apply(c Change) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.view.Load()
	if v == nil || c.Revision != v.revision.Load()+1 {
		return false
	}
	if len(c.Organizations) > 0 {
		organizations := maps.Clone(*v.organizations.Load())
		for _, o := range c.Organizations {
			organizations[o.ID] = o
		}
		v.organizations.Store(&organizations)
	}
	for _, k := range c.DeletedKeys {
		if e := v.find(k.Credential.KeyID); e != nil && e.id == k.ID {
			v.replaceShard(e.keyID, func(m map[cloud.Hash]*keyEntry) { delete(m, e.keyID) })
			d.unwritten.forget(k.ID)
		}
	}
	for _, k := range c.Keys {
		policies := d.policiesOf(v, k)
		if e := v.find(k.Credential.KeyID); e.is(k) {
			e.update(k, policies)
			continue
		}
		e := newKeyEntry(k, policies)
		v.replaceShard(e.keyID, func(m map[cloud.Hash]*keyEntry) { m[e.keyID] = e })
	}
	v.revision.Store(c.Revision)
	return true
}

// policiesOf returns the policies of the key's roles. Keys with the same roles share them.
func (d *Directory) policiesOf(v *view, k cloud.Key) *Policies {
	ids := slices.Clone(k.RoleIDs)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	name := make([]byte, 0, 16*(len(ids)+1))
	name = append(name, k.OrganizationID[:]...)
	for _, id := range ids {
		name = append(name, id[:]...)
	}
	if p, ok := d.policies[string(name)]; ok {
		return p
	}
	p := Compile(k.OrganizationID, rolesByID((*v.organizations.Load())[k.OrganizationID], ids))
	d.policies[string(name)] = p
	return p
}

// PoliciesOf returns the policies of roles of the organization; unknown ids give nothing.
func PoliciesOf(org cloud.Organization, roleIDs []uuid.UUID) *Policies {
	return Compile(org.ID, rolesByID(org, roleIDs))
}

func rolesByID(org cloud.Organization, ids []uuid.UUID) []cloud.Role {
	return slices.DeleteFunc(cloud.SystemRoles(org), func(r cloud.Role) bool { return !slices.Contains(ids, r.ID) })
}

// Authenticate finds the key with this key ID and secret and admits it from this
// address. It returns Unauthenticated with the Cloud's sentence, Forbidden when
// the address is not allowed, Unavailable while suspended. Whether the key is
// unknown, the secret wrong or the key disabled, the same work is done.
func (d *Directory) Authenticate(keyID, secret string, from netip.Addr) (Principal, error) {
	v := d.view.Load()
	if v == nil {
		return Principal{}, errSuspended
	}
	id, given := cloud.HashOf(keyID), cloud.HashOf(secret)
	e := v.find(id)
	known := e != nil
	if !known {
		e = &nobody
	}
	if right := e.secret.Equal(given); !known || !right {
		return Principal{}, errKeyNotFound
	}
	now := d.clock.Now()
	facts, err := e.admit(now, from)
	if err != nil {
		return Principal{}, err
	}
	if minute := minuteOf(now); e.markUsed(minute) {
		d.unwritten.add(e.id, minute)
	}
	return Principal{kind: KindKey, directory: d, key: e, facts: facts, address: from}, nil
}

// readmit finds the entry's key again, as it is by now.
func (d *Directory) readmit(e *keyEntry, from netip.Addr) (*keyEntry, *keyFacts, error) {
	v := d.view.Load()
	if v == nil {
		return nil, nil, errSuspended
	}
	now := v.find(e.keyID)
	if now == nil || now.id != e.id { // deleted, and perhaps made anew with the same credential
		return nil, nil, errKeyNotFound
	}
	facts, err := now.admit(d.clock.Now(), from)
	return now, facts, err
}

// nobody is compared with when there is no such key.
var nobody keyEntry

// Organization returns an organization as of the directory's revision.
func (d *Directory) Organization(id uuid.UUID) (cloud.Organization, bool) {
	v := d.view.Load()
	if v == nil {
		return cloud.Organization{}, false
	}
	o, ok := (*v.organizations.Load())[id]
	return o, ok
}

// Organizations returns all organizations, oldest first.
func (d *Directory) Organizations() []cloud.Organization {
	v := d.view.Load()
	if v == nil {
		return nil
	}
	return slices.SortedFunc(maps.Values(*v.organizations.Load()), func(a, b cloud.Organization) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return slices.Compare(a.ID[:], b.ID[:])
	})
}
