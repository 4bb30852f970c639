package control

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

var errNoQueryEndpoint = cloud.Errorf(cloud.NotFound, "Query endpoint not found")

// QueryEndpoint returns who may run SQL on a service through the query host, and NotFound when
// nobody may.
func (c *Control) QueryEndpoint(ctx context.Context, p access.Principal, organization, id uuid.UUID) (cloud.QueryEndpoint, error) {
	s, err := c.readService(ctx, p, InstanceQueryEndpointGet, organization, id)
	if err != nil {
		return cloud.QueryEndpoint{}, err
	}
	if s.QueryEndpoint == nil {
		return cloud.QueryEndpoint{}, errNoQueryEndpoint
	}
	return *s.QueryEndpoint, nil
}

// SetQueryEndpoint says who may run SQL on a service through the query host, in place of all that
// was said; the id of the endpoint stays. It returns Invalid for what is wrong, a key that the
// organization does not have among it.
func (c *Control) SetQueryEndpoint(ctx context.Context, p access.Principal, organization, id uuid.UUID, q cloud.QueryEndpoint) (cloud.QueryEndpoint, error) {
	s, err := c.changeService(ctx, p, InstanceQueryEndpointUpsert, organization, id, func(_ access.Principal, tx *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		if err := q.Check(); err != nil {
			return nil, err
		}
		if err := checkKeysExist(ctx, tx, organization, q.KeyIDs); err != nil {
			return nil, err
		}
		after := q
		if after.ID = uuid.New(); s.QueryEndpoint != nil {
			after.ID = s.QueryEndpoint.ID
		}
		s.QueryEndpoint = &after
		return []cloud.Activity{{Type: cloud.ServiceQueryEndpointChanged}}, nil
	})
	if err != nil {
		return cloud.QueryEndpoint{}, err
	}
	return *s.QueryEndpoint, nil
}

// checkKeysExist returns Invalid, naming the key, unless all are keys of the organization.
func checkKeysExist(ctx context.Context, tx *store.Tx, organization uuid.UUID, ids []uuid.UUID) error {
	known := map[uuid.UUID]bool{}
	for i, id := range ids {
		if known[id] {
			continue
		}
		_, err := tx.Key(ctx, organization, id)
		if cloud.CodeOf(err) == cloud.NotFound {
			return cloud.Errorf(cloud.Invalid, "openApiKeys[%d]: expected the id of an API key of the organization, got %q", i, fmt.Sprint(id))
		}
		if err != nil {
			return err
		}
		known[id] = true
	}
	return nil
}

// DeleteQueryEndpoint lets nobody run SQL on a service through the query host any more. It
// returns NotFound when nobody may.
func (c *Control) DeleteQueryEndpoint(ctx context.Context, p access.Principal, organization, id uuid.UUID) error {
	_, err := c.changeService(ctx, p, InstanceQueryEndpointDelete, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		if s.QueryEndpoint == nil {
			return nil, errNoQueryEndpoint
		}
		s.QueryEndpoint = nil
		return []cloud.Activity{{Type: cloud.ServiceQueryEndpointChanged}}, nil
	})
	return err
}

// leaveQueryEndpoints takes a key that is being deleted out of the query endpoints of the
// organization's services, and returns the services that changed.
func (c *Control) leaveQueryEndpoints(ctx context.Context, tx *store.Tx, actor cloud.Actor, key cloud.Key) (changed []cloud.Service, err error) {
	services, err := tx.Services(ctx, key.OrganizationID)
	if err != nil {
		return nil, err
	}
	for _, before := range services {
		if before.QueryEndpoint == nil {
			continue
		}
		left, had := before.QueryEndpoint.Without(key.ID)
		if !had {
			continue
		}
		s := before.Clone()
		s.QueryEndpoint = &left
		made, err := c.updateService(ctx, tx, actor, before, &s, []cloud.Activity{{Type: cloud.ServiceQueryEndpointChanged}})
		if err != nil {
			return nil, err
		}
		changed = append(changed, made.services...)
	}
	return changed, nil
}
