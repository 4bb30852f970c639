package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// A start that fails for good is not tried again: the service has failed at once, whether it
// is new, has crashed or is woken, and runs when somebody says start and the cause is gone.
func TestStartThatFailsForGoodIsNotTriedAgain(t *testing.T) {
	final := &cloud.Error{Code: cloud.Unavailable, Message: "the data is of another version", Err: errors.Join(fleet.ErrFinal, nil)}
	for name, before := range map[string]func(h *house) cloud.Service{
		"new": func(h *house) cloud.Service {
			h.driver.Behave(fails(fleettest.Start, fmt.Errorf("engine: %w", final)))
			return h.stored(h.create(nil))
		},
		"crashed": func(h *house) cloud.Service {
			id := h.createRunning(nil)
			h.driver.Behave(fails(fleettest.Start, final))
			h.server(id).Crash("The server fell over")
			return h.stored(id)
		},
		"woken": func(h *house) cloud.Service {
			id := h.createRunning(nil)
			h.become(id, cloud.ServiceIdle)
			h.driver.Behave(fails(fleettest.Start, final))
			if _, err := h.Backend(context.Background(), id); cloud.CodeOf(err) != cloud.Unavailable {
				t.Errorf("Backend: %v", err)
			}
			return h.stored(id)
		},
	} {
		inBubble(t, func(t *testing.T, h *house) {
			began := h.driver.Calls(fleettest.Start)
			id := before(h).ID
			pass(time.Second)
			h.wantState(id, cloud.ServiceFailed)
			if got, want := h.stored(id).Message, "The data is of another version"; got != want {
				t.Errorf("%s: the message is %q, want %q", name, got, want)
			}
			pass(time.Hour)
			h.command(id, fleet.CommandStart)
			pass(time.Hour)
			h.wantState(id, cloud.ServiceFailed)
			want := 2
			if name != "new" {
				want++ // with the one that ran
			}
			if got := h.driver.Calls(fleettest.Start) - began; got != want {
				t.Errorf("%s: %d starts, want %d", name, got, want)
			}
			h.driver.Behave(nil)
			h.command(id, fleet.CommandStart)
			pass(time.Second)
			h.wantState(id, cloud.ServiceRunning)
		})
	}
}

// A service whose data another ClickHouse has written fails at its start with a sentence that
// says so, and has its rows when the one before is back: whichever of the two was first.
func TestServiceOfAnotherEngineFailsAndHasItsRowsWithItsOwn(t *testing.T) {
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Parallel()
		other := enginetest.Other(t, e)
		if other.Capabilities().AtomicDatabases == e.Capabilities().AtomicDatabases {
			t.Skipf("%s may take over the data of %s", other, e)
		}
		l := newLocal(t, e)
		l.become(t, cloud.ServiceRunning)
		l.want(t, "CREATE TABLE kept (x UInt64) ENGINE = MergeTree ORDER BY x", "")
		l.want(t, "INSERT INTO kept VALUES (1), (2), (3)", "")

		l.useEngine(t, other) // takes over what runs
		l.want(t, "SELECT sum(x) FROM kept", "6")
		l.command(t, fleet.CommandStop)
		l.become(t, cloud.ServiceStopped)
		l.command(t, fleet.CommandStart)
		l.become(t, cloud.ServiceFailed)
		if got, want := l.stored(t).Message, "The data was written by ClickHouse "+e.Version(); !strings.HasPrefix(got, want) {
			t.Errorf("the message is %q, want %q…", got, want)
		}
		if s, _ := l.fleet.Status(l.id); s.Starts != 1 {
			t.Errorf("the status is %+v, want one start", s)
		}

		l.useEngine(t, e)
		l.command(t, fleet.CommandStart)
		l.become(t, cloud.ServiceRunning)
		l.want(t, "SELECT sum(x) FROM kept", "6")
	})
}

// useEngine lets a new control plane run services with another engine.
func (l *local) useEngine(t *testing.T, e *engine.Engine) {
	t.Helper()
	l.end()
	var err error
	if l.driver, err = fleet.NewLocalDriver(fleet.LocalConfig{Engine: e, Dir: l.dir, Jail: engine.JailAuto, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	l.engine = e
	l.run(t)
}
