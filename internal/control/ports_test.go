package control_test

import (
	"log/slog"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// withPorts returns another Control of the house, which gives services these ports.
func (h *house) withPorts(from, to int) *control.Control {
	return control.New(control.Config{
		Store: h.store, Directory: h.directory, Clock: h.clock, Limits: cloud.RelaxedLimits, Log: slog.New(h.log), Sealer: h.sealer, Passwords: h.passwords,
		PublicURL: publicURL, Ports: control.PortRange{From: from, To: to},
	})
}

// Services that were created while services shared ports get ports of their own, oldest
// first, committed once and told to whoever keeps services in memory; what has ports keeps
// them. When no two are left, the others have theirs, and the log says so at each start.
func TestServicesWithoutPortsAreGivenSome(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.watch(t)
		shared := []cloud.Service{h.newService(t, "first"), h.newService(t, "second"), h.newService(t, "third")}
		if without, err := h.GivePorts(t.Context()); err != nil || without != nil {
			t.Fatalf("where services share ports: %v, %v", without, err)
		}

		h.Control = h.withPorts(21000, 21004)
		_, front := h.watch(t)
		before, told := h.state(t).Revision, 0
		h.log.onError(func(message string) {
			if message == "a service cannot be reached: no ports are left for it" {
				told++
			}
		})
		for range 2 {
			without, err := h.GivePorts(t.Context())
			if err != nil || len(without) != 1 || without[0].ID != shared[2].ID {
				t.Fatalf("without ports are %v (%v)", without, err)
			}
		}
		want := []cloud.ServicePorts{{HTTPS: 21000, Native: 21001}, {HTTPS: 21002, Native: 21003}, {}}
		h.wantPorts(t, front, shared, want)
		if got := h.state(t).Revision; got != before+1 {
			t.Errorf("two calls have made %d changes", got-before)
		}
		if told != 2 {
			t.Errorf("the log speaks %d times of the service without ports, at two starts", told)
		}

		h.Control = h.withPorts(21000, 21006)
		_, front = h.watch(t)
		if without, err := h.GivePorts(t.Context()); err != nil || len(without) != 0 {
			t.Fatalf("%v, %v", without, err)
		}
		want[2] = cloud.ServicePorts{HTTPS: 21004, Native: 21005}
		h.wantPorts(t, front, shared, want)
	})
}

// A service that is being deleted gets no ports that another may need.
func TestServiceOnItsWayOutGetsNoPorts(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.watch(t)
		s := h.newService(t, "orders")
		if _, err := h.CommandService(t.Context(), operator, h.organization, s.ID, fleet.CommandDelete); err != nil {
			t.Fatal(err)
		}
		h.Control = h.withPorts(21000, 21001)
		_, front := h.watch(t)
		if without, err := h.GivePorts(t.Context()); err != nil || len(without) != 0 {
			t.Fatalf("%v, %v", without, err)
		}
		h.wantPorts(t, front, []cloud.Service{s}, []cloud.ServicePorts{{}})
	})
}

// The ports of a service that is gone go to the oldest one without any, in the same change.
func TestPortsOfADeletedServiceAreInherited(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.watch(t)
		shared := []cloud.Service{h.newService(t, "first"), h.newService(t, "second"), h.newService(t, "third")}
		h.Control = h.withPorts(21000, 21001)
		_, front := h.watch(t)
		if without, err := h.GivePorts(t.Context()); err != nil || len(without) != 2 {
			t.Fatalf("%v, %v", without, err)
		}
		if _, err := h.CommandService(t.Context(), operator, h.organization, shared[0].ID, fleet.CommandDelete); err != nil {
			t.Fatal(err)
		}
		before := h.state(t).Revision
		if err := h.Remove(t.Context(), shared[0].ID); err != nil {
			t.Fatal(err)
		}
		if got := h.state(t).Revision; got != before+1 {
			t.Errorf("the end of a service was %d changes", got-before)
		}
		h.wantPorts(t, front, shared[1:], []cloud.ServicePorts{{HTTPS: 21000, Native: 21001}, {}})
	})
}

// wantPorts fails the test unless the services have the ports, in the store and with an observer.
func (h *house) wantPorts(t *testing.T, front *watcher, services []cloud.Service, want []cloud.ServicePorts) {
	t.Helper()
	stored := map[uuid.UUID]cloud.Service{}
	for _, s := range h.state(t).Services {
		stored[s.ID] = s
	}
	for i, s := range services {
		if got := stored[s.ID].Ports; got != want[i] {
			t.Errorf("%s has the ports %v in the store, want %v", s.Name, got, want[i])
		}
		if got := front.known[s.ID].Ports; got != want[i] {
			t.Errorf("%s has the ports %v for who keeps it in memory, want %v", s.Name, got, want[i])
		}
	}
}
