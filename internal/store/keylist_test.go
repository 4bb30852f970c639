package store_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestPagesOfAnyKeyQueryAreTheReference(t *testing.T) {
	// Whatever is searched for and however it is sorted, all pages together are the keys that a naive reference
	// selects, each once and in its order, also while other keys come and go between the pages.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		s := storetest.Open(t, options(t))
		rapid.Check(t, func(t *rapid.T) {
			l := newKeyLists(t, s)
			for range rapid.IntRange(0, 12).Draw(t, "keys") {
				l.insert(t)
			}
			l.update(t)
			l.markUsed(t)
			for range 4 {
				l.page(t)
			}
		})
	})
}

// keyLists is an organization of its own in a store, and its keys, oldest first.
type keyLists struct {
	store        *store.Store
	organization cloud.Organization
	keys         []cloud.Key
}

func newKeyLists(t *rapid.T, s *store.Store) *keyLists {
	l := &keyLists{store: s, organization: cloud.Organization{ID: uuid.New(), Name: "acme", CreatedAt: storetest.Morning}}
	l.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.InsertOrganization(ctx, l.organization) })
	return l
}

func (l *keyLists) write(t *rapid.T, f func(context.Context, *store.Tx) error) {
	t.Helper()
	if _, err := l.store.Write(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// words are parts of names that a search or an order could take for another thing.
var words = []string{
	"a", "A", "b", "B", "_", "%", "!", "!%", `\`, "'", "ä", "Ä", "σ", "ς", "Σ", "k", "\u212a", "İ", "i", "I", "ß", "ẞ", "漢", "🔑", "\uffff", " ", "10", "9", "é", "e\u0301",
}

func someWords(t *rapid.T, name string, most int) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, most).Draw(t, name), "")
}

// instants are those around which a status changes.
var instants = rapid.SampledFrom([]time.Duration{
	-time.Hour, -time.Millisecond, 0, time.Millisecond / 2, time.Millisecond, time.Hour, cloud.ExpiresSoon - time.Millisecond, cloud.ExpiresSoon,
	cloud.ExpiresSoon + time.Millisecond/2, cloud.ExpiresSoon + time.Millisecond, 2 * cloud.ExpiresSoon,
})

func (l *keyLists) draw(t *rapid.T, k cloud.Key) cloud.Key {
	k.Name, k.Expiry = someWords(t, "name", 4), cloud.Expiry{}
	if rapid.IntRange(0, 3).Draw(t, "expires") > 0 {
		k.Expiry = cloud.ExpiryAt(storetest.Morning.Add(instants.Draw(t, "expiry")))
	}
	k.State = rapid.SampledFrom([]cloud.KeyState{cloud.KeyEnabled, cloud.KeyEnabled, cloud.KeyDisabled}).Draw(t, "state")
	k.RoleIDs = randomRoles[:rapid.IntRange(1, len(randomRoles)).Draw(t, "roles")]
	return k
}

func (l *keyLists) insert(t *rapid.T) cloud.Key {
	k := l.draw(t, cloud.Key{
		ID: uuid.New(), OrganizationID: l.organization.ID, Credential: cloud.NewCredential().Hashed(), CreatedAt: storetest.Morning,
		CreatedBy: cloud.Creator{Type: cloud.ActorSystem, Details: someWords(t, "creator", 2)},
	})
	l.write(t, func(ctx context.Context, tx *store.Tx) (err error) {
		k, err = tx.InsertKey(ctx, k)
		return err
	})
	l.keys = append(l.keys, k)
	return k
}

// update changes some keys, so that what they are listed by is not that of their creation.
func (l *keyLists) update(t *rapid.T) {
	for i := range l.keys {
		if !rapid.Bool().Draw(t, "changes") {
			continue
		}
		l.keys[i] = l.draw(t, l.keys[i])
		l.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateKey(ctx, l.keys[i]) })
	}
}

func (l *keyLists) markUsed(t *rapid.T) {
	used := map[uuid.UUID]time.Time{}
	for i := range l.keys {
		if minutes := rapid.IntRange(-1, 3).Draw(t, "used"); minutes >= 0 {
			l.keys[i].UsedAt = storetest.Morning.Add(time.Duration(minutes) * time.Minute)
			used[l.keys[i].ID] = l.keys[i].UsedAt
		}
	}
	if err := l.store.MarkUsed(t.Context(), used); err != nil {
		t.Fatal(err)
	}
}

func (l *keyLists) query(t *rapid.T) store.KeyQuery {
	q := store.KeyQuery{
		Sort: rapid.SampledFrom(append(cloud.KeySorts(), "")).Draw(t, "sort"), Descending: rapid.Bool().Draw(t, "descending"),
		At: storetest.Morning, Limit: rapid.IntRange(1, 5).Draw(t, "limit"),
	}
	if rapid.Bool().Draw(t, "searches") {
		q.Search = someWords(t, "search", 2)
		if len(l.keys) > 0 && rapid.Bool().Draw(t, "for a suffix") {
			q.Search = rapid.SampledFrom(l.keys).Draw(t, "key").Credential.Suffix[1:]
		}
	}
	q.Statuses = rapid.SliceOfN(rapid.SampledFrom(cloud.KeyStatuses()), 0, 3).Draw(t, "statuses")
	return q
}

// page reads a list to its end while keys come and go.
func (l *keyLists) page(t *rapid.T) {
	q := l.query(t)
	q0 := q // from the beginning
	staying, gone := slices.Clone(l.keys), map[uuid.UUID]bool{}
	var got []cloud.Key
	for {
		if n, err := countOf(t.Context(), l.store, l.organization.ID, q); err != nil || n != len(listed(l.keys, q0)) {
			t.Fatalf("%+v selects %d of %d (%v)", q, n, len(listed(l.keys, q0)), err)
		}
		part, err := keysOf(t.Context(), l.store, l.organization.ID, q)
		if err != nil {
			t.Fatal(err)
		}
		if len(part) > q.Limit {
			t.Fatalf("a page of at most %d holds %d", q.Limit, len(part))
		}
		got = append(got, part...)
		if len(part) < q.Limit {
			break
		}
		place := q.Place(part[len(part)-1])
		q.After = &place
		if len(l.keys) > 0 && rapid.Bool().Draw(t, "delete") {
			i := rapid.IntRange(0, len(l.keys)-1).Draw(t, "which")
			k := l.keys[i]
			l.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteKey(ctx, k) })
			l.keys, gone[k.ID] = slices.Delete(l.keys, i, i+1), true
		}
		if len(l.keys) < 15 && rapid.IntRange(0, 3).Draw(t, "insert") == 0 {
			gone[l.insert(t).ID] = true
		}
	}
	if diff := gocmp.Diff(listed(got, q0), got, comparers...); diff != "" {
		t.Fatalf("%+v: what came is not selected or not in order (-want +got):\n%s", q0, diff)
	}
	passing := func(k cloud.Key) bool { return gone[k.ID] }
	if diff := gocmp.Diff(slices.DeleteFunc(listed(staying, q0), passing), slices.DeleteFunc(got, passing), comparers...); diff != "" {
		t.Fatalf("%+v: the keys that stay are not all there once (-want +got):\n%s", q0, diff)
	}
}

// listed is the reference: the keys, oldest first, that a query selects, in its order.
func listed(keys []cloud.Key, q store.KeyQuery) (list []cloud.Key) {
	contains := func(text string) bool { return strings.Contains(cloud.Fold(text), cloud.Fold(q.Search)) }
	for _, k := range keys {
		status := k.StatusAt(q.At)
		if !contains(k.Name) && !contains(k.Credential.Suffix) && !contains(k.CreatedBy.Details) ||
			len(q.Statuses) > 0 && !slices.ContainsFunc(q.Statuses, func(s cloud.KeyStatus) bool { return s.Includes(status) }) {
			continue
		}
		list = append(list, k)
	}
	slices.SortStableFunc(list, func(a, b cloud.Key) int {
		order := cmp.Or(compared(a, b, q), cmp.Compare(a.Sequence, b.Sequence))
		if q.Descending {
			return -order
		}
		return order
	})
	return list
}

func compared(a, b cloud.Key, q store.KeyQuery) int {
	switch q.Sort {
	case cloud.SortName:
		return strings.Compare(cloud.Fold(a.Name), cloud.Fold(b.Name))
	case cloud.SortCreator:
		return strings.Compare(cloud.Fold(a.CreatedBy.Details), cloud.Fold(b.CreatedBy.Details))
	case cloud.SortStatus:
		return slices.Index(cloud.KeyStatuses(), a.StatusAt(q.At)) - slices.Index(cloud.KeyStatuses(), b.StatusAt(q.At))
	case cloud.SortExpireAt:
		return comparedInstants(a.Expiry.Time(), b.Expiry.Time())
	case cloud.SortUsedAt:
		return comparedInstants(a.UsedAt, b.UsedAt)
	default:
		return 0
	}
}

// comparedInstants compares to the millisecond, of which an instant is the end.
func comparedInstants(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return cmp.Compare(zeroLast(a), zeroLast(b))
	}
	return a.Add(time.Millisecond - 1).Truncate(time.Millisecond).Compare(b.Add(time.Millisecond - 1).Truncate(time.Millisecond))
}

func zeroLast(at time.Time) int {
	if at.IsZero() {
		return 1
	}
	return 0
}

func keysOf(ctx context.Context, s *store.Store, organization uuid.UUID, q store.KeyQuery) (keys []cloud.Key, err error) {
	err = s.Read(ctx, func(r *store.Reader) error {
		keys, err = r.Keys(ctx, organization, q)
		return err
	})
	return keys, err
}

func countOf(ctx context.Context, s *store.Store, organization uuid.UUID, q store.KeyQuery) (n int, err error) {
	err = s.Read(ctx, func(r *store.Reader) error {
		n, err = r.CountSelected(ctx, organization, q)
		return err
	})
	return n, err
}

func namesOf(keys []cloud.Key) (names []string) {
	for _, k := range keys {
		names = append(names, fmt.Sprint(k.Name, " ", k.Credential.Suffix))
	}
	return names
}

func mustID(t *testing.T, text string) uuid.UUID {
	t.Helper()
	id, err := uuid.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func milli(n int64) time.Time { return time.UnixMilli(n).UTC() }
