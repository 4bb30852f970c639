package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// Whatever row a service has acknowledged is there, once, and no row is there that nobody
// wrote, however often and whenever Gatehouse and the servers are killed. All services come
// back, with one server each.
func TestTortureKill9LosesNoRowOfAService(t *testing.T) {
	kills, seed := serviceKills(t), tortureSeed(t)
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Parallel()
		t.Logf("%d kills, GATEHOUSE_TORTURE_SEED=%d", kills, seed)
		random := rand.New(rand.NewPCG(seed, 0))
		k := newKilled(t, e)
		k.bring(running)
		inserters := []*inserter{insertInto(k.customer), insertInto(k.beside)}
		for kill := range kills {
			for _, i := range inserters {
				i.awaitRows(random.IntN(20))
			}
			k.killSome(random, inserters)
			if k.isDead() {
				k.serveAgain(t)
				k.findOrganization(k.gatehouse.url)
				k.beside.organization = k.organization
			}
			for _, i := range inserters {
				i.settle()
			}
			if t.Failed() {
				t.Fatalf("after kill %d", kill)
			}
		}
		for _, i := range inserters {
			i.awaitRows(1)
			i.end()
			i.settle()
			// One that was just being started when Gatehouse was killed may still be on its way out.
			until(t, "the service has one server", func() bool { return len(k.processes(i.customer)) == k.processesOfOne() })
			t.Logf("%d of %d rows were acknowledged", len(i.acknowledged), i.tried)
		}
		k.stop() // what so many small parts are in takes long to remove: it goes with the test
		k.beside.stop()
	})
}

// serviceKills returns how often to kill: less often than Gatehouse alone, since servers take
// longer to come back.
func serviceKills(t *testing.T) int {
	t.Helper()
	const share = 40
	text := os.Getenv("GATEHOUSE_TORTURE_KILLS")
	switch {
	case testing.Short():
		return 2
	case text == "":
		return defaultKills / share
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("GATEHOUSE_TORTURE_KILLS: %v", err)
	}
	return n / share
}

// killSome kills the servers of some of the services or none, and a moment later perhaps
// Gatehouse, which may be at any point of starting them again.
func (k *killed) killSome(random *rand.Rand, inserters []*inserter) {
	k.t.Helper()
	servers := random.IntN(1 << len(inserters))
	for n, i := range inserters {
		if servers&(1<<n) != 0 {
			k.killEngine(i.customer)
		}
	}
	if servers != 0 && random.IntN(3) == 0 {
		return
	}
	<-time.After(time.Duration(random.Int64N(int64(time.Second)))) // any moment is right
	k.gatehouse.kill()
}

// inserter writes the numbers from 1, each once, whatever becomes of it.
type inserter struct {
	*customer
	end func() // of the writing

	mu           sync.Mutex
	tried        int
	acknowledged map[int]bool
}

func insertInto(c *customer) *inserter {
	c.query("CREATE TABLE written (n UInt64) ENGINE = MergeTree ORDER BY n")
	ctx, stop := context.WithCancel(c.t.Context())
	i := &inserter{customer: c, acknowledged: map[int]bool{}}
	var writing sync.WaitGroup
	writing.Go(func() {
		pause := time.NewTicker(50 * time.Millisecond) // so that one who is refused does not ask all the time
		defer pause.Stop()
		for ctx.Err() == nil {
			<-pause.C
			i.insert(ctx)
		}
	})
	i.end = func() { stop(); writing.Wait() }
	c.t.Cleanup(i.end)
	return i
}

// insert writes one number, and notes whether it was acknowledged.
func (i *inserter) insert(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	i.mu.Lock()
	i.tried++
	n := i.tried
	i.mu.Unlock()
	status, _, err := i.post(ctx, i.password, nil, strings.NewReader(fmt.Sprintf("INSERT INTO written VALUES (%d)", n)))
	if err == nil && status == http.StatusOK {
		i.mu.Lock()
		i.acknowledged[n] = true
		i.mu.Unlock()
	}
}

// known returns how many numbers were tried, and which were acknowledged.
func (i *inserter) known() (tried int, acknowledged map[int]bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	acknowledged = make(map[int]bool, len(i.acknowledged))
	for n := range i.acknowledged {
		acknowledged[n] = true
	}
	return i.tried, acknowledged
}

// awaitRows waits until so many more rows are acknowledged.
func (i *inserter) awaitRows(rows int) {
	i.t.Helper()
	_, before := i.known()
	until(i.t, "more rows are written", func() bool {
		_, now := i.known()
		return len(now) >= len(before)+rows
	})
}

// settle waits until the service runs, and compares its rows with what was acknowledged.
// One that has failed, since its servers were killed too often, is started.
func (i *inserter) settle() {
	i.t.Helper()
	_, acknowledged := i.known()
	var said string
	until(i.t, "the service answers", func() bool {
		if i.service().State == failed {
			i.command("start")
		}
		status, text, err := i.post(i.t.Context(), i.password, nil, strings.NewReader("SELECT n FROM written ORDER BY n"))
		said = text
		return err == nil && status == http.StatusOK
	})
	tried, _ := i.known()
	there, before := len(acknowledged), 0
	for _, line := range strings.Fields(said) {
		var n int
		if _, err := fmt.Sscan(line, &n); err != nil {
			i.t.Fatalf("the row %q: %v", line, err)
		}
		if n == before {
			i.t.Errorf("the row %d is there twice", n)
		}
		if n > tried {
			i.t.Errorf("nobody wrote the row %d", n)
		}
		delete(acknowledged, n)
		before = n
	}
	if len(acknowledged) != 0 {
		i.t.Errorf("%d of %d rows that were acknowledged are not there: %v", len(acknowledged), there, acknowledged)
	}
}
