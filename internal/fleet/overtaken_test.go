package fleet_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// before calls f before the next change that the fleet makes in the ledger.
func (h *house) before(f func()) { h.ledger.Pause(sync.OnceFunc(f)) }

// What the fleet observed before a command is not written over the command, which may
// come while the fleet waits for its turn to write.
func TestCommandIsNotOverwrittenByWhatWasObservedBefore(t *testing.T) {
	running := func(h *house) uuid.UUID {
		id := h.createRunning(nil)
		return id
	}
	for name, c := range map[string]struct {
		prepare func(h *house) uuid.UUID
		observe func(h *house, id uuid.UUID) // what makes the fleet write
		command fleet.Command
		end     cloud.ServiceState
		never   cloud.ServiceState // once the command was given
	}{
		"a start": {
			func(h *house) uuid.UUID {
				h.driver.Behave(takes(fleettest.Start, time.Second))
				return h.create(nil)
			},
			func(*house, uuid.UUID) {},
			fleet.CommandStop, cloud.ServiceStopped, cloud.ServiceRunning,
		},
		"a failure": {
			func(h *house) uuid.UUID {
				h.driver.Behave(fails(fleettest.Start, errDisk))
				return h.create(nil)
			},
			func(*house, uuid.UUID) {},
			fleet.CommandStop, cloud.ServiceStopped, cloud.ServiceFailed,
		},
		"a crash": {
			running,
			func(h *house, id uuid.UUID) { h.server(id).Crash("The server fell over") },
			fleet.CommandStop, cloud.ServiceStopped, cloud.ServiceDegraded,
		},
		"the goal to rest": {
			running,
			func(*house, uuid.UUID) {},
			fleet.CommandStop, cloud.ServiceStopped, cloud.ServiceIdle,
		},
		"rest": {
			func(h *house) uuid.UUID {
				id := running(h)
				h.driver.Behave(takes(fleettest.Stop, time.Second))
				for h.stored(id).Goal != cloud.GoalIdle {
					pass(time.Second / 2)
				}
				return id
			},
			func(*house, uuid.UUID) {},
			fleet.CommandAwake, cloud.ServiceRunning, cloud.ServiceIdle,
		},
		"waking": {
			func(h *house) uuid.UUID {
				id := h.create(nil)
				h.become(id, cloud.ServiceIdle)
				return id
			},
			func(h *house, id uuid.UUID) {
				go func() { _, _ = h.Backend(context.Background(), id) }() // it is refused
			},
			fleet.CommandStop, cloud.ServiceStopped, cloud.ServiceAwaking,
		},
	} {
		inBubble(t, func(t *testing.T, h *house) {
			id := c.prepare(h)
			waiting, proceed := make(chan struct{}), make(chan struct{})
			h.before(func() {
				close(waiting)
				<-proceed
			})
			c.observe(h, id)
			<-waiting
			h.command(id, c.command)
			before := len(h.ledger.States(id))
			close(proceed)
			pass(time.Minute)
			h.wantState(id, c.end)
			if got := h.ledger.States(id)[before:]; slices.Contains(got, c.never) {
				t.Errorf("%s: after %s the states were %v", name, c.command, got)
			}
		})
	}
}

// Before data goes, the ledger is asked: what the fleet has in memory does not suffice.
func TestLedgerHasTheLastWordOnData(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		wrong := h.stored(id)
		wrong.Goal, wrong.State = cloud.GoalDeleted, cloud.ServiceTerminating
		h.ApplyServices([]cloud.Service{wrong}, nil)
		pass(time.Minute)
		if !h.driver.HasData(id) || h.driver.Calls(fleettest.Destroy) != 0 {
			t.Error("data was removed that the ledger did not say to remove")
		}
	})
}
