// Package control holds the operations, free of transport. Each authorises, checks,
// changes and records in one transaction, and tells the directory before it returns.
package control

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// readAgainLimit bounds how long a change holds up the others while the store does
// not answer.
const readAgainLimit = 10 * time.Second

// Control carries out operations. It is safe for concurrent use.
type Control struct {
	store     *store.Store
	directory *access.Directory
	clock     cloud.Clock
	limits    cloud.Limits
	log       *slog.Logger
	sealer    cloud.Sealer
	passwords *access.Passwords
	signIns   *access.SignInThrottle
	resets    *access.SignInThrottle
	mails     sync.WaitGroup // those that nobody waits for
	mailing   chan struct{}  // holds one token for each of these
	mailer    Mailer         // nil when no mail is sent
	publicURL string         // without a slash at its end
	writing   chan struct{}  // holds one token: who has it may change
	retired   atomic.Bool
	regions   []string  // that are offered; nil for all
	ports     PortRange // of services
	fleet     Fleet     // nil when no service is run, as the next
	front     Front
	observers []ServiceObserver
	schemas   schemaCache // of the settings that services can have

	listenable func(ctx context.Context, ports []int, n int) []int // nil for all

	counting sync.RWMutex // held while counts of requests are on their way from memory to the store
	swept    cloud.Day    // when counts that are too old were last deleted; under counting
}

// Config is what Control needs.
type Config struct {
	Store     *store.Store
	Directory *access.Directory
	Clock     cloud.Clock
	Limits    cloud.Limits
	Log       *slog.Logger
	// Sealer keeps second factors. Without a key, none can be added.
	Sealer cloud.Sealer
	// Mailer hands mails to a mail server; nil when Gatehouse sends none.
	Mailer Mailer
	// PublicURL is where people reach the console, without a slash at its end: links in
	// mails begin with it.
	PublicURL string
	// Passwords hashes; when nil, at access.DefaultPasswordCost.
	Passwords *access.Passwords
	// Regions are those in which services can be created; nil for all of the contract.
	Regions []string
	// Ports are given to services.
	Ports PortRange
	// Listenable returns the first n of the ports on which the front could listen now, in
	// their order; fewer where there are no more. A change waits for it, so it is to take
	// milliseconds. When nil, all can be listened on.
	Listenable func(ctx context.Context, ports []int, n int) []int
}

// New returns a Control. Nobody is admitted before Load.
func New(c Config) *Control {
	control := &Control{
		store: c.Store, directory: c.Directory, clock: c.Clock, limits: c.Limits, log: c.Log, writing: make(chan struct{}, 1),
		sealer: c.Sealer, passwords: c.Passwords, signIns: access.NewSignInThrottle(c.Clock), mailer: c.Mailer, publicURL: c.PublicURL,
		resets: access.NewSignInThrottle(c.Clock), mailing: make(chan struct{}, mailsAtOnce),
		regions: c.Regions, ports: c.Ports, listenable: c.Listenable,
	}
	if control.passwords == nil {
		control.passwords = access.NewPasswords(access.DefaultPasswordCost)
	}
	control.writing <- struct{}{}
	return control
}

// Limits returns what an organization and a key may use.
func (c *Control) Limits() cloud.Limits { return c.limits }

// Regions returns those in which services can be created; nil for all of the contract.
func (c *Control) Regions() []string { return slices.Clone(c.regions) }

// Load reads the directory anew from the store.
func (c *Control) Load(ctx context.Context) error {
	if err := c.lock(ctx); err != nil {
		return err
	}
	defer c.unlock()
	return c.load(ctx)
}

func (c *Control) load(ctx context.Context) error {
	state, err := c.store.State(ctx)
	if err != nil {
		return err
	}
	c.directory.Load(access.State{
		Revision: state.Revision, Organizations: state.Organizations, Roles: state.Roles, Keys: state.Keys, People: state.People, Sessions: state.Sessions,
	})
	if c.retired.Load() { // perhaps since the store was read
		c.directory.Suspend()
	}
	c.loadServices(state.Services)
	return nil
}

// Retire admits nobody any more, for good: another process may have taken over the
// store, and what it takes away would not be known here.
func (c *Control) Retire() {
	c.retired.Store(true) // first, so that a load that is under way cannot undo the next line
	c.directory.Suspend()
}

// Ready returns Unavailable unless requests can be answered.
func (c *Control) Ready(ctx context.Context) error {
	if c.directory.Suspended() {
		return cloud.Errorf(cloud.Unavailable, "The directory of keys is being read again")
	}
	return c.store.Check(ctx)
}

// change is what a write does to the directory, and to those who observe services.
type change struct {
	organizations []cloud.Organization
	roles         []cloud.Role
	deletedRoles  []cloud.Role
	keys          []cloud.Key
	deletedKeys   []cloud.Key
	people        []cloud.Person
	sessions      []cloud.Session
	endedSessions []cloud.Session

	services        []cloud.Service // new and changed ones, for the observers
	deletedServices []uuid.UUID
}

// write is the one place where a change commits and where the verifier learns of
// it. It asks again who the principal is and what they may do, so that nothing is
// changed in the name of a key or a session that was taken away since; runs f in a transaction;
// and when it returns, nobody is admitted any more by what the change took away.
func (c *Control) write(ctx context.Context, p access.Principal, o Operation, organization uuid.UUID, f func(access.Principal, *store.Tx) (change, error)) error {
	return c.commit(ctx, func(tx *store.Tx) (change, error) {
		p, err := p.Current()
		if err != nil {
			return change{}, err
		}
		if err := c.authorize(p, o, organization); err != nil {
			return change{}, err
		}
		return f(p, tx)
	})
}

func (c *Control) commit(ctx context.Context, f func(*store.Tx) (change, error)) error {
	if err := c.lock(ctx); err != nil {
		return err
	}
	defer c.unlock()
	var made change
	revision, err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		made, err = f(tx)
		return err
	})
	switch {
	case errors.Is(err, store.ErrUncertain):
		// What was taken away may be gone in the store: admit nobody until it is read.
		c.directory.Suspend()
		c.log.Error("a commit was not answered; nobody is admitted until the store is read again", "error", err)
		c.readAgain(ctx)
		return &cloud.Error{Code: cloud.Unavailable, Message: "It is not known whether the change was made; read it again", Err: err, RetryAfter: time.Second}
	case err != nil, revision == 0:
		return err
	}
	applied := c.directory.Apply(access.Change{
		Revision: revision, Organizations: made.organizations, Roles: made.roles, DeletedRoles: made.deletedRoles, Keys: made.keys, DeletedKeys: made.deletedKeys,
		People: made.people, Sessions: made.sessions, EndedSessions: made.endedSessions,
	})
	c.applyServices(made)
	if !applied {
		// The change is made and its answer may be the only copy of a secret. What it
		// took away is refused, because nobody is admitted until the store is read.
		c.directory.Suspend()
		c.readAgain(ctx)
	}
	return nil
}

// readAgain loads the suspended directory, whether the client waits or not. When
// that fails, Reload is to try again: other changes do not wait for longer.
func (c *Control) readAgain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readAgainLimit)
	defer cancel()
	if err := c.load(ctx); err != nil {
		c.log.Error("the store could not be read again", "error", err)
	}
}

// Reload reads the directory again when nobody is admitted, unless that is for
// good. It is to be called now and then.
func (c *Control) Reload(ctx context.Context) error {
	if c.retired.Load() || !c.directory.Suspended() {
		return nil
	}
	return c.Load(ctx)
}

func (c *Control) lock(ctx context.Context) error {
	select {
	case <-c.writing:
		return nil
	case <-ctx.Done():
		return &cloud.Error{Code: cloud.Unavailable, Message: "The request ended before its turn came", Err: ctx.Err()}
	}
}

func (c *Control) unlock() { c.writing <- struct{}{} }
