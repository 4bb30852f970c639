package main

import (
	"fmt"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ports checks that there are ports for services that have none, where services do not
// share them. It says nothing when every service has its own.
func (c *doctorCommand) ports(services []cloud.Service) []finding {
	const check = "service ports"
	ports, err := c.portRange()
	if err != nil {
		return []finding{{check, statusProblem, err.Error()}}
	}
	lacking, free := 0, ports.To-ports.From+1
	for _, s := range services {
		if s.Ports == (cloud.ServicePorts{}) && !s.Deleting() {
			lacking++
		}
		for _, port := range []int{s.Ports.HTTPS, s.Ports.Native} {
			if ports.From <= port && port <= ports.To {
				free--
			}
		}
	}
	switch without := lacking - max(free, 0)/2; {
	case c.ServiceDomain != "" || lacking == 0:
		return nil
	case without > 0:
		return []finding{{check, statusWarning, noPortsLeft(without, c.ServicePorts)}}
	default:
		return []finding{{check, statusOK, fmt.Sprintf("%d without: they get some of %s when Gatehouse is started", lacking, c.ServicePorts)}}
	}
}
