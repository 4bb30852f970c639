package access

import (
	"maps"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

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

func (v *view) replaceShard(h cloud.Hash, change func(map[cloud.Hash]*keyEntry)) {
	shard := &v.shards[shardOf(h)]
	m := map[cloud.Hash]*keyEntry{}
	if old := shard.Load(); old != nil {
		m = maps.Clone(*old)
	}
	change(m)
	shard.Store(&m)
}

// find returns the key with the hash of this key ID, or nil; of no view, nil.
func (v *view) find(h cloud.Hash) *keyEntry {
	if v == nil {
		return nil
	}
	if m := v.shards[shardOf(h)].Load(); m != nil {
		return (*m)[h]
	}
	return nil
}
