package main

import (
	"fmt"
	"net"
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
	sentence := "1 service has no ports and cannot be reached, because services have all of " + narrow + ": delete one, or start Gatehouse with a wider range in --service-ports\n"
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
