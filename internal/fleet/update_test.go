package fleet_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

func newPassword(s *cloud.Service) {
	s.Password = cloud.HashServicePassword(cloud.NewServicePassword())
}

func resize(gib int) func(*cloud.Service) {
	return func(s *cloud.Service) { s.Scaling.MinMemory, s.Scaling.MaxMemory = gib, gib }
}

// When Settle returns nil, the server has the new password; until it has, no new
// connection gets to it.
func TestPasswordIsInForceWhenSettled(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(takes(fleettest.Update, 3*time.Second))
		h.change(id, newPassword)
		connected := make(chan time.Time, 1)
		began := cloud.SystemClock{}.Now()
		go func() {
			if _, err := h.Backend(t.Context(), id); err != nil {
				t.Errorf("Backend: %v", err)
			}
			connected <- cloud.SystemClock{}.Now()
		}()
		if err := h.Settle(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if got := h.server(id).Taken().Password; got != h.stored(id).Password {
			t.Error("the server does not have the new password")
		}
		if took := (<-connected).Sub(began); took != 3*time.Second {
			t.Errorf("the connection got to the server after %v", took)
		}
	})
}

// Settle does not wait for a server that does not run: it starts with the new password.
// What a server that is starting takes is given to it before anybody gets to it.
func TestSettleWithoutAServer(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.driver.Behave(takes(fleettest.Start, 2*time.Second))
		id := h.create(nil)
		synctest.Wait()
		h.change(id, newPassword)
		if err := h.Settle(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if got := h.server(id).Taken().Password; got != h.stored(id).Password {
			t.Error("a connection got to a server with the password before")
		}
		h.become(id, cloud.ServiceIdle)
		h.change(id, newPassword)
		if err := h.Settle(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		h.wantState(id, cloud.ServiceIdle)
	})
}

// While a server does not take its new password, nobody new gets to it, neither before
// nor after a new control plane; and a server that is being stopped is not settled until
// it is gone, since its connections are still served.
func TestNobodyGetsToAServerWithThePasswordBefore(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(fails(fleettest.Update, errDisk))
		h.change(id, newPassword)
		refused := func() {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if _, err := h.Backend(ctx, id); err == nil {
				t.Error("a connection got to a server with the password before")
			}
		}
		refused()
		h.end()
		h.run()
		refused()
		h.driver.Behave(takes(fleettest.Stop, 5*time.Second))
		pass(time.Minute)
		h.command(id, fleet.CommandStop)
		h.change(id, newPassword)
		began := cloud.SystemClock{}.Now()
		if err := h.Settle(t.Context(), id); err != nil {
			t.Error(err)
		}
		if took := (cloud.SystemClock{}).Now().Sub(began); took != 5*time.Second {
			t.Errorf("settled after %v, with a server that is being stopped", took)
		}
	})
}

// A server that does not take its new password is restarted with it, under queries too:
// the password before must not be valid for longer. Settle says that it waits.
func TestServerThatDoesNotTakeItsPasswordIsRestarted(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.server(id).Use(func(a *fleet.Activity) { a.Running = 1 })
		h.driver.Behave(func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
			switch c {
			case fleettest.Update:
				return fleettest.Outcome{Err: errDisk}
			case fleettest.Stop:
				return fleettest.Outcome{Takes: time.Minute / 2}
			default:
				return fleettest.Outcome{}
			}
		})
		h.change(id, newPassword)
		if err := h.Settle(t.Context(), id); cloud.CodeOf(err) != cloud.Unavailable {
			t.Errorf("Settle: %v", err)
		}
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if got := h.server(id).Taken().Password; got != h.stored(id).Password {
			t.Error("the server does not have the new password")
		}
	})
}

// A setting that the server does not take is no way to keep a password that was taken away.
func TestPasswordIsTakenWithoutABadSetting(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		h.driver.Behave(func(c fleettest.Call, s cloud.Service) fleettest.Outcome {
			if c == fleettest.Update && len(s.Settings) > 0 {
				return fleettest.Outcome{Err: errDisk}
			}
			return fleettest.Outcome{}
		})
		h.change(id, func(s *cloud.Service) {
			newPassword(s)
			s.Settings = []cloud.ServiceSetting{{Name: "join_algorithm", Value: "none of them"}}
		})
		pass(time.Second)
		if got := h.server(id); got != server || got.Taken().Password != h.stored(id).Password {
			t.Error("the server was restarted, or does not have the new password")
		}
	})
}

// A restart for new settings waits for a moment without queries, shows the service as
// running all along, and loses no connection.
func TestRestartForSettingsWaitsForQueries(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		server.Use(func(a *fleet.Activity) { a.Running = 1 })
		h.driver.Behave(func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
			return map[fleettest.Call]fleettest.Outcome{fleettest.Update: {Restart: true}, fleettest.Stop: {Takes: time.Second}, fleettest.Start: {Takes: time.Second}}[c]
		})
		h.change(id, resize(32))
		if err := h.Settle(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		pass(30 * time.Minute)
		if h.driver.Server(id) != server {
			t.Fatal("the server was restarted under a query")
		}
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Errorf("Backend: %v", err)
		}
		if status, _ := h.Status(id); !status.RestartDue {
			t.Errorf("the status is %+v", status)
		}
		if got, _ := h.Current(id); got.MaxMemory != 8 {
			t.Errorf("the memory in force is %d GiB before the restart", got.MaxMemory)
		}
		server.Use(func(a *fleet.Activity) { a.Running = 0 })
		pass(1500 * time.Millisecond)
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Errorf("Backend: %v", err)
		}
		if got := h.server(id); got == server {
			t.Error("a connection got to the server that is being replaced")
		}
		if got, _ := h.Current(id); got.MaxMemory != 32 {
			t.Errorf("the memory in force is %d GiB after the restart", got.MaxMemory)
		}
		pass(time.Minute)
		h.wantStates(id, cloud.ServiceProvisioning, cloud.ServiceRunning)
		if h.driver.Calls(fleettest.Start) != 2 {
			t.Errorf("%d starts, want 2", h.driver.Calls(fleettest.Start))
		}
	})
}

// A query that does not end holds up new settings for an hour and no longer.
func TestRestartForSettingsIsNotHeldUpForEver(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		server.Use(func(a *fleet.Activity) { a.Running = 1 })
		h.driver.Behave(restarts)
		h.change(id, resize(32))
		pass(30 * time.Minute)
		h.change(id, resize(64)) // one more change does not begin the hour anew
		pass(29 * time.Minute)
		if h.driver.Server(id) != server {
			t.Error("the server was restarted under a query")
		}
		pass(2 * time.Minute)
		if h.driver.Server(id) == server {
			t.Error("the server was not restarted")
		}
	})
}

// A query that begins in the last moment before a restart for new settings is not cut
// off, and connections go on.
func TestRestartForSettingsLooksTwice(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		looks := 0
		h.driver.Behave(func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
			if c == fleettest.Activity {
				if looks++; looks == 2 {
					server.Use(func(a *fleet.Activity) { a.Running = 1 })
				}
			}
			return fleettest.Outcome{Restart: c == fleettest.Update}
		})
		h.change(id, resize(32))
		pass(time.Minute)
		if h.driver.Server(id) != server {
			t.Error("the server was restarted under a query")
		}
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Errorf("Backend: %v", err)
		}
	})
}

// A server that cannot be started again for new settings makes the service degraded, and
// failed when it does not come back.
func TestRestartForSettingsThatFailsIsShown(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
			if c == fleettest.Start {
				return fleettest.Outcome{Err: errDisk}
			}
			return fleettest.Outcome{Restart: c == fleettest.Update}
		})
		h.change(id, resize(32))
		h.become(id, cloud.ServiceFailed)
		h.wantStates(id, cloud.ServiceProvisioning, cloud.ServiceRunning, cloud.ServiceDegraded, cloud.ServiceFailed)
	})
}

// A server that ends while it is being stopped for new settings has not crashed, whatever
// the stop says.
func TestEndDuringARestartForSettingsIsNoCrash(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.driver.Behave(func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
			if c == fleettest.Stop {
				return fleettest.Outcome{Err: errDisk, Anyway: true}
			}
			return fleettest.Outcome{Restart: c == fleettest.Update}
		})
		h.change(id, resize(32))
		pass(time.Minute)
		if s, _ := h.Status(id); s.Crashes != 0 || s.Starts != 2 {
			t.Errorf("the status is %+v", s)
		}
		h.wantStates(id, cloud.ServiceProvisioning, cloud.ServiceRunning)
	})
}

// What is put back before the restart needs none.
func TestRestartForSettingsIsTakenBack(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		server.Use(func(a *fleet.Activity) { a.Running = 1 })
		h.driver.Behave(func(c fleettest.Call, s cloud.Service) fleettest.Outcome {
			return fleettest.Outcome{Restart: c == fleettest.Update && s.Scaling.MaxMemory != 8}
		})
		h.change(id, resize(32))
		pass(time.Minute)
		h.change(id, resize(8))
		pass(time.Second)
		if status, _ := h.Status(id); status.RestartDue {
			t.Errorf("the status is %+v", status)
		}
		server.Use(func(a *fleet.Activity) { a.Running = 0 })
		pass(time.Minute)
		if h.driver.Server(id) != server {
			t.Error("the server was restarted")
		}
	})
}

// A schedule is applied at the hour, over a week, and Current says which entry is in force.
func TestScheduleIsAppliedOnTime(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		day, night := 32, 16
		never := false
		h.driver.Replicas = 1
		id := h.create(func(s *cloud.Service) {
			s.Scaling.Idle = false
			s.Scaling.MinReplicas, s.Scaling.MaxReplicas = 3, 3
			s.Schedule = []cloud.ScheduleEntry{
				{Name: "office hours", Weekdays: []int{1, 2, 3, 4, 5}, From: 8, To: 18, Mode: cloud.Vertical, MinMemory: &day, MaxMemory: &day},
				{Name: "night of Saturday", Weekdays: []int{6}, From: 22, To: 4, Mode: cloud.Vertical, MinMemory: &night, MaxMemory: &night, Idle: &never},
			}
		})
		h.become(id, cloud.ServiceRunning)
		for range 7 * 24 {
			now := cloud.SystemClock{}.Now()
			pass(now.Truncate(time.Hour).Add(time.Hour).Sub(now) + time.Millisecond)
			now = cloud.SystemClock{}.Now()
			want, name := 8, ""
			switch weekday, hour := now.Weekday(), now.Hour(); {
			case weekday >= time.Monday && weekday <= time.Friday && hour >= 8 && hour < 18:
				want, name = day, "office hours"
			case weekday == time.Saturday && hour >= 22, weekday == time.Sunday && hour < 4:
				want, name = night, "night of Saturday"
			}
			if got := h.server(id).Taken().Scaling.MaxMemory; got != want {
				t.Errorf("%s: the server has %d GiB, want %d", now.Format("Mon 15:04"), got, want)
			}
			current, entry := h.Current(id)
			if current.MaxMemory != want || current.MaxReplicas != 1 || (entry == nil) != (name == "") || entry != nil && entry.Name != name {
				t.Errorf("%s: the scaling is %+v by %+v", now.Format("Mon 15:04"), current, entry)
			}
		}
	})
}

// Nothing is lost that was changed while no fleet ran: a server that is taken over gets it.
func TestChangeWithoutAFleetIsTakenLater(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		h.end()
		h.change(id, newPassword)
		h.run()
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if h.server(id) != server || server.Taken().Password != h.stored(id).Password {
			t.Error("the server was restarted, or does not have the new password")
		}
	})
}

// A change is not held up by a server that takes its time to say what it does.
func TestChangeDoesNotWaitForALook(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		var asked atomic.Bool
		h.driver.Behave(func(c fleettest.Call, _ cloud.Service) fleettest.Outcome {
			if c == fleettest.Activity {
				asked.Store(true)
				return fleettest.Outcome{Takes: time.Hour}
			}
			return fleettest.Outcome{}
		})
		for !asked.Load() {
			pass(100 * time.Millisecond)
		}
		h.change(id, newPassword)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := h.Settle(ctx, id); err != nil {
			t.Errorf("Settle: %v", err)
		}
		if s, _ := h.Status(id); s.Problem != "" {
			t.Errorf("a look that was overtaken counts as failed: %+v", s)
		}
	})
}

// The metrics of the fleet count what happened, by names that do not change.
func TestMetricsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewPedanticRegistry()
		h := newHouse(t)
		h.metrics = registry
		h.run()
		defer h.end()
		id := h.createRunning(nil)
		h.server(id).Crash("The server fell over")
		h.become(id, cloud.ServiceDegraded)
		h.become(id, cloud.ServiceRunning)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				name := f.GetName()
				for _, l := range m.GetLabel() {
					name += " " + l.GetValue()
				}
				got[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
		for name, want := range map[string]float64{
			"gatehouse_service_crashes_total": 1, "gatehouse_service_starts_total done": 2, "gatehouse_service_starts_total failed": 0,
			"gatehouse_service_restarts_total": 0, "gatehouse_service_problems_total ledger": 0, "gatehouse_service_start_duration_seconds": 2,
			"gatehouse_service_wake_duration_seconds": 0, "gatehouse_services running": 1, "gatehouse_services idle": 0,
		} {
			if value, ok := got[name]; !ok || value != want {
				t.Errorf("%s is %v (there: %t), want %v", name, value, ok, want)
			}
		}
	})
}
