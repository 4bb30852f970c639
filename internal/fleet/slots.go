package fleet

import (
	"context"
	"slices"
	"sync"
)

// slots bound how many servers start at once. A service that a client waits for goes
// before those that nobody waits for; otherwise first come, first served.
type slots struct {
	mu    sync.Mutex
	free  int
	queue []*ticket
}

type ticket struct {
	urgent func() bool
	turn   chan struct{} // closed when the slot is the ticket's
}

func newSlots(n int) *slots { return &slots{free: n} }

// take waits for a slot, and returns a function that gives it back. urgent says, when a
// slot is free, whether somebody waits. It returns the cause for which ctx ended.
func (s *slots) take(ctx context.Context, urgent func() bool) (back func(), err error) {
	s.mu.Lock()
	if s.free > 0 {
		s.free--
		s.mu.Unlock()
		return s.giveBack, nil
	}
	t := &ticket{urgent: urgent, turn: make(chan struct{})}
	s.queue = append(s.queue, t)
	s.mu.Unlock()
	select {
	case <-t.turn:
		return s.giveBack, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	i := slices.Index(s.queue, t)
	if i >= 0 {
		s.queue = slices.Delete(s.queue, i, i+1)
	}
	s.mu.Unlock()
	if i < 0 { // the turn came at the same moment
		s.giveBack()
	}
	return nil, context.Cause(ctx)
}

func (s *slots) giveBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		s.free++
		return
	}
	i := max(0, slices.IndexFunc(s.queue, func(t *ticket) bool { return t.urgent() }))
	t := s.queue[i]
	s.queue = slices.Delete(s.queue, i, i+1)
	close(t.turn)
}
