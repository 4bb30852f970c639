// Command bench measures Gatehouse: an authenticated GET /v1/organizations side by
// side with a bare net/http handler that writes the same bytes, how fast the program
// starts, and what services cost. See docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := execute(ctx, os.Args[1:], os.Stdout)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func execute(ctx context.Context, args []string, out io.Writer) error {
	if file := os.Getenv(bareVariable); file != "" {
		return serveBare(ctx, file, out)
	}
	if address := os.Getenv(relayVariable); address != "" {
		return serveRelay(ctx, address, out)
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	return o.measure(ctx, out)
}

// options are what a run measures, and how.
type options struct {
	connections int
	rounds      int
	round       time.Duration
	rest        time.Duration
	starts      int
	serverProcs int
	loadProcs   int
	profile     string
	json        bool
	part        string
	services    serviceOptions
}

// The parts of a run.
const (
	partAll      = "all"
	partHTTP     = "http"
	partServices = "services"
)

func parse(args []string) (options, error) {
	o := options{services: wholeServices}
	var quick bool
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.connections, "connections", 16, "keep-alive connections")
	flags.IntVar(&o.rounds, "rounds", 50, "rounds of each server")
	flags.DurationVar(&o.round, "round", 200*time.Millisecond, "how long a round lasts: short, so that both servers meet the same noise")
	flags.DurationVar(&o.rest, "rest", 0, "a rest before each round, for others on a machine that is shared")
	flags.IntVar(&o.starts, "starts", 10, "starts of the program with a new store, and as many with an existing one")
	flags.IntVar(&o.serverProcs, "server-procs", runtime.NumCPU(), "GOMAXPROCS of each server")
	flags.IntVar(&o.loadProcs, "load-procs", runtime.NumCPU(), "GOMAXPROCS of what makes the requests")
	flags.StringVar(&o.profile, "profile", "", "write a CPU profile of Gatehouse to this file")
	flags.BoolVar(&o.json, "json", false, "write JSON for programs")
	flags.StringVar(&o.part, "part", partAll, "what is measured: http, services or all")
	flags.BoolVar(&quick, "quick", false, "5 rounds, 3 starts, 2 services: to see that it works, not to compare")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if quick {
		o.rounds, o.starts, o.services = 5, 3, quickServices
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("%q is no flag: see --help", flags.Arg(0))
	case o.part != partAll && o.part != partHTTP && o.part != partServices:
		return o, fmt.Errorf("--part %q is none: choose http, services or all", o.part)
	case min(o.connections, o.rounds, o.starts, o.serverProcs, o.loadProcs) < 1, o.round <= 0, o.rest < 0:
		return o, errors.New("connections, rounds, starts and procs must be at least 1, and a round longer than 0")
	}
	return o, nil
}

func (o options) measure(ctx context.Context, out io.Writer) (err error) {
	runtime.GOMAXPROCS(o.loadProcs)
	dir, err := os.MkdirTemp("", "gatehouse-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	servers := run{binary: binary, procs: o.serverProcs}
	r := newReport(o)
	if o.part != partServices {
		if err := r.compare(ctx, o, servers, dir); err != nil {
			return err
		}
		if err := r.start(ctx, o, servers, dir); err != nil {
			return err
		}
	}
	var failed error
	if o.part != partHTTP {
		failed = r.services(ctx, o.services, servers, dir)
	}
	// What was measured is shown, also when something went wrong after it.
	if o.json {
		return errors.Join(failed, r.writeJSON(out))
	}
	return errors.Join(failed, r.writeTable(out))
}
