package store_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestSearchOfActivitiesIsBounded(t *testing.T) {
	// One search looks at so many activities and no more, and says where to go on; all searches together find everything.
	t.Parallel()
	s := storetest.Open(t, storetest.SQLite(t))
	o := storetest.Organization(t, s, "acme")
	const rest = 10
	record := func(kind cloud.ActivityType, n int) {
		storetest.Write(t, s, func(ctx context.Context, tx *store.Tx) error { return recordMany(ctx, tx, o, kind, n) })
	}
	record(cloud.KeyDeleted, 1)
	record(cloud.KeyCreated, rest)
	record(cloud.KeyDeleted, 2)
	record(cloud.KeyCreated, store.ActivitiesSearched-2)
	record(cloud.KeyDeleted, 1)
	in := store.ActivityRange{Search: "delete", Limit: 5}
	var found []int
	for {
		var after int64
		part := storetest.Read(t, s, func(ctx context.Context, r *store.Reader) (part []cloud.Activity, err error) {
			part, after, err = r.SearchActivities(ctx, o.ID, in)
			return part, err
		})
		if found = append(found, len(part)); after == 0 {
			break
		}
		in.Older = after
	}
	if len(found) != 2 || found[0] != 2 || found[1] != 2 {
		t.Errorf("the searches find %v, want two and two", found)
	}
}

func recordMany(ctx context.Context, tx *store.Tx, o cloud.Organization, kind cloud.ActivityType, n int) error {
	for range n {
		err := tx.Record(ctx, cloud.Activity{
			ID: uuid.New(), OrganizationID: o.ID, CreatedAt: storetest.Morning, Type: kind, TargetKeyID: uuid.New(),
			Actor: cloud.Actor{Type: cloud.ActorUser, Details: "somebody@example.com", UserAgent: "Mozilla/5.0"},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkActivitySearch searches as many activities as one search looks at, for
// what none of them has.
func BenchmarkActivitySearch(b *testing.B) {
	s, err := store.Open(b.Context(), store.Options{URL: "sqlite", Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	o := cloud.Organization{ID: uuid.New(), Name: "acme", CreatedAt: storetest.Morning}
	_, err = s.Write(b.Context(), func(tx *store.Tx) error {
		if err := tx.InsertOrganization(b.Context(), o); err != nil {
			return err
		}
		return recordMany(b.Context(), tx, o, cloud.KeyUpdated, store.ActivitiesSearched)
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := s.Read(b.Context(), func(r *store.Reader) error {
			_, _, err := r.SearchActivities(b.Context(), o.ID, store.ActivityRange{Search: "nothing has this", Limit: 50})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
