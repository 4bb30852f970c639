package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func requestCounts(t *testing.T, options func(*testing.T) store.Options) {
	today := cloud.DayOf(Morning)

	test(t, "CountsOfRequestsAddUp", func(t *testing.T) {
		// What is added comes to what is there, for its actor, operation, resource and day alone; a reading adds the days up and names the last.
		s := Open(t, options(t))
		o, other := uuid.New(), uuid.New()
		key, person := cloud.KeyActor(uuid.New()), cloud.PersonActor(uuid.New())
		count := func(o uuid.UUID, actor cloud.ActorRef, operation string, resource cloud.Resource, day cloud.Day, n int64) cloud.RequestCount {
			return cloud.RequestCount{OrganizationID: o, Actor: actor, Operation: operation, Resource: resource, Day: day, Requests: n}
		}
		own, service := cloud.OrganizationResource(o), cloud.InstanceResource(uuid.New())
		some := []cloud.RequestCount{
			count(o, key, "read", own, today-2, 1), count(o, key, "read", own, today, 2), count(o, key, "read", own, today+1, 64),
			count(o, key, "read", service, today-1, 4), count(o, key, "write", own, today, 8),
			count(o, person, "read", own, today-1, 16), count(other, key, "read", cloud.OrganizationResource(other), today, 32),
		}
		before := state(t, s).Revision
		for range 2 {
			add(t, s, some)
		}
		same(t, "the counts of the key", requestsOf(t, s, o, key, today-2, today), []cloud.RequestCount{
			count(o, key, "read", service, today-1, 8), count(o, key, "read", own, today, 6), count(o, key, "write", own, today, 16),
		})
		same(t, "the counts of two days", requestsOf(t, s, o, key, today-2, today-1), []cloud.RequestCount{
			count(o, key, "read", service, today-1, 8), count(o, key, "read", own, today-2, 2),
		})
		same(t, "the counts of the person", requestsOf(t, s, o, person, today-2, today), []cloud.RequestCount{count(o, person, "read", own, today-1, 32)})
		same(t, "the counts in the other organization", requestsOf(t, s, other, key, today-2, today), []cloud.RequestCount{
			count(other, key, "read", cloud.OrganizationResource(other), today, 64),
		})
		same(t, "the counts of nobody", len(requestsOf(t, s, other, person, today-2, today)), 0)
		same(t, "the revision", state(t, s).Revision, before)
	})

	test(t, "CountsOfRequestsAreWrittenInBatches", func(t *testing.T) {
		// Thousands of counts take a handful of transactions, and none when there is nothing to write.
		in := options(t)
		commits := 0
		in.Commit = func(commit func() error) error { commits++; return commit() }
		s := Open(t, in)
		o, actor := uuid.New(), cloud.KeyActor(uuid.New())
		counts := manyCounts(o, actor, today, 4321)
		for i := range 2 {
			commits = 0
			add(t, s, counts)
			same(t, "the number of transactions", commits, 3)
			got := requestsOf(t, s, o, actor, today, today)
			same(t, "the number of counts", len(got), 4321)
			same(t, "a count", got[4320].Requests, counts[4320].Requests*int64(i+1))
		}
		commits = 0
		add(t, s, nil)
		same(t, "the number of transactions for nothing", commits, 0)
	})

	test(t, "CountsOfRequestsThatAreNotWrittenAreGivenBack", func(t *testing.T) {
		// When a transaction fails, all counts that were not written come back, and no others.
		in := options(t)
		commits := 0
		in.Commit = func(commit func() error) error {
			if commits++; commits == 2 {
				return errors.New("the connection was lost")
			}
			return commit()
		}
		s := Open(t, in)
		o, actor := uuid.New(), cloud.KeyActor(uuid.New())
		counts := manyCounts(o, actor, today, 4321)
		left, err := s.AddRequestCounts(t.Context(), counts)
		if err == nil {
			t.Fatal("the lost commit was not noticed")
		}
		written := requestsOf(t, s, o, actor, today, today)
		same(t, "what is written", written, counts[:len(written)])
		same(t, "what is given back", left, counts[len(written):])
		add(t, s, left)
		same(t, "what is written then", requestsOf(t, s, o, actor, today, today), counts)
		gone, leave := context.WithCancel(t.Context())
		leave()
		left, err = s.AddRequestCounts(gone, counts)
		same(t, "the code of a write that is given up", cloud.CodeOf(err), cloud.Unavailable)
		same(t, "what is given back by a write that is given up", left, counts)
	})

	test(t, "CountsOfRequestsAreDeletedByAge", func(t *testing.T) {
		// The counts of days before the one that is named go, however many they are, in bounded transactions; nothing is committed when none do.
		in := options(t)
		commits := 0
		in.Commit = func(commit func() error) error { commits++; return commit() }
		s := Open(t, in)
		o, old, young := uuid.New(), cloud.KeyActor(uuid.New()), cloud.KeyActor(uuid.New())
		kept := manyCounts(o, young, today, 5)
		add(t, s, kept)
		add(t, s, manyCounts(o, young, today-1, 7))
		add(t, s, manyCounts(o, old, today-40, 4321))
		for range 2 {
			commits = 0
			if err := s.DeleteRequestCounts(t.Context(), today-40); err != nil {
				t.Fatal(err)
			}
			same(t, "the number of transactions that delete nothing", commits, 0)
		}
		if err := s.DeleteRequestCounts(t.Context(), today); err != nil {
			t.Fatal(err)
		}
		same(t, "the number of transactions", commits, 3)
		same(t, "the old counts", len(requestsOf(t, s, o, old, 0, today)), 0)
		same(t, "the other counts", requestsOf(t, s, o, young, 0, today), kept)
	})

	test(t, "CountsOfRequestsSurviveARestart", func(t *testing.T) {
		// What was written is there when the store is opened again.
		in := options(t)
		s, err := store.Open(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		o, actor := uuid.New(), cloud.PersonActor(uuid.New())
		counts := manyCounts(o, actor, today, 9)
		add(t, s, counts)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		same(t, "the counts", requestsOf(t, Open(t, in), o, actor, today, today), counts)
	})
}

// manyCounts returns n counts of one day, in the order in which they are read.
func manyCounts(o uuid.UUID, actor cloud.ActorRef, day cloud.Day, n int) []cloud.RequestCount {
	counts := make([]cloud.RequestCount, 0, n)
	for i := range n {
		counts = append(counts, cloud.RequestCount{
			OrganizationID: o, Actor: actor, Operation: fmt.Sprintf("operation%05d", i), Resource: cloud.OrganizationResource(o), Day: day, Requests: int64(i) + 1,
		})
	}
	return counts
}

func add(t *testing.T, s *store.Store, counts []cloud.RequestCount) {
	t.Helper()
	if left, err := s.AddRequestCounts(t.Context(), counts); err != nil || len(left) > 0 {
		t.Fatalf("%d counts were not written: %v", len(left), err)
	}
}

func requestsOf(t *testing.T, s *store.Store, o uuid.UUID, actor cloud.ActorRef, from, to cloud.Day) []cloud.RequestCount {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.RequestCount, error) {
		return r.RequestCounts(ctx, o, actor, from, to)
	})
}

// fillCounts adds a count of somebody.
func fillCounts(t *testing.T, s *store.Store) {
	t.Helper()
	add(t, s, manyCounts(uuid.New(), cloud.PersonActor(uuid.New()), cloud.DayOf(Morning.Add(-24*time.Hour)), 2))
}
