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

	view atomic.Pointer[view]

	mu       sync.Mutex // held by whoever changes the view, and around used
	policies map[string]*Policies
	used     map[*keyEntry]struct{}
}

// view is what the directory knows. Organizations are replaced as a whole; a
// shard of keys is replaced when one of its keys comes or goes.
type view struct {
	revision      atomic.Int64
	organizations atomic.Pointer[map[uuid.UUID]cloud.Organization]
	shards        [shards]atomic.Pointer[map[cloud.Hash]*keyEntry]
}

// shards keeps the part of the keys small that is copied when a key is created
// or deleted: a thousand at a million keys.
const shards = 1024

func shardOf(h cloud.Hash) int { return (int(h[0])<<8 | int(h[1])) % shards }

// NewDirectory returns a directory that admits nobody until Load.
func NewDirectory(clock cloud.Clock) *Directory {
	return &Directory{clock: clock, used: map[*keyEntry]struct{}{}}
}

// Load replaces everything the directory knows, and ends Suspend. Request counts
// and uses that are not written yet are kept.
func (d *Directory) Load(s State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.view.Load()
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
		e := newKeyEntry(k, d.policiesOf(v, k))
		if before := old.find(e.keyID); before != nil {
			e.window.word.Store(before.window.word.Load())
			e.used.Store(max(e.used.Load(), before.used.Load()))
		}
		byShard[i][e.keyID] = e
	}
	for i, m := range byShard {
		if m != nil {
			v.shards[i].Store(&m)
		}
	}
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
		if e := v.find(k.Credential.KeyID); e != nil {
			delete(d.used, e)
			v.replaceShard(e.keyID, func(m map[cloud.Hash]*keyEntry) { delete(m, e.keyID) })
		}
	}
	for _, k := range c.Keys {
		policies := d.policiesOf(v, k)
		if e := v.find(k.Credential.KeyID); e != nil {
			e.facts.Store(newKeyFacts(k, policies))
			continue
		}
		e := newKeyEntry(k, policies)
		v.replaceShard(e.keyID, func(m map[cloud.Hash]*keyEntry) { m[e.keyID] = e })
	}
	v.revision.Store(c.Revision)
	return true
}

func (v *view) replaceShard(h cloud.Hash, change func(map[cloud.Hash]*keyEntry)) {
	shard := &v.shards[shardOf(h)]
	m := map[cloud.Hash]*keyEntry{}
	if old := shard.Load(); old != nil {
		m = maps.Clone(*old)
	}
	change(m)
	shard.Store(&m)
}

func (v *view) find(h cloud.Hash) *keyEntry {
	if v == nil {
		return nil
	}
	if m := v.shards[shardOf(h)].Load(); m != nil {
		return (*m)[h]
	}
	return nil
}

// policiesOf returns the policies of the key's roles. Keys with the same roles share them.
func (d *Directory) policiesOf(v *view, k cloud.Key) *Policies {
	ids := slices.Clone(k.RoleIDs)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
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
	if e.markUsed(now) {
		d.mu.Lock()
		d.used[e] = struct{}{}
		d.mu.Unlock()
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

// UsedAt returns the minute of the key's last use, zero when it is not known here.
func (d *Directory) UsedAt(k cloud.Key) time.Time {
	if e := d.view.Load().find(k.Credential.KeyID); e != nil {
		return e.usedAt()
	}
	return time.Time{}
}

// Used is the minute of a key's last use.
type Used struct {
	Key uuid.UUID
	At  time.Time

	entry *keyEntry
}

// TakeUsed returns the uses that are not written yet, and takes them as written.
func (d *Directory) TakeUsed() []Used {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]Used, 0, len(d.used))
	for e := range d.used {
		out = append(out, Used{Key: e.id, At: e.usedAt(), entry: e})
	}
	clear(d.used)
	return out
}

// ReturnUsed gives back uses that could not be written.
func (d *Directory) ReturnUsed(used []Used) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, u := range used {
		d.used[u.entry] = struct{}{}
	}
}
