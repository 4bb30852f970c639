package gateway_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

func TestTakenPortIsTheProblemOfOneService(t *testing.T) {
	// A port that another program has: the service says so in a sentence, its other port and
	// other services work, and when the port is free the service has it.
	f := serve(t, at(echo(t)))
	s := newService(t)
	other, err := listenOn(address(s.Ports.HTTPS))
	if err != nil {
		t.Fatal(err)
	}
	f.ApplyServices([]cloud.Service{s}, nil)
	f.attempted(s.Ports.HTTPS, false)
	f.listening(s.Ports.Native)
	want := fmt.Sprintf("Port %d is taken by another program, so nobody can reach the service there. "+
		"End that program on the machine of Gatehouse: at most 30 seconds later the service has the port.", s.Ports.HTTPS)
	eventually(t, "the problem", func() bool { return f.Problem(s.ID) == want })
	says(t, f.connect(s.Ports.Native), "hello")
	well := f.service()
	says(t, f.connect(well.Ports.HTTPS), "hello")
	if p := f.Problem(well.ID); p != "" {
		t.Error(p)
	}
	if n := f.metric("gatehouse_gateway_ports_missing"); n != 1 {
		t.Errorf("%v ports are missing", n)
	}

	other.Close()
	f.listening(s.Ports.HTTPS)
	says(t, f.connect(s.Ports.HTTPS), "hello")
	eventually(t, "the problem to be over", func() bool { return f.Problem(s.ID) == "" })
}

func TestServiceMovesToOtherPorts(t *testing.T) {
	// A service that gets other ports leaves the old ones at once, where another service may
	// follow; connections that are open go on.
	f := serve(t, at(echo(t)))
	s := f.service()
	c := f.connect(s.Ports.HTTPS)
	says(t, c, "hello")
	next := newService(t)
	next.Ports = s.Ports
	s.Ports = newService(t).Ports
	f.ApplyServices([]cloud.Service{s, next}, nil)
	f.listening(s.Ports.HTTPS)
	f.listening(next.Ports.HTTPS)
	says(t, c, "still here")
	says(t, f.connect(s.Ports.HTTPS), "hello")
	eventually(t, "the service that follows", func() bool {
		says(t, f.connect(next.Ports.HTTPS), "hello")
		return f.Usage(next.ID).BytesIn > 0
	})
}

func TestServicesWithoutPortsAreNotListenedFor(t *testing.T) {
	// Port 0 is no port: nothing is opened for it.
	f := serve(t, at(echo(t)))
	s := f.service(func(s *cloud.Service) { s.Ports.Native = 0; s.Ports.HTTPS = freePort(t) })
	says(t, f.connect(s.Ports.HTTPS), "hello")
	if host, https, native := f.Endpoint(s); host != clientIP || https != s.Ports.HTTPS || native != 0 {
		t.Error(host, https, native)
	}
}

func TestServiceForWhichNoPortIsLeftSaysSo(t *testing.T) {
	// Nobody can reach a service without ports where services do not share them: it says so
	// until it gets some, or is on its way out.
	f := serve(t, at(echo(t)))
	s := newService(t)
	given := s.Ports
	s.Ports = cloud.ServicePorts{}
	f.ApplyServices([]cloud.Service{s}, nil)
	if got, want := f.Problem(s.ID), "No port is left for the service: delete another one, or have the operator of Gatehouse give a wider range."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.Ports = given
	f.ApplyServices([]cloud.Service{s}, nil)
	f.listening(s.Ports.HTTPS)
	says(t, f.connect(s.Ports.HTTPS), "hello")
	if got := f.Problem(s.ID); got != "" {
		t.Error(got)
	}
	s.Ports, s.Goal, s.State = cloud.ServicePorts{}, cloud.GoalDeleted, cloud.ServiceTerminating
	f.ApplyServices([]cloud.Service{s}, nil)
	if got := f.Problem(s.ID); got != "" {
		t.Error(got)
	}
}

func TestPortsOfARemovedServiceAreTakenOver(t *testing.T) {
	// The ports of a service that is removed can go to another one in the same change.
	f := serve(t, at(echo(t)))
	s := f.service()
	says(t, f.connect(s.Ports.HTTPS), "hello")
	heir := newService(t)
	heir.Ports = cloud.ServicePorts{}
	f.ApplyServices([]cloud.Service{heir}, nil)
	heir.Ports = s.Ports
	f.ApplyServices([]cloud.Service{heir}, []uuid.UUID{s.ID})
	f.listening(heir.Ports.Native)
	says(t, f.connect(heir.Ports.Native), "hello")
	if p := f.Problem(heir.ID); p != "" {
		t.Error(p)
	}
	if f.Usage(heir.ID).BytesIn == 0 {
		t.Error("nobody was carried to the heir")
	}
}

func TestSharedPortThatIsTakenIsAnError(t *testing.T) {
	// Without the ports that all services share nothing works: Listen and Serve say which is taken,
	// and leave none open.
	other, err := listenOn(clientIP + ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	taken, free := other.Addr().(*net.TCPAddr).Port, freePort(t)
	g := gateway.New(gateway.Config{
		Backends: at(""), Log: slog.New(slog.DiscardHandler), Clock: cloudtest.NewClock(begin), Address: clientIP,
		Domain: "example.com", HTTPSPort: free, NativePort: taken, Certificates: authority(t, "example.com", cloudtest.NewClock(begin)),
	})
	want := fmt.Sprintf("the port for services cannot be opened: Port %d is taken by another program", taken)
	for range 2 {
		if err := g.Listen(context.Background()); err == nil || err.Error() != want {
			t.Errorf("%v", err)
		}
	}
	if err := g.Serve(context.Background()); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	l, err := listenOn(address(free))
	if err != nil {
		t.Fatalf("the other port stayed open: %v", err)
	}
	l.Close()
}

func TestEndpointIsWhatClientsCanReach(t *testing.T) {
	// The host that is shown is the one listened on; where that is every address, the name
	// of the machine; under a domain, the name of the service.
	machine, err := os.Hostname()
	if err != nil {
		t.Skip(err)
	}
	for address, want := range map[string]string{"localhost": "localhost", "192.0.2.1": "192.0.2.1", "": machine, "0.0.0.0": machine, "::": machine, "gate.example.com": "gate.example.com"} {
		if got := gateway.DefaultHost(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
	s := newService(t)
	g := gateway.New(gateway.Config{Domain: "Services.Example.com.", Certificates: authority(t, "example.com", cloudtest.NewClock(begin))})
	if host, https, native := g.Endpoint(s); host != s.Label()+".services.example.com" || https != 8443 || native != 9440 {
		t.Error(host, https, native)
	}
	g = gateway.New(gateway.Config{Address: "0.0.0.0", Host: "db.example.com", Certificates: authority(t, "", cloudtest.NewClock(begin))})
	if host, https, native := g.Endpoint(s); host != "db.example.com" || https != s.Ports.HTTPS || native != s.Ports.Native {
		t.Error(host, https, native)
	}
}

func TestGatewayDrains(t *testing.T) {
	// When the gateway ends it takes nobody in any more, ends connections that are quiet so
	// that clients see a proper end, and lets those in use go on until they are answered.
	answer := make(chan struct{})
	f := serve(t, at(server(t, func(c *net.TCPConn) {
		for {
			b := make([]byte, 5)
			if _, err := io.ReadFull(c, b); err != nil {
				return
			}
			if string(b) == "later" {
				<-answer
			}
			_, _ = c.Write(b)
		}
	})))
	s := f.service()
	quiet, silent, busy := f.connect(s.Ports.HTTPS), f.connect(s.Ports.HTTPS), f.connect(s.Ports.HTTPS)
	says(t, quiet, "hello")
	_, _ = io.WriteString(busy, "later")
	eventually(t, "the request", func() bool { return f.Usage(s.ID).BytesIn == 10 })
	ended := make(chan struct{})
	go func() { f.end(); close(ended) }()
	if rest, err := io.ReadAll(quiet); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("a silent connection was answered")
	}
	if c, err := dialTCP(address(s.Ports.HTTPS)); err == nil {
		c.Close()
		t.Error("the port is open")
	}
	select {
	case <-ended:
		t.Error("ended while a request is not answered")
	default:
	}
	close(answer)
	if got, err := io.ReadAll(busy); err != nil || string(got) != "later" {
		t.Errorf("%q, %v", got, err)
	}
	f.within("the end", ended)
}

func TestDrainIsBounded(t *testing.T) {
	// A request that is never answered does not keep the gateway from ending.
	f := serve(t, at(server(t, func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })), func(c *gateway.Config) { c.Limits.Drain = 1 })
	s := f.service()
	c := f.connect(s.Ports.HTTPS)
	_, _ = io.WriteString(c, "for ever")
	eventually(t, "the request", func() bool { return f.Usage(s.ID).BytesIn == 8 })
	_ = f.Close()
	f.end()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is open")
	}
}
