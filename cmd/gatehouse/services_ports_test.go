package main

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// Services that were created under --service-domain can be reached when Gatehouse is started
// without it: each gets ports of its own, the oldest first, and keeps them. Where the
// range has no more, the start, the service and doctor say so in a sentence, and the others
// work; a wider range helps.
func TestServicesGetPortsWhenTheDomainIsTakenAway(t *testing.T) {
	t.Parallel()
	data, keyFile, args := servedData(t, enginetest.Engine(t, engine.KindCHDB))
	args = args[:len(args)-2] // without --service-ports
	https, native, _ := strings.Cut(freeRange(t), "-")
	shared := startProcess(t, append(slices.Clone(args), "--service-domain", "services.example.com", "--service-https-port", https, "--service-native-port", native)...)
	first := newCustomer(t, shared.url, keyFile)
	second := *first
	first.create()
	second.create()
	if host, port, err := net.SplitHostPort(first.https); err != nil || !strings.HasSuffix(host, ".services.example.com") || port != https {
		t.Fatalf("under a domain, the service is at %s (%v)", first.https, err)
	}
	processes := processesOf(t, data)
	if status := shared.stop(); status != exitOK {
		t.Errorf("gatehouse serve ended with %d", status)
	}

	wide := freeRanges(t, 2)
	var from int
	if _, err := fmt.Sscanf(wide, "%d-", &from); err != nil {
		t.Fatal(err)
	}
	narrow := fmt.Sprintf("%d-%d", from, from+1)
	few := startProcess(t, append(slices.Clone(args), "--service-ports", narrow)...)
	first.findOrganization(few.url)
	first.findEndpoints(first.service())
	if want := fmt.Sprintf("localhost:%d", from); first.https != want {
		t.Errorf("the older service is at %s, expected %s", first.https, want)
	}
	first.query("SELECT 1")
	if err := first.oneOnce(first.password); err != nil {
		t.Errorf("the native protocol: %v", err)
	}
	second.findOrganization(few.url)
	if said, want := second.service().StateMessage, "No port is left for the service: delete another one, or have the operator of Gatehouse give a wider range."; said != want {
		t.Errorf("the service without ports says %q, expected %q", said, want)
	}
	sentence := "1 service has no ports and cannot be reached, because services or other programs have all of " + narrow + ": delete a service, or start Gatehouse with a wider range in --service-ports\n"
	if said := doctorOf(t, data, narrow); !strings.Contains(said, sentence) {
		t.Errorf("doctor says\n%s", said)
	}
	if status := few.stop(); status != exitOK {
		t.Errorf("gatehouse serve ended with %d", status)
	}
	if said := few.stdout.String(); !strings.Contains(said, "gatehouse: "+sentence) {
		t.Errorf("the start says\n%s", said)
	}
	if said := few.stderr.String(); !strings.Contains(said, "no ports are left for it") || !strings.Contains(said, second.id) {
		t.Errorf("the log says\n%s", said)
	}

	if said := doctorOf(t, data, wide); !strings.Contains(said, "1 without: they get some of "+wide) {
		t.Errorf("doctor says\n%s", said)
	}
	last := startProcess(t, append(slices.Clone(args), "--service-ports", wide)...)
	for i, c := range []*customer{first, &second} {
		c.findOrganization(last.url)
		c.findEndpoints(c.service())
		if want := fmt.Sprintf("localhost:%d", from+2*i); c.https != want {
			t.Errorf("the service %d is at %s, expected %s", i, c.https, want)
		}
		c.query("SELECT 1")
	}
	if now := processesOf(t, data); !slices.Equal(now, processes) {
		t.Errorf("the processes are %v, and were %v: new ports need no new servers", now, processes)
	}
	for _, c := range []*customer{first, &second} {
		c.stop()
		c.remove()
	}
}

// A new service gets ports that it can be reached at: those that another program has are
// passed over, and when only such are left nothing is created and a sentence says why. Where
// another program takes its ports while Gatehouse does not run, doctor warns, and the
// service says what to do and has them when they are free again.
func TestNewServiceGetsPortsThatNobodyHas(t *testing.T) {
	t.Parallel()
	data, keyFile, args := servedData(t, enginetest.Engine(t, engine.KindCHDB))
	ports := freeRanges(t, 2)
	args[len(args)-1] = ports
	var from int
	if _, err := fmt.Sscanf(ports, "%d-", &from); err != nil {
		t.Fatal(err)
	}
	occupy(t, from, from+1)
	first := startProcess(t, args...)
	c := newCustomer(t, first.url, keyFile)
	c.create()
	if https, native := fmt.Sprintf("localhost:%d", from+2), fmt.Sprintf("localhost:%d", from+3); c.https != https || c.native != native {
		t.Fatalf("the service is at %s and %s, expected %s and %s", c.https, c.native, https, native)
	}
	c.query("SELECT 1")
	if err := c.oneOnce(c.password); err != nil {
		t.Errorf("the native protocol: %v", err)
	}
	if said := c.service().StateMessage; said != "" {
		t.Errorf("the service says %q", said)
	}
	status, problem := c.ask(http.MethodPost, "/services", newService("second"), nil)
	want := "CONFLICT: No service can be created: the ports from " + strings.Replace(ports, "-", " to ", 1) +
		" that no service has are taken by other programs, or Gatehouse may not listen on them, and one needs two"
	if status != http.StatusConflict || problem != want {
		t.Errorf("a second service: %d %s", status, problem)
	}
	if said := doctorOf(t, data, ports); strings.Contains(said, portsCheck) {
		t.Errorf("Gatehouse has the ports, and doctor says\n%s", said)
	}
	if status := first.stop(); status != exitOK {
		t.Errorf("gatehouse serve ended with %d", status)
	}

	if said := doctorOf(t, data, ports); strings.Contains(said, portsCheck) {
		t.Errorf("nobody has the ports, and doctor says\n%s", said)
	}
	free := occupy(t, from+2, from+3)
	warning := fmt.Sprintf("ports %d and %d of the service \"orders\" are taken by another program: end that, or nobody can reach the service there\n", from+2, from+3)
	if said := doctorOf(t, data, ports); !strings.Contains(said, warning) {
		t.Errorf("doctor says\n%s", said)
	}
	again := startProcess(t, args...)
	c.findOrganization(again.url)
	sentence := fmt.Sprintf("Ports %d and %d are taken by another program, so nobody can reach the service there. "+
		"End that program on the machine of Gatehouse: at most 30 seconds later the service has the ports.", from+2, from+3)
	if said := c.service().StateMessage; said != sentence {
		t.Errorf("the service says %q, expected %q", said, sentence)
	}
	free()
	until(t, "the service has its ports", func() bool { return c.service().StateMessage == "" })
	c.query("SELECT 1")
	c.stop()
	c.remove()
}

// occupy has another program listen on ports until free is called or the test ends.
func occupy(t *testing.T, ports ...int) (free func()) {
	t.Helper()
	var all []net.Listener
	free = func() {
		for _, l := range all {
			_ = l.Close() // it may be closed already
		}
	}
	t.Cleanup(free)
	for _, port := range ports {
		var config net.ListenConfig
		l, err := config.Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return free
}

// doctorOf returns what doctor says of a data directory whose services may have these ports.
func doctorOf(t *testing.T, data, ports string) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, "doctor", "--data", data, "--engine", "none", "--service-ports", ports).CombinedOutput()
	if err != nil {
		t.Fatalf("doctor: %v\n%s", err, out)
	}
	return string(out)
}
