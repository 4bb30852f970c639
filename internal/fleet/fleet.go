package fleet

import (
	"context"
	"log/slog"
	"sync"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
)

// Config is what a fleet needs.
type Config struct {
	Driver Driver
	Ledger Ledger
	Clock  cloud.Clock
	Log    *slog.Logger
	Limits Limits
	// Metrics takes the metrics of the fleet; nil takes none.
	Metrics prometheus.Registerer
	// Reached is called when a reconciler reaches one of the Steps, so that a test can end
	// it there; nil in production.
	Reached func(Step)
}

// Fleet keeps services as they should be. It is safe for concurrent use.
type Fleet struct {
	driver  Driver
	ledger  Ledger
	clock   cloud.Clock
	log     *slog.Logger
	limits  Limits
	counts  *counts
	reached func(Step)
	starts  *slots

	members sync.Map // uuid.UUID → *member

	mu    sync.Mutex      // held by whoever changes members, and around ctx
	ctx   context.Context // of Run; nil before
	all   sync.WaitGroup  // the reconcilers
	ended chan struct{}   // closed when Run ends
}

// New returns a fleet that does nothing until Run.
func New(c Config) *Fleet {
	limits := c.Limits.orDefault()
	f := &Fleet{
		driver: c.Driver, ledger: c.Ledger, clock: c.Clock, log: c.Log, limits: limits, reached: c.Reached,
		starts: newSlots(limits.Starts), ended: make(chan struct{}),
	}
	if f.reached == nil {
		f.reached = func(Step) {}
	}
	f.counts = newCounts(f, c.Metrics)
	return f
}

// Run keeps the services until ctx ends, and returns nil when every reconciler has; one
// that is stopping a server finishes that. Servers that run go on: the next fleet takes
// them over. It is called once.
func (f *Fleet) Run(ctx context.Context) error {
	f.mu.Lock()
	f.ctx = ctx
	for _, m := range f.members.Range {
		f.all.Go(m.(*member).run)
	}
	f.mu.Unlock()
	<-ctx.Done()
	f.mu.Lock() // no reconciler is begun from here on
	close(f.ended)
	f.mu.Unlock()
	f.all.Wait()
	return nil
}

// LoadServices takes in all services there are, in place of those it knew. The server of
// one that is not among them is stopped; its data stays.
func (f *Fleet) LoadServices(all []cloud.Service) {
	f.mu.Lock()
	defer f.mu.Unlock()
	there := make(map[uuid.UUID]bool, len(all))
	for _, s := range all {
		there[s.ID] = true
		f.put(s)
	}
	for id, m := range f.members.Range {
		if !there[id.(uuid.UUID)] {
			m.(*member).remove()
		}
	}
}

// ApplyServices takes in what a commit changed; it is called in the order of commits and
// does not wait for what follows from it.
func (f *Fleet) ApplyServices(changed []cloud.Service, removed []uuid.UUID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range changed {
		f.put(s)
	}
	for _, id := range removed {
		if m := f.member(id); m != nil {
			m.remove()
		}
	}
}

// put takes in one service. The caller holds f.mu.
func (f *Fleet) put(s cloud.Service) {
	if m := f.member(s.ID); m != nil {
		m.apply(s)
		return
	}
	m := newMember(f, s)
	f.members.Store(s.ID, m)
	if f.ctx != nil && f.ctx.Err() == nil {
		f.all.Go(m.run)
	}
}

// member returns the member with that id, or nil.
func (f *Fleet) member(id uuid.UUID) *member {
	m, ok := f.members.Load(id)
	if !ok {
		return nil
	}
	return m.(*member)
}

// Capabilities says what the servers of the fleet can do.
func (f *Fleet) Capabilities() engine.Capabilities { return f.driver.Capabilities() }

// Check returns Unavailable, with a sentence that says why, where no service can run at all.
func (f *Fleet) Check() error { return f.driver.Check() }
