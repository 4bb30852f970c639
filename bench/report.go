package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what a run found.
type report struct {
	Time     time.Time    `json:"time"`
	Machine  machine      `json:"machine"`
	Settings settings     `json:"settings"`
	Compared []comparison `json:"compared,omitempty"`
	Startup  []figure     `json:"startup,omitempty"`

	Services *servicesReport `json:"services,omitempty"`
}

type machine struct {
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
	Go   string `json:"go"`
}

type settings struct {
	Request     string  `json:"request"`
	Connections int     `json:"connections"`
	Rounds      int     `json:"rounds"`
	Round       float64 `json:"roundSeconds"`
	Starts      int     `json:"starts"`
	ServerProcs int     `json:"serverProcs"`
	LoadProcs   int     `json:"loadProcs"`
}

// comparison is a figure of both servers. Ratio is Gatehouse's by the bare server's,
// of rounds that followed each other.
type comparison struct {
	Name      string `json:"name"`
	Unit      string `json:"unit"`
	Gatehouse spread `json:"gatehouse"`
	Bare      spread `json:"bare"`
	Ratio     spread `json:"ratio"`

	of         func(measured) float64
	ours, bare []float64
}

type figure struct {
	Name  string `json:"name"`
	Unit  string `json:"unit"`
	Value spread `json:"value"`
}

// spread is the median of some values and their quartiles: half of them lie between.
type spread struct {
	Median float64 `json:"median"`
	Low    float64 `json:"lowerQuartile"`
	High   float64 `json:"upperQuartile"`
}

func newReport(o options) *report {
	return &report{
		Time:    time.Now().UTC().Truncate(time.Second),
		Machine: machine{runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()},
		Settings: settings{
			Request: "GET " + path, Connections: o.connections, Rounds: o.rounds, Round: o.round.Seconds(), Starts: o.starts,
			ServerProcs: o.serverProcs, LoadProcs: o.loadProcs,
		},
	}
}

// comparisons are the figures that both servers have.
func comparisons() []comparison {
	return []comparison{
		{Name: "throughput", Unit: "req/s", of: func(s measured) float64 { return s.perSecond }},
		{Name: "latency p50", Unit: "µs", of: func(s measured) float64 { return microseconds(s.p50) }},
		{Name: "latency p99", Unit: "µs", of: func(s measured) float64 { return microseconds(s.p99) }},
		{Name: "server CPU time", Unit: "µs/req", of: func(s measured) float64 { return s.cpu }},
		{Name: "allocations", Unit: "/req", of: func(s measured) float64 { return s.allocations }},
		{Name: "allocated", Unit: "B/req", of: func(s measured) float64 { return s.allocated }},
	}
}

// add takes in a round of Gatehouse and the one of the bare server beside it.
func (r *report) add(ours, bare measured) {
	if r.Compared == nil {
		r.Compared = comparisons()
	}
	for i := range r.Compared {
		c := &r.Compared[i]
		c.ours, c.bare = append(c.ours, c.of(ours)), append(c.bare, c.of(bare))
		ratios := make([]float64, len(c.ours))
		for j := range ratios {
			ratios[j] = c.ours[j] / c.bare[j]
		}
		c.Gatehouse, c.Bare, c.Ratio = spreadOf(c.ours), spreadOf(c.bare), spreadOf(ratios)
	}
}

func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	at := func(share float64) float64 { // interpolates between neighbours
		place := share * float64(len(sorted)-1)
		i := int(place)
		next := min(i+1, len(sorted)-1)
		return sorted[i] + (place-float64(i))*(sorted[next]-sorted[i])
	}
	return spread{Median: at(.5), Low: at(.25), High: at(.75)}
}

func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *report) writeTable(w io.Writer) error {
	if len(r.Startup) > 0 {
		if err := r.writeCompared(w); err != nil || r.Services == nil {
			return err
		}
		fmt.Fprintln(w)
	}
	return r.Services.writeTable(w)
}

func (r *report) writeCompared(w io.Writer) error {
	s := r.Settings
	fmt.Fprintf(w, "%s with a key: %d connections, %d rounds of %gs for each server, in turns\n", s.Request, s.Connections, s.Rounds, s.Round)
	fmt.Fprintf(w, "GOMAXPROCS is %d for a server and %d for the load; %s on %s/%s with %d CPUs; %s\n",
		s.ServerProcs, s.LoadProcs, r.Machine.Go, r.Machine.OS, r.Machine.Arch, r.Machine.CPUs, r.Time.Format(time.DateOnly))
	fmt.Fprint(w, "medians, each with its quartiles; the ratio is of rounds that followed each other\n\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, cells ...string) { fmt.Fprintf(t, "%-34s\t%s\t\n", name, strings.Join(cells, "\t")) }
	row("", "gatehouse", "", "bare net/http", "", "ratio", "")
	for _, c := range r.Compared {
		row(c.Name+", "+c.Unit, c.Gatehouse.cells(0), c.Bare.cells(0), c.Ratio.cells(2))
	}
	row("", "", "", "", "", "", "")
	for _, f := range r.Startup {
		row(f.Name+", "+f.Unit, f.Value.cells(1), "", "", "", "")
	}
	return t.Flush()
}

// cells are two cells: the median and the quartiles.
func (s spread) cells(digits int) string {
	return fmt.Sprintf("%.*f\t%.*f–%.*f", digits, s.Median, digits, s.Low, digits, s.High)
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
