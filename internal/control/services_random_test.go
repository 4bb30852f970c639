package control_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// Whatever is asked of services in whatever order, by people and by the fleet, with commits
// whose answer is lost and commits that are lost: those who keep services in memory have
// exactly what is stored, no two services share a slot, an address list is never none, and
// what is changed is on record.
func TestObserversEqualTheStore(t *testing.T) {
	for name, options := range map[string]func(*testing.T) store.Options{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &servicesWalk{house: newHouse(t, options(t))}
			w.fleet, w.front = w.watch(t)
			rapid.Check(t, func(rt *rapid.T) {
				rt.Repeat(map[string]func(*rapid.T){
					"create":        w.create,
					"update":        w.update,
					"scale":         w.scale,
					"command":       w.command,
					"delete":        w.delete,
					"observe":       w.observe,
					"observe again": w.observe, // twice as likely
					"remove":        w.remove,
					"":              w.check,
				})
			})
		})
	}
}

// servicesWalk is one sequence of what happens to services.
type servicesWalk struct {
	*house
	fleet, front *watcher
}

// step calls an operation, perhaps with a commit that fails.
func (w *servicesWalk) step(t *rapid.T, operation func() error) {
	fault := rapid.SampledFrom([]string{"none", "none", "none", "none", "answer", "commit"}).Draw(t, "lost")
	switch fault {
	case "answer":
		w.commits.loseAnswer()
	case "commit":
		w.commits.loseCommit()
	}
	before := w.state(t)
	err := operation()
	committed := w.commits.next.Swap(nil) == nil // the fault has happened
	if code := cloud.CodeOf(err); err != nil && (code == cloud.Internal || code == cloud.Unavailable != (fault != "none" && committed)) {
		t.Fatalf("the operation returned %v", err)
	}
	after := w.state(t)
	if recorded := w.activitiesSince(t, before.Revision); len(recorded) > 0 && after.Revision == before.Revision {
		t.Fatalf("nothing was changed, and %v is on record", recorded)
	}
	if moved := after.Revision - before.Revision; moved < 0 || moved > 1 || moved == 1 && slices.EqualFunc(before.Services, after.Services, cloud.Service.Equal) {
		t.Fatalf("the revision moved by %d", moved)
	}
}

// check compares what is in memory with what is stored.
func (w *servicesWalk) check(t *rapid.T) {
	stored := w.state(t).Services
	slots := map[int]bool{}
	for _, s := range stored {
		if slots[s.Slot] || s.Slot < 1 || s.Addresses.Anywhere() {
			t.Fatalf("the service %+v", s)
		}
		slots[s.Slot] = true
	}
	for what, observer := range map[string]*watcher{"fleet": w.fleet, "gateway": w.front} {
		observer.take()
		if len(observer.known) != len(stored) {
			t.Fatalf("the %s knows %d of %d services", what, len(observer.known), len(stored))
		}
		for _, s := range stored {
			if !observer.known[s.ID].Equal(s) {
				t.Fatalf("the %s knows %+v\nstored is %+v", what, observer.known[s.ID], s)
			}
		}
	}
}

// draw returns a service that there is, or the id of none.
func (w *servicesWalk) draw(t *rapid.T) uuid.UUID {
	ids := []uuid.UUID{uuid.MustParse("11111111-bbbb-4000-8000-000000000001")}
	for _, s := range w.state(t).Services {
		ids = append(ids, s.ID)
	}
	return rapid.SampledFrom(ids).Draw(t, "service")
}

func (w *servicesWalk) create(t *rapid.T) {
	if len(w.state(t).Services) > 4 {
		return
	}
	n := cloud.NewService{
		Name: rapid.SampledFrom([]string{"a", "b", "", strings.Repeat("x", 51)}).Draw(t, "name"), Provider: "aws", Region: rapid.SampledFrom([]string{"us-east-1", "us-east1"}).Draw(t, "region"),
	}
	w.step(t, func() error {
		_, _, err := w.CreateService(t.Context(), operator, w.organization, n)
		return err
	})
}

func (w *servicesWalk) update(t *rapid.T) {
	id := w.draw(t)
	entry := rapid.Custom(func(t *rapid.T) cloud.AddressEntry {
		return cloud.AddressEntry{Source: rapid.SampledFrom([]string{"10.0.0.0/8", "0.0.0.0/0", "wrong"}).Draw(t, "source")}
	})
	patch := cloud.ServicePatch{
		AddAddresses: rapid.SliceOfN(entry, 0, 2).Draw(t, "add"), RemoveAddresses: rapid.SliceOfN(entry, 0, 2).Draw(t, "remove"),
		AddTags: []cloud.Tag{{Key: rapid.SampledFrom([]string{"a", "b", "a b"}).Draw(t, "tag")}},
	}
	w.step(t, func() error {
		_, err := w.UpdateService(t.Context(), operator, w.organization, id, patch)
		return err
	})
}

func (w *servicesWalk) scale(t *rapid.T) {
	id, memory := w.draw(t), rapid.SampledFrom([]int{8, 16, 9}).Draw(t, "memory")
	w.step(t, func() error {
		_, err := w.ScaleService(t.Context(), operator, w.organization, id, cloud.ScalingPatch{MinMemory: &memory, MaxMemory: &memory})
		return err
	})
}

func (w *servicesWalk) command(t *rapid.T) {
	id, command := w.draw(t), rapid.SampledFrom([]fleet.Command{fleet.CommandStart, fleet.CommandStop, fleet.CommandAwake}).Draw(t, "command")
	w.step(t, func() error {
		_, err := w.CommandService(t.Context(), operator, w.organization, id, command)
		return err
	})
}

func (w *servicesWalk) delete(t *rapid.T) {
	id := w.draw(t)
	w.step(t, func() error { return w.DeleteService(t.Context(), operator, w.organization, id) })
}

// observe is the fleet that has come further, or to nothing new.
func (w *servicesWalk) observe(t *rapid.T) {
	id, way := w.draw(t), rapid.SampledFrom([]string{"there", "crashed", "resting", "nothing new"}).Draw(t, "way")
	w.step(t, func() error {
		_, err := w.Observe(t.Context(), id, func(s *cloud.Service) error {
			switch {
			case way == "nothing new" || s.Deleting():
				return fleet.ErrUnchanged
			case way == "crashed" && s.Goal == cloud.GoalRunning:
				s.State, s.Message = cloud.ServiceDegraded, "The server ended."
			case way == "resting" && s.State == cloud.ServiceRunning:
				s.Goal = cloud.GoalIdle
			default:
				s.State = map[cloud.ServiceGoal]cloud.ServiceState{
					cloud.GoalRunning: cloud.ServiceRunning, cloud.GoalIdle: cloud.ServiceIdle, cloud.GoalStopped: cloud.ServiceStopped,
				}[s.Goal]
				s.Message = ""
			}
			return nil
		})
		return err
	})
}

func (w *servicesWalk) remove(t *rapid.T) {
	id := w.draw(t)
	s, known := w.fleet.known[id]
	w.step(t, func() error {
		err := w.Remove(t.Context(), id)
		if known && !s.Deleting() && cloud.CodeOf(err) != cloud.Conflict && cloud.CodeOf(err) != cloud.Unavailable {
			return errors.New("a service was removed that was not to be deleted")
		}
		return err
	})
}
