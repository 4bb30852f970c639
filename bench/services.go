package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// serviceOptions are how much is done for each figure of the services.
type serviceOptions struct {
	cycles    int           // creations, stops and starts one after another
	atOnce    int           // creations at once
	rounds    int           // of those
	running   []int         // how many services run when their memory is looked at
	settle    time.Duration // before it is
	restarts  int           // of Gatehouse
	asks      int           // of SELECT 1, each way
	downloads int           // of each large result, each way
	wake      bool          // whether services are left alone until they rest
}

var (
	wholeServices = serviceOptions{
		cycles: 20, atOnce: 5, rounds: 4, running: []int{1, 5, 10}, settle: 10 * time.Second, restarts: 5, asks: 3000, downloads: 18, wake: true,
	}
	quickServices = serviceOptions{
		cycles: 2, atOnce: 2, rounds: 1, running: []int{1, 2}, restarts: 1, asks: 50, downloads: 1,
	}
)

// servicesReport is what a run found of services.
type servicesReport struct {
	// NotMeasured says in sentences what was not measured, and why.
	NotMeasured []string `json:"notMeasured,omitempty"`
	Engine      string   `json:"engine,omitempty"`
	// LoadBefore and LoadAfter are the load averages of the machine (proc_loadavg(5)).
	LoadBefore string      `json:"loadBefore,omitempty"`
	LoadAfter  string      `json:"loadAfter,omitempty"`
	Times      []timing    `json:"times,omitempty"`
	Overhead   *overhead   `json:"overhead,omitempty"`
	Memory     []occupancy `json:"memory,omitempty"`
	Fit        []capacity  `json:"fit,omitempty"`
}

// timing is how long something took each time, in ms.
type timing struct {
	Name    string  `json:"name,omitempty"`
	Aim     string  `json:"aim,omitempty"`
	Count   int     `json:"count"`
	P50     float64 `json:"p50"`
	P95     float64 `json:"p95"`
	Longest float64 `json:"longest"`
}

func timingOf(name, aim string, took []time.Duration) timing {
	took = slices.Sorted(slices.Values(took))
	return timing{name, aim, len(took), milliseconds(percentile(took, 50)), milliseconds(percentile(took, 95)), milliseconds(percentile(took, 100))}
}

// occupancy is the memory of services that nobody asks anything, in bytes.
type occupancy struct {
	Running   int   `json:"running"`
	Resting   int   `json:"resting"`
	Private   int64 `json:"privateOfEach"` // the median of those that run
	Shared    int64 `json:"sharedOfEach"`  // the same
	Pss       int64 `json:"pssOfAll"`
	Gatehouse int64 `json:"privateOfGatehouse"`
}

// capacity is how many services fit into a machine.
type capacity struct {
	MachineBytes int64 `json:"machineBytes"`
	Services     int   `json:"services"`
}

// machineBytes is the machine that the services are to fit into.
const machineBytes = 16 << 30

// services measures Gatehouse with services, in an order in which nothing waits for the
// services that are to rest but the end.
func (r *report) services(ctx context.Context, o serviceOptions, servers run, dir string) (err error) {
	r.Services = &servicesReport{}
	if runtime.GOOS != "linux" {
		r.Services.notMeasured("services: their processes, memory and processor time are looked at as Linux shows them in /proc")
		return nil
	}
	h, err := openHouse(ctx, servers, dir)
	if none := (noLibrary{}); errors.As(err, &none) {
		r.Services.notMeasured("services: " + none.Error())
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	r.Services.Engine, _ = h.server.told("services run on ")
	r.Services.LoadBefore = loadAverage()
	b := serviceBench{serviceOptions: o, house: h, report: r.Services}
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"memory", b.memory},
		{"restarts of Gatehouse", b.restart},
		{"services created, stopped and started", b.cycle},
		{"services created at once", b.createAtOnce},
		{"the gateway", b.gateway},
		{"waking", b.wakeUp},
	} {
		_, _ = fmt.Fprintf(os.Stderr, "bench: %s\n", step.name) // it takes minutes
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	r.Services.LoadAfter = loadAverage()
	return nil
}

func (r *servicesReport) notMeasured(why string) { r.NotMeasured = append(r.NotMeasured, why) }

func (r *servicesReport) took(name, aim string, took []time.Duration) {
	r.Times = append(r.Times, timingOf(name, aim, took))
}

// serviceBench is a run.
type serviceBench struct {
	serviceOptions
	house  *house
	report *servicesReport
	tired  []service // those that may rest
}

// memory creates services that may rest and looks at what they take while they run.
func (b *serviceBench) memory(ctx context.Context) error {
	for _, n := range append([]int{0}, b.running...) {
		for len(b.tired) < n {
			s, _, err := b.house.create(ctx, true)
			if err != nil {
				return err
			}
			b.tired = append(b.tired, s)
		}
		if err := pause(ctx, b.settle); err != nil {
			return err
		}
		if err := b.look(n, 0); err != nil {
			return err
		}
	}
	// With several, the library is shared memory and counts once.
	last := b.report.Memory[len(b.report.Memory)-1]
	b.report.Fit = []capacity{{machineBytes, fit(machineBytes, last.Gatehouse, memory{Private: last.Private, Shared: last.Shared})}}
	return nil
}

// look takes note of the memory of Gatehouse and the services.
func (b *serviceBench) look(running, resting int) error {
	found, err := hosts(b.house.data)
	if err != nil {
		return err
	}
	if len(found) != running {
		return fmt.Errorf("expected %d processes of services, got %d", running, len(found))
	}
	own, err := memoryOf(b.house.server.process.Process.Pid)
	if err != nil {
		return err
	}
	o := occupancy{Running: running, Resting: resting, Gatehouse: own.Private}
	var private, shared []float64
	for _, pid := range found {
		m, err := memoryOf(pid)
		if err != nil {
			return err
		}
		private, shared, o.Pss = append(private, float64(m.Private)), append(shared, float64(m.Shared)), o.Pss+m.Pss
	}
	if running > 0 {
		o.Private, o.Shared = int64(spreadOf(private).Median), int64(spreadOf(shared).Median)
	}
	b.report.Memory = append(b.report.Memory, o)
	return nil
}

// restart restarts Gatehouse while the services run.
func (b *serviceBench) restart(ctx context.Context) error {
	before, err := hosts(b.house.data)
	if err != nil {
		return err
	}
	var ready, adopted []time.Duration
	for range b.restarts {
		if err := b.house.stop(); err != nil {
			return err
		}
		begin := time.Now()
		if err := b.house.start(ctx); err != nil {
			return err
		}
		ready = append(ready, b.house.server.took)
		if err := b.house.returned(ctx, b.tired); err != nil {
			return err
		}
		adopted = append(adopted, time.Since(begin))
	}
	after, err := hosts(b.house.data)
	if err != nil {
		return err
	}
	if !maps.Equal(before, after) {
		return errors.New("the processes of services are not those of before")
	}
	n := len(b.tired)
	b.report.took(fmt.Sprintf("restart with %d running services, to ready", n), "", ready)
	b.report.took("… until each has answered over HTTPS", "", adopted)
	return nil
}

// cycle creates, stops and starts services one after another.
func (b *serviceBench) cycle(ctx context.Context) error {
	var created, stopped, started []time.Duration
	for range b.cycles {
		s, create, err := b.house.create(ctx, false)
		if err != nil {
			return err
		}
		stop, err := b.house.command(ctx, s, "stop", "stopped")
		if err != nil {
			return err
		}
		start, err := b.house.command(ctx, s, "start", "running")
		if err != nil {
			return err
		}
		if err := b.house.remove(ctx, s); err != nil {
			return err
		}
		created, stopped, started = append(created, create), append(stopped, stop), append(started, start)
	}
	b.report.took("create → running", "p95 ≤ 2 s", created)
	b.report.took("stop → stopped", "", stopped)
	b.report.took("start → running", "", started)
	return nil
}

// createAtOnce creates several services at once.
func (b *serviceBench) createAtOnce(ctx context.Context) error {
	var all []time.Duration
	for range b.rounds {
		services, took, err := b.house.createAll(ctx, b.atOnce, false)
		if err != nil {
			return err
		}
		all = append(all, took...)
		group, ctx := errgroup.WithContext(ctx)
		for _, s := range services {
			group.Go(func() error { return b.house.remove(ctx, s) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	b.report.took(fmt.Sprintf("create → running, %d at once", b.atOnce), "", all)
	return nil
}

// gateway compares the ways to a service.
func (b *serviceBench) gateway(ctx context.Context) error {
	s, _, err := b.house.create(ctx, false)
	if err != nil {
		return err
	}
	b.report.Overhead, err = b.house.overhead(ctx, s, b.asks, b.downloads)
	return err
}

// wakeUp waits until services rest, which nothing makes them do but that nobody asks
// them anything, and asks them: the first half one after another, the others at once.
func (b *serviceBench) wakeUp(ctx context.Context) error {
	if !b.wake {
		b.report.notMeasured(fmt.Sprintf("waking: a service rests after %d minutes without a query at the soonest, too long for a quick run", idleMinutes))
		return nil
	}
	if err := b.awaitRest(ctx); err != nil {
		return err
	}
	if err := b.look(1, len(b.tired)); err != nil { // the one of the gateway runs
		return err
	}
	half := len(b.tired) / 2
	var alone []time.Duration
	for i := range half {
		took, err := b.house.firstAnswers(ctx, b.tired[i:i+1])
		if err != nil {
			return err
		}
		alone = append(alone, took...)
	}
	together, err := b.house.firstAnswers(ctx, b.tired[half:])
	if err != nil {
		return err
	}
	b.report.took("idle → first answer over HTTPS", "≤ 1 s", alone)
	b.report.took(fmt.Sprintf("idle → first answer, %d at once", len(together)), "", together)
	return nil
}

// restLimit is how long services may take to rest: the time that was agreed, and some
// for the looks that find it.
const restLimit = (idleMinutes + 2) * time.Minute

func (b *serviceBench) awaitRest(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, restLimit)
	defer cancel()
	for _, s := range b.tired {
		for {
			now, err := b.house.state(ctx, s)
			if err != nil {
				return err
			}
			if now.State == "idle" {
				break
			}
			if err := pause(ctx, time.Second); err != nil {
				return fmt.Errorf("a service is to be idle and is %s (%w)", now.State, err)
			}
		}
	}
	return nil
}

// loadAverage returns how busy the machine was in the last 1, 5 and 15 minutes.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text))
	return strings.Join(fields[:min(3, len(fields))], " ")
}
