package fleet_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// Whatever is asked for in whatever order, with servers that crash or hang, drivers and ledgers
// that fail, hang or do half of what they were asked for, and fleets that end or are killed
// at any step: every service comes to its goal, its server runs as it was ordered, a
// service never has two servers, data goes only after the ledger has said so, and nobody
// waits for ever.
func TestEveryServiceComesToItsGoal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var stopped any // how rapid leaves a walk, which must not leave its bubble
		synctest.Test(t, func(*testing.T) {
			defer func() { stopped = recover() }()
			w := newWalk(rt)
			defer w.end()
			rt.Repeat(map[string]func(*rapid.T){
				"create":    w.createOne,
				"command":   w.commandOne,
				"command 2": w.commandOne, // twice as likely
				"change":    w.changeOne,
				"crash":     w.crashOne,
				"hang":      w.hangOne,
				"connect":   w.connectOne,
				"use":       w.useOne,
				"weather":   w.changeWeather,
				"restart":   w.restart,
				"kill":      w.killSoon,
				"wait":      wait,
				"wait 2":    wait,
				"wait 3":    wait,
				"":          w.check,
			})
			w.converge()
		})
		if stopped != nil {
			panic(stopped)
		}
	})
}

func wait(rt *rapid.T) {
	pass(time.Duration(rapid.SampledFrom([]int{10, 1000, 20_000, 1200_000}).Draw(rt, "milliseconds")) * time.Millisecond)
}

// walk is one sequence of events.
type walk struct {
	*house
	ids     []uuid.UUID
	waiting atomic.Int64

	mu    sync.Mutex
	dice  *rand.Rand
	storm bool
}

func newWalk(rt *rapid.T) *walk {
	w := &walk{house: newHouse(rt), dice: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))}
	w.driver.Behave(w.outcome)
	w.ledger.Fail(w.fault)
	w.run()
	for range 3 {
		w.createOne(rt)
	}
	return w
}

// outcome is how a call of the driver goes in the weather of the moment.
func (w *walk) outcome(c fleettest.Call, _ cloud.Service) (o fleettest.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.storm {
		return fleettest.Outcome{Takes: time.Duration(w.dice.IntN(1000)) * time.Millisecond}
	}
	switch w.dice.IntN(10) {
	case 0, 1, 2:
		o.Err = errDisk
	case 3:
		panic("the driver has a mistake")
	case 4:
		o.Takes = time.Hour
	default:
		o.Takes = time.Duration(w.dice.IntN(20_000)) * time.Millisecond
	}
	o.Anyway = w.dice.IntN(2) == 0
	o.Restart = c == fleettest.Update && w.dice.IntN(3) == 0
	return o
}

// fault is how a commit goes wrong in the weather of the moment.
func (w *walk) fault() fleettest.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.storm {
		return fleettest.NoFault
	}
	return []fleettest.Fault{fleettest.NoFault, fleettest.NoFault, fleettest.LostAnswer, fleettest.LostCommit}[w.dice.IntN(4)]
}

func (w *walk) setStorm(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.storm = on
}

func (w *walk) changeWeather(rt *rapid.T) { w.setStorm(rapid.Bool().Draw(rt, "storm")) }

func (w *walk) createOne(rt *rapid.T) {
	if len(w.ids) >= 8 {
		rt.Skip("enough")
	}
	w.ids = append(w.ids, w.create(func(s *cloud.Service) { s.Scaling.Idle = rapid.Bool().Draw(rt, "idle") }))
}

func (w *walk) one(rt *rapid.T) uuid.UUID {
	if len(w.ids) == 0 {
		rt.Skip("there is none")
	}
	return rapid.SampledFrom(w.ids).Draw(rt, "service")
}

func (w *walk) commandOne(rt *rapid.T) {
	id := w.one(rt)
	c := rapid.SampledFrom([]fleet.Command{fleet.CommandStart, fleet.CommandStop, fleet.CommandAwake, fleet.CommandDelete}).Draw(rt, "command")
	_ = w.ledger.Command(id, c) // it may be refused
}

func (w *walk) changeOne(rt *rapid.T) {
	id := w.one(rt)
	what := rapid.SampledFrom([]string{"password", "memory", "settings", "schedule"}).Draw(rt, "what")
	_ = w.ledger.Change(id, func(s *cloud.Service) error { // it may be gone
		switch what {
		case "password":
			newPassword(s)
		case "memory":
			resize(rapid.SampledFrom([]int{8, 16, 32}).Draw(rt, "GiB"))(s)
		case "settings":
			s.Settings = []cloud.ServiceSetting{{Name: "max_threads", Value: rapid.StringMatching(`[1-9]`).Draw(rt, "threads"), Number: true}}
		case "schedule":
			size := rapid.SampledFrom([]int{8, 16, 32}).Draw(rt, "GiB")
			s.Schedule = []cloud.ScheduleEntry{{Name: "now and then", Weekdays: []int{0, 2, 4, 6}, From: 3, To: 19, Mode: cloud.Vertical, MinMemory: &size, MaxMemory: &size}}
		}
		return nil
	})
}

func (w *walk) crashOne(rt *rapid.T) {
	if server := w.driver.Server(w.one(rt)); server != nil {
		server.Crash("The server fell over")
	}
}

func (w *walk) hangOne(rt *rapid.T) {
	if server := w.driver.Server(w.one(rt)); server != nil {
		server.Hang(rapid.Bool().Draw(rt, "hangs"))
	}
}

func (w *walk) useOne(rt *rapid.T) {
	id, running := w.one(rt), rapid.IntRange(0, 1).Draw(rt, "running")
	if server := w.driver.Server(id); server != nil {
		server.Use(func(a *fleet.Activity) { a.UserQueries, a.Running = a.UserQueries+1, running })
	}
}

func (w *walk) connectOne(rt *rapid.T) {
	id, f := w.one(rt), w.Fleet
	w.waiting.Add(1)
	go func() {
		defer w.waiting.Add(-1)
		before, _ := w.ledger.Service(id)
		if _, err := f.Backend(context.Background(), id); err == nil {
			server := w.driver.Server(id)
			if after, _ := w.ledger.Service(id); server != nil && before.Password == after.Password && server.Taken().Password != before.Password && w.serves(f) {
				w.t.Errorf("a connection got to a server with another password")
			}
		}
		_ = f.Settle(context.Background(), id) // it may time out
	}()
}

func (w *walk) restart(*rapid.T) {
	w.house.end()
	w.house.revive()
}

func (w *walk) killSoon(rt *rapid.T) {
	w.house.mu.Lock()
	defer w.house.mu.Unlock()
	w.killAt = rapid.SampledFrom(fleet.Steps).Draw(rt, "step")
}

// check looks at what holds at any moment, and begins a new fleet when one was killed.
func (w *walk) check(rt *rapid.T) {
	synctest.Wait()
	w.house.mu.Lock()
	killed := w.killed
	w.house.mu.Unlock()
	if killed && rapid.Bool().Draw(rt, "revive") {
		w.revive()
	}
	w.wantNoViolation()
	for _, id := range w.ids {
		if _, ok := w.ledger.Service(id); !ok && (w.driver.HasData(id) || w.driver.Server(id) != nil) {
			rt.Fatalf("nothing is stored of %s, but something of it is left", id)
		}
	}
}

// converge lets the weather clear up, and looks whether every service comes to its goal.
func (w *walk) converge() {
	w.setStorm(false)
	w.revive()
	pass(2 * time.Minute)
	for _, id := range w.driver.Running() {
		w.server(id).Use(func(a *fleet.Activity) { a.Running = 0 })
	}
	for _, s := range w.ledger.All() {
		if s.State == cloud.ServiceFailed && s.Goal == cloud.GoalRunning {
			w.command(s.ID, fleet.CommandStart)
		}
	}
	pass(4 * time.Minute)
	now := cloud.SystemClock{}.Now()
	for _, s := range w.ledger.All() {
		server := w.driver.Server(s.ID)
		switch want := map[cloud.ServiceGoal]cloud.ServiceState{
			cloud.GoalRunning: cloud.ServiceRunning, cloud.GoalIdle: cloud.ServiceIdle, cloud.GoalStopped: cloud.ServiceStopped,
		}[s.Goal]; {
		case s.State != want || (server != nil) != (s.Goal == cloud.GoalRunning):
			status, _ := w.Status(s.ID)
			w.t.Fatalf("the service is %s with the goal %s, and a server runs: %t; %+v", s.State, s.Goal, server != nil, status)
		case server != nil && !fleet.SameOrder(server.Taken(), fleet.OrderOf(s, now)):
			w.t.Fatalf("the server runs with %+v, ordered is %+v", server.Taken(), s)
		case server != nil:
			if _, err := w.Backend(context.Background(), s.ID); err != nil {
				w.t.Fatalf("Backend: %v", err)
			}
		}
	}
	if got := w.waiting.Load(); got != 0 {
		w.t.Fatalf("%d connections wait for ever", got)
	}
	w.wantNoViolation()
}
