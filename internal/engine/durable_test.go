package engine_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// makeTable makes a table that every version of ClickHouse can make.
const makeTable = "CREATE TABLE default.kept (day Date DEFAULT toDate('2026-01-01'), n UInt64) ENGINE = MergeTree(day, n, 8192)"

const makeModernTable = "CREATE TABLE default.kept (day Date DEFAULT '2026-01-01', n UInt64) ENGINE = MergeTree PARTITION BY toYYYYMM(day) ORDER BY n"

func tableOf(e *engine.Engine) string {
	if e.Capabilities().AtomicDatabases {
		return makeModernTable
	}
	return makeTable
}

func TestRowsAreThereAfterStopAndStart(t *testing.T) {
	// A million rows, the settings and the query log are there after a stop and a start,
	// and a part can be moved within the jail.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		run(t, s, tableOf(e))
		run(t, s, "INSERT INTO default.kept (n) SELECT number FROM system.numbers LIMIT 1000000")
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		s = enginetest.Start(t, e, spec)
		if got := run(t, s, "SELECT count(), sum(n) FROM default.kept"); got != "1000000\t499999500000" {
			t.Error(got)
		}
		run(t, s, "ALTER TABLE default.kept DETACH PARTITION 202601")
		run(t, s, "ALTER TABLE default.kept ATTACH PARTITION 202601")
		run(t, s, "OPTIMIZE TABLE default.kept FINAL")
		if got := run(t, s, "SELECT count() FROM default.kept"); got != "1000000" {
			t.Error(got)
		}
	})
}

func TestAcknowledgedRowsSurviveAKill(t *testing.T) {
	// With the settings in force, no row whose insert was acknowledged is lost when the
	// engine is killed while four clients insert, twice in a row.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		run(t, s, tableOf(e))
		var next atomic.Int64
		acknowledged := map[string]bool{}
		for round := range 2 {
			var mu sync.Mutex
			var clients sync.WaitGroup
			enough := make(chan struct{})
			before := len(acknowledged)
			for range 4 {
				clients.Go(func() {
					for {
						n := fmt.Sprint(next.Add(1))
						status, _, err := post(t.Context(), s, "INSERT INTO default.kept (n) VALUES ("+n+")", nil)
						if err != nil {
							return // it was killed
						}
						mu.Lock()
						if status == http.StatusOK {
							acknowledged[n] = true
						}
						if len(acknowledged) == before+50 {
							close(enough)
						}
						mu.Unlock()
					}
				})
			}
			<-enough
			if err := syscall.Kill(-s.PID(), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			clients.Wait()
			<-s.Done()
			if want := "ClickHouse was ended by the signal 9 (killed)"; !strings.HasPrefix(s.Exit(), want) {
				t.Errorf("%q", s.Exit())
			}
			s = enginetest.Start(t, e, spec)
			there := map[string]bool{}
			for n := range strings.Lines(run(t, s, "SELECT n FROM default.kept")) {
				there[strings.TrimSpace(n)] = true
			}
			for n := range acknowledged {
				if !there[n] {
					t.Errorf("round %d: row %s was acknowledged and is lost", round, n)
				}
			}
		}
	})
}

func TestStopCanBeRepeated(t *testing.T) {
	// Stop returns nil when the process is gone, also for one that was gone before, and
	// ends a server within ten seconds that has clients.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		if err := native(t, s, "default", password).Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		var stops sync.WaitGroup
		for range 3 {
			stops.Go(func() {
				if err := s.Stop(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		stops.Wait()
		select {
		case <-s.Done():
		default:
			t.Error("it runs")
		}
		if err := syscall.Kill(s.PID(), 0); err == nil {
			t.Error("it is there")
		}
		if got := s.Exit(); got != "ClickHouse ended in order." {
			t.Errorf("%q", got)
		}
	})
}
