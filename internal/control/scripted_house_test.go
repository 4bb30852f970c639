package control_test

import (
	"context"
	"io"
	"sync"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// scriptedFleet is a fleet that answers as a test says, and does nothing else.
type scriptedFleet struct {
	control.Fleet
	query   func(ctx context.Context, id uuid.UUID, sql string, w io.Writer) error
	metrics func(ctx context.Context, id uuid.UUID, w io.Writer) error

	mu   sync.Mutex
	told []cloud.Service
}

// attach gives the house the fleet.
func (h *house) attach(t fataler, f *scriptedFleet) {
	t.Helper()
	h.Attach(f, scriptedFront{})
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (f *scriptedFleet) LoadServices([]cloud.Service) {}

func (f *scriptedFleet) ApplyServices(changed []cloud.Service, _ []uuid.UUID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, changed...)
}

func (f *scriptedFleet) Query(ctx context.Context, id uuid.UUID, sql string, w io.Writer) error {
	return f.query(ctx, id, sql, w)
}

func (f *scriptedFleet) Metrics(ctx context.Context, id uuid.UUID, w io.Writer) error {
	return f.metrics(ctx, id, w)
}

// scriptedFront is where clients would reach services.
type scriptedFront struct{ control.Front }

func (scriptedFront) LoadServices([]cloud.Service)               {}
func (scriptedFront) ApplyServices([]cloud.Service, []uuid.UUID) {}
