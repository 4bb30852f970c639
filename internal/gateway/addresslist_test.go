package gateway_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

// nobodyHome is for services that no client may reach.
func nobodyHome(t *testing.T) backends {
	return func(context.Context, uuid.UUID) (gateway.Backend, error) {
		t.Error("a client that is refused woke a service")
		return gateway.Backend{}, cloud.Errorf(cloud.Unavailable, "Nobody is home.")
	}
}

func TestRefusedClientIsResetBeforeTLS(t *testing.T) {
	// The address list of a service is kept before a byte is answered: a client that is not on
	// it sees a reset. An empty list, and none, allow nobody.
	f := serve(t, nobodyHome(t))
	for name, list := range map[string]func(*cloud.Service){
		"others only": allow("192.0.2.0/24", "2001:db8::/32", "127.0.0.2"),
		"empty":       allow(),
		"none":        func(s *cloud.Service) { s.Addresses = nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := f.service(list)
			for _, port := range []int{s.Ports.HTTPS, s.Ports.Native} {
				f.isRefused(port)
			}
		})
	}
}

func TestAddressListsAreOfTheirServices(t *testing.T) {
	// What one service allows, another does not.
	f := serve(t, at(echo(t)))
	open, closed := f.service(allow(clientIP)), f.service(allow("192.0.2.1"))
	says(t, f.connect(open.Ports.HTTPS), "hello")
	f.isRefused(closed.Ports.HTTPS)
}

func TestIPv4ClientOfAnIPv6ListenerIsIPv4(t *testing.T) {
	// On a listener for every address an IPv4 client appears as ::ffff:127.0.0.1; the list
	// that says 127.0.0.1 means it.
	f := serve(t, at(echo(t)), func(c *gateway.Config) { c.Address = "" })
	s := newService(t, allow("127.0.0.0/8"))
	f.ApplyServices([]cloud.Service{s}, nil)
	f.listeningAt(net.JoinHostPort("", strconv.Itoa(s.Ports.HTTPS)))
	says(t, f.connect(s.Ports.HTTPS), "hello")
}

func TestConnectionsEndWhenTheListNoLongerAllowsThem(t *testing.T) {
	// When a change of an address list has been taken in, connections that it does not allow
	// have been reset, whatever they did: those in use, those that wait for the server, and
	// those on their way to TLS. Others go on.
	waiting, left := make(chan struct{}), make(chan struct{})
	address := echo(t)
	var asleep uuid.UUID
	f := serve(t, backends(func(ctx context.Context, id uuid.UUID) (gateway.Backend, error) {
		if id == asleep {
			close(waiting)
			<-ctx.Done()
			close(left)
			return gateway.Backend{}, ctx.Err()
		}
		return gateway.Backend{HTTP: address, Native: address}, nil
	}))
	a, b, c := newService(t), newService(t), newService(t)
	asleep = b.ID
	f.load(a, b, c)
	inUse, other, idle := f.connect(a.Ports.HTTPS), f.connect(c.Ports.HTTPS), f.connect(a.Ports.Native)
	says(t, inUse, "hello")
	says(t, other, "hello")
	wakes := f.connect(b.Ports.HTTPS)
	_, _ = io.WriteString(wakes, "hello")
	f.within("the wait", waiting)
	half := f.dial(a.Ports.HTTPS)
	_, _ = io.WriteString(half, "\x16\x03\x01")
	eventually(t, "connections", func() bool { return f.Usage(a.ID).Connections == 3 })

	for _, s := range []*cloud.Service{&a, &b} {
		allow("192.0.2.1")(s)
	}
	f.ApplyServices([]cloud.Service{a, b}, nil)
	for name, gone := range map[string]net.Conn{"in use": inUse, "idle": idle, "waiting": wakes, "half": half} {
		if n, err := gone.Read(make([]byte, 1)); n > 0 || !isReset(err) {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
	f.within("the end of the wait", left)
	says(t, other, "still here")

	allow(clientIP)(&a)
	f.ApplyServices([]cloud.Service{a}, nil)
	says(t, f.connect(a.Ports.HTTPS), "back again")
}

func TestRemovedServiceHasNoConnectionsAndNoPorts(t *testing.T) {
	// A service that is on its way out, or gone, is not to be reached from the moment that the
	// gateway was told.
	f := serve(t, at(echo(t)))
	for name, remove := range map[string]func(cloud.Service){
		"removed":    func(s cloud.Service) { f.ApplyServices(nil, []uuid.UUID{s.ID}) },
		"deleting":   func(s cloud.Service) { s.Goal = cloud.GoalDeleted; f.ApplyServices([]cloud.Service{s}, nil) },
		"not loaded": func(cloud.Service) { f.LoadServices(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			s := f.service()
			c := f.connect(s.Ports.HTTPS)
			says(t, c, "hello")
			remove(s)
			if _, err := c.Read(make([]byte, 1)); !isReset(err) {
				t.Error(err)
			}
			if c, err := dialTCP(address(s.Ports.Native)); err == nil {
				c.Close()
				t.Error("the port is open")
			}
		})
	}
}

func TestNobodyGetsInWhileTheListChanges(t *testing.T) {
	// However a change of the list and a new connection meet: once the change has been taken
	// in, no connection of a client that it refuses is carried.
	f := serve(t, at(echo(t)))
	s := f.service()
	address := address(s.Ports.Native)
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: f.roots, ServerName: "localhost", Time: f.clock.Now, ClientSessionCache: tls.NewLRUClientSessionCache(1)}}
	var refused atomic.Uint64 // odd while the list refuses
	var carried atomic.Int64
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				c, err := dialer.DialContext(context.Background(), "tcp", address)
				if err != nil {
					continue
				}
				for range 20 {
					before := refused.Load()
					err = exchange(c, "hello")
					if err == nil && before%2 == 1 && refused.Load() == before {
						t.Error("a connection was carried that the list refuses")
					}
					if err != nil {
						break
					}
					carried.Add(1)
				}
				c.Close()
			}
		})
	}
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	for range rounds {
		most := carried.Load() + 10
		eventually(t, "connections to be carried", func() bool { return carried.Load() > most })
		allow("192.0.2.1")(&s)
		f.ApplyServices([]cloud.Service{s}, nil)
		refused.Add(1)
		if n := f.Usage(s.ID).Connections; n > 0 {
			// Those that were reset leave in a moment.
			eventually(t, "connections to end", func() bool { return f.Usage(s.ID).Connections == 0 })
		}
		refused.Add(1)
		allow(clientIP)(&s)
		f.ApplyServices([]cloud.Service{s}, nil)
	}
	close(stop)
	clients.Wait()
}

func TestUnchangedListCostsNothing(t *testing.T) {
	// Services are told of anew with every change of their state: the connections of one
	// with thousands of addresses are not looked through again, and none ends.
	f := serve(t, at(echo(t)))
	s := f.service(func(s *cloud.Service) {
		for i := range 999 {
			s.Addresses = append(s.Addresses, cloud.AddressEntry{Source: "192.0.2." + strconv.Itoa(i%256), Description: strings.Repeat("x", i%10)})
		}
	})
	c := f.connect(s.Ports.HTTPS)
	says(t, c, "hello")
	s.State = cloud.ServiceRunning
	f.ApplyServices([]cloud.Service{s}, nil)
	says(t, c, "still here")
	if n := testing.AllocsPerRun(100, func() { f.ApplyServices([]cloud.Service{s}, nil) }); n > 10 {
		t.Errorf("%v allocations", n)
	}
}
