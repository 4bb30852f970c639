package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func activities(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "AnActivityKeepsEveryField", func(t *testing.T) {
		// An activity is read as it was recorded, alone and in the list.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		for i, a := range []cloud.Activity{
			{Type: cloud.OrganizationCreated, Actor: cloud.Actor{Type: cloud.ActorSystem}},
			{Type: cloud.KeyUpdated, Actor: person, TargetKeyID: uuid.New(), KeyUpdate: cloud.KeyUpdateRoles},
		} {
			a.ID, a.OrganizationID, a.CreatedAt = uuid.New(), o.ID, Morning.Add(time.Duration(i)*time.Millisecond)
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Record(ctx, a) })
			listed := activitiesIn(t, s, o, store.ActivityRange{Limit: 1})
			a.Sequence = listed[0].Sequence
			same(t, "the list", listed, []cloud.Activity{a})
			same(t, "the activity", Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Activity, error) {
				return r.Activity(ctx, o.ID, a.ID.String())
			}), a)
		}
	})

	test(t, "AnActivityThatIsNotThereIsNotFound", func(t *testing.T) {
		// The id of an activity may be any text that a path can hold.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		for _, id := range []string{uuid.NewString(), "", "x", "\x00", "\xff\xfe", "' OR '1'='1", hardNames[0]} {
			err := s.Read(t.Context(), func(r *store.Reader) error {
				_, err := r.Activity(t.Context(), o.ID, id)
				return err
			})
			sentence(t, err, cloud.NotFound, "Activity not found")
		}
	})

	test(t, "ActivitiesAreListedNewestFirstWithinTheirRange", func(t *testing.T) {
		// A range has its first instant and not its last, to the millisecond and finer; the order is that of the records.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		ms := func(n float64) time.Time { return Morning.Add(time.Duration(n * float64(time.Millisecond))) }
		// The clock stood still and went back.
		for _, at := range []float64{0, 1, 2, 2, 1, 3} {
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Record(ctx, activityAt(o, ms(at))) })
		}
		for _, c := range []struct {
			name         string
			from, before time.Time
			want         []float64
		}{
			{"all", time.Time{}, time.Time{}, []float64{3, 1, 2, 2, 1, 0}},
			{"from is inclusive", ms(2), time.Time{}, []float64{3, 2, 2}},
			{"from within a millisecond", ms(1.5), time.Time{}, []float64{3, 2, 2}},
			{"before is exclusive", time.Time{}, ms(2), []float64{1, 1, 0}},
			{"before within a millisecond", time.Time{}, ms(1.5), []float64{1, 1, 0}},
			{"both", ms(1), ms(3), []float64{1, 2, 2, 1}},
			{"nothing between", ms(2), ms(2), nil},
			{"the wrong way round", ms(3), ms(1), nil},
			{"another zone", ms(2).In(time.FixedZone("", 3600)), time.Time{}, []float64{3, 2, 2}},
			{"before 1970", time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), []float64{3, 1, 2, 2, 1, 0}},
		} {
			var got []float64
			for _, a := range activitiesIn(t, s, o, store.ActivityRange{From: c.from, Before: c.before, Limit: 10}) {
				got = append(got, float64(a.CreatedAt.Sub(Morning).Milliseconds()))
			}
			same(t, c.name, got, c.want)
		}
	})

	test(t, "PagesOfActivitiesMissNothingWhileNewOnesCome", func(t *testing.T) {
		// Whoever pages through the activities sees each that was there at the beginning once.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		record := func(n int) {
			Write(t, s, func(ctx context.Context, tx *store.Tx) error {
				for range n { // several in one change
					if err := tx.Record(ctx, activityAt(o, Morning)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		record(3)
		record(4)
		all := activitiesIn(t, s, o, store.ActivityRange{Limit: 100})
		same(t, "the number", len(all), 7)
		var paged []cloud.Activity
		for in := (store.ActivityRange{Limit: 3}); ; in.Older = paged[len(paged)-1].Sequence {
			part := activitiesIn(t, s, o, in)
			if len(part) == 0 {
				break
			}
			paged = append(paged, part...)
			record(1)
		}
		same(t, "the pages", paged, all)
		if !slices.IsSortedFunc(all, func(a, b cloud.Activity) int { return int(b.Sequence - a.Sequence) }) {
			t.Error("the list is not newest first")
		}
	})

	test(t, "ActivitiesAreSearchedInWhatTheyShow", func(t *testing.T) {
		// A search finds type, actor, address and key, in every script and case, and nothing else of an activity.
		s := Open(t, options(t))
		o, key := Organization(t, s, "acme"), uuid.New()
		for i, a := range []cloud.Activity{
			{Type: cloud.OrganizationCreated, Actor: cloud.Actor{Type: cloud.ActorSystem, ID: "hidden", UserAgent: "hidden"}},
			{Type: cloud.KeyUpdated, Actor: person, TargetKeyID: key, KeyUpdate: cloud.KeyUpdateRoles},
			{Type: cloud.KeyDeleted, Actor: cloud.Actor{Type: cloud.ActorAPI, Details: "ΣΊΣΥΦΟΣ 100% _"}, TargetKeyID: key},
		} {
			a.ID, a.OrganizationID, a.CreatedAt = uuid.New(), o.ID, Morning.Add(time.Duration(i)*time.Hour)
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Record(ctx, a) })
		}
		all := activitiesIn(t, s, o, store.ActivityRange{Limit: 3})
		for search, want := range map[string][]cloud.Activity{
			"create_ORG": all[2:], "zoë": all[1:2], "ZOË \"z\" o'": all[1:2], "σίσυφος": all[:1], "%": all[:1], "_": all, "2001:DB8": all[1:2], key.String()[3:]: all[:2],
			"hidden": nil, "user": nil, "Mozilla": nil, "roles-v2": nil, "invalid ip": nil, "00000000-0000": nil,
		} {
			got := Read(t, s, func(ctx context.Context, r *store.Reader) (found []cloud.Activity, err error) {
				found, after, err := r.SearchActivities(ctx, o.ID, store.ActivityRange{Search: search, Limit: 10})
				same(t, "the end", after, int64(0))
				return found, err
			})
			if len(got)+len(want) > 0 {
				same(t, "what "+search+" finds", got, want)
			}
		}
	})
}

func activityAt(o cloud.Organization, at time.Time) cloud.Activity {
	return cloud.Activity{ID: uuid.New(), OrganizationID: o.ID, CreatedAt: at, Type: cloud.OrganizationRenamed, Actor: person}
}

func activitiesIn(t *testing.T, s *store.Store, o cloud.Organization, in store.ActivityRange) []cloud.Activity {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Activity, error) {
		return r.Activities(ctx, o.ID, in)
	})
}
