package fleet_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// A server that ends by itself is started again; meanwhile the service is degraded and
// says why in one sentence.
func TestCrashedServerIsStartedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(takes(fleettest.Start, 3*time.Second))
		h.server(id).Crash("the server was ended by the signal 11\nand more")
		h.become(id, cloud.ServiceDegraded)
		if got, want := h.stored(id).Message, "The server was ended by the signal 11 and more"; got != want {
			t.Errorf("the message is %q, want %q", got, want)
		}
		h.become(id, cloud.ServiceRunning)
		if got := h.stored(id).Message; got != "" {
			t.Errorf("a service that runs has the message %q", got)
		}
		if s, ok := h.Status(id); !ok || s.Crashes != 1 || s.Starts != 2 || !s.Running {
			t.Errorf("the status is %+v, %t", s, ok)
		}
	})
}

// A server that does not stay up is started with longer and longer waits, five times,
// and then not before somebody says start. A minute of running makes all of that forgotten.
func TestServiceThatDoesNotStayUpFails(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		crash := func() time.Duration {
			t.Helper()
			began := cloud.SystemClock{}.Now()
			h.server(id).Crash("The server fell over")
			h.become(id, cloud.ServiceDegraded)
			h.become(id, cloud.ServiceRunning)
			return cloud.SystemClock{}.Now().Sub(began)
		}
		for i := range 4 {
			want := 500 * time.Millisecond << i
			if got := crash(); got < want*4/5 || got > want*6/5 {
				t.Errorf("the start after the crash %d came after %v, want about %v", i+1, got, want)
			}
		}
		pass(time.Minute) // it has run for long enough
		for range 4 {
			crash()
			pass(40 * time.Second) // not long enough
		}
		h.server(id).Crash("The server fell over again")
		h.become(id, cloud.ServiceFailed)
		if got, want := h.stored(id).Message, "The server fell over again"; got != want {
			t.Errorf("the message is %q, want %q", got, want)
		}
		starts := h.driver.Calls(fleettest.Start)
		pass(time.Hour)
		if got := h.driver.Calls(fleettest.Start); got != starts {
			t.Errorf("a service that has failed was started %d times", got-starts)
		}
		if _, err := h.Backend(t.Context(), id); cloud.CodeOf(err) != cloud.Unavailable {
			t.Errorf("Backend of a service that has failed: %v", err)
		}
		h.command(id, fleet.CommandStart)
		pass(0)
		h.wantState(id, cloud.ServiceRunning)
	})
}

// A service that cannot be created fails with the sentence that its driver says, stays
// failed when the control plane starts again, and runs when the cause is gone.
func TestServiceThatCannotStartFails(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.driver.Behave(fails(fleettest.Start, fmt.Errorf("engine: %w", errDisk)))
		id := h.create(nil)
		h.become(id, cloud.ServiceFailed)
		if got, want := h.stored(id).Message, "The disk is full"; got != want {
			t.Errorf("the message is %q, want %q", got, want)
		}
		h.wantStates(id, cloud.ServiceProvisioning, cloud.ServiceFailed)
		if got := h.driver.Calls(fleettest.Start); got != 5 {
			t.Errorf("%d starts, want 5", got)
		}
		h.end()
		h.run()
		pass(time.Minute)
		h.wantState(id, cloud.ServiceFailed)
		h.driver.Behave(nil)
		h.command(id, fleet.CommandStart)
		h.become(id, cloud.ServiceRunning)
	})
}

// A start that hangs is given up, and says so.
func TestStartThatHangsIsBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.driver.Behave(takes(fleettest.Start, 24*time.Hour))
		id := h.create(nil)
		h.become(id, cloud.ServiceFailed)
		if got, want := h.stored(id).Message, "The server process did not answer in time"; got != want {
			t.Errorf("the message is %q, want %q", got, want)
		}
	})
}

// The waits after failures double from half a second to half a minute, a fifth more or less.
func TestBackOffDoubles(t *testing.T) {
	for failures, want := range map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 4: 4 * time.Second, 7: 30 * time.Second, 10_000: 30 * time.Second} {
		seen := map[time.Duration]bool{}
		for range 100 {
			got := fleet.BackOff(fleet.DefaultLimits(), failures)
			if got < want*4/5 || got > want*6/5 {
				t.Errorf("after %d failures: %v, want about %v", failures, got, want)
			}
			seen[got] = true
		}
		if len(seen) < 50 {
			t.Errorf("after %d failures there are only %d different waits of 100", failures, len(seen))
		}
	}
}

// A server that runs but does not answer makes its service degraded and is left alone: it
// may be at work. When it answers again the service runs.
func TestSilentServerIsDegradedAndLeftAlone(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		h.driver.Behave(takes(fleettest.Activity, time.Hour))
		h.become(id, cloud.ServiceDegraded)
		if got, want := h.stored(id).Message, "The server process runs but does not answer"; got != want {
			t.Errorf("the message is %q, want %q", got, want)
		}
		pass(time.Hour)
		if h.driver.Server(id) != server {
			t.Error("the server was ended")
		}
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Errorf("Backend: %v", err)
		}
		h.driver.Behave(nil)
		h.become(id, cloud.ServiceRunning)
	})
}

// A server that has no room for our question is at work, not silent, and does not rest.
func TestBusyServerIsAtWork(t *testing.T) {
	inBubble(t, func(_ *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(fails(fleettest.Activity, fleet.ErrBusy))
		pass(time.Hour)
		h.wantState(id, cloud.ServiceRunning)
		h.driver.Behave(nil)
		h.become(id, cloud.ServiceIdle)
	})
}

// A hundred services that start together, as after a restart of the machine, do so a few
// at a time, and the one that a client waits for is not the last.
func TestManyStartsAreBoundedAndTheUrgentOneComesFirst(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.end()
		h.limits.Starts = 2
		h.driver.Behave(takes(fleettest.Start, time.Second))
		ids := make([]uuid.UUID, 100)
		for i := range ids {
			ids[i] = h.create(func(s *cloud.Service) { s.State = cloud.ServiceRunning })
		}
		h.run()
		pass(100 * time.Millisecond)
		last := ids[slices.IndexFunc(ids, func(id uuid.UUID) bool {
			return h.stored(id).State == cloud.ServiceDegraded && h.driver.Server(id) == nil
		})]
		began := cloud.SystemClock{}.Now()
		if _, err := h.Backend(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		if took := (cloud.SystemClock{}).Now().Sub(began); took > 2*time.Second {
			t.Errorf("the one that a client waits for took %v", took)
		}
		for _, id := range ids {
			h.become(id, cloud.ServiceRunning)
		}
		if got := h.driver.MostAtOnce(); got != 2 {
			t.Errorf("%d started at once, want 2", got)
		}
		if took := (cloud.SystemClock{}).Now().Sub(began); took > 52*time.Second {
			t.Errorf("all took %v, want about 50 s", took)
		}
	})
}

// A panic in the reconciler of one service does not reach another, and is no end: the
// service comes to its goal when it no longer panics.
func TestPanicOfOneServiceIsItsOwn(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		var mu sync.Mutex
		bad := h.create(nil)
		h.driver.Behave(func(c fleettest.Call, s cloud.Service) fleettest.Outcome {
			mu.Lock()
			defer mu.Unlock()
			if c == fleettest.Start && s.ID == bad {
				panic("the driver has a mistake")
			}
			return fleettest.Outcome{}
		})
		good := h.create(nil)
		h.become(good, cloud.ServiceRunning)
		if s, _ := h.Status(bad); s.Problem != "panic: panic: the driver has a mistake" {
			t.Errorf("the status is %+v", s)
		}
		mu.Lock()
		bad = uuid.Nil
		mu.Unlock()
		for _, s := range h.ledger.All() {
			h.become(s.ID, cloud.ServiceRunning)
			if status, _ := h.Status(s.ID); status.Problem != "" {
				t.Errorf("the status is %+v", status)
			}
		}
	})
}

// A ledger that does not commit holds up neither a server that is to run nor, once it
// commits again, what is shown.
func TestServerIsStartedAgainWithoutTheLedger(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.ledger.Fail(func() fleettest.Fault { return fleettest.LostCommit })
		h.server(id).Crash("The server fell over")
		pass(2 * time.Second)
		h.server(id)
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Errorf("Backend: %v", err)
		}
		pass(time.Hour)
		h.wantState(id, cloud.ServiceRunning)
		h.ledger.Fail(nil)
		pass(time.Minute)
		h.become(id, cloud.ServiceIdle)
	})
}

// Data is not touched while the ledger cannot say that the service is being deleted, nor
// while a server has it; and a failure to remove it is tried again and shown.
func TestDataIsRemovedOnlyWhenTheLedgerSaysSo(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.command(id, fleet.CommandStop)
		h.become(id, cloud.ServiceStopped)
		h.driver.Behave(fails(fleettest.Destroy, errDisk))
		h.command(id, fleet.CommandDelete)
		pass(5 * time.Minute)
		h.wantState(id, cloud.ServiceTerminating)
		if got, want := h.stored(id).Message, "The disk is full"; got != want {
			t.Errorf("the message is %q, want %q", got, want)
		}
		h.driver.Behave(nil)
		h.ledger.Fail(func() fleettest.Fault { return fleettest.LostCommit })
		pass(time.Minute)
		if _, ok := h.ledger.Service(id); !ok {
			t.Error("the service is gone though nothing was committed")
		}
		h.ledger.Fail(nil)
		h.vanish(id)
		if _, err := h.Backend(t.Context(), id); cloud.CodeOf(err) != cloud.NotFound {
			t.Errorf("Backend of a service that is gone: %v", err)
		}
		if _, ok := h.Status(id); ok {
			t.Error("a service that is gone has a status")
		}
	})
}

// A service that is no longer stored, and was not deleted here, is stopped; its data stays.
func TestServiceThatIsNoLongerStoredKeepsItsData(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		stored := h.stored(id)
		h.LoadServices(nil)
		pass(time.Second)
		if h.driver.Servers() != 0 || !h.driver.HasData(id) {
			t.Error("the server runs, or the data is gone")
		}
		h.LoadServices([]cloud.Service{stored})
		pass(time.Second)
		h.server(id)
	})
}

// A server that cannot be stopped is not shown as stopped, and is stopped when it can be.
func TestServerThatCannotBeStopped(t *testing.T) {
	inBubble(t, func(_ *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(fails(fleettest.Stop, errDisk))
		h.command(id, fleet.CommandStop)
		pass(10 * time.Minute)
		h.wantState(id, cloud.ServiceStopping)
		h.driver.Behave(nil)
		h.become(id, cloud.ServiceStopped)
	})
}

// A server that ends while the reconciler rests after a panic is noticed when it has
// rested, and keeps no processor busy until then.
func TestEndOfAServerIsNoticedAfterAPanic(t *testing.T) {
	inBubble(t, func(_ *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
			if c == fleettest.Update {
				panic("the driver has a mistake")
			}
			return fleettest.Outcome{}
		})
		h.change(id, newPassword)
		pass(time.Millisecond)
		h.server(id).Crash("The server fell over")
		h.become(id, cloud.ServiceDegraded)
		h.become(id, cloud.ServiceRunning)
	})
}
