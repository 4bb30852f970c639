package storetest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func writes(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "TheRevisionGrowsByOneWithEachChange", func(t *testing.T) {
		// A committed change has the next revision; one that failed or changed nothing has none.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		for range 3 {
			before := state(t, s).Revision
			same(t, "the revision", Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Record(ctx, activityAt(o, Morning)) }), before+1)
			failed := errors.New("failed")
			if _, err := s.Write(t.Context(), func(*store.Tx) error { return failed }); !errors.Is(err, failed) {
				t.Errorf("expected the error of the function, got %v", err)
			}
			revision, err := s.Write(t.Context(), func(*store.Tx) error { return store.ErrUnchanged })
			if revision != 0 || err != nil {
				t.Errorf("expected 0 and no error when nothing changed, got %d and %v", revision, err)
			}
			same(t, "the revision of the state", state(t, s).Revision, before+1)
		}
	})

	test(t, "AFailedWriteLeavesNothing", func(t *testing.T) {
		// A change and its activity are written together or not at all, whatever ends the function.
		o := options(t)
		s := Open(t, o)
		Fill(t, s)
		before := Dump(t, o)
		change := func(tx *store.Tx) error {
			ctx := t.Context()
			org := cloud.Organization{ID: uuid.New(), Name: "late"}
			if err := tx.InsertOrganization(ctx, org); err != nil {
				return err
			}
			k, err := tx.InsertKey(ctx, newKey(org, "late", roleIDs...))
			if err != nil {
				return err
			}
			return errors.Join(tx.Record(ctx, created(k)), tx.ReplaceSetupLink(ctx, cloud.HashOf("late"), Morning, Morning))
		}
		refused := cloud.Errorf(cloud.Conflict, "refused")
		for _, end := range []error{refused, store.ErrUnchanged, errors.New("unforeseen")} {
			_, err := s.Write(t.Context(), func(tx *store.Tx) error {
				if err := change(tx); err != nil {
					t.Error(err)
				}
				return end
			})
			if !errors.Is(end, store.ErrUnchanged) && !errors.Is(err, end) {
				t.Errorf("expected the error of the function, got %v", err)
			}
			same(t, "the database", Dump(t, o), before)
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = s.Write(t.Context(), func(tx *store.Tx) error {
				if err := change(tx); err != nil {
					t.Error(err)
				}
				panic("unforeseen")
			})
		}()
		same(t, "the database after a panic", Dump(t, o), before)
		Write(t, s, func(_ context.Context, tx *store.Tx) error { return change(tx) })
	})

	test(t, "ConcurrentWritesStandInOneLine", func(t *testing.T) {
		// What a write has read stays true until its commit: no update is lost and none fails.
		s := Open(t, options(t))
		o := Organization(t, s, "0")
		first := state(t, s).Revision
		const writers, each = 16, 6
		var mu sync.Mutex
		var revisions []int64
		var line sync.WaitGroup
		for range writers {
			line.Go(func() {
				for range each {
					revision, err := s.Write(t.Context(), func(tx *store.Tx) error { return countUp(t.Context(), tx, o) })
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					revisions = append(revisions, revision)
					mu.Unlock()
				}
			})
		}
		line.Wait()
		same(t, "the counter", state(t, s).Organizations[0].Name, strconv.Itoa(writers*each))
		slices.Sort(revisions)
		for i, revision := range revisions {
			same(t, "a revision", revision, first+int64(i)+1)
		}
	})

	test(t, "AClientThatGoesDoesNotStopAWrite", func(t *testing.T) {
		// A write ends as it would have, whenever the context of its caller ends.
		s := Open(t, options(t))
		o := Organization(t, s, "0")
		gone, leave := context.WithCancel(t.Context())
		leave()
		leaving, leave := context.WithCancel(t.Context())
		defer leave()
		for i, ctx := range []context.Context{gone, leaving} {
			revision, err := s.Write(ctx, func(tx *store.Tx) error {
				leave()
				if err := countUp(ctx, tx, o); err != nil {
					return err
				}
				k, err := tx.InsertKey(ctx, newKey(o, "late", roleIDs...))
				if err != nil {
					return err
				}
				found, err := tx.Key(ctx, o.ID, k.ID)
				same(t, "the key as the write itself sees it", found, k)
				return err
			})
			if err != nil || revision == 0 {
				t.Fatalf("the write of a client that went ended with revision %d and %v", revision, err)
			}
			same(t, "the counter", state(t, s).Organizations[0].Name, strconv.Itoa(i+1))
		}
	})

	test(t, "ACommitWithoutAnAnswerIsUncertain", func(t *testing.T) {
		// Whoever does not learn whether a change was committed is told so, and the store goes on.
		for _, committed := range []bool{true, false} {
			lost := errors.New("the answer is lost")
			losing := false
			in := options(t)
			in.Commit = func(commit func() error) error {
				if !losing {
					return commit()
				}
				if committed {
					return errors.Join(lost, commit())
				}
				return lost
			}
			s := Open(t, in)
			o := Organization(t, s, "0")
			before := state(t, s).Revision
			losing = true
			revision, err := s.Write(t.Context(), func(tx *store.Tx) error { return countUp(t.Context(), tx, o) })
			losing = false
			if revision != 0 || !errors.Is(err, store.ErrUncertain) || !errors.Is(err, lost) {
				t.Errorf("expected ErrUncertain and its cause, got revision %d and %v", revision, err)
			}
			after := state(t, s)
			same(t, "whether it was made", after.Revision == before+1 && after.Organizations[0].Name == "1", committed)
			same(t, "the next revision", Write(t, s, func(ctx context.Context, tx *store.Tx) error { return countUp(ctx, tx, o) }), after.Revision+1)
		}
	})

	test(t, "WhatWasWrittenIsThereAfterReopening", func(t *testing.T) {
		// A store that is opened again has the same state, and its order goes on.
		o := options(t)
		s := Open(t, o)
		Fill(t, s)
		before, content := state(t, s), Content(t, o)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = Open(t, o)
		same(t, "the state", state(t, s), before)
		same(t, "the content", Content(t, o), content)
		k := Key(t, s, before.Organizations[0], "late")
		if last := before.Keys[len(before.Keys)-1]; k.Sequence <= last.Sequence {
			t.Errorf("the new key has place %d, not after %d", k.Sequence, last.Sequence)
		}
	})
}

func reads(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "AStateIsOfOneRevision", func(t *testing.T) {
		// All that a state holds was true at its revision, however many write meanwhile.
		s := Open(t, options(t))
		o := Organization(t, s, "0")
		first := state(t, s).Revision
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 40 {
				_, err := s.Write(t.Context(), func(tx *store.Tx) error {
					_, err := tx.InsertKey(t.Context(), newKey(o, "another", roleIDs...))
					_, failed := insertService(t.Context(), tx, newService(o, "another"))
					return errors.Join(err, failed, countUp(t.Context(), tx, o))
				})
				if err != nil {
					t.Error(err)
				}
			}
		}()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			now := state(t, s)
			n := int(now.Revision - first)
			same(t, "the counter", now.Organizations[0].Name, strconv.Itoa(n))
			same(t, "the number of keys", len(now.Keys), n)
			same(t, "the number of services", len(now.Services), n)
			for _, k := range now.Keys {
				same(t, "the number of roles", len(k.RoleIDs), len(roleIDs))
			}
		}
	})

	test(t, "AReaderSeesOneMoment", func(t *testing.T) {
		// What is written after a reader's first look is not seen by it, and does not wait for it.
		s := Open(t, options(t))
		o := Organization(t, s, "0")
		err := s.Read(t.Context(), func(r *store.Reader) error {
			for range 3 {
				found, err := r.Organization(t.Context(), o.ID)
				if err != nil {
					return err
				}
				same(t, "the counter", found.Name, "0")
				Write(t, s, func(ctx context.Context, tx *store.Tx) error { return countUp(ctx, tx, o) })
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})

	test(t, "AReadThatIsCutOffIsUnavailable", func(t *testing.T) {
		// A read whose time is over says "not now", wherever it was; the error of the function is returned as it is.
		s := Open(t, options(t))
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Read(ctx, func(r *store.Reader) error {
			cancel()
			_, err := r.Organizations(ctx)
			return err
		})
		same(t, "the code while reading", cloud.CodeOf(err), cloud.Unavailable)
		_, err = s.State(ctx)
		same(t, "the code before reading", cloud.CodeOf(err), cloud.Unavailable)
		same(t, "the code of the check", cloud.CodeOf(s.Check(ctx)), cloud.Unavailable)
		unforeseen := errors.New("unforeseen")
		if err := s.Read(t.Context(), func(*store.Reader) error { return unforeseen }); !errors.Is(err, unforeseen) || cloud.CodeOf(err) != cloud.Internal {
			t.Errorf("expected the error of the function, got %v", err)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Errorf("the store does not answer afterwards: %v", err)
		}
	})
}

func uses(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "AUseIsKeptAndNeverGoesBack", func(t *testing.T) {
		// The last use of a key is the latest of all that were written; it is no change of the key.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		k, other := Key(t, s, o, "used", roleIDs...), Key(t, s, o, "unused")
		revision := state(t, s).Revision
		for _, c := range []struct{ at, want time.Duration }{{2, 2}, {1, 2}, {3, 3}, {3, 3}} {
			// A key that is gone does not keep the others from being marked.
			if err := s.MarkUsed(t.Context(), map[uuid.UUID]time.Time{k.ID: Morning.Add(c.at * time.Minute), uuid.New(): Morning}); err != nil {
				t.Fatal(err)
			}
			k.UsedAt = Morning.Add(c.want * time.Minute)
			same(t, "the key", key(t, s, k), k)
		}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateKey(ctx, k) })
		same(t, "the updated key", key(t, s, k), k)
		same(t, "the other key", key(t, s, other), other)
		same(t, "the revision", state(t, s).Revision, revision+1)
	})

	test(t, "UsesAreWrittenBesideChanges", func(t *testing.T) {
		// Writing uses behind and changing the same keys never fail because of each other.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		var all []cloud.Key
		used := map[uuid.UUID]time.Time{}
		for i := range 8 {
			all = append(all, Key(t, s, o, numbered(i), roleIDs...))
			used[all[i].ID] = Morning
		}
		var both sync.WaitGroup
		both.Go(func() {
			for range 15 {
				if err := s.MarkUsed(t.Context(), used); err != nil {
					t.Error(err)
				}
			}
		})
		both.Go(func() {
			for i := range 15 {
				_, err := s.Write(t.Context(), func(tx *store.Tx) error {
					for j := range all { // in another order each time
						if err := tx.UpdateKey(t.Context(), all[(i*3+j)%len(all)]); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		both.Wait()
	})
}

func state(t *testing.T, s *store.Store) store.State {
	t.Helper()
	now, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// countUp adds one to the number that is the name of the organization, from what it read.
func countUp(ctx context.Context, tx *store.Tx, o cloud.Organization) error {
	now, err := tx.Organization(ctx, o.ID)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(now.Name)
	if err != nil {
		return err
	}
	now.Name = strconv.Itoa(n + 1)
	return tx.UpdateOrganization(ctx, now)
}
