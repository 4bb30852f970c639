package fleet_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// A thousand connections to a service that rests wake it once, and all get to it.
func TestManyConnectionsWakeOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.create(nil)
		h.become(id, cloud.ServiceIdle)
		h.driver.Behave(takes(fleettest.Start, 2*time.Second))
		starts, commits := h.driver.Calls(fleettest.Start), h.ledger.Commits()
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				if b, err := h.Backend(t.Context(), id); err != nil || b.HTTP == "" {
					t.Errorf("Backend: %+v, %v", b, err)
				}
			})
		}
		all.Wait()
		synctest.Wait()
		if got := h.driver.Calls(fleettest.Start) - starts; got != 1 {
			t.Errorf("%d starts, want 1", got)
		}
		if got := h.ledger.Commits() - commits; got != 2 { // awaking, running
			t.Errorf("%d commits, want 2", got)
		}
	})
}

// A connection is told why it cannot be served, in words and with a code, at once where
// nothing will change.
func TestConnectionIsToldWhyNot(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		want := func(id uuid.UUID, code cloud.Code, sentence string) {
			t.Helper()
			_, err := h.Backend(t.Context(), id)
			var told *cloud.Error
			if !errors.As(err, &told) || told.Code != code || told.Message != sentence {
				t.Errorf("got %v, want %q", err, sentence)
			}
			if err := h.Query(t.Context(), id, "SELECT 1", nil); cloud.CodeOf(err) != code {
				t.Errorf("Query: %v", err)
			}
		}
		want(uuid.New(), cloud.NotFound, "Service not found")
		h.driver.Behave(takes(fleettest.Stop, 5*time.Second))
		h.command(id, fleet.CommandStop)
		want(id, cloud.Conflict, "Service is stopped")
		h.become(id, cloud.ServiceStopped)
		want(id, cloud.Conflict, "Service is stopped")
		h.driver.Behave(fails(fleettest.Start, errDisk))
		h.command(id, fleet.CommandStart)
		h.become(id, cloud.ServiceFailed)
		want(id, cloud.Unavailable, "Service has failed")
		h.driver.Behave(takes(fleettest.Start, 4*time.Minute))
		h.command(id, fleet.CommandStart)
		began := cloud.SystemClock{}.Now()
		want(id, cloud.Unavailable, "Service did not become ready in time; ask again in a moment")
		if took := (cloud.SystemClock{}).Now().Sub(began); took != 2*time.Minute {
			t.Errorf("it waited %v", took)
		}
		h.driver.Behave(takes(fleettest.Destroy, 5*time.Second))
		h.command(id, fleet.CommandDelete)
		want(id, cloud.Conflict, "Service is being deleted")
		h.vanish(id)
		want(id, cloud.NotFound, "Service not found")
	})
}

// Somebody who waits and goes away gets the cause of their context, and one who waits
// while the fleet ends is told so.
func TestWaitingEndsWithItsContextAndWithTheFleet(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.driver.Behave(takes(fleettest.Start, time.Minute))
		id := h.create(nil)
		gone := errors.New("the client went away")
		ctx, cancel := context.WithCancelCause(t.Context())
		failed := make(chan error, 2)
		for _, ctx := range []context.Context{ctx, t.Context()} {
			go func() {
				_, err := h.Backend(ctx, id)
				failed <- err
			}()
		}
		synctest.Wait()
		cancel(gone)
		if err := <-failed; !errors.Is(err, gone) {
			t.Errorf("got %v, want %v", err, gone)
		}
		h.end()
		if err := <-failed; cloud.CodeOf(err) != cloud.Unavailable {
			t.Errorf("got %v", err)
		}
		h.run()
	})
}

// A connection to a service whose server has just ended waits for the next one.
func TestConnectionWaitsForTheNextServer(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		before, err := h.Backend(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		h.server(id).Crash("The server fell over")
		after, err := h.Backend(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-before.Done:
		default:
			t.Error("the backend before has not ended")
		}
		select {
		case <-after.Done:
			t.Error("the backend has ended")
		default:
		}
	})
}

// A service rests when its users have done nothing for as long as was agreed, and not
// before. Running queries and merges count, and what Gatehouse asks does not.
func TestServiceRestsWhenItsUsersDo(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(func(s *cloud.Service) { s.Scaling.IdleMinutes = 5 })
		for name, use := range map[string]func(*fleet.Activity){
			"queries":   func(a *fleet.Activity) { a.UserQueries++ },
			"a query":   func(a *fleet.Activity) { a.Running = 1 },
			"one merge": func(a *fleet.Activity) { a.Running, a.Merges = 0, 1 },
		} {
			for range 40 {
				h.server(id).Use(use)
				pass(4 * time.Minute)
				h.wantState(id, cloud.ServiceRunning)
			}
			h.server(id).Use(func(a *fleet.Activity) { a.Running, a.Merges = 0, 0 })
			t.Log(name)
		}
		h.server(id).Use(func(a *fleet.Activity) { a.UserQueries++ })
		began := cloud.SystemClock{}.Now()
		for range 4 {
			pass(time.Minute)
			_, _ = h.Query(t.Context(), id, "SELECT 1", discard{}), h.Metrics(t.Context(), id, discard{})
		}
		h.wantState(id, cloud.ServiceRunning)
		h.become(id, cloud.ServiceIdle)
		if took := (cloud.SystemClock{}).Now().Sub(began); took > 5*time.Minute+40*time.Second {
			t.Errorf("it rests after %v", took)
		}
		if err := h.Query(t.Context(), id, "SELECT 1", discard{}); cloud.CodeOf(err) != cloud.Conflict {
			t.Errorf("Query of a service that rests: %v", err)
		}
		pass(time.Hour)
		h.wantState(id, cloud.ServiceIdle)
		// Woken, it has its whole time again.
		h.command(id, fleet.CommandAwake)
		h.become(id, cloud.ServiceRunning)
		pass(4 * time.Minute)
		h.wantState(id, cloud.ServiceRunning)
		h.become(id, cloud.ServiceIdle)
	})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// A service that is not to rest does not, and one that is told to later does.
func TestServiceRestsOnlyWhenAgreed(t *testing.T) {
	inBubble(t, func(_ *testing.T, h *house) {
		id := h.createRunning(func(s *cloud.Service) { s.Scaling.Idle = false })
		pass(48 * time.Hour)
		h.wantState(id, cloud.ServiceRunning)
		h.change(id, func(s *cloud.Service) { s.Scaling.Idle = true })
		h.become(id, cloud.ServiceIdle)
	})
}

// Whoever got to the server just before it was to rest is not cut off.
func TestLastMomentConnectionKeepsTheServiceAwake(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		// The commit of the goal to rest takes a moment in which a query begins.
		h.ledger.Fail(func() fleettest.Fault {
			server.Use(func(a *fleet.Activity) { a.UserQueries, a.Running = a.UserQueries+1, 1 })
			return fleettest.NoFault
		})
		pass(17 * time.Minute)
		h.ledger.Fail(nil)
		pass(time.Minute)
		if h.driver.Server(id) != server {
			t.Error("the server was stopped under a query")
		}
		h.wantState(id, cloud.ServiceRunning)
	})
}

// A connection that comes while the service is being laid to rest waits and is served,
// and the service shows that it wakes.
func TestConnectionDuringLayingToRestIsServed(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(takes(fleettest.Stop, 5*time.Second))
		for h.driver.Calls(fleettest.Stop) == 0 {
			pass(time.Second)
		}
		h.wantState(id, cloud.ServiceRunning)
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		h.become(id, cloud.ServiceRunning)
		h.wantStates(id, cloud.ServiceProvisioning, cloud.ServiceRunning, cloud.ServiceAwaking, cloud.ServiceRunning)
	})
}

// A service that is woken by a command while it is being laid to rest shows that it wakes.
func TestCommandDuringLayingToRestWakes(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(takes(fleettest.Stop, 5*time.Second))
		for h.driver.Calls(fleettest.Stop) == 0 {
			pass(time.Second)
		}
		h.command(id, fleet.CommandAwake)
		pass(10 * time.Second)
		h.wantStates(id, cloud.ServiceProvisioning, cloud.ServiceRunning, cloud.ServiceAwaking, cloud.ServiceRunning)
	})
}

// Somebody who gave up waiting for a service to wake, and was not heard, does not wake it
// after others have stopped and started it.
func TestWishToWakeEndsWithTheRest(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.create(nil)
		h.become(id, cloud.ServiceIdle)
		h.ledger.Fail(func() fleettest.Fault { return fleettest.LostCommit })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.Backend(ctx, id); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Backend: %v", err)
		}
		h.command(id, fleet.CommandStop)
		h.ledger.Fail(nil)
		h.become(id, cloud.ServiceStopped)
		h.command(id, fleet.CommandStart)
		h.become(id, cloud.ServiceIdle)
		pass(time.Hour)
		h.wantState(id, cloud.ServiceIdle)
	})
}

// Of a service that runs, asking for the backend takes no lock and allocates nothing.
func TestBackendOfARunningServiceIsFree(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		ctx := t.Context()
		if n := testing.AllocsPerRun(1000, func() { _, _ = h.Backend(ctx, id) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
