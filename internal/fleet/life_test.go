package fleet_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// A service comes to be, stops, starts, rests, wakes for a connection and goes, and shows
// each state on its way exactly once.
func TestServiceLives(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.driver.Behave(takes(fleettest.Start, time.Second))
		id := h.create(nil)
		h.wantState(id, cloud.ServiceProvisioning)
		h.become(id, cloud.ServiceRunning)
		if got := h.stored(id).Version; got != "26.7.2.1" {
			t.Errorf("the version stored is %q", got)
		}
		var answer bytes.Buffer
		if err := h.Query(t.Context(), id, "SELECT 1", &answer); err != nil || answer.String() != "SELECT 1" {
			t.Errorf("Query: %q, %v", answer.String(), err)
		}
		h.command(id, fleet.CommandStop)
		h.become(id, cloud.ServiceStopped)
		if h.driver.Servers() != 0 || !h.driver.HasData(id) {
			t.Error("a stopped service has a server, or no data")
		}
		h.command(id, fleet.CommandStart)
		h.become(id, cloud.ServiceRunning)
		h.become(id, cloud.ServiceIdle)
		if h.driver.Servers() != 0 {
			t.Error("a service that rests has a server")
		}
		backend, err := h.Backend(t.Context(), id)
		if err != nil || backend.HTTP == "" || backend.Native == "" {
			t.Fatalf("Backend: %+v, %v", backend, err)
		}
		h.become(id, cloud.ServiceRunning)
		h.command(id, fleet.CommandStop)
		h.become(id, cloud.ServiceStopped)
		h.command(id, fleet.CommandDelete)
		h.vanish(id)
		if h.driver.HasData(id) {
			t.Error("the data of a deleted service is there")
		}
		h.wantStates(id,
			cloud.ServiceProvisioning, cloud.ServiceRunning, cloud.ServiceStopping, cloud.ServiceStopped, cloud.ServiceStarting, cloud.ServiceRunning,
			cloud.ServiceIdle, cloud.ServiceAwaking, cloud.ServiceRunning, cloud.ServiceStopping, cloud.ServiceStopped, cloud.ServiceTerminating)
	})
}

// A service that rests can be stopped, and ends in stopped, for which clients wait.
func TestIdleServiceStops(t *testing.T) {
	inBubble(t, func(_ *testing.T, h *house) {
		id := h.create(nil)
		h.become(id, cloud.ServiceIdle)
		h.command(id, fleet.CommandStop)
		h.become(id, cloud.ServiceStopped)
	})
}

// A command that comes during a start does not wait for it.
func TestStopAndDeleteOvertakeAStart(t *testing.T) {
	for _, c := range []fleet.Command{fleet.CommandStop, fleet.CommandDelete} {
		inBubble(t, func(t *testing.T, h *house) {
			h.driver.Behave(takes(fleettest.Start, 4*time.Minute))
			id := h.create(nil)
			pass(time.Second)
			h.command(id, c)
			pass(time.Second)
			if s, ok := h.ledger.Service(id); ok && s.State != cloud.ServiceStopped {
				t.Errorf("%s: after a second the service is %s", c, s.State)
			}
			if h.driver.Servers() != 0 {
				t.Errorf("%s: a server runs", c)
			}
			if s, _ := h.Status(id); s.Problem != "" || s.Failures != 0 {
				t.Errorf("%s: a start that was overtaken counts as failed: %+v", c, s)
			}
		})
	}
}

// What a driver has half done when its call was cut short is found and undone.
func TestServerOfAStartThatWasCutShortIsFound(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.driver.Behave(func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
			if c == fleettest.Start {
				return fleettest.Outcome{Takes: time.Minute, Anyway: true}
			}
			return fleettest.Outcome{}
		})
		id := h.create(nil)
		pass(time.Second)
		h.command(id, fleet.CommandStop)
		h.become(id, cloud.ServiceStopped)
		if h.driver.Servers() != 0 {
			t.Error("a stopped service has a server")
		}
	})
}

// A server that comes up after a new fleet has looked, because its start was cut short
// with the fleet before, does not run on beside a stopped service.
func TestServerThatComesUpLateIsStopped(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.command(id, fleet.CommandStop)
		h.become(id, cloud.ServiceStopped)
		h.end()
		h.run()
		pass(time.Second)
		if _, err := h.driver.Start(t.Context(), h.stored(id)); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		if h.driver.Servers() != 0 {
			t.Error("a stopped service has a server")
		}
	})
}

// Whatever is stored and whatever runs when a fleet begins, it comes to what is stored.
func TestFleetFindsWhatTheOneBeforeHasLeft(t *testing.T) {
	type left struct {
		goal  cloud.ServiceGoal
		state cloud.ServiceState
		runs  bool
	}
	for l, want := range map[left]struct {
		state  cloud.ServiceState // "": gone
		states []cloud.ServiceState
		starts int
	}{
		{cloud.GoalRunning, cloud.ServiceProvisioning, false}: {cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceProvisioning, cloud.ServiceRunning}, 1},
		{cloud.GoalRunning, cloud.ServiceProvisioning, true}:  {cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceProvisioning, cloud.ServiceRunning}, 0},
		{cloud.GoalRunning, cloud.ServiceStarting, true}:      {cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceStarting, cloud.ServiceRunning}, 0},
		{cloud.GoalRunning, cloud.ServiceAwaking, false}:      {cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceAwaking, cloud.ServiceRunning}, 1},
		{cloud.GoalRunning, cloud.ServiceRunning, true}:       {cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceRunning}, 0},
		{cloud.GoalRunning, cloud.ServiceRunning, false}: {
			cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceRunning, cloud.ServiceDegraded, cloud.ServiceRunning}, 1,
		},
		{cloud.GoalRunning, cloud.ServiceDegraded, true}:     {cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceDegraded, cloud.ServiceRunning}, 0},
		{cloud.GoalRunning, cloud.ServiceDegraded, false}:    {cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceDegraded, cloud.ServiceRunning}, 1},
		{cloud.GoalRunning, cloud.ServiceFailed, true}:       {cloud.ServiceRunning, []cloud.ServiceState{cloud.ServiceFailed, cloud.ServiceRunning}, 0},
		{cloud.GoalRunning, cloud.ServiceFailed, false}:      {cloud.ServiceFailed, []cloud.ServiceState{cloud.ServiceFailed}, 0},
		{cloud.GoalIdle, cloud.ServiceRunning, true}:         {cloud.ServiceIdle, []cloud.ServiceState{cloud.ServiceRunning, cloud.ServiceIdle}, 0},
		{cloud.GoalIdle, cloud.ServiceRunning, false}:        {cloud.ServiceIdle, []cloud.ServiceState{cloud.ServiceRunning, cloud.ServiceIdle}, 0},
		{cloud.GoalIdle, cloud.ServiceIdle, true}:            {cloud.ServiceIdle, []cloud.ServiceState{cloud.ServiceIdle}, 0},
		{cloud.GoalIdle, cloud.ServiceIdle, false}:           {cloud.ServiceIdle, []cloud.ServiceState{cloud.ServiceIdle}, 0},
		{cloud.GoalStopped, cloud.ServiceStopping, true}:     {cloud.ServiceStopped, []cloud.ServiceState{cloud.ServiceStopping, cloud.ServiceStopped}, 0},
		{cloud.GoalStopped, cloud.ServiceStopping, false}:    {cloud.ServiceStopped, []cloud.ServiceState{cloud.ServiceStopping, cloud.ServiceStopped}, 0},
		{cloud.GoalStopped, cloud.ServiceStopped, true}:      {cloud.ServiceStopped, []cloud.ServiceState{cloud.ServiceStopped}, 0},
		{cloud.GoalStopped, cloud.ServiceStopped, false}:     {cloud.ServiceStopped, []cloud.ServiceState{cloud.ServiceStopped}, 0},
		{cloud.GoalDeleted, cloud.ServiceTerminating, true}:  {"", []cloud.ServiceState{cloud.ServiceTerminating}, 0},
		{cloud.GoalDeleted, cloud.ServiceTerminating, false}: {"", []cloud.ServiceState{cloud.ServiceTerminating}, 0},
	} {
		inBubble(t, func(t *testing.T, h *house) {
			h.end()
			id := h.create(func(s *cloud.Service) { s.Goal, s.State = l.goal, l.state })
			before := 0
			if l.runs {
				before = 1
				if _, err := h.driver.Start(t.Context(), h.stored(id)); err != nil {
					t.Fatal(err)
				}
			}
			h.run()
			pass(time.Minute)
			s, exists := h.ledger.Service(id)
			if s.State != want.state || exists != (want.state != "") {
				t.Errorf("%+v: got %q, want %q", l, s.State, want.state)
			}
			if diff := cmp.Diff(want.states, h.ledger.States(id)); diff != "" {
				t.Errorf("%+v: states (-want +got):\n%s", l, diff)
			}
			if got := h.driver.Calls(fleettest.Start) - before; got != want.starts {
				t.Errorf("%+v: %d starts, want %d", l, got, want.starts)
			}
			if running := h.driver.Server(id) != nil; running != (want.state == cloud.ServiceRunning) {
				t.Errorf("%+v: a server runs: %t", l, running)
			}
		})
	}
}

// Wherever the control plane is killed, the next one comes to what was asked for.
func TestKilledAtEveryStepConverges(t *testing.T) {
	for _, step := range fleet.Steps {
		inBubble(t, func(t *testing.T, h *house) {
			h.killAt = step
			id := h.create(nil)
			for _, part := range []struct {
				do   func()
				want cloud.ServiceState
			}{
				{func() {}, cloud.ServiceRunning},
				{func() { h.server(id).Crash("The server fell over") }, cloud.ServiceRunning},
				{func() { h.command(id, fleet.CommandStop) }, cloud.ServiceStopped},
				{func() { h.command(id, fleet.CommandStart) }, cloud.ServiceRunning},
				{func() { pass(20 * time.Minute) }, cloud.ServiceIdle},
				{func() { h.command(id, fleet.CommandAwake) }, cloud.ServiceRunning},
				{func() { pass(20 * time.Minute) }, cloud.ServiceIdle},
				{func() { go func() { _, _ = h.Backend(t.Context(), id) }() }, cloud.ServiceRunning},
				{func() {
					h.driver.Behave(restarts)
					h.change(id, func(s *cloud.Service) { s.Scaling.MinMemory, s.Scaling.MaxMemory = 16, 16 })
					pass(5 * time.Second)
				}, cloud.ServiceRunning},
				{func() {
					h.driver.Behave(fails(fleettest.Start, errDisk))
					h.server(id).Crash("The server fell over")
					pass(2 * time.Minute)
				}, cloud.ServiceFailed},
				{func() { h.command(id, fleet.CommandDelete) }, ""},
			} {
				part.do()
				pass(2 * time.Second)
				if h.killed {
					h.revive()
					pass(2 * time.Minute)
				}
				s, _ := h.ledger.Service(id)
				if s.State != part.want {
					t.Fatalf("killed at %q: the service is %q, want %q", step, s.State, part.want)
				}
			}
			if h.driver.HasData(id) || h.driver.Servers() != 0 {
				t.Errorf("killed at %q: something of the service is left", step)
			}
			if !h.has(step) {
				t.Errorf("the step %q was never reached", step)
			}
		})
	}
}
