package gateway

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// service is what the gateway knows of a service. All but the counters belongs to Gateway.mu.
type service struct {
	id        uuid.UUID
	label     string
	ports     cloud.ServicePorts
	addresses cloud.AddressSet
	list      cloud.AddressList // what addresses was made of
	resting   bool              // it is to idle or to stop
	gone      bool              // it is deleted, or about to be
	conns     map[*conn]struct{}
	listeners [len(protocols)]*listener
	counters
}

// LoadServices takes in all services; what was known before is forgotten. It keeps what
// ApplyServices promises.
func (g *Gateway) LoadServices(all []cloud.Service) {
	removed := map[uuid.UUID]bool{}
	g.mu.Lock()
	for id := range g.services {
		removed[id] = true
	}
	g.mu.Unlock()
	for _, s := range all {
		delete(removed, s.ID)
	}
	g.ApplyServices(all, slices.Collect(maps.Keys(removed)))
}

// ApplyServices takes in services that were changed or removed. When it returns, no
// connection is admitted any more that an address list does not allow, and those that
// were open and are not allowed any more have been reset.
func (g *Gateway) ApplyServices(changed []cloud.Service, removed []uuid.UUID) {
	var refused []*conn
	g.mu.Lock()
	for _, id := range removed {
		if s := g.services[id]; s != nil {
			refused = append(refused, g.remove(s)...)
		}
	}
	for _, c := range changed {
		refused = append(refused, g.apply(c)...)
	}
	g.mu.Unlock()
	for _, c := range refused {
		c.reset()
	}
}

// apply returns the connections that may not go on.
func (g *Gateway) apply(next cloud.Service) []*conn {
	s := g.services[next.ID]
	if next.Deleting() {
		if s == nil {
			return nil
		}
		return g.remove(s)
	}
	if s == nil {
		s = &service{id: next.ID, label: next.Label(), conns: map[*conn]struct{}{}}
		g.services[next.ID] = s
		g.labels[s.label] = s
	}
	resting := next.Goal != cloud.GoalRunning
	if resting && !s.resting && len(s.conns) > 0 && g.ending.Err() == nil {
		g.running.Go(func() { g.rest(s) })
	}
	s.ports, s.resting = next.Ports, resting
	if g.serving {
		g.listenFor(s)
	}
	if s.list != nil && s.list.Equal(next.Addresses) {
		return nil
	}
	return s.allow(next.Addresses)
}

// allow puts an address list in force and returns the connections that it refuses.
func (s *service) allow(list cloud.AddressList) []*conn {
	if list == nil {
		list = cloud.AddressList{} // a service without a list is for nobody
	}
	s.list, s.addresses = slices.Clone(list), list.Set()
	var refused []*conn
	for c := range s.conns {
		if !s.addresses.Contains(c.client) {
			refused = append(refused, c)
		}
	}
	return refused
}

// remove forgets a service and returns its connections.
func (g *Gateway) remove(s *service) []*conn {
	s.gone = true
	s.closeListeners()
	delete(g.services, s.id)
	if g.labels[s.label] == s {
		delete(g.labels, s.label)
	}
	return slices.Collect(maps.Keys(s.conns))
}

// labelled returns the service that shares ports under a label, or nil.
func (g *Gateway) labelled(label string) *service {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.labels[label]
}

// admit counts a connection among those of the service, or says why it is refused. It
// and ApplyServices exclude each other: a connection is either refused here, or among
// those that ApplyServices looks at.
func (g *Gateway) admit(c *conn, s *service) (reason refusal, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case s.gone:
		g.refused[refusedName].Add(1)
		return refusedName, false
	case !s.addresses.Contains(c.client):
		reason = refusedAddress
	case len(s.conns) >= g.Limits.ServiceConnections:
		reason = refusedLimit
	default:
		s.conns[c] = struct{}{}
		c.service = s
		s.opened(c.protocol)
		return 0, true
	}
	s.refused[reason].Add(1)
	return reason, false
}
