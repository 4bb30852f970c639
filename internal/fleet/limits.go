package fleet

import (
	"runtime"
	"time"
)

// Limits bound what the fleet does at once and how long it waits. A field that is zero
// stands for the one of DefaultLimits.
type Limits struct {
	// Starts is how many servers are started at once.
	Starts int
	// Start, Stop, Destroy and Ask bound one call of the driver: Ask is for questions and changes.
	Start, Stop, Destroy, Ask time.Duration
	// Hung is how long a server's process may not answer until it is killed.
	Hung time.Duration
	// Ledger bounds one change in the ledger.
	Ledger time.Duration
	// Wait is how long Backend waits for a server.
	Wait time.Duration
	// Look is how often a running server is asked what it does.
	Look time.Duration
	// Drain is how long a restart for new settings waits for a moment without queries, and
	// DrainLook how often it looks for one.
	Drain, DrainLook time.Duration
	// BackOff is the first wait after a failure; each further one doubles it, to BackOffMax.
	BackOff, BackOffMax time.Duration
	// Failures is how many failures in a row make a service failed; a run of Steady resets the count.
	Failures int
	Steady   time.Duration
}

// DefaultLimits are those of a Gatehouse that serves people.
func DefaultLimits() Limits {
	return Limits{
		Starts: max(2, runtime.NumCPU()),
		Start:  5 * time.Minute, Stop: time.Minute, Destroy: 10 * time.Minute, Ask: 10 * time.Second, Hung: time.Minute,
		Ledger: 10 * time.Second, Wait: 2 * time.Minute,
		Look: 15 * time.Second, Drain: time.Hour, DrainLook: time.Second,
		BackOff: 500 * time.Millisecond, BackOffMax: 30 * time.Second,
		Failures: 5, Steady: time.Minute,
	}
}

// orDefault returns the limits with what is zero filled in.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, n := range []struct {
		to   *int
		from int
	}{{&l.Starts, d.Starts}, {&l.Failures, d.Failures}} {
		if *n.to == 0 {
			*n.to = n.from
		}
	}
	for _, t := range []struct {
		to   *time.Duration
		from time.Duration
	}{
		{&l.Start, d.Start},
		{&l.Stop, d.Stop},
		{&l.Destroy, d.Destroy},
		{&l.Ask, d.Ask},
		{&l.Hung, d.Hung},
		{&l.Ledger, d.Ledger},
		{&l.Wait, d.Wait},
		{&l.Look, d.Look},
		{&l.Drain, d.Drain},
		{&l.DrainLook, d.DrainLook},
		{&l.BackOff, d.BackOff},
		{&l.BackOffMax, d.BackOffMax},
		{&l.Steady, d.Steady},
	} {
		if *t.to == 0 {
			*t.to = t.from
		}
	}
	return l
}
