package fleettest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// Call is something that the fleet asks of the driver or of an instance.
type Call string

// The calls that can be told how to go.
const (
	Start    Call = "start"
	Adopt    Call = "adopt"
	Destroy  Call = "destroy"
	Stop     Call = "stop"
	Update   Call = "update"
	Activity Call = "activity"
	Answer   Call = "answer"
	Kill     Call = "kill"
)

// Outcome is how a call goes. The zero Outcome succeeds at once.
type Outcome struct {
	// Takes is how long it takes, unless its context ends first.
	Takes time.Duration
	// Err is what it returns.
	Err error
	// Anyway says that its effect comes about although it fails or its context ends.
	Anyway bool
	// Restart is the answer of Update.
	Restart bool
}

// Driver is a fleet.Driver whose servers are made of nothing. They and their data outlive
// a fleet, as real ones do. It is safe for concurrent use.
type Driver struct {
	// Replicas is how many a service has; zero leaves what was asked for.
	Replicas int

	mu         sync.Mutex
	outcome    func(Call, cloud.Service) Outcome
	mayDestroy func(uuid.UUID) error
	servers    map[uuid.UUID]*Server
	data       map[uuid.UUID]bool
	busy       map[uuid.UUID]Call // the call of a service that is under way
	starting   int
	most       int // that started at once
	calls      map[Call]int
	violations []string
}

// NewDriver returns a driver without servers and data.
func NewDriver() *Driver {
	return &Driver{servers: map[uuid.UUID]*Server{}, data: map[uuid.UUID]bool{}, busy: map[uuid.UUID]Call{}, calls: map[Call]int{}}
}

// Behave asks outcome at each call how it goes; nil lets all succeed at once.
func (d *Driver) Behave(outcome func(Call, cloud.Service) Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outcome = outcome
}

// MayDestroy is asked before data is removed; an error is a violation.
func (d *Driver) MayDestroy(f func(uuid.UUID) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mayDestroy = f
}

// Server returns the server of a service that runs, or nil.
func (d *Driver) Server(id uuid.UUID) *Server {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.servers[id]
}

// Servers returns how many run.
func (d *Driver) Servers() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.servers)
}

// HasData reports whether there is data of a service.
func (d *Driver) HasData(id uuid.UUID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.data[id]
}

// Calls returns how often something was asked.
func (d *Driver) Calls(c Call) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[c]
}

// MostAtOnce returns how many servers were being started at once, at most.
func (d *Driver) MostAtOnce() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.most
}

// Violations returns what the fleet did that it must not.
func (d *Driver) Violations() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.violations)
}

// Running returns the ids of the services whose server runs.
func (d *Driver) Running() []uuid.UUID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Keys(d.servers))
}

// begin notes a call and says how it is to go. end is to be called at its end.
func (d *Driver) begin(c Call, s cloud.Service) (o Outcome, end func()) {
	d.mu.Lock()
	outcome := d.outcome
	d.calls[c]++
	d.mu.Unlock()
	if outcome != nil {
		o = outcome(c, s)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	alone := c == Start || c == Adopt || c == Destroy || c == Stop || c == Kill
	if alone {
		if other, ok := d.busy[s.ID]; ok {
			d.violations = append(d.violations, fmt.Sprintf("%s was called for %s during %s", c, s.Name, other))
		}
		d.busy[s.ID] = c
	}
	if c == Start {
		d.starting++
		d.most = max(d.most, d.starting)
	}
	return o, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if alone {
			delete(d.busy, s.ID)
		}
		if c == Start {
			d.starting--
		}
	}
}

// do makes a call go as it is told to, and lets effect come about where it should.
func (d *Driver) do(ctx context.Context, c Call, s cloud.Service, effect func() error) (Outcome, error) {
	o, end := d.begin(c, s)
	defer end()
	err := o.Err
	if o.Takes > 0 {
		select {
		case <-time.After(o.Takes):
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil && !o.Anyway {
		return o, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if failed := effect(); failed != nil && err == nil {
		err = failed
	}
	return o, err
}

// Start implements fleet.Driver.
func (d *Driver) Start(ctx context.Context, s cloud.Service) (fleet.Instance, error) {
	var server *Server
	_, err := d.do(ctx, Start, s, func() error {
		if server = d.servers[s.ID]; server == nil {
			server = &Server{driver: d, service: s, done: make(chan struct{}), started: time.Now()} //nolint:forbidigo // it is the time of the bubble that a test runs in
			d.servers[s.ID] = server
		}
		server.service, server.memory = s, s.Scaling.MaxMemory
		d.data[s.ID] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return server, nil
}

// Adopt implements fleet.Driver.
func (d *Driver) Adopt(ctx context.Context, s cloud.Service) (fleet.Instance, error) {
	var server *Server
	_, err := d.do(ctx, Adopt, s, func() error {
		if server = d.servers[s.ID]; server == nil {
			return fleet.ErrNotRunning
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if server.hangs() {
		return server, fleet.ErrSilent
	}
	return server, nil
}

// Destroy implements fleet.Driver.
func (d *Driver) Destroy(ctx context.Context, s cloud.Service) error {
	d.mu.Lock()
	may := d.mayDestroy
	d.mu.Unlock()
	if may != nil {
		if err := may(s.ID); err != nil {
			d.mu.Lock()
			d.violations = append(d.violations, fmt.Sprintf("the data of %s was to be removed: %v", s.Name, err))
			d.mu.Unlock()
		}
	}
	_, err := d.do(ctx, Destroy, s, func() error {
		if d.servers[s.ID] != nil {
			return cloud.Errorf(cloud.Unavailable, "The data of the service is in use")
		}
		delete(d.data, s.ID)
		return nil
	})
	return err
}

// Capabilities implements fleet.Driver.
func (d *Driver) Capabilities() engine.Capabilities { return engine.Capabilities{} }

// Check implements fleet.Driver.
func (d *Driver) Check() error { return nil }

// Runs implements fleet.Driver.
func (d *Driver) Runs(s cloud.Scaling) cloud.Scaling {
	if d.Replicas > 0 {
		s.MinReplicas, s.MaxReplicas = d.Replicas, d.Replicas
	}
	return s
}

// Server is a fleet.Instance. Its methods that are not of that interface are for tests.
type Server struct {
	driver  *Driver
	done    chan struct{}
	started time.Time

	// These are the driver's to lock.
	service  cloud.Service // what it has taken
	memory   int           // the limit in force, in GiB
	hanging  bool
	hung     bool // it was killed for that
	exit     string
	activity fleet.Activity
}

// Taken returns the service as the server has taken it.
func (s *Server) Taken() cloud.Service {
	s.driver.mu.Lock()
	defer s.driver.mu.Unlock()
	return s.service
}

// Crash ends the server by itself; exit says why.
func (s *Server) Crash(exit string) {
	s.driver.mu.Lock()
	defer s.driver.mu.Unlock()
	s.endLocked(exit)
}

// Hang makes the server answer nothing, as a process that a signal has stopped, or lets it go on.
func (s *Server) Hang(hanging bool) {
	s.driver.mu.Lock()
	defer s.driver.mu.Unlock()
	s.hanging = hanging
}

func (s *Server) hangs() bool {
	s.driver.mu.Lock()
	defer s.driver.mu.Unlock()
	return s.hanging
}

// answer makes a call go as it is told to. While the server hangs it waits until ctx ends.
func (s *Server) answer(ctx context.Context, c Call, about cloud.Service, effect func() error) (Outcome, error) {
	if s.hangs() {
		select {
		case <-ctx.Done():
			return Outcome{}, ctx.Err()
		case <-s.done:
			return Outcome{}, fleet.ErrNotRunning
		}
	}
	return s.driver.do(ctx, c, about, effect)
}

// Use changes what the server does for its users.
func (s *Server) Use(f func(*fleet.Activity)) {
	s.driver.mu.Lock()
	defer s.driver.mu.Unlock()
	f(&s.activity)
}

func (s *Server) endLocked(exit string) {
	if s.driver.servers[s.service.ID] != s {
		return
	}
	delete(s.driver.servers, s.service.ID)
	s.exit = exit
	close(s.done)
}

// HTTP implements fleet.Instance.
func (s *Server) HTTP() string { return "127.0.0.1:8123" }

// Native implements fleet.Instance.
func (s *Server) Native() string { return "127.0.0.1:9000" }

// Version implements fleet.Instance.
func (s *Server) Version() string { return "26.7.2.1" }

// Started implements fleet.Instance.
func (s *Server) Started() time.Time { return s.started }

// Done implements fleet.Instance.
func (s *Server) Done() <-chan struct{} { return s.done }

// Exit implements fleet.Instance.
func (s *Server) Exit() string {
	s.driver.mu.Lock()
	defer s.driver.mu.Unlock()
	return s.exit
}

// Update implements fleet.Instance.
func (s *Server) Update(ctx context.Context, service cloud.Service) (restart bool, err error) {
	o, err := s.answer(ctx, Update, service, func() error {
		if s.driver.servers[service.ID] != s {
			return fleet.ErrNotRunning
		}
		s.service = service
		return nil
	})
	if err == nil && !o.Restart {
		s.driver.mu.Lock()
		defer s.driver.mu.Unlock()
		s.memory = service.Scaling.MaxMemory
	}
	return o.Restart, err
}

// Activity implements fleet.Instance.
func (s *Server) Activity(ctx context.Context) (a fleet.Activity, err error) {
	_, err = s.answer(ctx, Activity, s.Taken(), func() error {
		if s.driver.servers[s.service.ID] != s {
			return fleet.ErrNotRunning
		}
		a = s.activity
		return nil
	})
	return a, err
}

// Query implements fleet.Instance: it answers with the statement.
func (s *Server) Query(_ context.Context, sql string, w io.Writer) error {
	_, err := io.WriteString(w, sql)
	return err
}

// Metrics implements fleet.Instance.
func (s *Server) Metrics(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, "ClickHouseMetrics_Query 0\n")
	return err
}

// Memory implements fleet.Instance.
func (s *Server) Memory() int64 {
	s.driver.mu.Lock()
	defer s.driver.mu.Unlock()
	return int64(s.memory) << 30
}

// Answers implements fleet.Instance.
func (s *Server) Answers(ctx context.Context) error {
	_, err := s.answer(ctx, Answer, s.Taken(), func() error { return nil })
	return err
}

// Stop implements fleet.Instance.
func (s *Server) Stop(ctx context.Context) error {
	return s.end(ctx, Stop, s.hangs())
}

// Kill implements fleet.Instance.
func (s *Server) Kill(ctx context.Context) error { return s.end(ctx, Kill, true) }

func (s *Server) end(ctx context.Context, c Call, hung bool) error {
	_, err := s.driver.do(ctx, c, s.Taken(), func() error {
		if !hung {
			s.endLocked("The server was stopped")
			return nil
		}
		s.hung = s.hung || s.driver.servers[s.service.ID] == s
		s.endLocked("The server did not answer and was ended")
		return nil
	})
	return err
}

// Hung implements fleet.Instance.
func (s *Server) Hung() bool {
	s.driver.mu.Lock()
	defer s.driver.mu.Unlock()
	return s.hung
}
