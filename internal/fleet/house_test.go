package fleet_test

import (
	"context"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// tester is what a *testing.T and a *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// house is a fleet in a bubble of time, with what outlives it.
type house struct {
	t      tester
	ledger *fleettest.Ledger
	driver *fleettest.Driver
	limits fleet.Limits
	slots  int

	metrics prometheus.Registerer // nil for none
	log     *slog.Logger          // nil for none

	*fleet.Fleet
	cancel context.CancelFunc
	ended  chan struct{}

	mu      sync.Mutex
	told    *fleet.Fleet // that learns of changes; nil for none
	reached []fleet.Step
	killAt  fleet.Step
	killed  bool
}

func newHouse(t tester) *house {
	h := &house{t: t, ledger: fleettest.NewLedger(cloud.SystemClock{}), driver: fleettest.NewDriver()}
	h.driver.MayDestroy(func(id uuid.UUID) error {
		if s, ok := h.ledger.Service(id); !ok || s.Goal != cloud.GoalDeleted || s.State != cloud.ServiceTerminating {
			return cloud.Errorf(cloud.Conflict, "what is stored is %q, %q (there: %t)", s.Goal, s.State, ok)
		}
		return nil
	})
	return h
}

// inBubble runs a test with a fleet that runs, in a bubble of time, and ends it.
func inBubble(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.run()
		defer h.end()
		f(t, h)
		h.wantNoViolation()
	})
}

// run begins a fleet, as a control plane that starts does.
func (h *house) run() {
	log := h.log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	h.Fleet = fleet.New(fleet.Config{
		Driver: h.driver, Ledger: h.ledger, Clock: cloud.SystemClock{}, Log: log, Limits: h.limits, Reached: h.reach, Metrics: h.metrics,
	})
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel, h.ended = cancel, make(chan struct{})
	h.tell(h.Fleet)
	h.ledger.Tell(h.Fleet)
	go func(f *fleet.Fleet, ended chan struct{}) {
		defer close(ended)
		if err := f.Run(ctx); err != nil {
			h.t.Errorf("Run: %v", err)
		}
	}(h.Fleet, h.ended)
}

func (h *house) tell(f *fleet.Fleet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = f
}

// serves reports whether connections come by way of a fleet: not after it has ended or was killed.
func (h *house) serves(f *fleet.Fleet) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told == f
}

// end ends the fleet; servers and what is stored stay.
func (h *house) end() {
	h.tell(nil)
	h.ledger.Tell(nil)
	h.cancel()
	<-h.ended
}

// reach notes a step, and ends the reconciler there if it was told to: nothing that comes
// after is done any more, as with a kill -9.
func (h *house) reach(s fleet.Step) {
	h.mu.Lock()
	h.reached = append(h.reached, s)
	kill := h.killed || s == h.killAt
	if h.killed = kill; kill {
		h.told = nil
	}
	h.mu.Unlock()
	if kill {
		h.ledger.Tell(nil)
		runtime.Goexit()
	}
}

// revive begins a new fleet after a kill.
func (h *house) revive() {
	h.cancel()
	<-h.ended
	h.mu.Lock()
	h.killAt, h.killed = "", false
	h.mu.Unlock()
	h.run()
}

func (h *house) has(s fleet.Step) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Contains(h.reached, s)
}

// create creates a service, with the change if there is one.
func (h *house) create(change func(*cloud.Service)) uuid.UUID {
	h.slots++
	return h.ledger.Create(h.slots, change).ID
}

// createRunning creates a service as create does, and waits until it runs.
func (h *house) createRunning(change func(*cloud.Service)) uuid.UUID {
	h.t.Helper()
	id := h.create(change)
	h.become(id, cloud.ServiceRunning)
	return id
}

func (h *house) command(id uuid.UUID, c fleet.Command) {
	h.t.Helper()
	if err := h.ledger.Command(id, c); err != nil {
		h.t.Fatalf("%s: %v", c, err)
	}
}

// change stores a change that people make.
func (h *house) change(id uuid.UUID, f func(*cloud.Service)) {
	h.t.Helper()
	if err := h.ledger.Change(id, func(s *cloud.Service) error { f(s); return nil }); err != nil {
		h.t.Fatal(err)
	}
}

// stored returns a service as it is stored.
func (h *house) stored(id uuid.UUID) cloud.Service {
	h.t.Helper()
	s, ok := h.ledger.Service(id)
	if !ok {
		h.t.Fatal("the service is gone")
	}
	return s
}

// server returns the server of a service that runs.
func (h *house) server(id uuid.UUID) *fleettest.Server {
	h.t.Helper()
	s := h.driver.Server(id)
	if s == nil {
		h.t.Fatal("no server runs")
	}
	return s
}

func (h *house) wantState(id uuid.UUID, want cloud.ServiceState) {
	h.t.Helper()
	if got := h.stored(id); got.State != want {
		h.t.Fatalf("the service is %s (goal %s, %q), want %s", got.State, got.Goal, got.Message, want)
	}
}

// wantStates looks at all the states that a service has had, in their order.
func (h *house) wantStates(id uuid.UUID, want ...cloud.ServiceState) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.ledger.States(id)); diff != "" {
		h.t.Errorf("states (-want +got):\n%s", diff)
	}
}

// become waits, within a limit, until a service has a state.
func (h *house) become(id uuid.UUID, want cloud.ServiceState) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	if err := h.ledger.Until(ctx, id, func(s cloud.Service, exists bool) bool { return exists && s.State == want }); err != nil {
		h.t.Fatalf("waiting for %s: %v", want, err)
	}
	synctest.Wait()
}

// vanish waits, within a limit, until a service is gone.
func (h *house) vanish(id uuid.UUID) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	if err := h.ledger.Until(ctx, id, func(_ cloud.Service, exists bool) bool { return !exists }); err != nil {
		h.t.Fatal(err)
	}
	synctest.Wait()
}

func (h *house) wantNoViolation() {
	h.t.Helper()
	for _, v := range h.driver.Violations() {
		h.t.Errorf("the fleet did what it must not: %s", v)
	}
}

// pass lets time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// takes returns a behaviour in which a call takes a while and others none.
func takes(slow fleettest.Call, d time.Duration) func(fleettest.Call, cloud.Service) fleettest.Outcome {
	return func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
		if c == slow {
			return fleettest.Outcome{Takes: d}
		}
		return fleettest.Outcome{}
	}
}

// fails returns a behaviour in which a call fails and others do not.
func fails(broken fleettest.Call, err error) func(fleettest.Call, cloud.Service) fleettest.Outcome {
	return func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
		if c == broken {
			return fleettest.Outcome{Err: err}
		}
		return fleettest.Outcome{}
	}
}

// restarts is a behaviour in which every change takes a restart.
func restarts(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
	return fleettest.Outcome{Restart: c == fleettest.Update}
}

var errDisk = cloud.Errorf(cloud.Unavailable, "The disk is full")
