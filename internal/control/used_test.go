package control_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// However often keys are used, when they were used is written at most once a minute
// for each key: a write behind without a new minute of use touches the store not at all.
func TestUseOfAKeyIsWrittenAtMostOnceAMinute(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		first, firsts := h.newKey(t, "first")
		second, seconds := h.newKey(t, "second")
		idle, _ := h.newKey(t, "idle")
		for range 5 {
			minute := h.clock.Now().Truncate(time.Minute)
			for use := range 40 {
				h.as(t, firsts)
				h.as(t, seconds)
				before := h.commits.count.Load()
				if err := h.WriteUses(t.Context()); err != nil {
					t.Fatal(err)
				}
				wrote := h.commits.count.Load() - before
				if use == 0 && wrote != 1 || use > 0 && wrote != 0 {
					t.Fatalf("use %d of the minute: %d writes", use, wrote)
				}
				h.clock.Advance(time.Second)
			}
			for _, id := range []uuid.UUID{first.ID, second.ID} {
				if k, _ := h.key(t, id); !k.UsedAt.Equal(minute) {
					t.Fatalf("%s was used at %v, want %v", k.Name, k.UsedAt, minute)
				}
			}
			h.clock.Set(minute.Add(time.Minute))
		}
		if k, _ := h.key(t, idle.ID); !k.UsedAt.IsZero() {
			t.Fatalf("a key that was never used was used at %v", k.UsedAt)
		}
	})
}

// A use that could not be written is written next time, unless a newer one is: a
// store that fails loses no use.
func TestUseThatCouldNotBeWrittenIsWrittenLater(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, credential := h.newKey(t, "key")
		other, others := h.newKey(t, "other")
		earlier := h.clock.Now()
		h.as(t, credential)
		h.as(t, others)
		gone, leave := context.WithCancel(t.Context())
		leave()
		wantCode(t, h.WriteUses(gone), cloud.Unavailable)
		h.clock.Advance(time.Minute)
		h.as(t, credential)
		h.commits.loseCommit()
		if err := h.WriteUses(t.Context()); err == nil {
			t.Fatal("a write that failed was reported as done")
		}
		if k, _ := h.key(t, key.ID); !k.UsedAt.IsZero() {
			t.Fatalf("used at %v: the store did not fail", k.UsedAt)
		}
		if err := h.WriteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[uuid.UUID]time.Time{key.ID: h.clock.Now(), other.ID: earlier} {
			if k, _ := h.key(t, id); !k.UsedAt.Equal(want.Truncate(time.Minute)) {
				t.Errorf("%s was used at %v, want %v", k.Name, k.UsedAt, want)
			}
		}
	})
}

// A use is seen on the key at once, before it is written, and survives a reading of
// the directory; it is no change: no revision, no activity.
func TestUseIsSeenBeforeItIsWritten(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, credential := h.newKey(t, "key")
		before := h.state(t).Revision
		h.as(t, credential)
		for _, when := range []func(context.Context) error{nil, h.Load, h.WriteUses, h.Load} {
			if when != nil {
				if err := when(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			got, err := h.Key(t.Context(), operator, h.organization, key.ID)
			if err != nil || !got.UsedAt.Equal(h.clock.Now()) {
				t.Fatalf("used at %v (%v), want %v", got.UsedAt, err, h.clock.Now())
			}
			page, err := h.Keys(t.Context(), operator, h.organization, store.KeyQuery{Limit: 10})
			if err != nil || !page.Keys[1].UsedAt.Equal(h.clock.Now()) {
				t.Fatalf("in the list used at %v (%v)", page.Keys[1].UsedAt, err)
			}
		}
		if after := h.state(t).Revision; after != before {
			t.Fatalf("a use moved the revision from %d to %d", before, after)
		}
	})
}

// A list sorted by last use has each key once in its pages, also while uses are known
// that are not written: they are shown, and count in the order once they are written.
func TestOrderByLastUseIsOfWhatIsWritten(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for i := range 4 {
			_, credential := h.newKey(t, fmt.Sprint("key ", i))
			h.as(t, credential)
		}
		names := func() (all []string) {
			q := store.KeyQuery{Sort: cloud.SortUsedAt, Descending: true, Limit: 1}
			for {
				page, err := h.Keys(t.Context(), operator, h.organization, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range page.Keys {
					all = append(all, k.Name)
				}
				if q.After = page.Next; q.After == nil {
					return all
				}
			}
		}
		before := names()
		if err := h.WriteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := names()
		if len(before) != 5 || len(after) != 5 || before[0] != "key 3" || before[4] == after[4] || after[0] == "key 3" {
			t.Fatalf("before the uses are written the order is %q, and afterwards %q", before, after)
		}
	})
}

// Uses of keys that are deleted meanwhile do not keep others from being written.
func TestUsesOfDeletedKeysAreForgotten(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		kept, credential := h.newKey(t, "kept")
		h.as(t, credential)
		for i := range 3 {
			key, credential := h.newKey(t, fmt.Sprint("key ", i))
			h.as(t, credential)
			if i == 1 {
				h.commits.loseCommit()
				if err := h.WriteUses(t.Context()); err == nil {
					t.Fatal("the write did not fail")
				}
			}
			if err := h.DeleteKey(t.Context(), operator, h.organization, key.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.WriteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		if k, _ := h.key(t, kept.ID); !k.UsedAt.Equal(h.clock.Now()) {
			t.Fatalf("used at %v", k.UsedAt)
		}
	})
}
