package fleet_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// A server whose process answers nothing at all is killed, not before it has been silent for
// a minute and not after two, counted as a crash, and started again.
func TestServerThatDoesNotAnswerIsKilled(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		server.Hang(true)
		pass(time.Minute)
		if h.driver.Server(id) != server {
			t.Fatal("it was killed within a minute")
		}
		pass(time.Minute)
		h.wantState(id, cloud.ServiceRunning)
		if h.server(id) == server {
			t.Error("it was not killed within two minutes")
		}
		h.wantStates(id, cloud.ServiceProvisioning, cloud.ServiceRunning, cloud.ServiceDegraded, cloud.ServiceRunning)
		h.wantCrashes(id, 1)
	})
}

// It is killed when a minute and one more question have passed since it was asked in vain, and
// the service is degraded long before, whenever it begins between two looks.
func TestSilenceIsCountedFromTheFirstQuestion(t *testing.T) {
	for late := range 8 {
		inBubble(t, func(t *testing.T, h *house) {
			limits := fleet.DefaultLimits()
			id := h.createRunning(nil)
			server := h.server(id)
			pass(limits.Look + time.Duration(late)*2*time.Second)
			clock := cloud.SystemClock{}
			began := clock.Now()
			server.Hang(true)
			asked := limits.Look + limits.Look/20 // at the latest
			h.become(id, cloud.ServiceDegraded)
			if got := clock.Now().Sub(began); got > asked+limits.Ask/2+time.Second {
				t.Errorf("degraded after %v", got)
			}
			<-server.Done()
			if got := clock.Now().Sub(began); got < limits.Hung || got > asked+limits.Hung+limits.BackOff+limits.Ask+time.Second {
				t.Errorf("killed after %v", got)
			}
			h.become(id, cloud.ServiceRunning)
		})
	}
}

// A process that takes nearly all of the time that a question has is degraded, and not killed.
func TestSlowServerIsNotKilled(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(func(s *cloud.Service) { s.Scaling.Idle = false })
		server := h.server(id)
		h.driver.Behave(takes(fleettest.Answer, fleet.DefaultLimits().Ask-time.Second))
		h.become(id, cloud.ServiceDegraded)
		pass(time.Hour)
		if h.driver.Server(id) != server {
			t.Error("it was killed")
		}
		h.driver.Behave(nil)
		pass(time.Minute)
		h.wantState(id, cloud.ServiceRunning)
		h.wantCrashes(id, 0)
	})
}

// A silence is logged when it begins and when it ends, not at each question in between.
func TestSilenceIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder // of one reconciler
		h := newHouse(t)
		h.log = slog.New(slog.NewTextHandler(&said, nil))
		h.run()
		id := h.createRunning(nil)
		for _, killed := range []bool{false, true} {
			said.Reset()
			server := h.server(id)
			server.Hang(true)
			pass(50 * time.Second)
			if got := strings.Count(said.String(), "\n"); got != 1 || !strings.Contains(said.String(), "step=answer") {
				t.Errorf("it said %d lines: %s", got, &said)
			}
			server.Hang(killed)
			pass(time.Minute)
			if end := map[bool]string{false: "the server answers again", true: "did not answer and was killed"}[killed]; strings.Count(said.String(), end) != 1 {
				t.Errorf("it did not say %q once: %s", end, &said)
			}
		}
		h.end()
	})
}

// A server that answers again within the minute is left alone, however often that happens.
func TestServerThatAnswersAgainIsNotKilled(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(func(s *cloud.Service) { s.Scaling.Idle = false })
		server := h.server(id)
		for range 5 {
			server.Hang(true)
			pass(55 * time.Second)
			server.Hang(false)
			pass(20 * time.Second)
			h.wantState(id, cloud.ServiceRunning)
		}
		if h.driver.Server(id) != server {
			t.Error("it was killed")
		}
		h.wantCrashes(id, 0)
	})
}

// Nobody waits for the minute to be over: what is to be stopped is stopped, and what is to
// be deleted is gone, also when it does not answer, and is counted.
func TestHungServerIsStoppedAndDeleted(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		h.server(id).Hang(true)
		pass(40 * time.Second) // it is being asked whether it lives
		h.command(id, fleet.CommandStop)
		pass(time.Second)
		h.wantState(id, cloud.ServiceStopped)
		h.wantCrashes(id, 1)

		h.command(id, fleet.CommandStart)
		h.become(id, cloud.ServiceRunning)
		h.server(id).Hang(true)
		pass(40 * time.Second)
		h.change(id, func(s *cloud.Service) { s.Goal, s.State = cloud.GoalDeleted, cloud.ServiceTerminating })
		pass(time.Second)
		if _, there := h.ledger.Service(id); there || h.driver.HasData(id) || h.driver.Servers() != 0 {
			t.Error("something is left")
		}
	})
}

// A control plane that comes upon a server which does not answer brings the service to its
// goal: it waits a minute before it kills what is to run, and not to stop or delete it.
func TestHungServerIsTakenOver(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*cloud.Service)
		within time.Duration
		end    cloud.ServiceState
	}{
		"to run":  {nil, 2 * time.Minute, cloud.ServiceRunning},
		"to stop": {func(s *cloud.Service) { s.Goal, s.State = cloud.GoalStopped, cloud.ServiceStopping }, time.Second, cloud.ServiceStopped},
		"to rest": {func(s *cloud.Service) { s.Goal = cloud.GoalIdle }, time.Minute / 2, cloud.ServiceIdle},
		"to go":   {func(s *cloud.Service) { s.Goal, s.State = cloud.GoalDeleted, cloud.ServiceTerminating }, time.Second, ""},
	} {
		inBubble(t, func(t *testing.T, h *house) {
			id := h.createRunning(nil)
			server := h.server(id)
			h.end()
			server.Hang(true)
			if c.change != nil {
				h.change(id, c.change)
			}
			h.run()
			if c.change == nil {
				pass(30 * time.Second)
				h.wantState(id, cloud.ServiceDegraded)
				pass(25 * time.Second)
				if h.driver.Server(id) != server {
					t.Error("it was killed within a minute")
				}
			}
			pass(c.within)
			if c.end == "" {
				if _, there := h.ledger.Service(id); there || h.driver.HasData(id) {
					t.Errorf("%s: something is left", name)
				}
				return
			}
			h.wantState(id, c.end)
			if h.driver.Server(id) == server || (h.driver.Server(id) != nil) != (c.end == cloud.ServiceRunning) {
				t.Errorf("%s: the wrong server runs", name)
			}
			h.wantCrashes(id, 1)
		})
	}
}

// A server that did not answer when it was taken over, and does so in time, goes on, with
// what was ordered meanwhile; nobody gets to it before.
func TestServerThatAnswersLateIsTakenOver(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(func(s *cloud.Service) { s.Scaling.Idle = false })
		server := h.server(id)
		h.end()
		h.change(id, newPassword)
		server.Hang(true)
		h.run()
		pass(30 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.Backend(ctx, id); err == nil {
			t.Error("a connection got to a server with the password before")
		}
		if err := h.Settle(ctx, id); cloud.CodeOf(err) != cloud.Unavailable {
			t.Errorf("Settle: %v", err)
		}
		server.Hang(false)
		pass(30 * time.Second)
		h.wantState(id, cloud.ServiceRunning)
		if h.server(id) != server || server.Taken().Password != h.stored(id).Password {
			t.Error("the server was restarted, or does not have the new password")
		}
		if _, err := h.Backend(t.Context(), id); err != nil {
			t.Errorf("Backend: %v", err)
		}
		h.wantCrashes(id, 0)
	})
}

// A new password, which a server that is well and does not take it is restarted for, is no
// reason to kill one that does not answer any earlier.
func TestHungServerHasItsMinuteAlsoForANewPassword(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		server.Hang(true)
		h.change(id, newPassword)
		pass(time.Minute)
		if h.driver.Server(id) != server {
			t.Fatal("it was killed within a minute")
		}
		pass(time.Minute)
		if got := h.server(id); got == server || got.Taken().Password != h.stored(id).Password {
			t.Error("it was not killed within two minutes, or the new one does not have the new password")
		}
		h.wantCrashes(id, 1)
	})
}

// What is shown of the memory is the limit in force in the process, also to a control plane
// that has taken it over and has ordered another one, until the restart for that.
func TestMemoryInForceIsShownOfAServerThatWasTakenOver(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.createRunning(nil)
		server := h.server(id)
		server.Use(func(a *fleet.Activity) { a.Running = 1 })
		h.driver.Behave(restarts)
		h.end()
		h.change(id, resize(32))
		h.run()
		shown := func(want int) {
			t.Helper()
			if got, _ := h.Current(id); got.MaxMemory != want || got.MinMemory > want {
				t.Errorf("shown are %d to %d GiB, in force are %d", got.MinMemory, got.MaxMemory, want)
			}
		}
		pass(time.Minute)
		shown(8)
		h.end()
		h.run()
		pass(time.Minute)
		shown(8)
		if h.driver.Server(id) != server {
			t.Fatal("the server was restarted under a query")
		}
		server.Use(func(a *fleet.Activity) { a.Running = 0 })
		pass(time.Minute)
		shown(32)
		h.command(id, fleet.CommandStop)
		h.become(id, cloud.ServiceStopped)
		h.change(id, resize(16))
		shown(16) // that it will have
	})
}

func (h *house) wantCrashes(id uuid.UUID, want int) {
	h.t.Helper()
	if s, _ := h.Status(id); s.Crashes != want {
		h.t.Errorf("the status is %+v, want %d crashes", s, want)
	}
}
