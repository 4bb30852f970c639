package e2e

import (
	"fmt"
	"net"
	"net/http"
	"testing"
)

// Nobody sends a password to another program that has the port of a service: the list and
// the pages of the service show that something is wrong, and the commands come with a
// warning, until the port is free again.
func TestTakenPortIsSeenBeforeAPasswordIsSent(t *testing.T) {
	t.Parallel()
	g := startWithEngine(t)
	a := setUp(g)
	p := signedIn(t, g, Look{})
	id := a.service("orders")
	p.Goto(a.path("services"))
	p.patiently(func() { p.Within("row", "orders").Find("button", "Running") })

	var orders struct{ Endpoints []struct{ Port int } }
	if status := a.API(http.MethodGet, "/services/"+id, nil, &orders); status != http.StatusOK || len(orders.Endpoints) == 0 {
		t.Fatalf("the service is answered with status %d and %d addresses", status, len(orders.Endpoints))
	}
	p.Allow("no answer: ", "console error: Failed to load resource") // while Gatehouse is away
	g.Stop()
	var config net.ListenConfig
	other, err := config.Listen(t.Context(), "tcp", fmt.Sprintf(":%d", orders.Endpoints[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }() // twice, when all goes well
	g.Restart()
	p.Goto(a.path("services"))
	p.patiently(func() { p.Within("row", "orders").Find("button", "Running with a problem") })
	inLooks(p, "service-with-a-problem-in-list", few...)
	p.Goto(a.path("services/" + id + "/connect"))
	p.See("Do not send the password yet", "Another program may answer")
	p.Find("button", "Running with a problem")
	inLooks(p, "service-with-a-problem", few...)

	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	p.patiently(func() {
		p.Find("button", "Running")
		p.DontSee("Do not send the password yet")
	})
}
