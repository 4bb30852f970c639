// Package fleettest helps tests of the fleet and of what stands above it: a ledger in
// memory, and a driver whose servers are made of nothing, which can be told to fail.
package fleettest

import (
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// Observer learns of every commit, as fleet.Fleet does.
type Observer interface {
	// LoadServices replaces what it knows.
	LoadServices(all []cloud.Service)
	// ApplyServices changes what it knows.
	ApplyServices(changed []cloud.Service, removed []uuid.UUID)
}

// Fault is how a commit goes wrong.
type Fault int

// The faults: none, nothing is committed, or it is committed and nobody learns of it until
// everything is read again.
const (
	NoFault Fault = iota
	LostCommit
	LostAnswer
)

// Ledger is a fleet.Ledger in memory. It commits one change at a time and tells its
// observer before the call returns. It is safe for concurrent use.
type Ledger struct {
	clock cloud.Clock

	mu       sync.Mutex
	services map[uuid.UUID]cloud.Service
	observer Observer
	fault    func() Fault
	pause    func()
	changed  chan struct{} // closed and replaced after each commit
	commits  int
	states   map[uuid.UUID][]cloud.ServiceState
}

// NewLedger returns a ledger that is empty.
func NewLedger(clock cloud.Clock) *Ledger {
	return &Ledger{clock: clock, services: map[uuid.UUID]cloud.Service{}, changed: make(chan struct{}), states: map[uuid.UUID][]cloud.ServiceState{}}
}

// Tell makes o the observer: it gets all services now, and changes from then on. nil tells nobody.
func (l *Ledger) Tell(o Observer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.observer = o
	if o != nil {
		o.LoadServices(l.allLocked())
	}
}

// Fail asks fault at each commit of the fleet how it goes wrong; nil makes none fail.
func (l *Ledger) Fail(fault func() Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fault = fault
}

// Pause calls pause before each change that the fleet makes, so that others can come first;
// nil stops that.
func (l *Ledger) Pause(pause func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pause = pause
}

// Create stores a service that is to run.
func (l *Ledger) Create(slot int, change func(*cloud.Service)) cloud.Service {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := cloud.Service{
		ID: uuid.New(), Name: fmt.Sprintf("service %d", slot), Provider: "aws", Region: "us-east-1", CreatedAt: l.clock.Now(),
		Goal: cloud.GoalRunning, State: cloud.ServiceProvisioning, StateSince: l.clock.Now(), Slot: slot,
		ServiceConfig: cloud.ServiceConfig{Scaling: cloud.DefaultScaling(), ReleaseChannel: cloud.ChannelDefault, Profile: cloud.DefaultProfile},
	}
	if change != nil {
		change(&s)
	}
	l.commitLocked(s)
	return s
}

// Command carries out a command as the API does.
func (l *Ledger) Command(id uuid.UUID, c fleet.Command) error {
	return l.Change(id, func(s *cloud.Service) error {
		_, err := fleet.Carry(c, s)
		return err
	})
}

// Change stores what f makes of a service.
func (l *Ledger) Change(id uuid.UUID, f func(*cloud.Service) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.services[id]
	if !ok {
		return cloud.Errorf(cloud.NotFound, "Service not found")
	}
	if err := f(&s); err != nil {
		return err
	}
	if !s.Equal(l.services[id]) {
		l.commitLocked(s)
	}
	return nil
}

// Service returns a service as it is stored, and whether it is.
func (l *Ledger) Service(id uuid.UUID) (cloud.Service, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.services[id]
	return s, ok
}

// All returns all services.
func (l *Ledger) All() []cloud.Service {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.allLocked()
}

// States returns the states that a service has had, in their order.
func (l *Ledger) States(id uuid.UUID) []cloud.ServiceState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]cloud.ServiceState(nil), l.states[id]...)
}

// Commits returns how many changes were committed.
func (l *Ledger) Commits() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.commits
}

// Until waits until a service is as wanted; with exists false it is gone.
func (l *Ledger) Until(ctx context.Context, id uuid.UUID, wanted func(s cloud.Service, exists bool) bool) error {
	for {
		l.mu.Lock()
		s, ok := l.services[id]
		changed := l.changed
		l.mu.Unlock()
		if wanted(s, ok) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("the service has the goal %q and the state %q, message %q (exists: %t): %w", s.Goal, s.State, s.Message, ok, context.Cause(ctx))
		}
	}
}

// Observe implements fleet.Ledger.
func (l *Ledger) Observe(ctx context.Context, id uuid.UUID, f func(*cloud.Service) error) (cloud.Service, error) {
	l.mu.Lock()
	pause := l.pause
	l.mu.Unlock()
	if pause != nil {
		pause()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	before, ok := l.services[id]
	if !ok {
		return cloud.Service{}, cloud.Errorf(cloud.NotFound, "Service not found")
	}
	after := before
	switch err := f(&after); {
	case err == fleet.ErrUnchanged: //nolint:errorlint // the contract of Ledger
		return before, nil
	case err != nil:
		return before, err
	}
	s := before
	s.Goal, s.State, s.Message, s.Version = after.Goal, after.State, after.Message, after.Version
	return s, l.tryLocked(ctx, func() { l.commitLocked(s) })
}

// Remove implements fleet.Ledger.
func (l *Ledger) Remove(ctx context.Context, id uuid.UUID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.services[id]
	switch {
	case !ok:
		return nil
	case s.Goal != cloud.GoalDeleted:
		return cloud.Errorf(cloud.Conflict, "The service is not to be deleted")
	}
	return l.tryLocked(ctx, func() {
		delete(l.services, id)
		if l.observer != nil {
			l.observer.ApplyServices(nil, []uuid.UUID{id})
		}
		l.toldLocked()
	})
}

// tryLocked commits, or not, as the fault says.
func (l *Ledger) tryLocked(ctx context.Context, commit func()) error {
	fault := NoFault
	if l.fault != nil {
		fault = l.fault()
	}
	if ctx.Err() != nil {
		fault = LostCommit
	}
	switch fault {
	case LostCommit:
	case LostAnswer:
		observer := l.observer
		l.observer = nil
		commit()
		l.observer = observer
		if observer != nil {
			observer.LoadServices(l.allLocked())
		}
	default:
		commit()
		return nil
	}
	return cloud.Errorf(cloud.Unavailable, "It is not known whether the change was made")
}

func (l *Ledger) commitLocked(s cloud.Service) {
	if before, ok := l.services[s.ID]; !ok || before.State != s.State {
		s.StateSince = l.clock.Now()
		l.states[s.ID] = append(l.states[s.ID], s.State)
	}
	l.services[s.ID] = s
	if l.observer != nil {
		l.observer.ApplyServices([]cloud.Service{s}, nil)
	}
	l.toldLocked()
}

func (l *Ledger) toldLocked() {
	l.commits++
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *Ledger) allLocked() []cloud.Service {
	all := make([]cloud.Service, 0, len(l.services))
	for _, s := range l.services {
		all = append(all, s)
	}
	return all
}
