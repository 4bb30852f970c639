package fleet

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ErrUnchanged is what a function given to Ledger.Observe returns when nothing is to be written.
var ErrUnchanged = errors.New("unchanged")

// Ledger is where the fleet writes what it observes. Every change goes on record as any
// other does: committed with its activity, and told to everybody who keeps services in
// memory before the call returns, the fleet itself included.
type Ledger interface {
	// Observe calls f with the service as it is stored, and commits what f leaves of Goal,
	// State, Message and Version; a change of the state sets StateSince and is an activity of the system.
	// It returns the service as it is then. f may return ErrUnchanged; Observe then returns
	// the service and nil. NotFound says that the service is gone. Unavailable says that it is
	// not known whether the change was made: ask again. f may be called again.
	Observe(ctx context.Context, id uuid.UUID, f func(*cloud.Service) error) (cloud.Service, error)

	// Remove deletes what is stored of a service on its way out, when its data is gone. It
	// returns nil for one that is gone already, and Conflict for one that is not to be deleted.
	Remove(ctx context.Context, id uuid.UUID) error
}
