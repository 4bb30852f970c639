package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/fleet/fleettest"
)

// A service is a real ClickHouse on this machine: it comes to be, answers, keeps its rows
// over a stop, a crash, a new control plane and a rest, takes a new password and a new
// size, wakes for a connection, and is gone with its folder.
func TestServiceOnThisMachine(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		l := newLocal(t, e)
		began := cloud.SystemClock{}.Now()
		l.become(t, cloud.ServiceRunning)
		t.Logf("created in %v", cloud.SystemClock{}.Now().Sub(began))
		l.want(t, "SELECT 1", "1")
		l.want(t, "CREATE TABLE kept (x UInt64) ENGINE = MergeTree ORDER BY x", "")
		l.want(t, "INSERT INTO kept VALUES (1), (2), (3)", "")

		l.command(t, fleet.CommandStop)
		l.become(t, cloud.ServiceStopped)
		if _, err := l.fleet.Backend(t.Context(), l.id); cloud.CodeOf(err) != cloud.Conflict {
			t.Errorf("Backend of a stopped service: %v", err)
		}
		l.command(t, fleet.CommandStart)
		l.become(t, cloud.ServiceRunning)
		l.want(t, "SELECT sum(x) FROM kept", "6")

		before := l.pid(t)
		l.end()
		l.run(t)
		l.want(t, "SELECT sum(x) FROM kept", "6")
		if got := l.pid(t); got != before {
			t.Errorf("a new control plane has restarted the server: process %d became %d", before, got)
		}

		l.change(t, func(s *cloud.Service) {
			l.password = cloud.NewServicePassword()
			s.Password = cloud.HashServicePassword(l.password)
		})
		if err := l.fleet.Settle(t.Context(), l.id); err != nil {
			t.Fatal(err)
		}
		l.want(t, "SELECT sum(x) FROM kept", "6")

		l.change(t, func(s *cloud.Service) { s.Scaling.MinMemory, s.Scaling.MaxMemory = 12, 12 })
		l.until(t, "the new size is in force", func() bool {
			current, _ := l.fleet.Current(l.id)
			return current.MaxMemory == 12 && current.MaxReplicas == 1
		})
		l.want(t, "SELECT sum(x) FROM kept", "6")

		if err := syscall.Kill(-l.pid(t), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		l.become(t, cloud.ServiceDegraded)
		if got := l.stored(t).Message; !strings.Contains(got, "signal 9") {
			t.Errorf("the message after kill -9 is %q", got)
		}
		l.become(t, cloud.ServiceRunning)
		l.want(t, "SELECT sum(x) FROM kept", "6")

		l.until(t, "the service rests", func() bool {
			l.clock.Advance(20 * time.Minute)
			return l.stored(t).State == cloud.ServiceIdle
		})
		if err := l.fleet.Query(t.Context(), l.id, "SELECT 1", io.Discard); cloud.CodeOf(err) != cloud.Conflict {
			t.Errorf("Query of a service that rests: %v", err)
		}
		began = cloud.SystemClock{}.Now()
		l.want(t, "SELECT sum(x) FROM kept", "6")
		t.Logf("woken in %v", cloud.SystemClock{}.Now().Sub(began))
		l.become(t, cloud.ServiceRunning)
		if err := l.fleet.Metrics(t.Context(), l.id, io.Discard); err != nil {
			t.Errorf("Metrics: %v", err)
		}

		l.command(t, fleet.CommandStop)
		l.become(t, cloud.ServiceStopped)
		l.command(t, fleet.CommandDelete)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := l.ledger.Until(ctx, l.id, func(_ cloud.Service, exists bool) bool { return !exists }); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(filepath.Join(l.dir, "services"))
		if err != nil || len(left) != 0 {
			t.Errorf("after the deletion there is %v, %v", left, err)
		}
	})
}

// Where the service's folder cannot be used, the service fails and says so; nothing else
// breaks.
func TestServiceWhoseFolderCannotBeUsedFails(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		dir := enginetest.Folder(t)
		if err := os.WriteFile(filepath.Join(dir, "services"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		l := newLocalIn(t, e, dir)
		l.become(t, cloud.ServiceFailed)
		if got, want := l.stored(t).Message, "The data folder cannot be used"; got != want {
			t.Errorf("the message is %q, want %q", got, want)
		}
	})
}

// A service gets no more memory than the machine has, and that is what is shown.
func TestMemoryIsCappedAtWhatTheMachineHas(t *testing.T) {
	d, err := fleet.NewLocalDriver(fleet.LocalConfig{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	const machine = 24
	d.SetMemory(machine<<30 + 5<<20)
	asked := cloud.Scaling{MinMemory: 8, MaxMemory: cloud.MaxReplicaMemory, MinReplicas: 2, MaxReplicas: 3}
	if got, want := d.Runs(asked), (cloud.Scaling{MinMemory: 8, MaxMemory: machine, MinReplicas: 1, MaxReplicas: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := d.Spec(cloud.Service{ServiceConfig: cloud.ServiceConfig{Scaling: asked}}).MemoryBytes; got != machine<<30+5<<20 {
		t.Errorf("the process may take %d bytes", got)
	}
	d.SetMemory(0) // not known
	if got := d.Runs(asked).MaxMemory; got != cloud.MaxReplicaMemory {
		t.Errorf("got %d GiB where the memory of the machine is not known", got)
	}
}

// A service is described to the engine by its own folder, user, password and settings.
func TestEngineIsToldWhatIsOrdered(t *testing.T) {
	dir := t.TempDir()
	d, err := fleet.NewLocalDriver(fleet.LocalConfig{Dir: dir, Jail: engine.JailLandlock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	d.SetMemory(0)
	s := cloud.Service{
		ID: uuid.New(), Slot: 7, Password: cloud.HashServicePassword(cloud.NewSecret("correct horse")),
		ServiceConfig: cloud.ServiceConfig{
			Scaling: cloud.Scaling{MinMemory: 8, MaxMemory: 16},
			Settings: []cloud.ServiceSetting{
				{Name: "max_threads", Value: "3", Number: true}, {Name: "max_concurrent_queries", Value: "20", Number: true, Server: true},
			},
		},
	}
	spec := d.Spec(s)
	if spec.Dir != filepath.Join(dir, "services", s.ID.String()) || spec.Service != s.ID || spec.MemoryBytes != 16<<30 || spec.Jail != engine.JailLandlock {
		t.Errorf("got %v, %d bytes, jail %s", spec, spec.MemoryBytes, spec.Jail)
	}
	if want := [32]byte(s.Password.SHA256); spec.PasswordSHA256 != want || fmt.Sprintf("%x", spec.PasswordDoubleSHA1[:]) != s.Password.DoubleSHA1 {
		t.Error("the password is another one")
	}
	if len(spec.Settings) != 1 || spec.Settings["max_threads"] != "3" || len(spec.ServerSettings) != 1 || spec.ServerSettings["max_concurrent_queries"] != "20" {
		t.Errorf("got the settings %v and %v", spec.Settings, spec.ServerSettings)
	}
	if root := os.Geteuid() == 0; root != (spec.UID == engine.BaseUID+7) || spec.UID != spec.GID {
		t.Errorf("got the user %d and the group %d, root: %t", spec.UID, spec.GID, root)
	}
}

// What ClickHouse says for want of room is told from what it says otherwise.
func TestWantOfRoomIsRecognized(t *testing.T) {
	for message, busy := range map[string]bool{
		"Code: 202. DB::Exception: Too many simultaneous queries. Maximum: 10. (TOO_MANY_SIMULTANEOUS_QUERIES)": true,
		"Code: 241, e.displayText() = DB::Exception: Memory limit (total) exceeded":                             true,
		"Code: 2410. DB::Exception: something new":                                                              false,
		"Code: 516. DB::Exception: Authentication failed":                                                       false,
		"ClickHouse does not answer":                                                                            false,
	} {
		if got := errors.Is(fleet.BusyOr(cloud.Errorf(cloud.Unavailable, "%s", message)), fleet.ErrBusy); got != busy {
			t.Errorf("%s: busy is %t", message, got)
		}
	}
}

// Without an engine services are kept and say why they cannot run.
func TestNoDriverSaysWhy(t *testing.T) {
	d := fleet.NoDriver("No ClickHouse is installed")
	_, err := d.Start(t.Context(), cloud.Service{})
	for _, err := range []error{err, d.Check(), d.Destroy(t.Context(), cloud.Service{})} {
		var told *cloud.Error
		if !errors.As(err, &told) || told.Code != cloud.Unavailable || told.Message != "No ClickHouse is installed" {
			t.Errorf("got %v", err)
		}
	}
	if _, err := d.Adopt(t.Context(), cloud.Service{}); !errors.Is(err, fleet.ErrNotRunning) {
		t.Errorf("Adopt: %v", err)
	}
}

// local is a fleet of real engines with one service.
type local struct {
	engine   *engine.Engine
	dir      string
	driver   *fleet.LocalDriver
	ledger   *fleettest.Ledger
	clock    *cloudtest.Clock
	id       uuid.UUID
	password cloud.Secret
	limits   fleet.Limits

	fleet  *fleet.Fleet
	cancel context.CancelFunc
	ended  chan struct{}
}

func newLocal(t *testing.T, e *engine.Engine) *local {
	t.Helper()
	return newLocalIn(t, e, enginetest.Folder(t))
}

func newLocalIn(t *testing.T, e *engine.Engine, dir string) *local {
	t.Helper()
	return newLocalWith(t, e, dir, fleet.Limits{})
}

// newLocalWith makes a fleet that looks often, with other limits as they are given.
func newLocalWith(t *testing.T, e *engine.Engine, dir string, limits fleet.Limits) *local {
	t.Helper()
	limits.Look, limits.DrainLook, limits.BackOff = 50*time.Millisecond, 50*time.Millisecond, 10*time.Millisecond
	clock := cloudtest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	l := &local{engine: e, dir: dir, clock: clock, ledger: fleettest.NewLedger(clock), password: cloud.NewServicePassword(), limits: limits}
	var err error
	if l.driver, err = fleet.NewLocalDriver(fleet.LocalConfig{Engine: e, Dir: dir, Jail: engine.JailAuto, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	l.id = l.ledger.Create(1, func(s *cloud.Service) { s.Password = cloud.HashServicePassword(l.password) }).ID
	l.run(t)
	t.Cleanup(func() {
		l.end()
		if i, err := l.driver.Adopt(context.WithoutCancel(t.Context()), cloud.Service{ID: l.id}); err == nil {
			_ = i.Stop(context.WithoutCancel(t.Context())) // the test has failed
		}
	})
	return l
}

func (l *local) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	l.cancel, l.ended = cancel, make(chan struct{})
	l.fleet = fleet.New(fleet.Config{
		Driver: l.driver, Ledger: l.ledger, Clock: l.clock, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Limits: l.limits,
	})
	l.ledger.Tell(l.fleet)
	go func(f *fleet.Fleet, ended chan struct{}) {
		defer close(ended)
		_ = f.Run(ctx) // it is always nil
	}(l.fleet, l.ended)
}

func (l *local) end() {
	l.ledger.Tell(nil)
	l.cancel()
	<-l.ended
}

func (l *local) stored(t *testing.T) cloud.Service {
	t.Helper()
	s, ok := l.ledger.Service(l.id)
	if !ok {
		t.Fatal("the service is gone")
	}
	return s
}

func (l *local) command(t *testing.T, c fleet.Command) {
	t.Helper()
	if err := l.ledger.Command(l.id, c); err != nil {
		t.Fatal(err)
	}
}

func (l *local) change(t *testing.T, f func(*cloud.Service)) {
	t.Helper()
	if err := l.ledger.Change(l.id, func(s *cloud.Service) error { f(s); return nil }); err != nil {
		t.Fatal(err)
	}
}

// become waits until the service has a state, or has failed.
func (l *local) become(t *testing.T, want cloud.ServiceState) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got := cloud.Service{}
	err := l.ledger.Until(ctx, l.id, func(s cloud.Service, _ bool) bool {
		got = s
		return s.State == want || s.State == cloud.ServiceFailed
	})
	if err != nil || got.State != want {
		status, _ := l.fleet.Status(l.id)
		t.Fatalf("waiting for %s: %v; %s, %q, %+v", want, err, got.State, got.Message, status)
	}
}

// until waits until something that nobody tells of is so.
func (l *local) until(t *testing.T, what string, so func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-limit:
			status, _ := l.fleet.Status(l.id)
			t.Fatalf("%s: not within a minute; the service is %+v, %+v", what, l.stored(t), status)
		}
	}
}

// pid returns the number of the process of the service.
func (l *local) pid(t *testing.T) int {
	t.Helper()
	s, err := l.engine.Adopt(t.Context(), l.driver.Spec(l.stored(t)))
	if err != nil {
		t.Fatal(err)
	}
	return s.PID()
}

// want runs a statement as a client of the service does.
func (l *local) want(t *testing.T, sql, want string) {
	t.Helper()
	backend, err := l.fleet.Backend(t.Context(), l.id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+backend.HTTP, strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("default", l.password.Reveal())
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if got := strings.TrimSpace(string(body)); err != nil || answer.StatusCode != http.StatusOK || got != want {
		t.Fatalf("%s: %s %q, %v, want %q", sql, answer.Status, got, err, want)
	}
}
