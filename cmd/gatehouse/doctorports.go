package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

// ports checks that services can be reached at ports of their own, where they do not share
// them. It says nothing when every service has its own and nobody else has those.
func (c *doctorCommand) ports(ctx context.Context, services []cloud.Service) []finding {
	ports, err := c.portRange(ctx)
	if err != nil {
		return []finding{{portsCheck, statusProblem, err.Error()}}
	}
	if ports == (control.PortRange{}) {
		return nil
	}
	return append(c.lacking(ctx, ports, services), c.taken(ctx, services)...)
}

const portsCheck = "service ports"

// lacking checks that there are ports for services that have none.
func (c *doctorCommand) lacking(ctx context.Context, ports control.PortRange, services []cloud.Service) []finding {
	has, lacking := map[int]bool{}, 0
	for _, s := range services {
		has[s.Ports.HTTPS], has[s.Ports.Native] = true, true
		if s.Ports == (cloud.ServicePorts{}) && !s.Deleting() {
			lacking++
		}
	}
	if lacking == 0 {
		return nil
	}
	var left []int
	for port := ports.From; port <= ports.To; port++ {
		if !has[port] {
			left = append(left, port)
		}
	}
	if without := lacking - len(gateway.Listenable(ctx, c.serviceAddress(), left, 2*lacking))/2; without > 0 {
		return []finding{{portsCheck, statusWarning, noPortsLeft(without, c.ServicePorts)}}
	}
	return []finding{{portsCheck, statusOK, fmt.Sprintf("%d without: they get some of %s when Gatehouse is started", lacking, c.ServicePorts)}}
}

// taken warns of ports of services that another program has. While a Gatehouse runs, they are
// its own, and it says itself of which services they are not.
func (c *doctorCommand) taken(ctx context.Context, services []cloud.Service) (found []finding) {
	if !c.stopped() {
		return nil
	}
	for _, s := range services {
		if s.Deleting() {
			continue
		}
		ports := slices.DeleteFunc([]int{s.Ports.HTTPS, s.Ports.Native}, func(port int) bool { return port == 0 })
		var detail string
		switch taken := gateway.Taken(ctx, c.serviceAddress(), ports); len(taken) {
		case 0:
			continue
		case 1:
			detail = fmt.Sprintf("port %d of the service %q is taken by another program: end that, or nobody can reach the service there", taken[0], s.Name)
		default:
			detail = fmt.Sprintf("ports %d and %d of the service %q are taken by another program: end that, or nobody can reach the service there", taken[0], taken[1], s.Name)
		}
		found = append(found, finding{portsCheck, statusWarning, detail})
	}
	return found
}

// stopped reports whether it is known that no Gatehouse runs, as running says it.
func (c *doctorCommand) stopped() bool {
	dir, err := lockDataDir(c.Data, os.O_RDONLY)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return dir.Close() == nil
}
