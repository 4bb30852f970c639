package control_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/store"
)

// watcher keeps what an observer of services is told, in order. It stands for the fleet and
// for the gateway, and runs nothing.
type watcher struct {
	mu    sync.Mutex
	known map[uuid.UUID]cloud.Service
	told  []string
	seen  func() // is called with each change, before the answer of whoever made it
}

func (w *watcher) LoadServices(all []cloud.Service) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known = map[uuid.UUID]cloud.Service{}
	for _, s := range all {
		w.known[s.ID] = s
	}
	w.told = append(w.told, "all")
}

func (w *watcher) ApplyServices(changed []cloud.Service, removed []uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range changed {
		w.known[s.ID] = s
		w.told = append(w.told, s.Name+" "+string(s.State))
	}
	for _, id := range removed {
		w.told = append(w.told, w.known[id].Name+" gone")
		delete(w.known, id)
	}
	if w.seen != nil {
		w.seen()
	}
}

func (w *watcher) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	told := w.told
	w.told = nil
	return told
}

func (*watcher) Check() error                            { return nil }
func (*watcher) Settle(context.Context, uuid.UUID) error { return nil }
func (*watcher) Problem(uuid.UUID) string                { return "" }
func (*watcher) Endpoint(cloud.Service) (string, int, int) {
	return "localhost", 0, 0
}

func (*watcher) Current(uuid.UUID) (cloud.Scaling, *cloud.ScheduleEntry) {
	return cloud.Scaling{}, nil
}

func (*watcher) Query(context.Context, uuid.UUID, string, io.Writer) error { return nil }
func (*watcher) Metrics(context.Context, uuid.UUID, io.Writer) error       { return nil }

// watch attaches a watcher in the place of the fleet, and another in that of the gateway.
func (h *house) watch(t *testing.T) (f, front *watcher) {
	t.Helper()
	f, front = &watcher{}, &watcher{}
	h.Attach(f, front)
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.take()
	front.take()
	return f, front
}

// newService creates a service as the operator.
func (h *house) newService(t *testing.T, name string) cloud.Service {
	t.Helper()
	s, _, err := h.CreateService(t.Context(), operator, h.organization, cloud.NewService{Name: name, Provider: "aws", Region: "eu-central-1"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What the fleet observes is committed with its activity, told to all who keep services in
// memory before the call returns, and is only what the fleet may say: nothing that people
// have decided is overwritten.
func TestWhatTheFleetObservesIsWritten(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		f, front := h.watch(t)
		s := h.newService(t, "orders")
		h.clock.Advance(time.Minute)
		seen, err := h.Observe(t.Context(), s.ID, func(o *cloud.Service) error {
			o.State, o.Version, o.Message = cloud.ServiceRunning, "26.8", "a sentence"
			o.Name, o.Slot, o.Tags, o.Password, o.Addresses = "changed", 99, []cloud.Tag{{Key: "a"}}, cloud.ServicePassword{}, nil
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := s
		want.State, want.Version, want.Message, want.StateSince = cloud.ServiceRunning, "26.8", "a sentence", h.clock.Now()
		want.Settings = seen.Settings // it stays compatible with the first version that ran
		for what, got := range map[string]cloud.Service{"returned": seen, "stored": h.state(t).Services[0], "the fleet's": f.known[s.ID], "the gateway's": front.known[s.ID]} {
			if !got.Equal(want) {
				t.Errorf("%s is %+v\nwant %+v", what, got, want)
			}
		}
		if told := f.take(); !slices.Equal(told, []string{"orders provisioning", "orders running"}) {
			t.Errorf("the fleet was told %q", told)
		}
		// What is no other state changes neither its time nor what is on record.
		h.clock.Advance(time.Minute)
		seen, err = h.Observe(t.Context(), s.ID, func(o *cloud.Service) error { o.Goal = cloud.GoalIdle; return nil })
		if err != nil || seen.StateSince != want.StateSince || seen.Goal != cloud.GoalIdle {
			t.Errorf("the service is %+v: %v", seen, err)
		}
		h.serviceActivities(t, s.ID, cloud.ServiceCreated, cloud.ServiceIsRunning)
	})
}

// serviceActivities fails the test unless these activities about the service are on record,
// oldest first.
func (h *house) serviceActivities(t *testing.T, id uuid.UUID, want ...cloud.ActivityType) {
	t.Helper()
	var all []cloud.Activity
	err := h.store.Read(t.Context(), func(r *store.Reader) (err error) {
		all, err = r.Activities(t.Context(), h.organization, store.ActivityRange{Limit: 1000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := []cloud.ActivityType{}
	for _, a := range slices.Backward(all) {
		if a.Target.ID == id.String() {
			got = append(got, a.Type)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("on record is %q, want %q", got, want)
	}
}

// What changes nothing is not written: neither what the fleet says is unchanged, nor what is
// so already. An error of the fleet comes back as it is, and a service that is gone is NotFound.
func TestWhatChangesNothingIsNotObserved(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		f, _ := h.watch(t)
		s := h.newService(t, "orders")
		f.take()
		before, mine := h.state(t).Revision, errors.New("an error of the fleet")
		for what, c := range map[string]struct {
			f    func(*cloud.Service) error
			want error
		}{
			"unchanged":       {func(s *cloud.Service) error { s.State = cloud.ServiceFailed; return fleet.ErrUnchanged }, nil},
			"so already":      {func(*cloud.Service) error { return nil }, nil},
			"an error":        {func(s *cloud.Service) error { s.State = cloud.ServiceFailed; return mine }, mine},
			"what is not its": {func(s *cloud.Service) error { s.Name = "changed"; return nil }, nil},
		} {
			seen, err := h.Observe(t.Context(), s.ID, c.f)
			if c.want == nil && (err != nil || !seen.Equal(s)) || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%s: %+v, %v", what, seen, err)
			}
		}
		_, err := h.Observe(t.Context(), uuid.New(), func(*cloud.Service) error { t.Error("there is no service to look at"); return nil })
		wantCode(t, err, cloud.NotFound)
		if h.state(t).Revision != before || len(f.take()) != 0 {
			t.Error("something was written")
		}
	})
}

// A service whose data is gone is removed, with its slot, its ports and its place in
// policies; one that is not to be deleted is not, and one that is gone is removed.
func TestServiceIsRemoved(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		f, front := h.watch(t)
		s, kept := h.newService(t, "orders"), h.newService(t, "kept")
		role := h.newRole(t, "views", onServices(cloud.Allow, cloud.ServiceView, s.ID), onServices(cloud.Allow, cloud.ServiceManage, kept.ID, s.ID))
		_, p := h.keyWith(t, "ci", role.ID)
		if err := p.May(h.organization, cloud.InstanceResource(s.ID), cloud.ServiceView); err != nil {
			t.Fatal(err)
		}
		wantCode(t, h.Remove(t.Context(), s.ID), cloud.Conflict)
		if err := h.DeleteService(t.Context(), operator, h.organization, s.ID); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := h.Remove(t.Context(), s.ID); err != nil {
				t.Fatal(err)
			}
		}
		if told := f.take(); !slices.Equal(told, []string{"orders provisioning", "kept provisioning", "orders terminating", "orders gone"}) {
			t.Errorf("the fleet was told %q", told)
		}
		if len(front.known) != 1 || len(h.state(t).Services) != 1 {
			t.Error("the service is still there")
		}
		p, err := p.Current()
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, p.May(h.organization, cloud.InstanceResource(s.ID), cloud.ServiceView), cloud.Forbidden)
		if err := p.May(h.organization, cloud.InstanceResource(kept.ID), cloud.ServiceManage); err != nil {
			t.Error(err)
		}
		h.serviceActivities(t, s.ID, cloud.ServiceCreated, cloud.ServiceDeleteAsked, cloud.ServiceTerminatedForGood)
		if again := h.newService(t, "again"); again.Slot != s.Slot {
			t.Errorf("the slot is %d, want %d", again.Slot, s.Slot)
		}
	})
}

// When it is not known whether a change was committed, everybody who keeps services in memory
// gets all of them anew, as the store has them, before the caller is told.
func TestObserversAreLoadedWhenACommitIsUncertain(t *testing.T) {
	for name, lose := range map[string]func(*commits){"the change was made": (*commits).loseAnswer, "it was not": (*commits).loseCommit} {
		t.Run(name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, h *house) {
				f, front := h.watch(t)
				s := h.newService(t, "orders")
				f.take()
				front.take()
				lose(h.commits)
				_, err := h.Observe(t.Context(), s.ID, func(s *cloud.Service) error { s.State = cloud.ServiceRunning; return nil })
				wantCode(t, err, cloud.Unavailable)
				stored := h.state(t).Services[0]
				for what, w := range map[string]*watcher{"fleet": f, "gateway": front} {
					if told := w.take(); !slices.Equal(told, []string{"all"}) || !w.known[s.ID].Equal(stored) {
						t.Errorf("the %s was told %q and knows %s, stored is %s", what, told, w.known[s.ID].State, stored.State)
					}
				}
			})
		})
	}
}

// Observers are told in the order of the commits, the doors first, and before the answer of
// whoever made the change.
func TestObserversAreToldInOrder(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		f, front := h.watch(t)
		var mu sync.Mutex
		var order []string
		f.seen = func() { mu.Lock(); order = append(order, "fleet"); mu.Unlock() }
		front.seen = func() { mu.Lock(); order = append(order, "gateway"); mu.Unlock() }
		s := h.newService(t, "orders")
		if !slices.Equal(order, []string{"gateway", "fleet"}) {
			t.Errorf("told were %q", order)
		}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				tag := cloud.Tag{Key: "tag", Value: string(rune('a' + i))}
				after, err := h.UpdateService(t.Context(), operator, h.organization, s.ID, cloud.ServicePatch{AddTags: []cloud.Tag{tag}})
				f.mu.Lock()
				defer f.mu.Unlock()
				if err != nil || len(f.known[s.ID].Tags) != 1 {
					t.Errorf("the answer is %+v, %v, and the fleet knows %+v", after.Tags, err, f.known[s.ID].Tags)
				}
			})
		}
		all.Wait()
		if stored := h.state(t).Services[0]; !stored.Equal(f.known[s.ID]) || !stored.Equal(front.known[s.ID]) {
			t.Errorf("stored is %+v, the fleet knows %+v", stored.Tags, f.known[s.ID].Tags)
		}
	})
}

// A right that is taken away while a request waits for its turn is not used by it.
func TestChangeOfAServiceAsksAgain(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.watch(t)
		s := h.newService(t, "orders")
		role := h.newRole(t, "manages", onServices(cloud.Allow, cloud.ServiceManage, s.ID))
		_, p := h.keyWith(t, "ci", role.ID)
		if _, err := h.UpdateService(t.Context(), p, h.organization, s.ID, cloud.ServicePatch{Name: ptr("mine")}); err != nil {
			t.Fatal(err)
		}
		_, err := h.UpdateRole(t.Context(), operator, h.organization, role.ID, cloud.RolePatch{Policies: &[]cloud.Policy{onServices(cloud.Allow, cloud.ServiceView, s.ID)}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.UpdateService(t.Context(), p, h.organization, s.ID, cloud.ServicePatch{Name: ptr("yours")})
		wantCode(t, err, cloud.Forbidden)
		wantCode(t, h.DeleteService(t.Context(), p, h.organization, s.ID), cloud.Forbidden)
		_, err = h.ChangeServicePassword(t.Context(), p, h.organization, s.ID, nil)
		wantCode(t, err, cloud.Forbidden)
		if h.state(t).Services[0].Name != "mine" {
			t.Error("the service was changed")
		}
	})
}

// Without anybody who runs services they are kept all the same, and none is created.
func TestServicesAreKeptWithoutAFleet(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.insertService(t)
		_, _, err := h.CreateService(t.Context(), operator, h.organization, cloud.NewService{Name: "a", Provider: "aws", Region: "eu-central-1"})
		wantCode(t, err, cloud.Conflict)
		s, err := h.CommandService(t.Context(), operator, h.organization, id, fleet.CommandStop)
		if err != nil || s.Goal != cloud.GoalStopped {
			t.Errorf("the service is %+v: %v", s, err)
		}
		if _, err := h.ChangeServicePassword(t.Context(), operator, h.organization, id, nil); err != nil {
			t.Error(err)
		}
		if r := h.Reach(s); r.Host != "localhost" || r.Current != s.Scaling {
			t.Errorf("the service is reached at %+v", r)
		}
	})
}

var (
	_ control.Fleet = (*watcher)(nil)
	_ control.Front = (*watcher)(nil)
)
