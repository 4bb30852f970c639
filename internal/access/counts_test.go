package access_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestRequestsAreCountedByActorOperationResourceAndDay(t *testing.T) {
	// Each kind of request has a counter of its own: another actor, organization, service,
	// operation or day of UTC is another counter, and the operator has none.
	h := newHouse(t)
	key, other, person := h.add(nil), h.add(nil), ada()
	h.putPerson(person)
	service := numberedID(9, 1)
	count := func(n int, p access.Principal, operation string, about access.Subject) {
		for range n {
			h.directory.CountRequest(p, operation, about)
		}
	}
	h.clock.Set(noon.Add(11*time.Hour + 59*time.Minute + 59*time.Second + 999*time.Millisecond))
	day := cloud.DayOf(noon)
	count(3, h.admitted(key, home), "read", access.Subject{Organization: ours})
	count(2, h.admitted(key, home), "write", access.Subject{Organization: ours})
	count(4, h.admitted(key, home), "read", access.Subject{Organization: ours, Instance: service})
	count(5, h.admitted(other, home), "read", access.Subject{Organization: ours})
	count(6, h.in(h.signIn(person)), "read", access.Subject{Organization: ours})
	count(7, h.in(h.signIn(person)), "read", access.Subject{Organization: theirs})
	count(8, access.Operator("tester", ""), "read", access.Subject{Organization: ours})
	h.clock.Advance(time.Millisecond) // midnight
	count(9, h.admitted(key, home), "read", access.Subject{Organization: ours})

	of := func(organization uuid.UUID, actor cloud.ActorRef, operation string, resource cloud.Resource, day cloud.Day, n int64) cloud.RequestCount {
		return cloud.RequestCount{OrganizationID: organization, Actor: actor, Operation: operation, Resource: resource, Day: day, Requests: n}
	}
	own, a := cloud.OrganizationResource(ours), cloud.KeyActor(key.ID)
	keys := []cloud.RequestCount{
		of(ours, a, "read", own, day, 3), of(ours, a, "write", own, day, 2), of(ours, a, "read", cloud.InstanceResource(service), day, 4), of(ours, a, "read", own, day+1, 9),
	}
	persons := of(ours, cloud.PersonActor(person.ID), "read", own, day, 6)
	all := append(slices.Clone(keys), of(ours, cloud.KeyActor(other.ID), "read", own, day, 5), persons,
		of(theirs, cloud.PersonActor(person.ID), "read", cloud.OrganizationResource(theirs), day, 7))
	wantCounts(t, h.directory.UnwrittenCounts(ours, a), keys...)
	wantCounts(t, h.directory.UnwrittenCounts(ours, cloud.PersonActor(person.ID)), persons)
	wantCounts(t, h.directory.UnwrittenCounts(theirs, a))
	wantCounts(t, h.directory.UnwrittenCounts(ours, cloud.KeyActor(person.ID)))
	wantCounts(t, h.directory.TakeCounts(), all...)
	wantCounts(t, h.directory.TakeCounts())
	if persons.Day.String() != "2026-05-01" || (persons.Day+1).String() != "2026-05-02" {
		t.Errorf("the days are %s and %s", persons.Day, persons.Day+1)
	}
}

func wantCounts(t *testing.T, got []cloud.RequestCount, want ...cloud.RequestCount) {
	t.Helper()
	byText := func(a, b cloud.RequestCount) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
	slices.SortFunc(got, byText)
	slices.SortFunc(want, byText)
	if !slices.Equal(got, want) {
		t.Errorf("the counts are\n%v, want\n%v", got, want)
	}
}

func TestCountsThatCouldNotBeWrittenAreNotLost(t *testing.T) {
	// ReturnCounts gives counts back for the next time, where they add up with those that came
	// meanwhile, also when the directory was read again.
	h := newHouse(t)
	key, person := h.add(nil), ada()
	h.putPerson(person)
	service := access.Subject{Organization: ours, Instance: numberedID(9, 1)}
	count := func() {
		h.directory.CountRequest(h.admitted(key, home), "read", access.Subject{Organization: ours})
		h.directory.CountRequest(h.in(h.signIn(person)), "read", service)
	}
	count()
	taken := h.directory.TakeCounts()
	h.clock.Advance(48 * time.Hour)
	h.directory.ReturnCounts(taken)
	wantCounts(t, h.directory.TakeCounts(), slices.Clone(taken)...)

	h.directory.ReturnCounts(taken)
	h.clock.Advance(-48 * time.Hour)
	count()
	h.directory.Load(h.state)
	for i := range taken {
		taken[i].Requests = 2
	}
	wantCounts(t, h.directory.TakeCounts(), taken...)
}

func TestCountersAreBounded(t *testing.T) {
	// However many kinds of requests there are, no more than MaxCounters are kept until they
	// are taken; what is not counted is said, once, and counters that are there go on.
	h := newHouse(t)
	p := h.admitted(h.add(nil), home)
	about := access.Subject{Organization: ours}
	for i := range access.MaxCounters {
		h.directory.CountRequest(p, "read", access.Subject{Organization: ours, Instance: numberedID(9, i+1)})
	}
	if lost := h.directory.TakeLostCounts(); lost != 0 {
		t.Fatalf("%d requests were lost", lost)
	}
	for range 3 {
		h.directory.CountRequest(p, "read", about)
	}
	h.directory.CountRequest(p, "read", access.Subject{Organization: ours, Instance: numberedID(9, 1)})
	if lost := h.directory.TakeLostCounts(); lost != 3 {
		t.Errorf("%d requests were lost, want 3", lost)
	}
	if lost := h.directory.TakeLostCounts(); lost != 0 {
		t.Errorf("%d requests were lost again", lost)
	}
	taken := h.directory.TakeCounts()
	if total := totalOf(taken); len(taken) != access.MaxCounters || total != access.MaxCounters+1 {
		t.Errorf("%d counters with %d requests were kept", len(taken), total)
	}
	h.directory.CountRequest(p, "read", about) // there is room again
	h.directory.ReturnCounts(taken)            // and none for one of these
	if lost := h.directory.TakeLostCounts(); lost < 1 || lost > 2 {
		t.Errorf("%d requests were lost when counts were given back", lost)
	}
	if n := len(h.directory.TakeCounts()); n != access.MaxCounters {
		t.Errorf("%d counters are kept", n)
	}
}

func totalOf(counts []cloud.RequestCount) (n int64) {
	for _, c := range counts {
		n += c.Requests
	}
	return n
}

func TestNoCountIsLostWhileCountsAreTaken(t *testing.T) {
	// Requests are counted exactly once, whichever of them run while counts are taken, given
	// back and looked at.
	h := newHouse(t)
	person := ada()
	h.putPerson(person)
	principals := []access.Principal{h.admitted(h.add(nil), home), h.admitted(h.add(nil), home), h.in(h.signIn(person))}
	const workers, each = 8, 5000
	var requests, taker sync.WaitGroup
	var done atomic.Bool
	var written int64
	taker.Go(func() {
		for i := 0; !done.Load(); i++ {
			taken := h.directory.TakeCounts()
			if i%2 == 0 {
				h.directory.ReturnCounts(taken)
				continue
			}
			written += totalOf(taken)
			h.directory.UnwrittenCounts(ours, cloud.PersonActor(person.ID))
		}
	})
	for w := range workers {
		requests.Go(func() {
			for i := range each {
				h.directory.CountRequest(principals[(w+i)%len(principals)], "read", access.Subject{Organization: ours, Instance: numberedID(9, i%50)})
			}
		})
	}
	requests.Wait()
	done.Store(true)
	taker.Wait()
	if written += totalOf(h.directory.TakeCounts()); written != workers*each {
		t.Errorf("%d requests were counted, want %d", written, workers*each)
	}
	if lost := h.directory.TakeLostCounts(); lost != 0 {
		t.Errorf("%d requests were lost", lost)
	}
}

// BenchmarkCountRequest is what counting adds to a request whose counter is there: of one key
// alone, of many, and the same by several at once.
func BenchmarkCountRequest(b *testing.B) {
	for _, n := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("keys=%d", n), func(b *testing.B) {
			c := crowds[n]()
			requests := make([]counted, 0, len(c.credentials))
			for _, credential := range c.credentials {
				p, err := c.directory.Authenticate(credential.keyID, credential.secret, netip.Addr{})
				if err != nil {
					b.Fatal(err)
				}
				requests = append(requests, counted{p, access.Subject{Organization: credential.organization}})
				c.directory.CountRequest(p, "organizationGet", requests[len(requests)-1].about)
			}
			count := func(i int) {
				r := &requests[i%len(requests)]
				c.directory.CountRequest(r.principal, "organizationGet", r.about)
			}
			b.Run("one", func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					count(i)
				}
			})
			b.Run("parallel", func(b *testing.B) {
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for i := 0; pb.Next(); i++ {
						count(i)
					}
				})
			})
		})
	}
}

type counted struct {
	principal access.Principal
	about     access.Subject
}
