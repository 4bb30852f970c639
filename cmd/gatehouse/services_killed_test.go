package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// killing is a kill of Gatehouse at one step of what becomes of a service.
type killing struct {
	of deed
	at fleet.Step
	// always says that it is tried on every engine, not only on the one that starts faster.
	always bool
}

// killings are in an order in which most begin where the one before has ended. Each list is
// for a Gatehouse of its own.
var killings = map[string][]killing{
	"commanded": {
		{of: creating, at: fleet.StartBegins},
		{of: deleting, at: fleet.DeleteStopped},
		{of: creating, at: fleet.StartDone, always: true},
		{of: deleting, at: fleet.DeleteDone},
		{of: creating, at: fleet.StartStored},
		{of: stopping, at: fleet.StopBegins, always: true},
		{of: starting, at: fleet.StartBegins},
		{of: stopping, at: fleet.StopDone},
		{of: starting, at: fleet.StartDone},
		{of: stopping, at: fleet.StopStored},
		{of: starting, at: fleet.StartStored},
		{of: restarting, at: fleet.UpdateBegins},
		{of: restarting, at: fleet.RestartBegins},
		{of: restarting, at: fleet.RestartDone},
		{of: restarting, at: fleet.StartBegins},
		{of: restarting, at: fleet.StartDone},
		{of: deleting, at: fleet.DeleteDestroyed, always: true},
		{of: retracting, at: fleet.DeleteBegins},
	},
	"by itself": {
		{of: resting, at: fleet.RestBegins},
		{of: waking, at: fleet.WakeStored},
		{of: resting, at: fleet.RestDone},
		{of: waking, at: fleet.StartBegins},
		{of: resting, at: fleet.RestStored},
		{of: waking, at: fleet.StartDone},
		{of: resting, at: fleet.RestStored},
		{of: waking, at: fleet.StartStored},
		{of: crashing, at: fleet.CrashStored},
		{of: crashing, at: fleet.StartBegins},
		{of: crashing, at: fleet.StartDone},
		{of: crashing, at: fleet.StartStored},
		{of: failing, at: fleet.FailureStored},
		{of: starting, at: fleet.StartDone},
	},
}

// deed is something that becomes of a service; see services_deeds_test.go.
type deed struct {
	name     string
	from, to string // states; none: there is no service
	// do makes it so, as far as it gets: Gatehouse is killed on the way.
	do func(k *killed)
	// check looks at what else must have come of it, if there is anything.
	check func(k *killed)
}

const none = ""

// Killed at any step of what becomes of a service, Gatehouse does the rest when it is
// started again: the service comes to where it was to go, one server runs for it or none,
// it has every row that was acknowledged, and a service beside it notices nothing.
func TestKilledAtEveryStepServicesComeToTheirGoal(t *testing.T) {
	for _, step := range fleet.Steps {
		if !slices.ContainsFunc(slices.Concat(slices.Collect(maps.Values(killings))...), func(k killing) bool { return k.at == step }) {
			t.Errorf("Gatehouse is not killed at the step %q", step)
		}
	}
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Parallel()
		for name, list := range killings {
			list = slices.DeleteFunc(slices.Clone(list), func(k killing) bool { return e.Kind() != engine.KindCHDB && !k.always })
			if len(list) == 0 {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				k := newKilled(t, e)
				for _, killing := range list {
					k.survives(killing)
				}
				k.endsInOrder()
			})
		}
	})
}

// killed is a Gatehouse that is killed again and again, with its services: one that the
// deeds are done to, and one beside it that has nothing to do with them.
type killed struct {
	*customer  // with the service that the deeds are done to; its id is empty while there is none
	beside     *customer
	besideRuns []int // the processes of that
	engine     *engine.Engine
	hand       hand
	data       string
	args       []string
	gatehouse  *process
	rows       int // that it has
	restarts   int
}

func newKilled(t *testing.T, e *engine.Engine) *killed {
	t.Helper()
	data, keyFile, args := servedData(t, e)
	k := startKilled(t, data, keyFile, args, 2)
	k.engine = e
	k.must(http.MethodPost, "/services", newService("beside"), nil)
	k.settleIn(k.beside, "beside")
	k.beside.grow(0, 1000)
	k.besideRuns = k.processes(k.beside)
	return k
}

// startKilled starts the Gatehouse, with ports for so many services and none of them yet.
func startKilled(t *testing.T, data, keyFile string, args []string, services int) *killed {
	t.Helper()
	args[len(args)-1] = freeRanges(t, services)
	k := &killed{hand: hand(t.TempDir()), data: data, args: args}
	k.serveAgain(t)
	t.Cleanup(func() {
		if t.Failed() {
			k.gatehouse.kill()
			t.Logf("gatehouse said:\n%s\n%s", k.gatehouse.stderr, serviceLogs(t, data))
		}
	})
	k.customer = newCustomer(t, k.gatehouse.url, keyFile)
	beside := *k.customer
	k.beside = &beside
	return k
}

// freeRanges returns ports for --service-ports that are enough for so many services.
func freeRanges(t *testing.T, services int) string {
	t.Helper()
	for {
		from, _, _ := strings.Cut(freeRange(t), "-")
		first, err := strconv.Atoi(from)
		if err != nil {
			t.Fatal(err)
		}
		last, free := first+2*services-1, true
		for port := first + 2; port <= last; port += 2 {
			free = freeRange(t) == fmt.Sprintf("%d-%d", port, port+1) && free
		}
		if free {
			return fmt.Sprintf("%d-%d", first, last)
		}
	}
}

// serveAgain starts a Gatehouse that is killed nowhere, until it is told to.
func (k *killed) serveAgain(t *testing.T) {
	t.Helper()
	k.gatehouse = k.hand.start(t, k.args)
}

// survives kills Gatehouse at one step and looks what comes of it.
func (k *killed) survives(at killing) {
	k.t.Helper()
	began := time.Now()
	what := fmt.Sprintf("%s, killed at %q", at.of.name, at.at)
	k.bring(at.of.from)
	if at.of.from == running {
		k.grow(k.rows, 100)
		k.rows += 100
	}
	k.hand.killAt(k.t, at.at)
	at.of.do(k)
	until(k.t, what+": Gatehouse has ended", k.isDead)
	if k.hand.isStill(at.at) {
		k.t.Fatalf("%s: it ended otherwise:\n%s", what, k.gatehouse.stderr)
	}
	k.client.CloseIdleConnections()
	k.serveAgain(k.t)
	k.findOrganization(k.gatehouse.url)
	k.beside.organization = k.organization
	k.comesTo(at.of.to)
	if at.of.check != nil {
		at.of.check(k)
	}
	if now := k.processes(k.beside); !slices.Equal(now, k.besideRuns) {
		k.t.Errorf("the processes of the service beside it are %v, and were %v", now, k.besideRuns)
	}
	if k.t.Failed() {
		k.t.Fatalf("%s: it has not survived", what)
	}
	k.t.Logf("%s: %.1f s", what, time.Since(began).Seconds())
}

func (k *killed) isDead() bool {
	select {
	case <-k.gatehouse.done:
		return true
	default:
		return false
	}
}

// comesTo waits until the service is in the state, and looks whether all is as it shows.
func (k *killed) comesTo(state string) {
	k.t.Helper()
	if state == none {
		k.isGone()
		return
	}
	if k.id == none {
		k.settleIn(k.customer, "orders")
		k.rows = 0
	}
	k.awaitState(state)
	servers := 0
	if state == running {
		k.keeps(k.rows)
		k.awaitState(running) // it can have been shown before it was so
		servers = 1
	}
	if now := k.processes(k.customer); len(now) != servers*k.processesOfOne() {
		k.t.Errorf("the service is %s, and has the processes %v", state, now)
	}
}

// processesOfOne is how many processes a service has that runs.
func (k *killed) processesOfOne() int {
	if k.engine.Kind() == engine.KindCHDB {
		return 1
	}
	return 2 // the host and the server
}

// isGone: nothing is left of the service.
func (k *killed) isGone() {
	k.t.Helper()
	until(k.t, "the service is gone", func() bool {
		status, problem := k.ask(http.MethodGet, k.path(), nil, nil)
		if status != http.StatusOK && status != http.StatusNotFound {
			k.t.Fatalf("a service that is deleted: %d %s", status, problem)
		}
		return status == http.StatusNotFound
	})
	if left := k.processes(k.customer); len(left) != 0 {
		k.t.Errorf("the service is deleted, and the processes %v run", left)
	}
	folders, err := filepath.Glob(filepath.Join(k.data, engine.ServicesFolder, "*"))
	if beside := filepath.Join(k.data, engine.ServicesFolder, k.beside.id); err != nil || !slices.Equal(folders, []string{beside}) {
		k.t.Errorf("the service is deleted, and there are %v (%v)", folders, err)
	}
	k.id = none
}

// endsInOrder: Gatehouse and the services end as if nobody had ever been killed.
func (k *killed) endsInOrder() {
	k.t.Helper()
	k.beside.keeps(1000)
	k.bring(none)
	k.beside.stop()
	k.beside.remove()
	if status := k.gatehouse.stop(); status != exitOK {
		k.t.Errorf("gatehouse serve ended with %d", status)
	}
	if _, err := os.Stat(k.hand.stepFile()); !errors.Is(err, fs.ErrNotExist) {
		k.t.Errorf("Gatehouse was to be killed once more (%v)", err)
	}
}

// newService is a request for a service.
func newService(name string) map[string]any {
	return map[string]any{
		"name": name, "provider": "aws", "region": "eu-central-1", "idleScaling": name == "orders", "idleTimeoutMinutes": 5, "ipAccessList": everybodyHere,
	}
}

// settleIn makes a customer the one of the service with that name, which runs or will: the
// answer to its creation may have been lost, and the password with it.
func (k *killed) settleIn(c *customer, name string) {
	k.t.Helper()
	var all []struct {
		shownService
		Name string
	}
	c.must(http.MethodGet, "/services", nil, &all)
	c.id = none
	for _, s := range all {
		if s.Name == name {
			c.id = s.ID
			c.findEndpoints(s.shownService)
		}
	}
	if c.id == none {
		k.t.Fatalf("there is no service %q: %v", name, all)
	}
	c.awaitState(running)
	c.password = "Chosen by the client"
	hash := sha256.Sum256([]byte(c.password))
	c.must(http.MethodPatch, c.path()+"/password", map[string]string{"newPasswordHash": base64.StdEncoding.EncodeToString(hash[:])}, nil)
	c.query("CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n")
}

// grow adds rows to those that keeps checks.
func (c *customer) grow(from, rows int) {
	c.t.Helper()
	c.query(fmt.Sprintf("INSERT INTO kept SELECT number + %d FROM (SELECT number FROM system.numbers LIMIT %d)", from, rows))
}

// processes returns the processes of one service.
func (k *killed) processes(c *customer) []int {
	k.t.Helper()
	return slices.DeleteFunc(processesOf(k.t, k.data), func(pid int) bool {
		line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		return err != nil || !bytes.Contains(line, []byte(c.id))
	})
}

// killEngine ends what runs a service, without a chance to tidy up.
func (k *killed) killEngine(c *customer) {
	k.t.Helper()
	for _, pid := range k.processes(c) {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
	}
}
