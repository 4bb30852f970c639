package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestBothDialectsDoWhatTheModelSays(t *testing.T) {
	// Whatever is done in whatever order, both dialects answer alike, and as a simple model in memory does.
	t.Parallel()
	options := []store.Options{storetest.SQLite(t)}
	if storetest.PostgresInstalled() {
		options = append(options, storetest.Postgres(t))
	} else {
		t.Log("PostgreSQL's server binaries are not on this machine: SQLite is compared with the model alone")
	}
	var stores []*store.Store
	for _, o := range options {
		stores = append(stores, storetest.Open(t, o))
	}
	var revision int64
	var services []cloud.Service
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{stores: stores, revision: &revision, services: &services}
		m.clear(t)
		for i := range m.organizations {
			m.organizations[i] = cloud.Organization{ID: uuid.New(), Name: fmt.Sprint("organization ", i), CreatedAt: storetest.Morning}
			m.change(t, func(ctx context.Context, tx *store.Tx) error { return tx.InsertOrganization(ctx, m.organizations[i]) })
		}
		t.Repeat(map[string]func(*rapid.T){
			"":                 m.compare,
			"insert":           m.insert,
			"update":           m.update,
			"delete":           m.delete,
			"record":           m.record,
			"mark used":        m.markUsed,
			"rename":           m.rename,
			"fail":             m.fail,
			"page":             m.page,
			"activities":       m.someActivities,
			"with role":        m.withRole,
			"other's keys":     m.foreign,
			"insert role":      m.insertRole,
			"update role":      m.updateRole,
			"delete role":      m.deleteRole,
			"insert service":   m.insertService,
			"update service":   m.updateService,
			"delete service":   m.deleteService,
			"other's services": m.foreignService,
		})
	})
	for _, o := range options[1:] {
		if diff := cmp.Diff(storetest.Content(t, options[0]), storetest.Content(t, o)); diff != "" {
			t.Errorf("the content of the databases differs:\n%s", diff)
		}
	}
}

// machine does the same to all stores and to itself.
type machine struct {
	stores        []*store.Store
	revision      *int64 // of all stores, which outlive a run
	organizations [2]cloud.Organization
	keys          []cloud.Key      // oldest first
	assignments   []assignment     // oldest first
	activities    []cloud.Activity // oldest first
	roles         []cloud.Role     // custom ones, oldest first
	// services are those of all stores, oldest first: they share slots and ports, whosever they are.
	services *[]cloud.Service
}

type assignment struct {
	role uuid.UUID
	key  cloud.Key
}

// change makes a change of all stores that succeeds.
func (m *machine) change(t *rapid.T, f func(context.Context, *store.Tx) error) {
	t.Helper()
	*m.revision++
	for _, s := range m.stores {
		revision, err := s.Write(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) })
		if err != nil {
			t.Fatalf("%s: %v", s.Dialect(), err)
		}
		m.equal(t, s, "the revision", revision, *m.revision)
	}
}

func (m *machine) equal(t *rapid.T, s *store.Store, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, comparers...); diff != "" {
		t.Fatalf("%s of %s is not that of the model (-model +store):\n%s", what, s.Dialect(), diff)
	}
}

var comparers = []cmp.Option{
	cmp.Comparer(func(a, b cloud.Expiry) bool { return a.String() == b.String() && a.Time().Equal(b.Time()) }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
}

// read compares what all stores answer with what the model does.
func read[T any](t *rapid.T, m *machine, what string, want T, f func(context.Context, *store.Reader) (T, error)) {
	t.Helper()
	for _, s := range m.stores {
		var got T
		err := s.Read(t.Context(), func(r *store.Reader) (err error) {
			got, err = f(t.Context(), r)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", s.Dialect(), err)
		}
		m.equal(t, s, what, got, want)
	}
}

var randomRoles = []uuid.UUID{
	cloud.AdminRoleID, uuid.MustParse("11111111-0000-4000-8000-000000000000"), uuid.MustParse("99999999-0000-4000-8000-000000000000"),
}

var names = rapid.Custom(func(t *rapid.T) string { return cloud.CleanText(rapid.String().Draw(t, "text"), cloud.MaxNameLength) })

// mutable draws what of a key can change.
func (m *machine) mutable(t *rapid.T, k cloud.Key) cloud.Key {
	k.Name = names.Draw(t, "name")
	k.State = rapid.SampledFrom([]cloud.KeyState{cloud.KeyEnabled, cloud.KeyDisabled}).Draw(t, "state")
	roles := slices.Clone(randomRoles)
	for _, r := range m.roles {
		if r.OrganizationID == k.OrganizationID {
			roles = append(roles, r.ID)
		}
	}
	k.RoleIDs = rapid.Permutation(roles).Draw(t, "roles")[:rapid.IntRange(0, len(roles)).Draw(t, "number of roles")]
	if len(k.RoleIDs) == 0 {
		k.RoleIDs = nil
	}
	expiry := rapid.SampledFrom([]string{"", "2030-01-31T00:00:00Z", "2030-01-31T02:00:00.5+02:00"}).Draw(t, "expiry")
	k.Expiry, _ = cloud.ParseExpiry("expiry", expiry)
	k.Addresses = rapid.SampledFrom([]cloud.AddressList{nil, {}, {{Source: "::/0", Description: k.Name}, {Source: "203.0.113.7"}}}).Draw(t, "addresses")
	return k
}

// some draws a key, or skips the step when there is none.
func (m *machine) some(t *rapid.T) int {
	if len(m.keys) == 0 {
		t.Skip("there is no key")
	}
	return rapid.IntRange(0, len(m.keys)-1).Draw(t, "key")
}

func (m *machine) organization(t *rapid.T) cloud.Organization {
	return rapid.SampledFrom(m.organizations[:]).Draw(t, "organization")
}

func (m *machine) insert(t *rapid.T) {
	k := m.mutable(t, cloud.Key{
		ID: uuid.New(), OrganizationID: m.organization(t).ID, Credential: cloud.NewCredential().Hashed(), CreatedAt: storetest.Morning,
		CreatedBy: cloud.Creator{Type: cloud.ActorUser, ID: uuid.NewString(), Details: names.Draw(t, "creator")},
	})
	var inserted []cloud.Key
	m.change(t, func(ctx context.Context, tx *store.Tx) error {
		k, err := tx.InsertKey(ctx, k)
		inserted = append(inserted, k)
		return err
	})
	k.Sequence = inserted[0].Sequence
	for i, s := range m.stores {
		m.equal(t, s, "the inserted key", inserted[i], k)
	}
	if n := len(m.keys); n > 0 && k.Sequence <= m.keys[n-1].Sequence {
		t.Fatalf("the key has place %d, not after %d", k.Sequence, m.keys[n-1].Sequence)
	}
	m.keys = append(m.keys, k)
	m.assign(k)
}

func (m *machine) assign(k cloud.Key) {
	m.assignments = slices.DeleteFunc(m.assignments, func(a assignment) bool { return a.key.ID == k.ID })
	for _, role := range k.RoleIDs {
		m.assignments = append(m.assignments, assignment{role, k})
	}
}

func (m *machine) update(t *rapid.T) {
	i := m.some(t)
	m.keys[i] = m.mutable(t, m.keys[i])
	m.change(t, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateKey(ctx, m.keys[i]) })
	m.assign(m.keys[i])
}

func (m *machine) delete(t *rapid.T) {
	i := m.some(t)
	k := m.keys[i]
	m.change(t, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteKey(ctx, k) })
	m.keys = slices.Delete(m.keys, i, i+1)
	k.RoleIDs = nil
	m.assign(k)
}

func (m *machine) record(t *rapid.T) {
	a := cloud.Activity{
		ID: uuid.New(), OrganizationID: m.organization(t).ID, Type: cloud.KeyUpdated, KeyUpdate: cloud.KeyUpdateName, TargetKeyID: uuid.New(),
		CreatedAt: storetest.Morning.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "time")) * time.Millisecond),
		Actor:     cloud.Actor{Type: cloud.ActorAPI, Details: names.Draw(t, "details"), Address: netip.MustParseAddr("2001:db8::1"), UserAgent: names.Draw(t, "agent")},
	}
	m.change(t, func(ctx context.Context, tx *store.Tx) error { return tx.Record(ctx, a) })
	read(t, m, "the activity", a.Actor, func(ctx context.Context, r *store.Reader) (cloud.Actor, error) {
		got, err := r.Activity(ctx, a.OrganizationID, a.ID.String())
		a.Sequence = got.Sequence
		return got.Actor, err
	})
	m.activities = append(m.activities, a)
}

func (m *machine) markUsed(t *rapid.T) {
	i := m.some(t)
	at := storetest.Morning.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "time")) * time.Minute)
	for _, s := range m.stores {
		if err := s.MarkUsed(t.Context(), map[uuid.UUID]time.Time{m.keys[i].ID: at, uuid.New(): at}); err != nil {
			t.Fatalf("%s: %v", s.Dialect(), err)
		}
	}
	if at.After(m.keys[i].UsedAt) {
		m.keys[i].UsedAt = at
	}
}

func (m *machine) rename(t *rapid.T) {
	o := &m.organizations[rapid.IntRange(0, 1).Draw(t, "organization")]
	o.Name, o.EnableCoreDumps = names.Draw(t, "name"), rapid.Bool().Draw(t, "core dumps")
	m.change(t, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateOrganization(ctx, *o) })
}

// fail makes a change that is given up.
func (m *machine) fail(t *rapid.T) {
	givenUp := errors.New("given up")
	for _, s := range m.stores {
		_, err := s.Write(t.Context(), func(tx *store.Tx) error {
			for _, k := range m.keys {
				if err := tx.DeleteKey(t.Context(), k); err != nil {
					return err
				}
			}
			for _, s := range *m.services {
				if _, err := tx.DeleteService(t.Context(), s.OrganizationID, s.ID, storetest.Morning); err != nil {
					return err
				}
			}
			return givenUp
		})
		if !errors.Is(err, givenUp) {
			t.Fatalf("%s: %v", s.Dialect(), err)
		}
	}
}

// of returns the keys of the organization.
func (m *machine) of(o cloud.Organization) (keys []cloud.Key) {
	for _, k := range m.keys {
		if k.OrganizationID == o.ID {
			keys = append(keys, k)
		}
	}
	return keys
}

func (m *machine) page(t *rapid.T) {
	o, limit, after := m.organization(t), rapid.IntRange(1, 4).Draw(t, "limit"), int64(0)
	var want []cloud.Key
	if len(m.keys) > 0 && rapid.Bool().Draw(t, "from the middle") {
		after = m.keys[m.some(t)].Sequence
	}
	for _, k := range m.of(o) {
		if k.Sequence > after && len(want) < limit {
			want = append(want, k)
		}
	}
	read(t, m, "the page", want, func(ctx context.Context, r *store.Reader) ([]cloud.Key, error) {
		return r.Keys(ctx, o.ID, store.KeyQuery{After: &store.KeyPlace{Sequence: after}, Limit: limit})
	})
}

func (m *machine) someActivities(t *rapid.T) {
	o, in := m.organization(t), store.ActivityRange{Limit: rapid.IntRange(1, 6).Draw(t, "limit")}
	instant := func(name string) time.Time {
		half := rapid.IntRange(-1, 12).Draw(t, name)
		if half < 0 {
			return time.Time{}
		}
		return storetest.Morning.Add(time.Duration(half) * time.Millisecond / 2)
	}
	in.From, in.Before = instant("from"), instant("before")
	if len(m.activities) > 0 && rapid.Bool().Draw(t, "from the middle") {
		in.Older = rapid.SampledFrom(m.activities).Draw(t, "older").Sequence
	}
	var want []cloud.Activity
	for _, a := range slices.Backward(m.activities) {
		if a.OrganizationID == o.ID && !a.CreatedAt.Before(in.From) && (in.Before.IsZero() || a.CreatedAt.Before(in.Before)) &&
			(in.Older == 0 || a.Sequence < in.Older) && len(want) < in.Limit {
			want = append(want, a)
		}
	}
	read(t, m, "the activities", want, func(ctx context.Context, r *store.Reader) ([]cloud.Activity, error) {
		return r.Activities(ctx, o.ID, in)
	})
}

func (m *machine) withRole(t *rapid.T) {
	o, role := m.organization(t), rapid.SampledFrom(randomRoles).Draw(t, "role")
	var want []cloud.Key
	for _, k := range m.of(o) {
		if slices.Contains(k.RoleIDs, role) {
			k.RoleIDs = nil
			want = append(want, k)
		}
	}
	read(t, m, "the keys with the role", want, func(ctx context.Context, r *store.Reader) ([]cloud.Key, error) {
		return storetest.KeysWithRole(ctx, r, o.ID, role)
	})
}

// foreign asks for a key through the other organization.
func (m *machine) foreign(t *rapid.T) {
	k := m.keys[m.some(t)]
	for _, o := range m.organizations {
		if o.ID != k.OrganizationID {
			k.OrganizationID = o.ID
			break
		}
	}
	for _, s := range m.stores {
		for _, f := range []func(*store.Tx) error{
			func(tx *store.Tx) error { _, err := tx.Key(t.Context(), k.OrganizationID, k.ID); return err },
			func(tx *store.Tx) error { return tx.UpdateKey(t.Context(), k) },
			func(tx *store.Tx) error { return tx.DeleteKey(t.Context(), k) },
		} {
			if _, err := s.Write(t.Context(), f); cloud.CodeOf(err) != cloud.NotFound || err.Error() != "Key not found" {
				t.Fatalf("%s: %v", s.Dialect(), err)
			}
		}
	}
}

// everything is all that there is of an organization.
type everything struct {
	Organization cloud.Organization
	Keys         []cloud.Key
	Count        int
	Actors       map[uuid.UUID][]cloud.ActorRef
	Roles        []cloud.Role
	Services     []cloud.Service
	ServiceCount int
}

// compare compares all that there is after each step.
func (m *machine) compare(t *rapid.T) {
	var want []everything
	for _, o := range m.organizations {
		all := everything{Organization: o, Keys: m.of(o), Actors: map[uuid.UUID][]cloud.ActorRef{}}
		all.Count = len(all.Keys)
		all.Roles, all.Services = m.rolesOf(o.ID), m.servicesOf(o.ID)
		all.ServiceCount = len(all.Services)
		for _, a := range m.assignments {
			if a.key.OrganizationID == o.ID {
				all.Actors[a.role] = append(all.Actors[a.role], cloud.KeyActor(a.key.ID))
			}
		}
		want = append(want, all)
	}
	read(t, m, "everything", want, func(ctx context.Context, r *store.Reader) (got []everything, err error) {
		for _, o := range m.organizations {
			var all everything
			var errs [7]error
			all.Organization, errs[0] = r.Organization(ctx, o.ID)
			all.Keys, errs[1] = r.Keys(ctx, o.ID, store.KeyQuery{Limit: 1000})
			all.Count, errs[2] = r.CountKeys(ctx, o.ID)
			all.Actors, errs[3] = r.RoleActors(ctx, o.ID)
			all.Roles, errs[4] = r.CustomRoles(ctx, o.ID)
			all.Services, errs[5] = r.Services(ctx, o.ID)
			all.ServiceCount, errs[6] = r.CountServices(ctx, o.ID)
			got, err = append(got, all), errors.Join(errs[:]...)
			if err != nil {
				return nil, err
			}
		}
		return got, nil
	})
	m.compareServices(t)
}
