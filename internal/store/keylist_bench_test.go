package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// BenchmarkKeyPage reads a page of 50 of 10,000 keys, from the middle of the list, and
// the number of all, as the console does.
func BenchmarkKeyPage(b *testing.B) {
	s, organization := storeOfManyKeys(b, 10_000)
	for _, c := range []struct {
		name     string
		search   string
		statuses []cloud.KeyStatus
		sorts    []cloud.KeySort
	}{
		{"all", "", nil, cloud.KeySorts()},
		{"status", "", []cloud.KeyStatus{cloud.StatusExpiresSoon, cloud.StatusExpired}, cloud.KeySorts()},
		{"search", "team 7", nil, cloud.KeySorts()},
		{"searchRare", "key 004242", nil, cloud.KeySorts()},
		{"searchNone", "nothing has this", nil, cloud.KeySorts()},
	} {
		for _, sort := range c.sorts {
			q := store.KeyQuery{Search: c.search, Statuses: c.statuses, Sort: sort, At: storetest.Morning, Limit: 5000}
			before, err := keysOf(b.Context(), s, organization, q)
			if err != nil {
				b.Fatal(err)
			}
			if q.Limit = 50; len(before) > 0 {
				place := q.Place(before[len(before)-1])
				q.After = &place
			}
			b.Run(c.name+"/"+string(sort), func(b *testing.B) {
				for b.Loop() {
					if _, err := keysOf(b.Context(), s, organization, q); err != nil {
						b.Fatal(err)
					}
					if _, err := countOf(b.Context(), s, organization, q); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func storeOfManyKeys(b *testing.B, n int) (*store.Store, uuid.UUID) {
	b.Helper()
	s, err := store.Open(b.Context(), store.Options{URL: "sqlite", Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	o, used := cloud.Organization{ID: uuid.New(), Name: "acme", CreatedAt: storetest.Morning}, map[uuid.UUID]time.Time{}
	_, err = s.Write(b.Context(), func(tx *store.Tx) error {
		if err := tx.InsertOrganization(b.Context(), o); err != nil {
			return err
		}
		for i := range n {
			if err := insertOneOfMany(b.Context(), tx, o, i, used); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.MarkUsed(b.Context(), used)
	}
	if err != nil {
		b.Fatal(err)
	}
	return s, o.ID
}

func insertOneOfMany(ctx context.Context, tx *store.Tx, o cloud.Organization, i int, used map[uuid.UUID]time.Time) error {
	mixed := i * 7919 % 10_000 // in another order than that of their creation
	k := cloud.Key{
		ID: uuid.New(), OrganizationID: o.ID, Name: fmt.Sprintf("Key %06d of the Team %d", mixed, i%100), State: cloud.KeyEnabled,
		Credential: cloud.NewCredential().Hashed(), CreatedAt: storetest.Morning, RoleIDs: randomRoles[:1+i%3],
		CreatedBy: cloud.Creator{Type: cloud.ActorUser, ID: uuid.NewString(), Details: fmt.Sprintf("person%d@example.com", i%50)},
	}
	if i%3 > 0 {
		k.Expiry = cloud.ExpiryAt(storetest.Morning.Add(time.Duration(mixed-2000) * time.Hour))
	}
	if i%5 == 0 {
		k.State = cloud.KeyDisabled
	}
	if i%4 > 0 {
		used[k.ID] = storetest.Morning.Add(-time.Duration(mixed) * time.Minute)
	}
	_, err := tx.InsertKey(ctx, k)
	return err
}
