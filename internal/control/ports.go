package control

import (
	"context"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// GivePorts gives ports to the services that have none, oldest first: those that were
// created while services shared ports and were told apart by name. It returns those for
// which no two ports were left: they get those of the next service that is deleted. Where
// services have no ports of their own, and where none lacks any, it changes nothing. It is
// called at the start, after Load.
func (c *Control) GivePorts(ctx context.Context) (without []cloud.Service, err error) {
	var given []cloud.Service
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		var err error
		if given, without, err = c.givePorts(ctx, tx); err != nil {
			return change{}, err
		}
		if len(given) == 0 {
			return change{}, store.ErrUnchanged
		}
		return change{services: given}, nil
	})
	if err != nil {
		return nil, err
	}
	c.logPorts(given)
	for _, s := range without {
		c.log.Error("a service cannot be reached: no ports are left for it", "service", s.ID, "from", c.ports.From, "to", c.ports.To)
	}
	return without, nil
}

// givePorts gives ports to the services that have none, as long as there are any.
func (c *Control) givePorts(ctx context.Context, tx *store.Tx) (given, without []cloud.Service, err error) {
	if c.ports == (PortRange{}) {
		return nil, nil, nil
	}
	all, err := tx.AllServices(ctx)
	if err != nil {
		return nil, nil, err
	}
	lacking := lackPorts(all)
	if len(lacking) == 0 {
		return nil, nil, nil
	}
	free, _, err := c.freePorts(ctx, tx, 2*len(lacking))
	if err != nil {
		return nil, nil, err
	}
	for _, s := range lacking {
		if len(free) < 2 {
			without = append(without, s)
			continue
		}
		s.Ports, free = cloud.ServicePorts{HTTPS: free[0], Native: free[1]}, free[2:]
		if err := tx.UpdateService(ctx, s); err != nil {
			return nil, nil, err
		}
		given = append(given, s)
	}
	return given, without, nil
}

// newPorts returns ports for a service that is created, none where services share theirs. It
// returns Conflict when no two are left.
func (c *Control) newPorts(ctx context.Context, tx *store.Tx) (cloud.ServicePorts, error) {
	if c.ports == (PortRange{}) {
		return cloud.ServicePorts{}, nil
	}
	free, left, err := c.freePorts(ctx, tx, 2)
	switch {
	case err != nil:
		return cloud.ServicePorts{}, err
	case left < 2:
		return cloud.ServicePorts{}, cloud.Errorf(cloud.Conflict, "No service can be created: all ports from %d to %d are taken by services, and one needs two", c.ports.From, c.ports.To)
	case len(free) < 2:
		return cloud.ServicePorts{}, cloud.Errorf(cloud.Conflict,
			"No service can be created: the ports from %d to %d that no service has are taken by other programs, or Gatehouse may not listen on them, and one needs two", c.ports.From, c.ports.To)
	}
	return cloud.ServicePorts{HTTPS: free[0], Native: free[1]}, nil
}

// freePorts returns the lowest n ports that no service has and that can be listened on at this
// moment, fewer when there are no more; and how many no service has.
func (c *Control) freePorts(ctx context.Context, tx *store.Tx, n int) (free []int, left int, err error) {
	free, err = tx.FreePorts(ctx, c.ports.From, c.ports.To, c.ports.To-c.ports.From+1)
	if err != nil {
		return nil, 0, err
	}
	left = len(free)
	if c.listenable != nil {
		free = c.listenable(ctx, free, n)
	}
	return free[:min(n, len(free))], left, nil
}

func (c *Control) logPorts(given []cloud.Service) {
	for _, s := range given {
		c.log.Info("a service that had no ports has some now", "service", s.ID, "https", s.Ports.HTTPS, "native", s.Ports.Native)
	}
}

// lackPorts returns those of the services that have no ports and will be there for longer.
func lackPorts(all []cloud.Service) (lacking []cloud.Service) {
	for _, s := range all {
		if s.Ports == (cloud.ServicePorts{}) && !s.Deleting() {
			lacking = append(lacking, s)
		}
	}
	return lacking
}
