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
	Roles         []cloud.Role // custom ones
	Keys          []cloud.Key
	People        []cloud.Person
	Sessions      []cloud.Session
}

// Change is what one revision of the store changed.
type Change struct {
	Revision      int64
	Organizations []cloud.Organization // as they are now
	Roles         []cloud.Role         // custom ones, as they are now
	DeletedRoles  []cloud.Role
	Keys          []cloud.Key // as they are now
	DeletedKeys   []cloud.Key
	People        []cloud.Person  // as they are now
	Sessions      []cloud.Session // new ones
	EndedSessions []cloud.Session
}

// Directory holds who may do what, in memory, as of one revision of the store.
// Reading takes no lock. It is safe for concurrent use.
type Directory struct {
	clock cloud.Clock

	view atomic.Pointer[view] // nil while nobody is admitted

	mu   sync.Mutex // held by whoever changes the view, and around the next two
	last *view      // the view, or what it was before Suspend
	sets map[string]*roleSet

	unwritten         uses // of keys
	unwrittenSessions uses
	requests          requestCounts
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
	d.sets = map[string]*roleSet{}
	v := &view{}
	v.revision.Store(s.Revision)
	organizations := make(map[uuid.UUID]cloud.Organization, len(s.Organizations))
	for _, o := range s.Organizations {
		organizations[o.ID] = o
	}
	v.organizations.Store(&organizations)
	roles := make(map[uuid.UUID]cloud.Role, len(s.Roles))
	for _, r := range s.Roles {
		roles[r.ID] = r
	}
	v.roles.Store(&roles)
	v.keys.fill(len(s.Keys), func(i int) (cloud.Hash, *keyEntry) {
		k := s.Keys[i]
		roles := d.setOf(v, k.OrganizationID, k.RoleIDs)
		e := d.last.key(k.Credential.KeyID)
		if !e.is(k) {
			return k.Credential.KeyID, newKeyEntry(k, roles)
		}
		e.update(k, roles) // its counts go on, also those of requests that are on their way
		return e.keyID, e
	})
	d.loadPeople(v, s)
	d.last = v
	d.view.Store(v)
}

// loadPeople reads people and sessions into a new view. What was known of them
// before goes on: uses that are not written yet must not be lost.
func (d *Directory) loadPeople(v *view, s State) {
	v.people = make(map[uuid.UUID]*personEntry, len(s.People))
	for _, p := range s.People {
		var old *personEntry
		if d.last != nil {
			old = d.last.people[p.ID]
		}
		d.putPerson(v, p, old)
	}
	known := slices.DeleteFunc(slices.Clone(s.Sessions), func(c cloud.Session) bool { return v.people[c.PersonID] == nil })
	v.sessions.fill(len(known), func(i int) (cloud.Hash, *sessionEntry) {
		return known[i].Token, newSessionEntry(v, known[i], d.last.session(known[i].Token))
	})
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
	d.applyRoles(v, c)
	for _, k := range c.DeletedKeys {
		if e := v.key(k.Credential.KeyID); e != nil && e.id == k.ID {
			v.keys.remove(e.keyID)
			d.unwritten.forget(k.ID)
		}
	}
	for _, k := range c.Keys {
		roles := d.setOf(v, k.OrganizationID, k.RoleIDs)
		if e := v.key(k.Credential.KeyID); e.is(k) {
			e.update(k, roles)
			continue
		}
		v.keys.put(k.Credential.KeyID, newKeyEntry(k, roles))
	}
	d.applyPeople(v, c)
	v.revision.Store(c.Revision)
	return true
}

// applyPeople takes in what a change did to people and sessions.
func (d *Directory) applyPeople(v *view, c Change) {
	for _, s := range c.EndedSessions {
		if e := v.session(s.Token); e != nil && e.id == s.ID {
			v.sessions.remove(e.token)
			d.unwrittenSessions.forget(e.id)
		}
	}
	for _, p := range c.People {
		d.putPerson(v, p, v.people[p.ID])
	}
	for _, s := range c.Sessions {
		if e := newSessionEntry(v, s, v.session(s.Token)); e != nil {
			v.sessions.put(s.Token, e)
		}
	}
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
	e := v.key(id)
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
	now := v.key(e.keyID)
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
