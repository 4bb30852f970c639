package access_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
)

var (
	noon    = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	home    = netip.MustParseAddr("203.0.113.7")
	abroad  = netip.MustParseAddr("198.51.100.7")
	another = netip.MustParseAddr("2001:db8::7")
)

// house is a directory with keys of one organization, and the store's side of it:
// the state that a change is made to and that can be loaded again.
type house struct {
	*testing.T
	clock     *cloudtest.Clock
	directory *access.Directory
	state     access.State
}

func newHouse(t *testing.T) *house {
	h := &house{T: t, clock: cloudtest.NewClock(noon)}
	h.directory = access.NewDirectory(h.clock)
	h.state = access.State{Revision: 7, Organizations: []cloud.Organization{{ID: ours, Name: "ours"}, {ID: theirs, Name: "theirs"}}}
	h.directory.Load(h.state)
	return h
}

// tenant is a key together with its credential.
type tenant struct {
	cloud.Key
	keyID, secret string
}

// newTenant returns a key of ours with the role Admin that the directory does not know.
func newTenant(change func(*cloud.Key)) *tenant {
	c := cloud.NewCredential()
	k := cloud.Key{
		ID: uuid.New(), OrganizationID: ours, Name: "key", State: cloud.KeyEnabled, Credential: c.Hashed(),
		RoleIDs: []uuid.UUID{cloud.AdminRoleID}, CreatedAt: noon,
	}
	if change != nil {
		change(&k)
	}
	return &tenant{Key: k, keyID: c.KeyID, secret: c.Secret.Reveal()}
}

// add makes a key and tells the directory.
func (h *house) add(change func(*cloud.Key)) *tenant {
	h.Helper()
	k := newTenant(change)
	h.put(k)
	return k
}

// put tells the directory of a key as it is now.
func (h *house) put(k *tenant) {
	h.Helper()
	h.state.Keys = append(h.without(k), k.Key)
	h.apply(access.Change{Keys: []cloud.Key{k.Key}})
}

// change alters a key and tells the directory.
func (h *house) change(k *tenant, change func(*cloud.Key)) {
	h.Helper()
	change(&k.Key)
	h.put(k)
}

// remove deletes a key and tells the directory.
func (h *house) remove(k *tenant) {
	h.Helper()
	h.state.Keys = h.without(k)
	h.apply(access.Change{DeletedKeys: []cloud.Key{k.Key}})
}

func (h *house) without(k *tenant) []cloud.Key {
	return slices.DeleteFunc(slices.Clone(h.state.Keys), func(other cloud.Key) bool { return other.ID == k.ID })
}

func (h *house) apply(c access.Change) {
	h.Helper()
	h.state.Revision++
	c.Revision = h.state.Revision
	if !h.directory.Apply(c) {
		h.Fatalf("the change to revision %d was refused", c.Revision)
	}
}

// admitted authenticates the key and fails the test when that fails.
func (h *house) admitted(k *tenant, from netip.Addr) access.Principal {
	h.Helper()
	p, err := h.directory.Authenticate(k.keyID, k.secret, from)
	if err != nil {
		h.Fatalf("the key is refused: %v", err)
	}
	return p
}

// refused authenticates the key and fails the test unless it is refused like this.
func (h *house) refused(k *tenant, from netip.Addr, code cloud.Code, message string) {
	h.Helper()
	p, err := h.directory.Authenticate(k.keyID, k.secret, from)
	wantError(h, err, code, message)
	if p != (access.Principal{}) {
		h.Errorf("there is a principal beside the error")
	}
}

func wantError(t testing.TB, err error, code cloud.Code, message string) {
	t.Helper()
	if err == nil || cloud.CodeOf(err) != code || err.Error() != message {
		t.Errorf("the error is %v (code %v), not %q", err, cloud.CodeOf(err), message)
	}
}

const (
	notFound   = "Key is not found"
	notActive  = "Key is not active"
	noAddress  = "The IP access list of this key is empty, so that it cannot be used from any address"
	notListed  = "The address 198.51.100.7 is not in the IP access list of this key"
	suspended  = "It is not certain which keys are valid; ask again in a moment"
	notAllowed = `This needs the permission control-plane:organization:manage, which the key "key" does not have`
)

// addressList returns a list of the sources.
func addressList(sources ...string) cloud.AddressList {
	l := cloud.AddressList{}
	for _, s := range sources {
		l = append(l, cloud.AddressEntry{Source: s})
	}
	return l
}

// numberedID returns the i-th id of a kind: always the same one.
func numberedID(kind byte, i int) (id uuid.UUID) {
	id[0] = kind
	binary.BigEndian.PutUint64(id[8:], uint64(i))
	return id
}

func systemRoleID(name string) uuid.UUID {
	for _, r := range cloud.SystemRoles(cloud.Organization{}) {
		if r.Name == name {
			return r.ID
		}
	}
	panic("there is no system role " + name)
}
