package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestActivitiesOfAServiceAreFoundByAnIndex(t *testing.T) {
	// What happened to a service or a key is found by its id, newest first, from below any
	// number of other activities, and by the indexes: the console asks for it every few seconds.
	t.Parallel()
	for name, options := range map[string]func(*testing.T) store.Options{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t, options(t))
			o := storetest.Organization(t, s, "acme")
			service, key := uuid.New(), uuid.New()
			about := func(tx *store.Tx, a cloud.Activity) error {
				a.ID, a.OrganizationID, a.CreatedAt, a.Actor = uuid.New(), o.ID, storetest.Morning, cloud.Actor{Type: cloud.ActorSystem}
				return tx.Record(t.Context(), a)
			}
			storetest.Write(t, s, func(ctx context.Context, tx *store.Tx) error {
				for _, a := range []cloud.Activity{
					{Type: cloud.ServiceCreated, Target: cloud.Target{Type: cloud.TargetService, ID: service.String(), Name: "orders"}},
					{Type: cloud.ServiceIsRunning, Target: cloud.Target{Type: cloud.TargetService, ID: service.String(), Name: "orders"}},
					{Type: cloud.KeyCreated, TargetKeyID: key}, // as they were kept at first
					{Type: cloud.KeyDeleted, TargetKeyID: key, Target: cloud.Target{Type: cloud.TargetKey, ID: key.String(), Name: "ci"}},
				} {
					if err := about(tx, a); err != nil {
						return err
					}
				}
				return recordMany(ctx, tx, o, cloud.KeyUpdated, store.ActivitiesSearched+1)
			})
			for id, want := range map[uuid.UUID][]cloud.ActivityType{
				service: {cloud.ServiceIsRunning, cloud.ServiceCreated}, key: {cloud.KeyDeleted, cloud.KeyCreated}, uuid.New(): nil,
			} {
				if found := search(t, s, o.ID, strings.ToUpper(id.String())); !slices.Equal(found, want) {
					t.Errorf("found %v, want %v", found, want)
				}
				plan, err := store.ExplainActivitiesAbout(t.Context(), s, o.ID, id)
				if err != nil {
					t.Fatal(err)
				}
				others := []string{"Seq Scan", "SCAN activities", "activities_in_"}
				if !strings.Contains(plan, "activities_by_target") || !strings.Contains(plan, "activities_by_key") ||
					slices.ContainsFunc(others, func(other string) bool { return strings.Contains(plan, other) }) {
					t.Errorf("not found by the indexes:\n%s", plan)
				}
			}
		})
	}
}

func search(t *testing.T, s *store.Store, organization uuid.UUID, text string) (types []cloud.ActivityType) {
	t.Helper()
	found := storetest.Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Activity, error) {
		found, _, err := r.SearchActivities(ctx, organization, store.ActivityRange{Search: text, Limit: 10})
		return found, err
	})
	for _, a := range found {
		types = append(types, a.Type)
	}
	return types
}
