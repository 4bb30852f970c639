package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// Who starts Gatehouse with another engine, or finds it in PATH one day, loses nothing: a
// service that ran before goes on as it is, one whose data the engine cannot take over says so
// instead of starting, doctor says it too, and with the engine before it has its rows.
func TestServiceWaitsForTheEngineThatHasWrittenItsData(t *testing.T) {
	t.Parallel()
	own, other := enginetest.Engine(t, engine.KindClickHouse), enginetest.Engine(t, engine.KindCHDB)
	if own.Capabilities().AtomicDatabases {
		t.Skipf("%s may take over the data of %s", other, own)
	}
	data, keyFile, args := servedData(t, own)
	with := func(e *engine.Engine) []string {
		return append([]string{"--data", data, "--engine", string(e.Kind()), "--" + string(e.Kind()), e.Path()}, args[8:]...)
	}
	doctor := func(e *engine.Engine) string {
		path, err := binary()
		if err != nil {
			t.Fatal(err)
		}
		out, _ := exec.CommandContext(t.Context(), path, append([]string{"doctor"}, with(e)...)...).CombinedOutput() // what it says is looked at
		return string(out)
	}
	first := startProcess(t, args...)
	c := newCustomer(t, first.url, keyFile)
	c.create()
	c.query("CREATE TABLE kept (day Date, n UInt64) ENGINE = MergeTree(day, n, 8192)")
	c.query("INSERT INTO kept VALUES ('2026-01-01', 1), ('2026-01-01', 2)")
	rows := func() {
		t.Helper()
		if got := c.query("SELECT sum(n) FROM kept"); got != "3" {
			t.Errorf("the rows are %q", got)
		}
	}
	if status := first.stop(); status != exitOK {
		t.Errorf("gatehouse serve ended with %d", status)
	}

	second := startProcess(t, with(other)...)
	c.findOrganization(second.url)
	c.findEndpoints(c.service())
	rows()
	c.stop()
	c.command("start")
	c.awaitState("failed")
	sentence := "he data was written by ClickHouse " + own.Version() + " and cannot be taken over by ClickHouse " + other.Version() + ": run Gatehouse with a ClickHouse older than 22.7 (--clickhouse)"
	if said := c.service().StateMessage; !strings.HasPrefix(said, "T"+sentence) {
		t.Errorf("the service says %q", said)
	}
	if said := doctor(other); !strings.Contains(said, "the service "+c.id+" cannot start: t"+sentence) {
		t.Errorf("doctor says\n%s", said)
	}
	if said := doctor(own); strings.Contains(said, "cannot start") {
		t.Errorf("doctor says\n%s", said)
	}
	if status := second.stop(); status != exitOK {
		t.Errorf("gatehouse serve ended with %d", status)
	}

	third := startProcess(t, args...)
	c.findOrganization(third.url)
	c.command("start")
	c.awaitState("running")
	c.findEndpoints(c.service())
	rows()
	c.stop()
	c.remove()
}
