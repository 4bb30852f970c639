package api_test

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// fakeFleet stands for the fleet and the gateway: it runs no engine, and brings services to
// their goals only when it is told to, so that a story sees every state on the way.
type fakeFleet struct {
	check   error // why no service can run
	settle  error // why a change is not taken
	running string
	query   func(sql string, w io.Writer) error
	metrics string
	scrape  func(ctx context.Context, id uuid.UUID, w io.Writer) error // in place of metrics
	problem string                                                     // of every service, for clients

	mu       sync.Mutex
	services map[uuid.UUID]cloud.Service
	order    []uuid.UUID       // of services, as they were first seen
	applied  []cloud.Service   // every change that it was told of, in order
	settled  map[uuid.UUID]int // how often it was waited for
}

func newFakeFleet() *fakeFleet {
	return &fakeFleet{running: "26.8.1.1", services: map[uuid.UUID]cloud.Service{}, settled: map[uuid.UUID]int{}}
}

// LoadServices implements control.ServiceObserver.
func (f *fakeFleet) LoadServices(all []cloud.Service) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.services, f.order = map[uuid.UUID]cloud.Service{}, nil
	f.put(all)
}

// ApplyServices implements control.ServiceObserver.
func (f *fakeFleet) ApplyServices(changed []cloud.Service, removed []uuid.UUID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.applied = append(f.applied, changed...)
	f.put(changed)
	for _, id := range removed {
		delete(f.services, id)
	}
}

func (f *fakeFleet) put(services []cloud.Service) {
	for _, s := range services {
		if _, known := f.services[s.ID]; !known {
			f.order = append(f.order, s.ID)
		}
		f.services[s.ID] = s
	}
}

// Check implements control.Fleet.
func (f *fakeFleet) Check() error { return f.check }

// Settle implements control.Fleet.
func (f *fakeFleet) Settle(_ context.Context, id uuid.UUID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settled[id]++
	return f.settle
}

// Current implements control.Fleet: like the local driver, it runs one replica.
func (f *fakeFleet) Current(id uuid.UUID) (cloud.Scaling, *cloud.ScheduleEntry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, known := f.services[id]
	if !known {
		return cloud.Scaling{}, nil
	}
	scaling, active := s.ScalingAt(noon)
	scaling.MinReplicas, scaling.MaxReplicas = 1, 1
	return scaling, active
}

// Query implements control.Fleet.
func (f *fakeFleet) Query(_ context.Context, id uuid.UUID, sql string, w io.Writer) error {
	if err := f.rests(id); err != nil || f.query == nil {
		return err
	}
	return f.query(sql, w)
}

// Metrics implements control.Fleet.
func (f *fakeFleet) Metrics(ctx context.Context, id uuid.UUID, w io.Writer) error {
	if err := f.rests(id); err != nil {
		return err
	}
	if f.scrape != nil {
		return f.scrape(ctx, id, w)
	}
	_, err := io.WriteString(w, f.metrics)
	return err
}

func (f *fakeFleet) rests(id uuid.UUID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.services[id].State != cloud.ServiceRunning {
		return cloud.Errorf(cloud.Conflict, "Service is not running")
	}
	return nil
}

// fakeFront is the fleet as the gateway: both keep the same services.
type fakeFront struct{ *fakeFleet }

// LoadServices implements control.ServiceObserver.
func (fakeFront) LoadServices([]cloud.Service) {}

// ApplyServices implements control.ServiceObserver.
func (fakeFront) ApplyServices([]cloud.Service, []uuid.UUID) {}

// Endpoint implements control.Front.
func (fakeFront) Endpoint(s cloud.Service) (host string, https, native int) {
	return s.Label() + ".example.com", s.Ports.HTTPS, s.Ports.Native
}

// Problem implements control.Front.
func (f fakeFront) Problem(uuid.UUID) string { return f.problem }

// run lets the fleet bring all services to their goals.
func (h *house) run() {
	h.t.Helper()
	h.fleet.mu.Lock()
	order := slices.Clone(h.fleet.order)
	h.fleet.mu.Unlock()
	for _, id := range order {
		h.runService(id)
	}
}

func (h *house) runService(id uuid.UUID) {
	h.t.Helper()
	h.fleet.mu.Lock()
	s, known := h.fleet.services[id]
	h.fleet.mu.Unlock()
	if !known {
		return
	}
	ctx := context.WithoutCancel(h.t.Context())
	if s.Goal == cloud.GoalDeleted {
		if err := h.control.Remove(ctx, id); err != nil {
			h.t.Fatal(err)
		}
		return
	}
	h.observe(id, func(s *cloud.Service) {
		s.State = map[cloud.ServiceGoal]cloud.ServiceState{
			cloud.GoalRunning: cloud.ServiceRunning, cloud.GoalIdle: cloud.ServiceIdle, cloud.GoalStopped: cloud.ServiceStopped,
		}[s.Goal]
		s.Version, s.Message = h.fleet.running, ""
	})
}

// observe lets the fleet see something of a service.
func (h *house) observe(id uuid.UUID, change func(*cloud.Service)) {
	h.t.Helper()
	_, err := h.control.Observe(context.WithoutCancel(h.t.Context()), id, func(s *cloud.Service) error {
		change(s)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// bring brings a service to a state, as whatever may have led to it.
func (h *house) bring(id string, goal cloud.ServiceGoal, state cloud.ServiceState) {
	h.t.Helper()
	h.observe(uuid.MustParse(id), func(s *cloud.Service) { s.Goal, s.State = goal, state })
}

// service makes a service with the fields of the request beside its place, which are without
// braces: `"name":"orders"`. It is on its way to run.
func (c caller) service(fields ...string) string {
	c.house.t.Helper()
	body := `{"provider":"aws","region":"eu-central-1"`
	for _, f := range append(fields, `"tier":"production"`) {
		body += "," + f
	}
	if len(fields) == 0 {
		body += `,"name":"orders"`
	}
	return c.post("~/services", body+"}").ok().text("result.service.id")
}

// Both stand for what the real ones are to be.
var (
	_ control.Fleet = (*fakeFleet)(nil)
	_ control.Front = fakeFront{}
)

// The fleet of the stories brings services to their goals, and to nothing else.
func TestFakeFleetFollowsGoals(t *testing.T) {
	h := onSQLite(t)
	id := h.admin.service()
	state := func(want string) {
		t.Helper()
		h.admin.get("~/services/" + id).ok().shows(map[string]string{"result.state": inJSON(want)})
	}
	state("provisioning")
	h.run()
	state("running")
	h.admin.patch("~/services/"+id+"/state", `{"command":"stop"}`).ok()
	state("stopping")
	h.run()
	state("stopped")
	h.admin.delete("~/services/" + id).ok()
	state("terminating")
	h.run()
	h.admin.get("~/services/"+id).is(404, "NOT_FOUND: Service not found")
}
