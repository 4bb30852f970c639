package fleet

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
)

// ErrNotRunning says that no server of a service runs.
var ErrNotRunning = errors.New("no server of the service runs")

// ErrSilent says that a server runs whose process does not answer.
var ErrSilent = errors.New("the server of the service does not answer")

// ErrFinal says that a start fails until somebody changes what it failed for: it is tried again
// only by a command.
var ErrFinal = errors.New("another attempt is of no use")

// ErrBusy says that a server answers, but has no room for the question: it works for its users.
var ErrBusy = errors.New("the server has no room for another query")

// Driver runs the servers of services somewhere: as processes of this machine, say.
//
// A service is given to it as it is to run now: its Scaling is the one in force, and it
// has no Schedule. The fleet never calls the methods that take a service twice at once
// for the same one. Every method can be called again after it failed or was cut short by
// a kill -9, whatever had been done by then. A failure that the owner of the service
// should read about is a *cloud.Error, with a sentence that is fit for the public.
//
// Every method but Capabilities, Check and Runs heeds its context, and the fleet bounds
// each call. The context of a start ends when the service is no longer to run.
type Driver interface {
	// Start starts the server of a service, or takes over the one that runs, and returns
	// when it takes queries with the password and settings given. When it returns an
	// error, what it began has ended or is found by Adopt.
	Start(context.Context, cloud.Service) (Instance, error)

	// Adopt takes over the server that runs; it waits for one that is on its way up as far
	// as that can be seen. It returns ErrNotRunning when there is none. The server keeps
	// the password and settings it has, until Update. With ErrSilent it returns one that runs
	// and does not answer, so that it can be asked again, stopped and killed; nil with that
	// error says that it is not sure which process it is.
	Adopt(context.Context, cloud.Service) (Instance, error)

	// Destroy removes the data of a service for good, and everything else of it. It
	// refuses while a server has the data. It returns nil when nothing is there. When
	// it returns nil, the removal is durable.
	Destroy(context.Context, cloud.Service) error

	// Capabilities says what the servers can do.
	Capabilities() engine.Capabilities

	// Check returns Unavailable, with a sentence that says why, where no server can be
	// started at all.
	Check() error

	// Runs returns what becomes of a scaling here: how many replicas run, and how much
	// memory each may have.
	Runs(cloud.Scaling) cloud.Scaling
}

// Instance is a server that runs. It is safe for concurrent use, and its methods that
// ask the server fail when it has ended.
type Instance interface {
	// HTTP is host:port where the server answers HTTP, without TLS.
	HTTP() string
	// Native is host:port where it speaks the native protocol, without TLS.
	Native() string
	// Version is that of its ClickHouse.
	Version() string
	// Started is when the server was started, by whichever fleet.
	Started() time.Time
	// Done is closed when the server has ended, for whatever reason.
	Done() <-chan struct{}
	// Exit says in one public sentence how the server ended; empty until Done.
	Exit() string

	// Update gives the server the password, settings and limits of the service. When it
	// returns nil the password and what can change at once are in force, and true says
	// that the rest needs a restart. The answer is about all that the server runs with,
	// not only about what this call changed.
	Update(context.Context, cloud.Service) (restart bool, err error)
	// Memory is the limit of memory in force in the server, in bytes, which is not the one
	// ordered while that waits for a restart; 0 when it is not known.
	Memory() int64
	// Answers returns nil when the server's process answers, however busy its ClickHouse is. It
	// waits for that until its context ends.
	Answers(context.Context) error
	// Activity says what the server is doing for its users; ErrBusy says that it is too
	// much to be asked.
	Activity(context.Context) (Activity, error)
	// Query runs a statement as Gatehouse itself and writes its answer to w.
	Query(ctx context.Context, sql string, w io.Writer) error
	// Metrics writes the metrics of the server as Prometheus text.
	Metrics(ctx context.Context, w io.Writer) error

	// Stop ends the server and returns when it is gone and its data at rest. It returns
	// nil when it was gone already. One that does not answer is killed.
	Stop(context.Context) error
	// Kill ends a server that does not answer, at once, and returns when it is gone.
	Kill(context.Context) error
	// Hung reports whether the server was killed because it did not answer.
	Hung() bool
}

// Activity is what a server does for its users. What Gatehouse asks it never counts.
type Activity struct {
	UserQueries uint64 // since it was started
	Running     int    // queries of users that run now
	Merges      int    // merges and mutations that run now
}
