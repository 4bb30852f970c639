package fleet

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Status is what the fleet knows of a service beyond what is stored. It is lost when the fleet ends.
type Status struct {
	// Running says that a server runs; Version and Started are its own, or of the one that ran last.
	Running bool
	Version string
	Started time.Time
	// Starts and Crashes count since this fleet began; Failures those in a row.
	Starts, Crashes, Failures int
	// RestartDue says that the server takes new settings only with a restart, which waits
	// for a moment without queries.
	RestartDue bool
	// Active is when a user was last seen to do something; zero where no server ran.
	Active time.Time
	// Problem is what the reconciler failed at last and has not done since, for the operator; else empty.
	Problem string
}

// Status returns what is known of a service, and false for one that is not there.
func (f *Fleet) Status(id uuid.UUID) (Status, bool) {
	m := f.member(id)
	if m == nil {
		return Status{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status, !m.gone
}

// Current returns the scaling that a service really has: what the driver makes of the
// one in force, with the memory that a running server has until it is restarted, whoever
// has started it. The entry is that of its schedule which says so; nil when it is the
// baseline. It returns the zero scaling for a service that is not there.
func (f *Fleet) Current(id uuid.UUID) (cloud.Scaling, *cloud.ScheduleEntry) {
	m := f.member(id)
	if m == nil {
		return cloud.Scaling{}, nil
	}
	m.mu.Lock()
	s, inForce, i := m.service, m.inForce, m.instance
	m.mu.Unlock()
	scaling, entry := s.ScalingAt(f.clock.Now())
	if inForce != nil {
		idle, minutes := scaling.Idle, scaling.IdleMinutes
		scaling = *inForce
		scaling.Idle, scaling.IdleMinutes = idle, minutes
	}
	if i != nil && i.Memory() > 0 {
		scaling.MaxMemory = max(int(i.Memory()/gib), 1)
		scaling.MinMemory = min(scaling.MinMemory, scaling.MaxMemory)
	}
	return f.driver.Runs(scaling), entry
}

// Query runs a statement on a service that runs, as Gatehouse itself, and writes the
// answer to w. It never wakes: it returns NotFound, Conflict for a service that rests, is
// stopped or being deleted, Unavailable for one that is not ready, and what the server says.
func (f *Fleet) Query(ctx context.Context, id uuid.UUID, sql string, w io.Writer) error {
	i, err := f.running(id)
	if err != nil {
		return err
	}
	return i.Query(ctx, sql, w)
}

// Metrics writes the metrics of the server of a service to w, as Prometheus text. It never
// wakes; its errors are those of Query.
func (f *Fleet) Metrics(ctx context.Context, id uuid.UUID, w io.Writer) error {
	i, err := f.running(id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, f.limits.Ask)
	defer cancel()
	return i.Metrics(ctx, w)
}

func (f *Fleet) running(id uuid.UUID) (Instance, error) {
	m := f.member(id)
	if m == nil {
		return nil, errNotFound
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := refuseConnection(m.service, m.gone); err != nil && m.service.State != cloud.ServiceFailed {
		return nil, err
	}
	switch {
	case m.instance != nil && !ended(m.instance):
		return m.instance, nil
	case m.service.Goal == cloud.GoalIdle:
		return nil, errIdle
	case m.service.State == cloud.ServiceFailed:
		return nil, errFailed
	default:
		return nil, errStarting
	}
}

// Settle returns nil when the server of a service has taken the password, the settings and
// the limits that were applied before the call, as far as it can without a restart, or has
// ended; at once for a service whose server does not run: it will start with them, and is
// not reached before. It returns NotFound, and Unavailable when ctx or Limits.Ask
// ends first: the server takes them later.
func (f *Fleet) Settle(ctx context.Context, id uuid.UUID) error {
	m := f.member(id)
	if m == nil {
		return errNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, f.limits.Ask)
	defer cancel()
	for {
		settled, changed, err := m.settled()
		if settled || err != nil {
			return err
		}
		select {
		case <-changed:
			continue
		case <-f.ended:
			err = errors.New("the fleet has ended")
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		return &cloud.Error{
			Code: cloud.Unavailable, Message: "The change is stored, but the service has not taken it yet; it will as soon as it answers",
			Err: err, RetryAfter: time.Second,
		}
	}
}

func (m *member) settled() (bool, <-chan struct{}, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.gone:
		return false, nil, errNotFound
	case m.instance == nil || ended(m.instance):
		return true, nil, nil
	default:
		return m.taken != nil && sameOrder(*m.taken, orderOf(m.service, m.f.clock.Now())), m.changed, nil
	}
}
