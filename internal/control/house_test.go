package control_test

import (
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// somewhere is where the tests' requests come from.
var somewhere = netip.MustParseAddr("203.0.113.7")

// house is a Control on a real store, with an organization and its first Admin.
type house struct {
	*control.Control
	store        *store.Store
	directory    *access.Directory
	clock        *cloudtest.Clock
	commits      *commits
	log          *errorLog
	sealer       cloud.Sealer
	passwords    *access.Passwords
	organization uuid.UUID
	admin        cloud.Credential
	used         map[uuid.UUID]time.Time // when sessions were last seen to be admitted
}

// onEachStore runs the test on every database that there is.
func onEachStore(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	for name, options := range map[string]func(*testing.T) store.Options{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newHouse(t, options(t)))
		})
	}
}

func TestMain(m *testing.M) {
	// Each step of a walk commits to a disk, so there are fewer walks than rapid's 100.
	// The command line may ask for more: -rapid.checks=1000.
	if err := flag.Set("rapid.checks", "15"); err != nil {
		panic(err)
	}
	storetest.Main(m)
}

func newHouse(t *testing.T, options store.Options) *house {
	t.Helper()
	h := &house{
		clock:   cloudtest.NewClock(time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC)),
		commits: &commits{},
		log:     &errorLog{},
		admin:   cloud.NewCredential(),
		used:    map[uuid.UUID]time.Time{},

		passwords: access.NewPasswords(cheap),
	}
	options.Commit = h.commits.commit
	var err error
	if h.sealer, err = cloud.NewSealer([]byte("a key of 32 bytes, for the tests")); err != nil {
		t.Fatal(err)
	}
	if h.store, err = store.Open(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	h.directory = access.NewDirectory(h.clock)
	h.Control = h.withLimits(cloud.RelaxedLimits)
	err = h.Begin(t.Context(), control.Bootstrap{Organization: "Acme", FirstKey: &h.admin, SetupToken: control.NewSetupToken()})
	if err != nil {
		t.Fatal(err)
	}
	h.organization = h.Organizations(operator)[0].ID
	return h
}

// withLimits returns another Control of the house, to be used in place of the first.
func (h *house) withLimits(limits cloud.Limits) *control.Control {
	return control.New(control.Config{
		Store: h.store, Directory: h.directory, Clock: h.clock, Limits: limits, Log: slog.New(h.log), Sealer: h.sealer, Passwords: h.passwords,
		PublicURL: publicURL,
	})
}

// cheap makes tests quick.
var cheap = access.PasswordCost{Memory: 64, Passes: 1, Threads: 1}

var operator = access.Operator("tester", "test")

// as returns the principal of the credential, which must be admitted.
func (h *house) as(t fataler, c cloud.Credential) access.Principal {
	t.Helper()
	p, err := h.authenticate(c)
	if err != nil {
		t.Fatalf("the key is refused: %v", err)
	}
	return p
}

func (h *house) authenticate(c cloud.Credential) (access.Principal, error) {
	return h.directory.Authenticate(c.KeyID, c.Secret.Reveal(), somewhere)
}

// newKey makes a key as the operator.
func (h *house) newKey(t fataler, name string, roles ...string) (cloud.Key, cloud.Credential) {
	t.Helper()
	key, credential, err := h.CreateKey(t.Context(), operator, h.organization, cloud.NewKey{Name: name, State: cloud.KeyEnabled, RoleIDs: roleIDs(roles...)})
	if err != nil {
		t.Fatal(err)
	}
	return key, *credential
}

// state returns what the store holds.
func (h *house) state(t fataler) store.State {
	t.Helper()
	state, err := h.store.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// key returns the key as the store holds it, and whether it does.
func (h *house) key(t fataler, id uuid.UUID) (cloud.Key, bool) {
	t.Helper()
	return keyIn(h.state(t), id)
}

func keyIn(state store.State, id uuid.UUID) (cloud.Key, bool) {
	for _, k := range state.Keys {
		if k.ID == id {
			return k, true
		}
	}
	return cloud.Key{}, false
}

// roleIDs returns the ids of system roles.
func roleIDs(names ...string) []uuid.UUID {
	ids := []uuid.UUID{}
	for _, name := range names {
		for _, r := range cloud.SystemRoles(cloud.Organization{}) {
			if r.Name == name {
				ids = append(ids, r.ID)
			}
		}
	}
	return ids
}

func ptr[T any](v T) *T { return &v }

// wantCode fails the test unless err has the code.
func wantCode(t fataler, err error, want cloud.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("the call succeeded, want an error with code %d", want)
	}
	if got := cloud.CodeOf(err); got != want {
		t.Fatalf("the error has code %d, want %d: %v", got, want, err)
	}
}

// commits stands between the store and its commits, so that a test can count
// them, delay them and lose their answers.
type commits struct {
	count atomic.Int64
	next  atomic.Pointer[func(commit func() error) error] // for the next commit only
}

func (c *commits) commit(commit func() error) error {
	c.count.Add(1)
	if next := c.next.Swap(nil); next != nil {
		return (*next)(commit)
	}
	return commit()
}

// onNext calls f with the next commit, in its place.
func (c *commits) onNext(f func(commit func() error) error) { c.next.Store(&f) }

var errConnection = errors.New("the connection was lost")

// loseAnswer makes the next change and hides that it was made.
func (c *commits) loseAnswer() {
	c.onNext(func(commit func() error) error { return errors.Join(commit(), errConnection) })
}

// loseCommit does not make the next change, and does not say so.
func (c *commits) loseCommit() { c.onNext(func(func() error) error { return errConnection }) }

func asError(err error) *cloud.Error {
	var e *cloud.Error
	if !errors.As(err, &e) {
		return &cloud.Error{}
	}
	return e
}

func sentence(err error) string { return asError(err).Message }
