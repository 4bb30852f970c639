package storetest

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func isolation(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "EveryReaderSeesItsOrganizationOnly", func(t *testing.T) {
		// What belongs to another organization does not exist: its id is answered like a random one.
		s := Open(t, options(t))
		acme, other := Organization(t, s, "acme"), Organization(t, s, "other")
		mine, theirs := Key(t, s, acme, "mine", cloud.AdminRoleID), Key(t, s, other, "theirs", cloud.AdminRoleID)
		same(t, "Keys", page(t, s, acme, 0, 10), []cloud.Key{mine})
		same(t, "Keys of the other", page(t, s, other, 0, 10), []cloud.Key{theirs})
		same(t, "RoleActors", actors(t, s, acme), map[uuid.UUID][]cloud.ActorRef{cloud.AdminRoleID: {cloud.KeyActor(mine.ID)}})
		same(t, "KeysWithRole", keyNames(withRole(t, s, acme, cloud.AdminRoleID)), []string{"mine"})
		recorded := activitiesIn(t, s, other, store.ActivityRange{Limit: 10})
		same(t, "the number of Activities", len(recorded), 1)
		same(t, "whom the activity is about", recorded[0].TargetKeyID, theirs.ID)

		notFound := func(message string, f func(context.Context, *store.Tx, uuid.UUID) error, id uuid.UUID) {
			t.Helper()
			for _, id := range []uuid.UUID{id, uuid.New()} {
				_, err := s.Write(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx, id) })
				sentence(t, err, cloud.NotFound, message)
			}
		}
		notFound("Key not found", func(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
			_, err := tx.Key(ctx, acme.ID, id)
			return err
		}, theirs.ID)
		notFound("Key not found", func(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
			return tx.UpdateKey(ctx, cloud.Key{ID: id, OrganizationID: acme.ID, Name: "stolen", State: cloud.KeyDisabled})
		}, theirs.ID)
		notFound("Key not found", func(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
			return tx.DeleteKey(ctx, cloud.Key{ID: id, OrganizationID: acme.ID})
		}, theirs.ID)
		notFound("Activity not found", func(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
			_, err := tx.Activity(ctx, acme.ID, id.String())
			return err
		}, recorded[0].ID)
		same(t, "the other's key", key(t, s, theirs), theirs)
	})

	test(t, "AnUnknownOrganizationIsEmpty", func(t *testing.T) {
		// The lists of an organization that does not exist are empty.
		s := Open(t, options(t))
		Key(t, s, Organization(t, s, "acme"), "mine", cloud.AdminRoleID)
		nobody := cloud.Organization{ID: uuid.New()}
		same(t, "Keys", page(t, s, nobody, 0, 10), []cloud.Key(nil))
		same(t, "RoleActors", actors(t, s, nobody), map[uuid.UUID][]cloud.ActorRef{})
		same(t, "KeysWithRole", withRole(t, s, nobody, cloud.AdminRoleID), []cloud.Key(nil))
		same(t, "Activities", activitiesIn(t, s, nobody, store.ActivityRange{Limit: 10}), []cloud.Activity(nil))
	})
}

func roles(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "TheActorsOfARoleAreInTheOrderTheyWereGivenIt", func(t *testing.T) {
		// A role lists who has it, oldest assignment first; a key that is given it again goes to the end.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		a, b, c := Key(t, s, o, "a", roleIDs[0], roleIDs[1]), Key(t, s, o, "b", roleIDs[1]), Key(t, s, o, "c", roleIDs[1], roleIDs[0])
		ref := func(keys ...cloud.Key) (refs []cloud.ActorRef) {
			for _, k := range keys {
				refs = append(refs, cloud.KeyActor(k.ID))
			}
			return refs
		}
		same(t, "the actors", actors(t, s, o), map[uuid.UUID][]cloud.ActorRef{roleIDs[0]: ref(a, c), roleIDs[1]: ref(a, b, c)})
		a.RoleIDs = []uuid.UUID{roleIDs[1]}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateKey(ctx, a) })
		same(t, "the actors after a change", actors(t, s, o), map[uuid.UUID][]cloud.ActorRef{roleIDs[0]: ref(c), roleIDs[1]: ref(b, c, a)})
	})

	test(t, "TheKeysWithARoleAreFound", func(t *testing.T) {
		// Whether a key is the last admin is decided on the keys that have the role, in every state and expiry.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		first := Key(t, s, o, "first", cloud.AdminRoleID)
		Key(t, s, o, "without", roleIDs[0])
		second := Key(t, s, o, "second", roleIDs[0], cloud.AdminRoleID)
		second.State, second.Expiry = cloud.KeyDisabled, expiries[1]
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateKey(ctx, second) })
		first.RoleIDs, second.RoleIDs = nil, nil // they come without
		same(t, "the keys", withRole(t, s, o, cloud.AdminRoleID), []cloud.Key{first, second})
		same(t, "the keys with a role that nobody has", withRole(t, s, o, uuid.New()), []cloud.Key(nil))
	})
}

func withRole(t *testing.T, s *store.Store, o cloud.Organization, role uuid.UUID) []cloud.Key {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Key, error) {
		return KeysWithRole(ctx, r, o.ID, role)
	})
}

// KeysWithRole returns the keys that have the role, oldest key first, without their roles.
func KeysWithRole(ctx context.Context, r *store.Reader, organization, role uuid.UUID) ([]cloud.Key, error) {
	actors, err := r.ActorsWith(ctx, organization, role)
	if err != nil {
		return nil, err
	}
	keys, _, err := r.KeysAndPeople(ctx, organization, actors)
	for i := range keys {
		keys[i].RoleIDs = nil
	}
	slices.SortFunc(keys, func(a, b cloud.Key) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return keys, err
}
