package gateway

import (
	"cmp"
	"math"
	"syscall"
	"time"
)

// Limits bound what clients can take. Zero is the default.
type Limits struct {
	// Connections is how many may be open in all (40000, or what the limit of open files
	// allows), ServiceConnections how many of one service (10000).
	Connections, ServiceConnections int
	// Handshakes is how many may be on their way to TLS at once (4096).
	Handshakes int
	// Handshake is how long that way may take (10 s).
	Handshake time.Duration
	// FirstByte is how long a client may say nothing after it (5 min).
	FirstByte time.Duration
	// Wake is how long a client waits for a service that starts (2 min).
	Wake time.Duration
	// Drain is how long connections that are in use may go on when the gateway ends, or
	// when their server is gone and they still have to read what it said (30 s).
	Drain time.Duration
}

func (l Limits) orDefault() Limits {
	return Limits{
		Connections:        cmp.Or(l.Connections, min(40_000, connectionsByFiles())),
		ServiceConnections: cmp.Or(l.ServiceConnections, 10_000),
		Handshakes:         cmp.Or(l.Handshakes, 4096),
		Handshake:          cmp.Or(l.Handshake, 10*time.Second),
		FirstByte:          cmp.Or(l.FirstByte, 5*time.Minute),
		Wake:               cmp.Or(l.Wake, 2*time.Minute),
		Drain:              cmp.Or(l.Drain, 30*time.Second),
	}
}

// spareFiles are left for everything else that Gatehouse opens.
const spareFiles = 256

// connectionsByFiles returns how many connections the limit of open files allows: each
// has a file on either side. Without room for files nothing of Gatehouse would work.
func connectionsByFiles() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Cur > math.MaxInt32 {
		return math.MaxInt
	}
	return max(64, (int(files.Cur)-spareFiles)/2)
}
