package fleet

import (
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
)

// What tests look at.
var (
	BackOff   = backOff
	BusyOr    = busyOr
	OrderOf   = orderOf
	SameOrder = sameOrder
)

// Spec returns what the engine is told of a service.
func (d *LocalDriver) Spec(s cloud.Service) engine.Spec { return d.spec(s) }

// SetMemory says how many bytes of memory the machine has.
func (d *LocalDriver) SetMemory(bytes int64) { d.memory = bytes }
