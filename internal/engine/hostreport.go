package engine

import (
	"encoding/json"
	"errors"
)

// report is one line of how the start goes.
type report struct {
	Loading bool      `json:",omitempty"` // a process that ends now has a broken library
	Loaded  bool      `json:",omitempty"`
	Ready   *identity `json:",omitempty"`
	Ending  *failure  `json:",omitempty"` // why the host ends what it began; Failure follows unless it is cut off
	Failure *failure  `json:",omitempty"`
}

// notStarted is said of a failure that has no words of its own.
const notStarted = "the engine cannot be started"

// tell writes a line for Gatehouse, which may be gone.
func (h *host) tell(r report) { _ = json.NewEncoder(h.parent).Encode(r) }

// failure is an Error on its way to Gatehouse.
type failure struct {
	Kind    ErrorKind
	Message string
	Cause   string
}

func failureReport(e *Error) *failure {
	r := &failure{Kind: e.Kind, Message: e.Message}
	if e.Err != nil {
		r.Cause = e.Err.Error()
	}
	return r
}

func (r *failure) err() error {
	e := &Error{Kind: r.Kind, Message: r.Message}
	if r.Cause != "" {
		e.Err = errors.New(r.Cause)
	}
	return e
}
