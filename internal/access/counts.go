package access

import (
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Subject is what a request is about: an organization, or one service of it.
type Subject struct {
	Organization uuid.UUID
	Instance     uuid.UUID // the nil UUID for the organization itself
}

// Resource returns the subject as policies name it.
func (s Subject) Resource() cloud.Resource {
	if s.Instance == uuid.Nil {
		return cloud.OrganizationResource(s.Organization)
	}
	return cloud.InstanceResource(s.Instance)
}

// MaxCounters is how many counters are kept between two writes. A request that would need
// one more is not counted.
const MaxCounters = 200_000

// CountRequest counts one request of a key or a person, as of today. It takes no lock that
// all requests share, and nothing is written: counts are taken now and then.
func (d *Directory) CountRequest(p Principal, operation string, about Subject) {
	k := counter{organization: about.Organization, instance: about.Instance, operation: operation}
	switch p.kind {
	case KindKey:
		k.actor = p.key.id
	case KindPerson:
		k.actor, k.person = p.session.person.id, true
	default: // the operator may do everything, whatever the roles
		return
	}
	k.day = cloud.DayOf(d.clock.Now())
	d.requests.add(k, 1)
}

// TakeCounts returns the counts that are not written yet, no two of the same, and takes
// them as written.
func (d *Directory) TakeCounts() []cloud.RequestCount { return d.requests.take() }

// ReturnCounts gives back counts that could not be written.
func (d *Directory) ReturnCounts(counts []cloud.RequestCount) {
	for _, c := range counts {
		d.requests.add(counterOf(c), c.Requests)
	}
}

// UnwrittenCounts returns the actor's counts in the organization that are not written yet.
func (d *Directory) UnwrittenCounts(organization uuid.UUID, actor cloud.ActorRef) []cloud.RequestCount {
	return d.requests.of(organization, actor)
}

// TakeLostCounts returns how many requests were not counted since it was last called,
// because there were too many counters.
func (d *Directory) TakeLostCounts() int64 { return d.requests.lost.Swap(0) }

// requestCounts are counters in shards. All those of one actor are in one shard.
type requestCounts struct {
	shards [countShards]countShard
	kept   atomic.Int64 // counters, in all shards
	lost   atomic.Int64 // requests
}

const countShards = 256

// countShard is as long as a cache line, so that shards do not slow each other.
type countShard struct {
	mu       sync.RWMutex // held for writing where counters come or go
	counters map[counter]*atomic.Int64
	_        [32]byte
}

// counter says what is counted. It holds no text that is made for it: a request that
// finds its counter allocates nothing.
type counter struct {
	organization, actor, instance uuid.UUID
	day                           cloud.Day
	operation                     string
	person                        bool // a key otherwise
}

// shardOf returns the place of an actor's counters: the last byte of a UUID is as good as random.
func (r *requestCounts) shardOf(actor uuid.UUID) *countShard {
	return &r.shards[int(actor[len(actor)-1])%countShards]
}

func (r *requestCounts) add(k counter, requests int64) {
	s := r.shardOf(k.actor)
	s.mu.RLock()
	n := s.counters[k]
	if n != nil {
		n.Add(requests) // under the lock: what take has taken grows no more
	}
	s.mu.RUnlock()
	if n == nil {
		r.addTo(s, k, requests)
	}
}

// addTo is add for a counter that may not be there.
func (r *requestCounts) addTo(s *countShard, k counter, requests int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.counters[k]
	if n == nil {
		if r.kept.Add(1) > MaxCounters {
			r.kept.Add(-1)
			r.lost.Add(requests)
			return
		}
		if s.counters == nil {
			s.counters = map[counter]*atomic.Int64{}
		}
		n = &atomic.Int64{}
		s.counters[k] = n
	}
	n.Add(requests)
}

func (r *requestCounts) take() (counts []cloud.RequestCount) {
	for i := range r.shards {
		for k, n := range r.shards[i].take() {
			r.kept.Add(-1)
			counts = append(counts, k.count(n.Load()))
		}
	}
	return counts
}

func (s *countShard) take() map[counter]*atomic.Int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.counters
	s.counters = nil
	return taken
}

func (r *requestCounts) of(organization uuid.UUID, actor cloud.ActorRef) (counts []cloud.RequestCount) {
	id, person := actorOf(actor)
	s := r.shardOf(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for k, n := range s.counters {
		if k.organization == organization && k.actor == id && k.person == person {
			counts = append(counts, k.count(n.Load()))
		}
	}
	return counts
}

func (k counter) count(requests int64) cloud.RequestCount {
	actor := cloud.KeyActor(k.actor)
	if k.person {
		actor = cloud.PersonActor(k.actor)
	}
	return cloud.RequestCount{
		OrganizationID: k.organization, Actor: actor, Operation: k.operation,
		Resource: Subject{k.organization, k.instance}.Resource(), Day: k.day, Requests: requests,
	}
}

func counterOf(c cloud.RequestCount) counter {
	k := counter{organization: c.OrganizationID, operation: c.Operation, day: c.Day}
	k.actor, k.person = actorOf(c.Actor)
	k.instance, _ = c.Resource.Instance()
	return k
}

func actorOf(ref cloud.ActorRef) (id uuid.UUID, person bool) {
	if id, person = ref.Person(); !person {
		id, _ = ref.Key()
	}
	return id, person
}
