package gateway

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// obstacle is what keeps the gateway from listening.
type obstacle int

const (
	noObstacle obstacle = iota
	portTaken
	portForbidden
	addressElsewhere // it is not one of this machine
	obstacleUnknown
)

// obstacles are all there are.
var obstacles = [...]obstacle{portTaken, portForbidden, addressElsewhere, obstacleUnknown}

// obstacleOf returns why a port was not opened.
func obstacleOf(err error) obstacle {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return portTaken
	case errors.Is(err, syscall.EACCES):
		return portForbidden
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return addressElsewhere
	default:
		return obstacleUnknown
	}
}

// Problem says in one or two public sentences why a service cannot be reached at ports of
// its own; it is empty when nothing is wrong.
func (g *Gateway) Problem(id uuid.UUID) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.services[id]
	if s == nil {
		return ""
	}
	if g.Domain == "" && s.ports == (cloud.ServicePorts{}) && !s.gone {
		return "No port is left for the service: delete another one, or have the operator of Gatehouse give a wider range."
	}
	var all []string
	for _, o := range obstacles {
		if ports := s.portsWith(o); len(ports) > 0 {
			all = append(all, o.sentence(g.Address, ports))
		}
	}
	return strings.Join(all, " ")
}

// portsWith returns the ports of the service that cannot be opened for that reason, in
// ascending order. It is called with Gateway.mu.
func (s *service) portsWith(o obstacle) (ports []int) {
	for _, l := range s.listeners {
		if l != nil && l.obstacle == o {
			ports = append(ports, l.port)
		}
	}
	slices.Sort(ports)
	return ports
}

// sentence says what the obstacle means for a service, and what to do.
func (o obstacle) sentence(address string, ports []int) string {
	consequence := ", so nobody can reach the service there."
	switch o {
	case portTaken:
		has := "the port"
		if len(ports) > 1 {
			has = "the ports"
		}
		consequence += fmt.Sprintf(" End that program on the machine of Gatehouse: at most %.0f seconds later the service has %s.", lastListenRetry.Seconds(), has)
	case portForbidden:
		consequence += " Have the operator of Gatehouse allow it."
	case addressElsewhere:
		consequence = ", so nobody can reach the service. Have the operator of Gatehouse correct where services listen."
	default:
		consequence += " The log of Gatehouse says why."
	}
	return o.fact(address, ports) + consequence
}

// fact says what the obstacle is, as the beginning of a sentence.
func (o obstacle) fact(address string, ports []int) string {
	which, are := fmt.Sprintf("port %d", ports[0]), "is"
	if len(ports) > 1 {
		which, are = fmt.Sprintf("ports %d and %d", ports[0], ports[1]), "are"
	}
	switch o {
	case portTaken:
		return "P" + strings.TrimPrefix(which, "p") + " " + are + " taken by another program"
	case portForbidden:
		return "Gatehouse is not allowed to listen on " + which
	case addressElsewhere:
		return "The address " + address + " is not one of this machine"
	default:
		return "Gatehouse cannot listen on " + which
	}
}
