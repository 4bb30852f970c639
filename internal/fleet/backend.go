package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Backend is where a service takes connections.
type Backend struct {
	// HTTP and Native are host:port, without TLS.
	HTTP, Native string
	// Done is closed when the server there has ended: connections to it are worth nothing then.
	Done <-chan struct{}
}

var (
	errNotFound = cloud.Errorf(cloud.NotFound, "Service not found")
	errStopped  = cloud.Errorf(cloud.Conflict, "Service is stopped")
	errDeleting = cloud.Errorf(cloud.Conflict, "Service is being deleted")
	errIdle     = cloud.Errorf(cloud.Conflict, "Service is idle")
	errFailed   = cloud.Errorf(cloud.Unavailable, "Service has failed")
	errStarting = &cloud.Error{Code: cloud.Unavailable, Message: "Service is not ready; ask again in a moment", RetryAfter: 5 * time.Second}
	errTooLong  = &cloud.Error{Code: cloud.Unavailable, Message: "Service did not become ready in time; ask again in a moment", RetryAfter: 5 * time.Second}
	errEnding   = &cloud.Error{Code: cloud.Unavailable, Message: "Gatehouse is shutting down; ask again in a moment", RetryAfter: time.Second}
)

// Backend returns where the service takes connections now. It wakes a service that
// rests, and waits while one starts or is restarted: until ctx ends, whose cause it
// returns, or Limits.Wait. It returns NotFound for a service that is not there,
// Conflict for one that is stopped or being deleted, and Unavailable for one that has
// failed or does not become ready in time. For a service that runs it takes no lock.
func (f *Fleet) Backend(ctx context.Context, id uuid.UUID) (Backend, error) {
	m := f.member(id)
	if m == nil {
		return Backend{}, errNotFound
	}
	if b := m.backend.Load(); b != nil && !b.ended() {
		return *b, nil
	}
	return m.await(ctx)
}

func (b *Backend) ended() bool {
	select {
	case <-b.Done:
		return true
	default:
		return false
	}
}

func (m *member) await(ctx context.Context) (Backend, error) {
	m.waiters.Add(1)
	defer m.waiters.Add(-1)
	ctx, cancel := context.WithTimeoutCause(ctx, m.f.limits.Wait, errTooLong)
	defer cancel()
	for {
		b, changed, err := m.tryBackend()
		if err != nil {
			return Backend{}, err
		}
		if b != nil {
			return *b, nil
		}
		select {
		case <-changed:
		case <-m.f.ended:
			return Backend{}, errEnding
		case <-ctx.Done():
			return Backend{}, context.Cause(ctx)
		}
	}
}

// tryBackend returns where to connect, or why never, or a channel that is closed when it
// is worth trying again. It asks for a service that rests to be woken.
func (m *member) tryBackend() (*Backend, <-chan struct{}, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b := m.backend.Load(); b != nil && !b.ended() {
		return b, nil, nil
	}
	if err := refuseConnection(m.service, m.gone); err != nil {
		return nil, nil, err
	}
	if m.service.Goal == cloud.GoalIdle && !m.wanted {
		m.wanted = true
		m.nudge()
	}
	return nil, m.changed, nil
}

// refuseConnection says why a service takes no connection and is not about to; nil when it may come to.
func refuseConnection(s cloud.Service, gone bool) error {
	switch {
	case gone:
		return errNotFound
	case s.Goal == cloud.GoalDeleted:
		return errDeleting
	case s.Goal == cloud.GoalStopped:
		return errStopped
	case s.Goal == cloud.GoalRunning && s.State == cloud.ServiceFailed:
		failed := *errFailed
		if s.Message != "" {
			failed.Err = errors.New(s.Message)
		}
		return &failed
	default:
		return nil
	}
}
