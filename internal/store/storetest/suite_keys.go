package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func organizations(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "AnOrganizationKeepsEveryField", func(t *testing.T) {
		// An organization is read as it was written and updated, endless lists and odd texts included.
		s := Open(t, options(t))
		o := cloud.Organization{ID: uuid.New(), Name: hardNames[0], CreatedAt: Morning, EnableCoreDumps: true}
		get := func() cloud.Organization {
			return Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Organization, error) {
				return r.Organization(ctx, o.ID)
			})
		}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertOrganization(ctx, o) })
		same(t, "the new organization", get(), o)
		o.Name, o.EnableCoreDumps = hardNames[1], false
		for i := range cloud.MaxPrivateEndpoints {
			o.PrivateEndpoints = append(o.PrivateEndpoints, cloud.PrivateEndpoint{
				ID: numbered(i), Description: hardNames[i%len(hardNames)], CloudProvider: "gcp", Region: "us-east1",
			})
		}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateOrganization(ctx, o) })
		same(t, "the updated organization", get(), o)
	})

	test(t, "OrganizationsAreListedOldestFirst", func(t *testing.T) {
		// Organizations are listed by their age, whatever order they were written in.
		s := Open(t, options(t))
		var want []cloud.Organization
		for i := range 5 {
			want = append(want, cloud.Organization{ID: uuid.New(), Name: numbered(i), CreatedAt: Morning.Add(time.Duration(i) * time.Millisecond)})
		}
		for _, i := range []int{3, 0, 4, 1, 2} {
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertOrganization(ctx, want[i]) })
		}
		same(t, "the list", Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Organization, error) { return r.Organizations(ctx) }), want)
	})

	test(t, "AnOrganizationThatIsNotThereIsNotFound", func(t *testing.T) {
		// Reading and updating an organization that does not exist say so, and change nothing.
		s := Open(t, options(t))
		err := s.Read(t.Context(), func(r *store.Reader) error {
			_, err := r.Organization(t.Context(), uuid.New())
			return err
		})
		sentence(t, err, cloud.NotFound, "Organization not found")
		_, err = s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.UpdateOrganization(t.Context(), cloud.Organization{ID: uuid.New()})
		})
		sentence(t, err, cloud.NotFound, "Organization not found")
	})
}

func keys(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "AKeyKeepsEveryField", func(t *testing.T) {
		// A key is read as it was written, by every way of reading it: nil is not empty, and the expiry is the client's text.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		var want []cloud.Key
		for i, name := range hardNames {
			k := newKey(o, name, roleIDs[i%len(roleIDs):]...)
			k.Expiry, k.Addresses = expiries[i%len(expiries)], addressLists[i%len(addressLists)]
			if i%2 == 1 {
				k.State, k.CreatedBy = cloud.KeyDisabled, person.Creator()
			}
			Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				k, err = tx.InsertKey(ctx, k)
				return err
			})
			want = append(want, k)
		}
		for _, k := range want {
			same(t, "Key", key(t, s, k), k)
		}
		same(t, "Keys", page(t, s, o, 0, 100), want)
		same(t, "AllKeys", Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Key, error) { return r.AllKeys(ctx) }), want)
	})

	test(t, "AnUpdateReplacesWhatCanChange", func(t *testing.T) {
		// An update writes name, state, expiry, addresses and roles in their order, and keeps what a key is.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		other := Key(t, s, o, "other", roleIDs...)
		k := Key(t, s, o, "before", roleIDs[0], roleIDs[1])
		for i, roles := range [][]uuid.UUID{{roleIDs[1], roleIDs[0]}, {roleIDs[3], roleIDs[1], roleIDs[2]}, nil, {roleIDs[2]}} {
			k.Name, k.State, k.RoleIDs = hardNames[i], []cloud.KeyState{cloud.KeyDisabled, cloud.KeyEnabled}[i%2], roles
			k.Expiry, k.Addresses = expiries[i], addressLists[i]
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateKey(ctx, k) })
			same(t, "the updated key", key(t, s, k), k)
		}
		changed := k
		changed.CreatedAt, changed.CreatedBy, changed.Credential = Morning.Add(time.Hour), person.Creator(), cloud.NewCredential().Hashed()
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateKey(ctx, changed) })
		same(t, "what a key is", key(t, s, k), k)
		same(t, "the other key", key(t, s, other), other)
	})

	test(t, "ADeletedKeyIsGoneWithItsRoles", func(t *testing.T) {
		// A deleted key is in no list and no role, its key ID is free, and its activities stay.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		gone, kept := Key(t, s, o, "gone", roleIDs...), Key(t, s, o, "kept", roleIDs[0])
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteKey(ctx, gone) })
		err := s.Read(t.Context(), func(r *store.Reader) error {
			_, err := r.Key(t.Context(), o.ID, gone.ID)
			return err
		})
		sentence(t, err, cloud.NotFound, "Key not found")
		same(t, "the list", page(t, s, o, 0, 10), []cloud.Key{kept})
		same(t, "the roles", actors(t, s, o), map[uuid.UUID][]cloud.ActorRef{roleIDs[0]: {cloud.KeyActor(kept.ID)}})
		same(t, "whether the key ID is taken", taken(t, s, gone), false)
		same(t, "the number of activities", len(activitiesIn(t, s, o, store.ActivityRange{Limit: 10})), 2)
	})

	test(t, "AKeyThatIsNotThereIsNotFound", func(t *testing.T) {
		// Reading, updating and deleting a key that does not exist say so, and leave nothing behind.
		o := options(t)
		s := Open(t, o)
		k := newKey(Organization(t, s, "acme"), "ghost", roleIDs...)
		before := Dump(t, o)
		for _, f := range []func(context.Context, *store.Tx) error{
			func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Key(ctx, k.OrganizationID, k.ID)
				return err
			},
			func(ctx context.Context, tx *store.Tx) error { return tx.UpdateKey(ctx, k) },
			func(ctx context.Context, tx *store.Tx) error { return tx.DeleteKey(ctx, k) },
		} {
			_, err := s.Write(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) })
			sentence(t, err, cloud.NotFound, "Key not found")
		}
		same(t, "the database", Dump(t, o), before)
	})

	test(t, "PagesOfKeysMissNothingWhileKeysAreDeleted", func(t *testing.T) {
		// Whoever pages through the keys sees each that stays once and in order, also when the key at the cursor is deleted.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		var all []cloud.Key
		for i := range 8 {
			all = append(all, Key(t, s, o, numbered(i), roleIDs[i%2:]...))
		}
		first := page(t, s, o, 0, 3)
		same(t, "the first page", first, all[:3])
		for _, i := range []int{0, 2, 3} { // behind, at and before the cursor
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteKey(ctx, all[i]) })
		}
		second := page(t, s, o, first[2].Sequence, 3)
		same(t, "the second page", second, all[4:7])
		late := Key(t, s, o, "late")
		same(t, "the last page", page(t, s, o, second[2].Sequence, 3), []cloud.Key{all[7], late})
		same(t, "after the last page", page(t, s, o, late.Sequence, 3), []cloud.Key(nil))
	})

	test(t, "TheNumberOfKeysIsExact", func(t *testing.T) {
		// The count, on which the quota stands, is that of the organization's keys within the same transaction.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		Key(t, s, other, "other")
		k := Key(t, s, o, "first")
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			for i, f := range []func() error{
				func() error { return nil },
				func() error { _, err := tx.InsertKey(ctx, newKey(o, "second")); return err },
				func() error { return tx.DeleteKey(ctx, k) },
			} {
				if err := f(); err != nil {
					return err
				}
				n, err := tx.CountKeys(ctx, o.ID)
				if err != nil {
					return err
				}
				same(t, "the count", n, []int{1, 2, 1}[i])
			}
			return nil
		})
	})

	test(t, "AKeyIDIsUniqueAcrossOrganizations", func(t *testing.T) {
		// Two keys never have one key ID, whichever organizations they are in: it alone finds the key of a request.
		o := options(t)
		s := Open(t, o)
		k := Key(t, s, Organization(t, s, "acme"), "first")
		double := newKey(Organization(t, s, "other"), "second")
		same(t, "whether a new key ID is taken", taken(t, s, double), false)
		double.Credential.KeyID = k.Credential.KeyID
		same(t, "whether the key ID is taken", taken(t, s, double), true)
		before := Dump(t, o)
		if _, err := s.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.InsertKey(t.Context(), double); return err }); err == nil {
			t.Error("a second key with the key ID was written")
		}
		same(t, "the database", Dump(t, o), before)
	})
}

func key(t *testing.T, s *store.Store, k cloud.Key) cloud.Key {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Key, error) {
		return r.Key(ctx, k.OrganizationID, k.ID)
	})
}

func page(t *testing.T, s *store.Store, o cloud.Organization, after int64, limit int) []cloud.Key {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Key, error) {
		return r.Keys(ctx, o.ID, store.KeyQuery{After: &store.KeyPlace{Sequence: after}, Limit: limit})
	})
}

func taken(t *testing.T, s *store.Store, k cloud.Key) bool {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (bool, error) { return r.KeyIDTaken(ctx, k.Credential.KeyID) })
}

func actors(t *testing.T, s *store.Store, o cloud.Organization) map[uuid.UUID][]cloud.ActorRef {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (map[uuid.UUID][]cloud.ActorRef, error) {
		return r.RoleActors(ctx, o.ID)
	})
}
