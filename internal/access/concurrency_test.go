package access_test

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ways are how something can be taken from a key. refused reports whether a
// request that is made now gets what was taken.
var ways = []struct {
	take    func(*access.Change, *cloud.Key)
	refused func(*access.Directory, *tenant) bool
}{
	{take: func(c *access.Change, k *cloud.Key) { c.DeletedKeys, c.Keys = c.Keys, nil }, refused: isRefused},
	{take: func(_ *access.Change, k *cloud.Key) { k.State = cloud.KeyDisabled }, refused: isRefused},
	{take: func(_ *access.Change, k *cloud.Key) { k.Expiry = cloud.ExpiryAt(noon) }, refused: isRefused},
	{take: func(_ *access.Change, k *cloud.Key) { k.Addresses = addressList("192.0.2.1") }, refused: isRefused},
	{
		take: func(_ *access.Change, k *cloud.Key) { k.RoleIDs = []uuid.UUID{systemRoleID(cloud.RoleMember)} },
		refused: func(d *access.Directory, k *tenant) bool {
			p, err := d.Authenticate(k.keyID, k.secret, home)
			return err != nil || p.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationView) != nil
		},
	},
}

func isRefused(d *access.Directory, k *tenant) bool {
	_, err := d.Authenticate(k.keyID, k.secret, home)
	return err != nil
}

func TestRequestThatStartsAfterAChangeNeverGetsWhatItTookAway(t *testing.T) {
	// The promise of the product. Many clients use the keys all the time; what was
	// taken from a key before a request began is refused to it, while other keys
	// come, change and go, and while the store is read again.
	h := newHouse(t)
	var keys []*tenant
	for range 100 {
		keys = append(keys, h.add(nil))
	}
	bystander := h.add(nil)
	taken := make([]atomic.Bool, len(keys)) // set after Apply has returned
	var requests, wrong atomic.Int64
	done := make(chan struct{})
	var wait sync.WaitGroup
	for client := range 4 {
		wait.Go(func() {
			for i := client; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				n := i % len(keys)
				before := taken[n].Load()
				refused := ways[n%len(ways)].refused(h.directory, keys[n])
				if before && !refused || refused && isRefused(h.directory, bystander) {
					wrong.Add(1)
				}
				requests.Add(1)
				runtime.Gosched() // on a machine with one processor, too, the others get their turn
			}
		})
	}
	for n, k := range keys {
		for seen := requests.Load(); requests.Load() < seen+50; {
			// Between two changes the clients get a chance, and the shard of the key is busy.
			guest := h.add(nil)
			h.remove(guest)
			runtime.Gosched()
		}
		change := access.Change{Keys: []cloud.Key{k.Key}}
		ways[n%len(ways)].take(&change, &change.Keys[0])
		h.state.Keys = append(h.without(k), change.Keys...)
		if n%10 == 9 {
			h.state.Revision++
			h.directory.Load(h.state) // the change comes by way of the store
		} else {
			h.apply(change)
		}
		taken[n].Store(true)
	}
	close(done)
	wait.Wait()
	if wrong.Load() > 0 {
		t.Errorf("%d of %d requests got what had been taken from their key, or were refused what had not", wrong.Load(), requests.Load())
	}
	for n, k := range keys {
		if !ways[n%len(ways)].refused(h.directory, k) {
			t.Errorf("key %d is not refused in the end", n)
		}
	}
}

func TestRequestThatStartsAfterSuspendIsRefused(t *testing.T) {
	// Between the return of Suspend and the next Load nobody is admitted, however
	// many are on their way.
	h := newHouse(t)
	k := h.add(nil)
	var closed atomic.Bool
	var wrong, requests atomic.Int64
	done := make(chan struct{})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				before := closed.Load()
				_, err := h.directory.Authenticate(k.keyID, k.secret, home)
				// Whether it was closed all the time is known only if it still is.
				if before && err == nil && closed.Load() {
					wrong.Add(1)
				}
				requests.Add(1)
				runtime.Gosched()
			}
		})
	}
	for range 200 {
		h.directory.Suspend()
		closed.Store(true)
		for seen := requests.Load(); requests.Load() < seen+10; {
			h.admitsNobody(k)
			runtime.Gosched()
		}
		closed.Store(false)
		h.directory.Load(h.state)
	}
	close(done)
	wait.Wait()
	if wrong.Load() > 0 {
		t.Errorf("%d of %d requests were admitted", wrong.Load(), requests.Load())
	}
}

func (h *house) admitsNobody(k *tenant) {
	h.Helper()
	h.refused(k, home, cloud.Unavailable, suspended)
}

func TestReadersSeeOneRevisionOfEachThing(t *testing.T) {
	// A key is read as it was after some change, never half of one: its name and its
	// roles always belong together, and so do an organization's name and its switch.
	h := newHouse(t)
	k := h.add(func(k *cloud.Key) { k.Name = "admin" })
	roles := map[string]uuid.UUID{"admin": cloud.AdminRoleID, "member": systemRoleID(cloud.RoleMember)}
	done := make(chan struct{})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				p, err := h.directory.Authenticate(k.keyID, k.secret, home)
				if err != nil {
					t.Errorf("refused: %v", err)
					return
				}
				if may := p.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationView) == nil; may != (p.Name() == "admin") {
					t.Errorf("%s may view the organization: %t", p.Name(), may)
				}
				if o, ok := h.directory.Organization(ours); !ok || o.EnableCoreDumps != (o.Name == "on") {
					t.Errorf("organization %+v", o)
				}
				if n := len(h.directory.Organizations()); n != 2 {
					t.Errorf("%d organizations", n)
				}
			}
		})
	}
	names := []string{"admin", "member"}
	for i := range 2000 {
		k.Name = names[i%2]
		k.RoleIDs = []uuid.UUID{roles[k.Name]}
		org := cloud.Organization{ID: ours, Name: "off"}
		if i%2 == 0 {
			org.Name, org.EnableCoreDumps = "on", true
		}
		h.apply(access.Change{Keys: []cloud.Key{k.Key}, Organizations: []cloud.Organization{org}})
	}
	close(done)
	wait.Wait()
}

func TestLimitHoldsWhileTheStoreIsReadAgain(t *testing.T) {
	// Reading the store again, and Suspend before it, gives nobody a new allowance: not
	// even to requests that were on their way meanwhile.
	h := newHouse(t)
	k := h.add(nil)
	limit := access.Limit{Requests: 1000, Window: 10 * time.Second}
	var allowed atomic.Int64
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 1000 {
				p, err := h.directory.Authenticate(k.keyID, k.secret, home)
				if cloud.CodeOf(err) == cloud.Unavailable && err != nil {
					continue
				}
				if usage, ok := p.Take(limit); ok && !usage.Exceeded {
					allowed.Add(1)
				}
			}
		})
	}
	wait.Go(func() {
		for i := range 100 {
			if i%2 == 0 {
				h.directory.Suspend()
			}
			h.directory.Load(h.state)
		}
	})
	wait.Wait()
	for {
		usage, _ := h.admitted(k, home).Take(limit)
		if usage.Exceeded {
			break
		}
		allowed.Add(1)
	}
	if allowed.Load() != int64(limit.Requests) {
		t.Errorf("%d requests were allowed instead of %d", allowed.Load(), limit.Requests)
	}
}

func TestChangesInAnyOrderEndInTheirState(t *testing.T) {
	// After any series of changes, the directory admits exactly those keys that one
	// which loads the end of it admits.
	h := newHouse(t)
	var keys []*tenant
	for i := range 300 {
		switch k := (*tenant)(nil); {
		case i%3 == 0 || len(keys) == 0:
			keys = append(keys, h.add(nil))
		case i%3 == 1:
			k = keys[i*7%len(keys)]
			if slices.ContainsFunc(h.state.Keys, func(other cloud.Key) bool { return other.ID == k.ID }) {
				h.remove(k)
			}
		default:
			k = keys[i*11%len(keys)]
			h.change(k, func(k *cloud.Key) { k.State = []cloud.KeyState{cloud.KeyEnabled, cloud.KeyDisabled}[i%2] })
		}
	}
	loaded := access.NewDirectory(h.clock)
	loaded.Load(h.state)
	for i, k := range keys {
		_, changed := h.directory.Authenticate(k.keyID, k.secret, home)
		_, read := loaded.Authenticate(k.keyID, k.secret, home)
		if (changed == nil) != (read == nil) || changed != nil && changed.Error() != read.Error() {
			t.Errorf("key %d: %v after the changes, %v when loaded", i, changed, read)
		}
	}
}
