package control_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// withPorts returns another Control of the house, which gives services these ports.
func (h *house) withPorts(from, to int) *control.Control { return h.withListenablePorts(from, to, nil) }

// withListenablePorts returns one that gives services those of these ports that can be listened on.
func (h *house) withListenablePorts(from, to int, listenable func(context.Context, []int, int) []int) *control.Control {
	return control.New(control.Config{
		Store: h.store, Directory: h.directory, Clock: h.clock, Limits: cloud.RelaxedLimits, Log: slog.New(h.log), Sealer: h.sealer, Passwords: h.passwords,
		PublicURL: publicURL, Ports: control.PortRange{From: from, To: to}, Listenable: listenable,
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

// listenable does what the gateway does for 127.0.0.1.
func listenable(ctx context.Context, ports []int, n int) (free []int) {
	for _, port := range ports {
		if len(free) == n {
			break
		}
		if l, err := hold(ctx, port); err == nil {
			_ = l.Close() // nobody has connected
			free = append(free, port)
		}
	}
	return free
}

func hold(ctx context.Context, port int) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

// held has another program listen on a port until free is called or the test ends.
func held(t *testing.T, port int) (free func()) {
	t.Helper()
	l, err := hold(t.Context(), port)
	if err != nil {
		t.Fatal(err)
	}
	free = func() { _ = l.Close() } // may be closed already
	t.Cleanup(free)
	return free
}

// blocksGiven counts what freeBlock has returned, from a place that two test programs do not share.
var blocksGiven atomic.Int64

func init() { blocksGiven.Store(rand.Int64N(800)) }

// freeBlock returns the first of eight ports that were free a moment ago, and which no other
// test gets. They are not among those that Linux hands out.
func freeBlock(t *testing.T) (from int) {
	t.Helper()
	for {
		from = 12000 + 10*int(blocksGiven.Add(1)%800)
		block := []int{from, from + 1, from + 2, from + 3, from + 4, from + 5, from + 6, from + 7}
		if len(listenable(t.Context(), block, len(block))) == len(block) {
			return from
		}
	}
}

// Whoever gets ports, at the creation or at the start, gets the lowest ones that no service has
// and no other program either. When too few are left of them, nothing is created, and the
// sentence says which of the two it is.
func TestPortsOfOtherProgramsAreNotGiven(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.watch(t)
		shared := []cloud.Service{h.newService(t, "first"), h.newService(t, "second")}
		p := freeBlock(t)
		held(t, p)
		held(t, p+1)
		free := held(t, p+3)
		h.Control = h.withListenablePorts(p, p+7, listenable)
		_, front := h.watch(t)
		if without, err := h.GivePorts(t.Context()); err != nil || len(without) != 0 {
			t.Fatalf("%v, %v", without, err)
		}
		h.wantPorts(t, front, shared, []cloud.ServicePorts{{HTTPS: p + 2, Native: p + 4}, {HTTPS: p + 5, Native: p + 6}})

		h.refusesService(t, fmt.Sprintf("No service can be created: the ports from %d to %d that no service has are taken by other programs, "+
			"or Gatehouse may not listen on them, and one needs two", p, p+7))
		free()
		third := h.newService(t, "third")
		h.wantPorts(t, front, []cloud.Service{third}, []cloud.ServicePorts{{HTTPS: p + 3, Native: p + 7}})
		h.Control = h.withListenablePorts(p+1, p+7, listenable)
		h.watch(t)
		h.refusesService(t, fmt.Sprintf("No service can be created: all ports from %d to %d are taken by services, and one needs two", p+1, p+7))
	})
}

// refusesService: no service can be created, for that reason, and nothing is changed.
func (h *house) refusesService(t *testing.T, want string) {
	t.Helper()
	before := h.state(t).Revision
	_, _, err := h.CreateService(t.Context(), operator, h.organization, cloud.NewService{Name: "further", Provider: "aws", Region: "eu-central-1"})
	if cloud.CodeOf(err) != cloud.Conflict || err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
	if after := h.state(t).Revision; after != before {
		t.Errorf("a service that is refused is %d changes", after-before)
	}
}

// The ports of a service that is gone are not inherited when another program took them first.
func TestPortsThatWereTakenAreNotInherited(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.watch(t)
		shared := []cloud.Service{h.newService(t, "first"), h.newService(t, "second")}
		p := freeBlock(t)
		h.Control = h.withListenablePorts(p, p+2, listenable)
		_, front := h.watch(t)
		if without, err := h.GivePorts(t.Context()); err != nil || len(without) != 1 {
			t.Fatalf("%v, %v", without, err)
		}
		held(t, p)
		if _, err := h.CommandService(t.Context(), operator, h.organization, shared[0].ID, fleet.CommandDelete); err != nil {
			t.Fatal(err)
		}
		if err := h.Remove(t.Context(), shared[0].ID); err != nil {
			t.Fatal(err)
		}
		h.wantPorts(t, front, shared[1:], []cloud.ServicePorts{{HTTPS: p + 1, Native: p + 2}})
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
