package main

import "fmt"

// writeTable writes what the ways to a server cost.
func (o *overhead) writeTable(t table) {
	o.Small.writeTable(t)
	for _, x := range o.Large {
		x.writeTable(t)
	}
	if len(o.Large) == 0 {
		return
	}
	t.row(fmt.Sprintf("ms of processor time for %s", o.Large[0].megabytes()), "server", "relay or gateway", "client", "together", "took")
	for _, x := range o.Large {
		for i, c := range x.ways() {
			p := c.Processor
			t.row(x.Server+": "+wayNames[i], whole(p.Server), whole(p.Between), whole(p.Client), whole(p.sum()), whole(float64(x.Bytes)/1e3/c.MB.Median))
		}
	}
	t.gap()
}

func (a answers) writeTable(t table) {
	t.row("SELECT 1 over a kept connection, ms", "p50", "p95", "longest", "of", "aim")
	for i, x := range [wayCount]timing{a.Straight, a.Relay, a.Gateway} {
		t.row(wayNames[i], fine(x.P50), fine(x.P95), fine(x.Longest), x.Count, "")
	}
	t.row("added by the relay", fine(a.AddedByRelay.Median), fine(a.Relay.P95-a.Straight.P95), "", "", "")
	t.row("added by the gateway", fine(a.AddedByGateway.Median), fine(a.Gateway.P95-a.Straight.P95), "", "", "p50 ≤ 0.2")
	t.gap()
}

func (x transfer) writeTable(t table) {
	t.row(fmt.Sprintf("%s, the server on %s: MB/s", x.megabytes(), x.Server), "median", "quartiles", "of", "aim")
	for i, c := range x.ways() {
		t.row(wayNames[i], c.MB.cells(0), x.Downloads, "")
	}
	t.row("ratio: gateway by straight", x.GatewayByStraight.cells(2), x.Downloads, x.Aim)
	t.row("ratio: gateway by relay", x.GatewayByRelay.cells(2), x.Downloads, "")
	t.gap()
}

func (x transfer) ways() [wayCount]carried { return [wayCount]carried{x.Straight, x.Relay, x.Gateway} }

func (x transfer) megabytes() string { return whole(float64(x.Bytes)/1e6) + " MB" }
