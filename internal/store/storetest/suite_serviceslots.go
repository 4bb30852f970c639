package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func serviceSlots(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "TheLowestFreeSlotIsFound", func(t *testing.T) {
		// A slot that was given back is given again before a new one: the users of the system that come of them stay few.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		same(t, "the first slot", freeSlot(t, s), 1)
		var all []cloud.Service
		for i := range 5 {
			all = append(all, Service(t, s, []cloud.Organization{o, other}[i%2], numbered(i)))
			same(t, "the slot", all[i].Slot, i+1)
		}
		for _, i := range []int{3, 1, 0, 4} {
			deleteService(t, s, all[i], Morning)
		}
		for _, want := range []int{1, 2, 4, 5, 6} {
			same(t, "the free slot", freeSlot(t, s), want)
			same(t, "the slot of the next", Service(t, s, o, "another").Slot, want)
		}
	})

	test(t, "TheLowestFreePortsAreFound", func(t *testing.T) {
		// Ports come from the range that was asked for, its ends included, never one that a service has; when there are too few, those there are.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		for i, ports := range []cloud.ServicePorts{{HTTPS: 20_001, Native: 20_004}, {Native: 20_002}, {HTTPS: 65_535}, {HTTPS: 1}, {}} {
			service := newService(o, numbered(i))
			service.Slot, service.Ports = i+1, ports
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { _, err := tx.InsertService(ctx, service); return err })
		}
		same(t, "the ports", takenPorts(t, s), []int{1, 20_001, 20_002, 20_004, 65_535})
		for _, c := range []struct {
			from, to, n int
			want        []int
		}{
			{20_000, 20_010, 4, []int{20_000, 20_003, 20_005, 20_006}},
			{20_001, 20_004, 2, []int{20_003}},
			{20_003, 20_003, 2, []int{20_003}},
			{20_004, 20_004, 2, nil},
			{65_534, 65_535, 2, []int{65_534}},
			{1, 2, 1, []int{2}},
			{20_010, 20_009, 1, nil},
			{20_000, 20_010, 0, nil},
		} {
			same(t, "the free ports", Read(t, s, func(ctx context.Context, r *store.Reader) ([]int, error) {
				return r.FreePorts(ctx, c.from, c.to, c.n)
			}), c.want)
		}
	})

	test(t, "NoTwoServicesHaveTheSameSlotOrPort", func(t *testing.T) {
		// The database refuses what a rule above would have missed, whatever the protocol, and what makes no sense; nothing of it is left.
		in := options(t)
		s := Open(t, in)
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		first, second := Service(t, s, o, "first"), Service(t, s, o, "second")
		before := Content(t, in)
		for what, alter := range map[string]func(*cloud.Service){
			"a slot twice":           func(s *cloud.Service) { s.Slot = first.Slot },
			"no slot":                func(s *cloud.Service) { s.Slot = 0 },
			"an HTTPS port twice":    func(s *cloud.Service) { s.Ports.HTTPS = first.Ports.HTTPS },
			"a native port twice":    func(s *cloud.Service) { s.Ports.Native = first.Ports.Native },
			"a port of the other":    func(s *cloud.Service) { s.Ports.Native = first.Ports.HTTPS },
			"one port for both":      func(s *cloud.Service) { s.Ports = cloud.ServicePorts{HTTPS: lastPort, Native: lastPort} },
			"a port that is none":    func(s *cloud.Service) { s.Ports.HTTPS = 65_536 },
			"a port below the first": func(s *cloud.Service) { s.Ports.HTTPS = -1 },
			"a goal that is none":    func(s *cloud.Service) { s.Goal = "resting" },
		} {
			fresh := newService(other, "fresh")
			fresh.Slot = second.Slot + 1
			alter(&fresh)
			changed := second
			alter(&changed)
			refusals := []func(*store.Tx) error{func(tx *store.Tx) error { _, err := tx.InsertService(t.Context(), fresh); return err }}
			if changed.Slot == second.Slot { // which an update leaves alone
				refusals = append(refusals, func(tx *store.Tx) error { return tx.UpdateService(t.Context(), changed) })
			}
			for _, f := range refusals {
				if _, err := s.Write(t.Context(), f); err == nil || cloud.CodeOf(err) == cloud.Unavailable {
					t.Errorf("%s: got %v", what, err)
				}
			}
		}
		same(t, "the content", Content(t, in), before)
	})

	test(t, "ServicesThatAreMadeAtOnceGetSlotsAndPortsOfTheirOwn", func(t *testing.T) {
		// A slot and ports that a write has found free stay so until its commit: none of many writers fails.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		const writers, each = 8, 4
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for range each {
					_, err := s.Write(t.Context(), func(tx *store.Tx) error {
						_, err := insertService(t.Context(), tx, newService(o, "another"))
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		for i, service := range servicesOf(t, s, o) {
			same(t, "the slot", service.Slot, i+1)
			same(t, "the ports", service.Ports, cloud.ServicePorts{HTTPS: firstPort + 2*i, Native: firstPort + 2*i + 1})
		}
		same(t, "the free slot", freeSlot(t, s), writers*each+1)
	})
}

func takenPorts(t *testing.T, s *store.Store) []int {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]int, error) { return r.TakenPorts(ctx) })
}
