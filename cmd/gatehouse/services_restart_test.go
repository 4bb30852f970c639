package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// The servers outlive Gatehouse: when it is killed, what runs in them goes on, also what
// was asked through it; when it is told to end, who asked gets the answer first. The next
// Gatehouse takes the same processes over. And no second one comes between: it refuses to
// start while another has the data directory, and is not kept from it by the servers that
// a killed one has left.
func TestServicesOutliveGatehouse(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Parallel()
		data, keyFile, args := servedData(t, e)
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(serviceLogs(t, data))
			}
		})
		first := startProcess(t, args...)
		c := newCustomer(t, first.url, keyFile)
		c.create()
		c.query("CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n")
		c.query("INSERT INTO kept SELECT number FROM system.numbers LIMIT 1000")
		processes := processesOf(t, data)
		refusesASecond(t, args)

		slow := c.begin("killed", "INSERT INTO kept SELECT 1000 + number + sleepEachRow(0.03) FROM (SELECT number FROM system.numbers LIMIT 100) "+onePerBlock)
		first.kill()
		if a := <-slow; a.err == nil && a.status == http.StatusOK {
			t.Error("the answer came through a Gatehouse that was killed: the statement was too short for this test")
		}
		second := startProcess(t, args...)
		c.findOrganization(second.url)
		c.awaitState("running")
		until(t, "the statement of before has ended", func() bool { return !c.runs("killed") })
		c.query("SYSTEM FLUSH LOGS")
		if said := c.query("SELECT count(), sum(written_rows) FROM system.query_log WHERE query_id = 'killed' AND type = 2"); said != "1\t100" {
			t.Errorf("query_log of the statement that ran when Gatehouse was killed, finished and rows: %q", said)
		}
		c.keeps(1100)

		slow = c.begin("ended", "SELECT count(), sum(sleepEachRow(0.03)) FROM (SELECT number FROM system.numbers LIMIT 50) "+onePerBlock)
		if status := second.stop(); status != exitOK {
			t.Errorf("the status of a Gatehouse that was told to end is %d", status)
		}
		if a := <-slow; a.err != nil || a.status != http.StatusOK || a.said != "50\t0" {
			t.Errorf("who asked before Gatehouse was told to end is answered %d %q (%v)", a.status, a.said, a.err)
		}
		third := startProcess(t, args...)
		c.findOrganization(third.url)
		c.awaitState("running")
		c.keeps(1100)
		if now := processesOf(t, data); !slices.Equal(now, processes) {
			t.Errorf("the processes are %v, and were %v: they were not taken over", now, processes)
		}
		c.stop()
		c.remove()
	})
}

// onePerBlock makes sleepEachRow wait for each row alone: longer waits in a row are refused.
const onePerBlock = "SETTINGS max_block_size = 1"

// answered is what a statement came to.
type answered struct {
	status int
	said   string
	err    error
}

// begin runs a statement over HTTPS in the background. It returns when the statement runs.
func (c *customer) begin(id, statement string) <-chan answered {
	c.t.Helper()
	ended := make(chan answered, 1)
	go func() {
		var a answered
		a.status, a.said, a.err = c.post(c.t.Context(), c.password, url.Values{"query_id": {id}}, strings.NewReader(statement))
		ended <- a
	}()
	until(c.t, "the statement runs", func() bool {
		select {
		case a := <-ended:
			c.t.Fatalf("%s: %d %s (%v)", statement, a.status, a.said, a.err)
		default:
		}
		return c.runs(id)
	})
	return ended
}

// runs reports whether the statement runs.
func (c *customer) runs(id string) bool {
	c.t.Helper()
	return c.query(fmt.Sprintf("SELECT count() FROM system.processes WHERE query_id = '%s'", id)) == "1"
}

// keeps checks that all rows are there.
func (c *customer) keeps(rows int) {
	c.t.Helper()
	want := fmt.Sprintf("%d\t%d", rows, rows*(rows-1)/2)
	if said := c.query("SELECT count(), sum(n) FROM kept"); said != want {
		c.t.Errorf("the rows are %q, expected %q", said, want)
	}
}

// refusesASecond starts another Gatehouse on a data directory that one has.
func refusesASecond(t *testing.T, args []string) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, append([]string{"serve", "--listen", "localhost:0"}, args...)...).CombinedOutput()
	want := fmt.Sprintf("gatehouse: another Gatehouse uses the data directory %s: stop it, or choose another with --data\n", args[1])
	if err == nil || string(out) != want {
		t.Errorf("a second Gatehouse on the same data directory: %v, and says\n%s", err, out)
	}
}
