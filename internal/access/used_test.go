package access_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestUseIsReportedOncePerMinute(t *testing.T) {
	// usedAt has the precision of a minute; a key that is used a thousand times in a
	// minute is written once.
	h := newHouse(t)
	k := h.add(nil)
	h.clock.Set(noon.Add(59*time.Second + 999*time.Millisecond))
	for range 1000 {
		h.admitted(k, home)
	}
	wantUsed(t, h.directory, k, noon)
	h.admitted(k, home)
	wantUsed(t, h.directory, k, time.Time{}) // written already
	h.clock.Advance(time.Millisecond)
	h.admitted(k, home)
	wantUsed(t, h.directory, k, noon.Add(time.Minute))
	h.clock.Advance(-time.Hour) // a use is never undone
	h.admitted(k, home)
	wantUsed(t, h.directory, k, time.Time{})
	if got := h.directory.UsedAt(k.Key); !got.Equal(noon.Add(time.Minute)) || got.Location() != time.UTC {
		t.Errorf("used at %s", got)
	}
}

// wantUsed takes the uses and checks that the key's is this one, and the only one; none for the zero time.
func wantUsed(t *testing.T, d *access.Directory, k *tenant, at time.Time) {
	t.Helper()
	used := d.TakeUsed()
	switch {
	case at.IsZero() && len(used) == 0:
	case len(used) == 1 && used[0].Key == k.ID && used[0].At.Equal(at):
	default:
		t.Errorf("uses %v", used)
	}
}

func TestOnlyWhoIsAdmittedUsesAKey(t *testing.T) {
	// A request that was refused, for whatever reason, is no use of the key.
	h := newHouse(t)
	k := h.add(func(k *cloud.Key) { k.Addresses = addressList("203.0.113.7") })
	h.refused(k, abroad, cloud.Forbidden, notListed)
	_, _ = h.directory.Authenticate(k.keyID, "wrong", home)
	h.change(k, func(k *cloud.Key) { k.State = cloud.KeyDisabled })
	h.refused(k, home, cloud.Unauthenticated, notActive)
	wantUsed(t, h.directory, k, time.Time{})
	if !h.directory.UsedAt(k.Key).IsZero() {
		t.Error("the key was used")
	}
}

func TestUseThatCouldNotBeWrittenIsNotLost(t *testing.T) {
	// ReturnUsed gives uses back for the next time; a later use of the same key in the
	// meantime wins.
	h := newHouse(t)
	k := h.add(nil)
	h.admitted(k, home)
	taken := h.directory.TakeUsed()
	h.directory.ReturnUsed(taken)
	wantUsed(t, h.directory, k, noon)

	h.clock.Advance(time.Minute)
	h.admitted(k, home)
	h.directory.ReturnUsed(taken)
	wantUsed(t, h.directory, k, noon.Add(time.Minute))

	h.directory.ReturnUsed(taken)
	h.clock.Advance(time.Minute)
	h.admitted(k, home)
	wantUsed(t, h.directory, k, noon.Add(2*time.Minute))
}

func TestDeletedKeyHasNoUseToWrite(t *testing.T) {
	// The use of a key that is gone is not kept for ever.
	h := newHouse(t)
	k := h.add(nil)
	h.admitted(k, home)
	h.remove(k)
	wantUsed(t, h.directory, k, time.Time{})
}

func TestUsesThatAreNotWrittenSurviveLoad(t *testing.T) {
	// Reading the store again, after Suspend too, loses no use that is not in it yet,
	// and does not report one that is twice.
	for _, suspend := range []bool{false, true} {
		h := newHouse(t)
		k := h.add(nil)
		h.admitted(k, home)
		if suspend {
			h.directory.Suspend()
		}
		h.directory.Load(h.state) // in which the key was never used
		if got := h.directory.UsedAt(k.Key); !got.Equal(noon) {
			t.Errorf("suspended %t: used at %s", suspend, got)
		}
		h.clock.Advance(time.Minute)
		h.admitted(k, home)
		wantUsed(t, h.directory, k, noon.Add(time.Minute))

		h.clock.Advance(time.Minute)
		h.state.Keys[0].UsedAt = h.clock.Now() // written by another replica
		h.directory.Load(h.state)
		h.admitted(k, home)
		wantUsed(t, h.directory, k, time.Time{})
		if got := h.directory.UsedAt(k.Key); !got.Equal(noon.Add(2 * time.Minute)) {
			t.Errorf("suspended %t: used at %s", suspend, got)
		}
	}
}

func TestConcurrentUsesAreReportedOnce(t *testing.T) {
	// However many requests use a key in a new minute at the same time, and however
	// often the store is read again meanwhile, one use is reported, and never none.
	h := newHouse(t)
	var keys []*tenant
	for range 8 {
		keys = append(keys, h.add(nil))
	}
	total := map[uuid.UUID]int{}
	for minute := range 50 {
		h.clock.Set(noon.Add(time.Duration(minute) * time.Minute))
		var wait sync.WaitGroup
		for worker := range 8 {
			wait.Go(func() {
				for i := range keys {
					k := keys[(i+worker)%len(keys)]
					if _, err := h.directory.Authenticate(k.keyID, k.secret, home); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Go(func() { h.directory.Load(h.state) })
		wait.Wait()
		for _, u := range h.directory.TakeUsed() {
			if !u.At.Equal(h.clock.Now()) {
				t.Errorf("minute %d: %v", minute, u)
			}
			total[u.Key]++
		}
	}
	for _, k := range keys {
		if total[k.ID] != 50 {
			t.Errorf("%d uses in 50 minutes", total[k.ID])
		}
	}
}

func TestUsesAreTakenOnceWhileKeysAreUsed(t *testing.T) {
	// Each use is taken by one writer, and none falls between the taking and the using.
	h := newHouse(t)
	k := h.add(nil)
	const minutes = 500
	var taken atomic.Int64
	var wait sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		wait.Go(func() {
			for {
				taken.Add(int64(len(h.directory.TakeUsed())))
				runtime.Gosched()
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for minute := range minutes {
		h.clock.Set(noon.Add(time.Duration(minute) * time.Minute))
		for before := taken.Load(); taken.Load() == before; {
			h.admitted(k, home) // until the use of this minute was taken
			runtime.Gosched()
		}
	}
	close(done)
	wait.Wait()
	if taken.Load() != minutes {
		t.Errorf("%d uses were taken in %d minutes", taken.Load(), minutes)
	}
}
