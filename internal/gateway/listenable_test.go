package gateway_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

// hold has another program listen at an address until the test ends.
func hold(t testing.TB, host string, port int) net.Listener {
	t.Helper()
	l, err := listenOn(net.JoinHostPort(host, fmt.Sprint(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestPortsOfOtherProgramsAreNotListenable(t *testing.T) {
	// A port that another program has is left out wherever its clients could be mistaken for
	// those of a service: at the address itself, at every address, at the other address of
	// localhost. A program at another address does not matter.
	six := true
	if l, err := listenOn("[::1]:0"); err != nil {
		six = false
	} else {
		l.Close()
	}
	ports := []int{freePort(t), freePort(t), freePort(t)}
	for _, c := range []struct {
		other, mine string
		meet        bool
	}{
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.1", "localhost", true},
		{"127.0.0.1", "", true},
		{"127.0.0.1", "0.0.0.0", true},
		{"127.0.0.2", "0.0.0.0", true},
		{"127.0.0.2", "127.0.0.1", false},
		{"0.0.0.0", "127.0.0.1", true},
		{"0.0.0.0", "LocalHost", true},
		{"0.0.0.0", "0.0.0.0", true},
		{"::1", "localhost", true},
		{"::1", "::1", true},
		{"::1", "", true},
		{"::1", "::", true},
		{"::1", "127.0.0.1", false},
		{"127.0.0.1", "::1", false},
	} {
		if !six && (c.other == "::1" || c.mine == "::1") {
			t.Logf("NOT TESTED: %+v: this machine has no ::1", c)
			continue
		}
		l := hold(t, c.other, ports[0])
		want := ports
		if c.meet {
			want = ports[1:]
		}
		if got := gateway.Listenable(t.Context(), c.mine, ports, 3); !slices.Equal(got, want) {
			t.Errorf("%+v: %v of %v", c, got, ports)
		}
		if got := gateway.Taken(t.Context(), c.mine, ports); !slices.Equal(got, ports[:len(ports)-len(want)]) {
			t.Errorf("%+v: taken are %v of %v", c, got, ports)
		}
		l.Close()
	}
}

func TestNoMorePortsAreTriedThanAsked(t *testing.T) {
	// The first ports that can be had are returned, and those behind them are not touched.
	ports := []int{freePort(t), freePort(t), freePort(t), freePort(t)}
	hold(t, clientIP, ports[0])
	if got := gateway.Listenable(t.Context(), clientIP, ports, 2); !slices.Equal(got, ports[1:3]) {
		t.Errorf("%v of %v", got, ports)
	}
	if got := gateway.Listenable(t.Context(), clientIP, ports, 0); len(got) != 0 {
		t.Errorf("none was asked for: %v", got)
	}
	if got := gateway.Listenable(t.Context(), clientIP, ports[:1], 2); len(got) != 0 {
		t.Errorf("%v is taken", got)
	}
}

func TestAddressThatIsAwaySaysNothingOfAPort(t *testing.T) {
	// An address that this machine does not have at the moment is no reason to pass over a port.
	ports := []int{freePort(t), freePort(t)}
	for _, address := range []string{"192.0.2.1", "nobody.invalid"} {
		if got := gateway.Listenable(t.Context(), address, ports, 2); !slices.Equal(got, ports) {
			t.Errorf("%s: %v of %v", address, got, ports)
		}
		if got := gateway.Taken(t.Context(), address, ports); len(got) != 0 {
			t.Errorf("%s: taken are %v", address, got)
		}
	}
}

func TestPortThatAServiceHasLeftIsListenable(t *testing.T) {
	// The ports of a service that is removed are free at once for the next one, whatever its
	// connections have left behind; those of a service that is there are not.
	f := serve(t, at(echo(t)))
	s := f.service()
	open := f.connect(s.Ports.HTTPS)
	says(t, open, "hello")
	ports := []int{s.Ports.HTTPS, s.Ports.Native}
	if got := gateway.Listenable(t.Context(), clientIP, ports, 2); len(got) != 0 {
		t.Errorf("the gateway has given up %v", got)
	}
	moved := s
	moved.Ports = newService(t).Ports
	f.ApplyServices(one(moved), nil)
	says(t, open, "still here")
	if got := gateway.Listenable(t.Context(), clientIP, ports, 2); !slices.Equal(got, ports) {
		t.Errorf("with a connection that goes on, %v of %v", got, ports)
	}
	f.ApplyServices(nil, []uuid.UUID{s.ID})
	ports = []int{moved.Ports.HTTPS, moved.Ports.Native}
	if got := gateway.Listenable(t.Context(), clientIP, ports, 2); !slices.Equal(got, ports) {
		t.Errorf("of a service that is gone, %v of %v", got, ports)
	}
}

func BenchmarkListenable(b *testing.B) {
	// What a change waits for where other programs have the first 300 ports.
	var ports []int
	for range 302 {
		ports = append(ports, freePort(b))
	}
	for _, port := range ports[:300] {
		hold(b, clientIP, port)
	}
	for b.Loop() {
		if got := gateway.Listenable(context.Background(), "localhost", ports, 2); len(got) != 2 {
			b.Fatal(got)
		}
	}
}

func TestBothPortsThatAreTakenAreOneSentence(t *testing.T) {
	// A service that has lost both its ports says so once, and what to do; one that has lost
	// them because of the address names that once.
	f := serve(t, at(echo(t)))
	s := newService(t)
	s.Ports.Native, s.Ports.HTTPS = min(s.Ports.HTTPS, s.Ports.Native), max(s.Ports.HTTPS, s.Ports.Native)
	hold(t, clientIP, s.Ports.HTTPS)
	hold(t, clientIP, s.Ports.Native)
	f.ApplyServices([]cloud.Service{s}, nil)
	want := fmt.Sprintf("Ports %d and %d are taken by another program, so nobody can reach the service there. "+
		"End that program on the machine of Gatehouse: at most 30 seconds later the service has the ports.", s.Ports.Native, s.Ports.HTTPS)
	eventually(t, "the sentence for both", func() bool { return f.Problem(s.ID) == want })

	away := serve(t, at(echo(t)), func(c *gateway.Config) { c.Address = "192.0.2.1" })
	away.ApplyServices([]cloud.Service{s}, nil)
	want = "The address 192.0.2.1 is not one of this machine, so nobody can reach the service. Have the operator of Gatehouse correct where services listen."
	eventually(t, "the sentence for the address", func() bool { return away.Problem(s.ID) == want })
}
