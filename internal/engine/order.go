package engine

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/google/uuid"
)

// order is what a host is told at its start. It reaches the host in a file without a
// name: what is on a command line, in the environment or on a disk can be read.
type order struct {
	Service     uuid.UUID
	Engine      Kind
	Path        string // of the binary or library
	Version     string
	LastVersion string // as in Spec
	UID         int    // as which the host runs; 0: as Gatehouse
	Owner       int    // who may ask at the control socket, besides root
	Confinement Confinement
	Tuning      tuning
	Wishes      wishes
}

// tuning is what a test has otherwise.
type tuning struct {
	Ports      []int         `json:",omitempty"` // for HTTP and the native protocol; free ones if there are none
	StartLimit time.Duration // until the server answers
	LockLimit  time.Duration // until the process before has ended
	EndLimit   time.Duration // until a server has ended that never answered
	LogBytes   int64         // of one part of a log
	AllGrants  bool          `json:",omitempty"` // nothing is revoked: only the jail protects
}

// hostTuning returns the tuning of a try to start, from 1; a test replaces it.
var hostTuning = func(int) tuning {
	return tuning{StartLimit: startLimit, LockLimit: lockLimit, EndLimit: endLimit, LogBytes: logBytes}
}

// wishes are the part of an order that can change while the server runs.
type wishes struct {
	Memory         int64
	PasswordSHA256 []byte
	Settings       map[string]string
	ServerSettings map[string]string
	CoreDumps      bool
}

// Format implements fmt.Formatter, so that no verb prints a password's hash.
func (w wishes) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d settings", len(w.Settings)) }

func wishesOf(spec Spec) wishes {
	return wishes{
		Memory:         spec.MemoryBytes,
		PasswordSHA256: spec.PasswordSHA256[:],
		Settings:       spec.Settings,
		ServerSettings: spec.ServerSettings,
		CoreDumps:      spec.CoreDumps,
	}
}

// file returns the order as a file without a name.
func (o order) file() (*os.File, error) {
	f, err := namelessFile()
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(f).Encode(o); err != nil {
		_ = f.Close() // nothing was kept
		return nil, err
	}
	return f, nil
}

// readOrder reads the order from the start of the file, wherever its offset is: the
// host reads it before it enters its jail and again within.
func readOrder(f *os.File) (order, error) {
	var o order
	err := json.NewDecoder(io.NewSectionReader(f, 0, math.MaxInt64)).Decode(&o)
	return o, err
}
