package access

import (
	"maps"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// view is what the directory knows. Organizations and roles are replaced as a whole.
// People are read under the directory's lock only: a session knows its person.
type view struct {
	revision      atomic.Int64
	organizations atomic.Pointer[map[uuid.UUID]cloud.Organization]
	roles         atomic.Pointer[map[uuid.UUID]cloud.Role] // custom ones
	keys          table[keyEntry]                          // by the hash of the key ID
	sessions      table[sessionEntry]                      // by the hash of the token
	people        map[uuid.UUID]*personEntry
}

// key returns the key with the hash of this key ID, or nil; of no view, nil.
func (v *view) key(h cloud.Hash) *keyEntry {
	if v == nil {
		return nil
	}
	return v.keys.find(h)
}

// session returns the session with the hash of this token, or nil; of no view, nil.
func (v *view) session(h cloud.Hash) *sessionEntry {
	if v == nil {
		return nil
	}
	return v.sessions.find(h)
}

// table finds entries by a hash. Reading takes no lock: a shard is replaced, never
// altered, when one of its entries comes or goes.
type table[E any] struct {
	shards [shards]atomic.Pointer[map[cloud.Hash]*E]
}

// shards keeps the part of a table small that is copied when an entry comes or
// goes: a thousand at a million keys.
const shards = 1024

func shardOf(h cloud.Hash) int { return (int(h[0])<<8 | int(h[1])) % shards }

func (t *table[E]) find(h cloud.Hash) *E {
	if m := t.shards[shardOf(h)].Load(); m != nil {
		return (*m)[h]
	}
	return nil
}

// put adds the entry, or replaces that with the same hash.
func (t *table[E]) put(h cloud.Hash, e *E) {
	t.replaceShard(h, func(m map[cloud.Hash]*E) { m[h] = e })
}

func (t *table[E]) remove(h cloud.Hash) {
	t.replaceShard(h, func(m map[cloud.Hash]*E) { delete(m, h) })
}

func (t *table[E]) replaceShard(h cloud.Hash, change func(map[cloud.Hash]*E)) {
	shard := &t.shards[shardOf(h)]
	m := map[cloud.Hash]*E{}
	if old := shard.Load(); old != nil {
		m = maps.Clone(*old)
	}
	change(m)
	shard.Store(&m)
}

// fill adds n entries at once to a table that nobody reads yet.
func (t *table[E]) fill(n int, entry func(i int) (cloud.Hash, *E)) {
	byShard := make([]map[cloud.Hash]*E, shards)
	for i := range n {
		h, e := entry(i)
		s := shardOf(h)
		if byShard[s] == nil {
			byShard[s] = make(map[cloud.Hash]*E, n/shards+1)
		}
		byShard[s][h] = e
	}
	for s, m := range byShard {
		if m != nil {
			t.shards[s].Store(&m)
		}
	}
}

// each calls f with each entry, in no order.
func (t *table[E]) each(f func(*E)) {
	for i := range t.shards {
		if m := t.shards[i].Load(); m != nil {
			for _, e := range *m {
				f(e)
			}
		}
	}
}
