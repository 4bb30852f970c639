package main

import (
	"context"
	"errors"
	"time"
)

// overhead is what it costs to go through the gateway, over TLS, rather than straight to
// the server's own port, without TLS; and what a bare TLS relay in the gateway's place
// costs, of which nobody who speaks TLS is spared.
type overhead struct {
	Small answers    `json:"small"`
	Large []transfer `json:"large"`
}

// smallResult is answered as fast as a server answers anything.
const smallResult = "SELECT 1"

// answers are how long SELECT 1 took over connections that are kept, in ms. What was added
// is the difference of the medians; its quartiles are those of the rounds.
type answers struct {
	Straight       timing `json:"straight"`
	Relay          timing `json:"relay"`
	Gateway        timing `json:"gateway"`
	AddedByRelay   spread `json:"addedByRelay"`
	AddedByGateway spread `json:"addedByGateway"`
}

// transfer is a large result, made by the server in one manner.
type transfer struct {
	manner
	Bytes     int64   `json:"bytes"`
	Downloads int     `json:"downloads"` // each way
	Straight  carried `json:"straight"`
	Relay     carried `json:"relay"`
	Gateway   carried `json:"gateway"`
	// The ratios are of throughput, of downloads in one round.
	GatewayByStraight spread `json:"gatewayByStraight"`
	GatewayByRelay    spread `json:"gatewayByRelay"`
}

// carried is a large result that came one way.
type carried struct {
	MB        spread        `json:"mbPerSecond"`
	Processor processorTime `json:"processorMs"` // the mean of the downloads: the kernel counts in steps of 10 ms
}

// manner is how the server makes the large result.
type manner struct {
	Server string `json:"server"`
	Aim    string `json:"aim,omitempty"`

	sql string
}

// The large result has 100 MB, and is made as it is sent. Left to itself, a server makes
// it on every processor there is, and whatever else the result passes takes of the
// server's: so the aim is for a server that leaves a processor to the others.
var manners = []manner{
	{"one thread", "≥ 0.9", largeResult + " SETTINGS max_threads = 1, output_format_parallel_formatting = 0 FORMAT TSV"},
	{"all threads", "", largeResult + " FORMAT TSV"},
}

const largeResult = "SELECT number, toString(number * 7919) FROM numbers(5300000)"

// overhead asks a service each way in turns, so that whatever else the machine does hits
// all alike.
func (h *house) overhead(ctx context.Context, s service, rounds, downloads int) (o *overhead, err error) {
	w, err := h.openWays(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	small, err := inTurns(w.all, rounds, func(w way) (asked, error) { return w.ask(ctx, smallResult) })
	if err != nil {
		return nil, err
	}
	o = &overhead{Small: answersOf(small)}
	for _, m := range manners {
		large, err := inTurns(w.all, downloads, func(w way) (asked, error) { return w.weigh(ctx, m.sql) })
		if err != nil {
			return nil, err
		}
		o.Large = append(o.Large, transferOf(m, large))
	}
	return o, nil
}

func answersOf(t turns) answers {
	took := func(way int) (times []time.Duration) {
		for _, a := range t[way] {
			times = append(times, a.took)
		}
		return times
	}
	a := answers{
		Straight: timingOf("", "", took(straight)), Relay: timingOf("", "", took(byRelay)), Gateway: timingOf("", "", took(byGateway)),
	}
	a.AddedByRelay = spreadOf(t.pairwise(straight, byRelay, added))
	a.AddedByRelay.Median = a.Relay.P50 - a.Straight.P50
	a.AddedByGateway = spreadOf(t.pairwise(straight, byGateway, added))
	a.AddedByGateway.Median = a.Gateway.P50 - a.Straight.P50
	return a
}

func added(before, after asked) float64 { return milliseconds(after.took - before.took) }

func transferOf(m manner, t turns) transfer {
	return transfer{
		manner: m, Bytes: t[straight][0].size, Downloads: len(t[straight]),
		Straight: carriedOf(t[straight]), Relay: carriedOf(t[byRelay]), Gateway: carriedOf(t[byGateway]),
		GatewayByStraight: spreadOf(t.pairwise(straight, byGateway, faster)),
		GatewayByRelay:    spreadOf(t.pairwise(byRelay, byGateway, faster)),
	}
}

func faster(before, after asked) float64 { return before.took.Seconds() / after.took.Seconds() }

func carriedOf(downloads []asked) (c carried) {
	var rates []float64
	n := float64(len(downloads))
	for _, d := range downloads {
		rates = append(rates, float64(d.size)/1e6/d.took.Seconds())
		c.Processor.Server += d.used.Server / n
		c.Processor.Between += d.used.Between / n
		c.Processor.Client += d.used.Client / n
	}
	c.MB = spreadOf(rates)
	return c
}
