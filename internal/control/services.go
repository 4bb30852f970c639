package control

import (
	"context"
	"io"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// ServiceObserver keeps services in memory. It is told of every change after its commit,
// in the order of the commits and before the answer leaves. Its methods return quickly
// and must not call Control.
type ServiceObserver interface {
	// LoadServices replaces all services that the observer knows.
	LoadServices(all []cloud.Service)
	// ApplyServices takes in services that are new or changed, and the ids of those that
	// are gone.
	ApplyServices(changed []cloud.Service, removed []uuid.UUID)
}

// Fleet runs the services.
type Fleet interface {
	ServiceObserver

	// Check returns an error whose sentence says why no service can run here, and nil when
	// services can.
	Check() error

	// Settle returns nil when the server of the service has taken its password, settings and
	// limits as they are, at once where none runs, and Unavailable when that was not seen.
	Settle(ctx context.Context, id uuid.UUID) error

	// Current returns the scaling that the service really has, and the entry of its schedule
	// that says so, nil for the baseline; the zero scaling for a service that is not there.
	Current(id uuid.UUID) (cloud.Scaling, *cloud.ScheduleEntry)

	// Query runs a statement as Gatehouse itself and writes the answer. It never wakes:
	// NotFound, Conflict for a service that rests, and Unavailable say that it could not run.
	Query(ctx context.Context, id uuid.UUID, sql string, w io.Writer) error

	// Metrics writes the metrics of the service's server as Prometheus text. Its errors are
	// those of Query.
	Metrics(ctx context.Context, id uuid.UUID, w io.Writer) error
}

// Front is where clients reach services.
type Front interface {
	ServiceObserver

	// Endpoint returns where clients reach the service: a host, and its ports for HTTPS and
	// for the native protocol.
	Endpoint(s cloud.Service) (host string, https, native int)

	// Problem says in one public sentence why clients cannot reach the service although it
	// may run; empty when they can.
	Problem(id uuid.UUID) string
}

// PortRange are the ports that services may have, both included. The zero value is none:
// services then share ports and are told apart by name.
type PortRange struct{ From, To int }

// Attach gives services somebody who runs them, and somebody through whom they are
// reached; either may be nil. It is to be called before Load. Without it services are kept
// and not run.
func (c *Control) Attach(f Fleet, front Front) {
	c.fleet, c.front, c.observers = f, front, nil
	// First the doors, so that what is closed is closed when the engines learn of it.
	if front != nil {
		c.observers = append(c.observers, front)
	}
	if f != nil {
		c.observers = append(c.observers, f)
	}
}

// Services returns the services of the organization that the principal may view, oldest
// first: those that have all of the tags.
func (c *Control) Services(ctx context.Context, p access.Principal, organization uuid.UUID, filter []cloud.TagFilter) (services []cloud.Service, err error) {
	if err := c.authorize(p, InstanceGetList, organization); err != nil {
		return nil, err
	}
	return c.visibleServices(ctx, p, organization, filter)
}

// visibleServices returns what Services does, to a principal who is in the organization.
func (c *Control) visibleServices(ctx context.Context, p access.Principal, organization uuid.UUID, filter []cloud.TagFilter) (services []cloud.Service, err error) {
	err = c.store.Read(ctx, func(r *store.Reader) error {
		services, err = r.Services(ctx, organization)
		return err
	})
	return slices.DeleteFunc(services, func(s cloud.Service) bool {
		return p.May(organization, cloud.InstanceResource(s.ID), cloud.ServiceView) != nil ||
			slices.ContainsFunc(filter, func(f cloud.TagFilter) bool { return !f.Selects(s.Tags) })
	}), err
}

// Service returns a service.
func (c *Control) Service(ctx context.Context, p access.Principal, organization, id uuid.UUID) (cloud.Service, error) {
	return c.readService(ctx, p, InstanceGet, organization, id)
}

// readService returns the service that an operation reads. It returns NotFound for one that
// is not in the organization, and Forbidden for a permission that the principal does not
// have on it.
func (c *Control) readService(ctx context.Context, p access.Principal, o Operation, organization, id uuid.UUID) (s cloud.Service, err error) {
	if err := c.in(p, organization); err != nil {
		return s, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		s, err = r.Service(ctx, organization, id)
		return err
	})
	if err != nil {
		return cloud.Service{}, err
	}
	if err := c.authorizeOn(p, o, organization, cloud.InstanceResource(id)); err != nil {
		return cloud.Service{}, err
	}
	return s, nil
}

// changeService lets f change a service, and returns the service as it is then. The
// activities that f returns are recorded as being about it. When f leaves the service as it
// was, nothing is written or recorded. What is on its way out cannot be changed: Conflict.
func (c *Control) changeService(
	ctx context.Context, p access.Principal, o Operation, organization, id uuid.UUID, f func(access.Principal, *store.Tx, *cloud.Service) ([]cloud.Activity, error),
) (cloud.Service, error) {
	return c.alterService(ctx, p, required[o], organization, id, func(p access.Principal, tx *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		if s.Deleting() {
			return nil, errDeleting(*s)
		}
		return f(p, tx, s)
	})
}

// alterService is changeService with the permissions that it takes, for a service that may
// be on its way out.
func (c *Control) alterService(
	ctx context.Context, p access.Principal, permissions []cloud.Permission, organization, id uuid.UUID,
	f func(access.Principal, *store.Tx, *cloud.Service) ([]cloud.Activity, error),
) (s cloud.Service, err error) {
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		p, before, err := c.serviceToChange(ctx, tx, p, permissions, organization, id)
		if err != nil {
			return change{}, err
		}
		s = before.Clone()
		activities, err := f(p, tx, &s)
		if err != nil {
			return change{}, err
		}
		return c.updateService(ctx, tx, p.Actor(), before, &s, activities)
	})
	if err != nil {
		return cloud.Service{}, err
	}
	return s, nil
}

func errDeleting(s cloud.Service) error {
	return cloud.Errorf(cloud.Conflict, "The service %q is being deleted", s.Name)
}

// serviceToChange returns who is asking as they are by now, and the service, as write and
// readService find them.
func (c *Control) serviceToChange(
	ctx context.Context, tx *store.Tx, p access.Principal, permissions []cloud.Permission, organization, id uuid.UUID,
) (access.Principal, cloud.Service, error) {
	p, err := p.Current()
	if err != nil {
		return p, cloud.Service{}, err
	}
	if err := c.in(p, organization); err != nil {
		return p, cloud.Service{}, err
	}
	s, err := tx.Service(ctx, organization, id)
	if err != nil {
		return p, s, err
	}
	return p, s, may(p, organization, cloud.InstanceResource(id), permissions)
}

// updateService writes a service that was before so, with the activities of its change.
func (c *Control) updateService(ctx context.Context, tx *store.Tx, actor cloud.Actor, before cloud.Service, s *cloud.Service, activities []cloud.Activity) (change, error) {
	if s.Equal(before) {
		return change{}, store.ErrUnchanged
	}
	if s.State != before.State {
		s.StateSince = c.clock.Now()
	}
	if err := tx.UpdateService(ctx, *s); err != nil {
		return change{}, err
	}
	for _, a := range activities {
		a.Target = aboutService(*s, a.Type).Target
		if err := c.record(ctx, tx, s.OrganizationID, actor, a); err != nil {
			return change{}, err
		}
	}
	return change{services: []cloud.Service{*s}}, nil
}

// Reachable is a service with what is known of it beside the store.
type Reachable struct {
	cloud.Service
	// Host is where clients reach the service, at the two ports.
	Host              string
	HTTPSPort         int
	NativePort        int
	Message           string               // why the service does not work as it should; empty when it does
	Current           cloud.Scaling        // that it really has
	Active            *cloud.ScheduleEntry // that says so; nil for the baseline
	AvailableEndpoint []string             // the ids of private endpoints that can be attached
}

// Reach returns the service as clients see it now.
func (c *Control) Reach(s cloud.Service) Reachable {
	r := Reachable{Service: s, Host: "localhost", HTTPSPort: s.Ports.HTTPS, NativePort: s.Ports.Native, Message: s.Message}
	r.Current, r.Active = s.ScalingAt(c.clock.Now())
	if c.fleet != nil {
		if current, active := c.fleet.Current(s.ID); current != (cloud.Scaling{}) {
			r.Current, r.Active = current, active
		}
	}
	if c.front != nil {
		r.Host, r.HTTPSPort, r.NativePort = c.front.Endpoint(s)
		if r.Message == "" {
			r.Message = c.front.Problem(s.ID)
		}
	}
	if o, ok := c.directory.Organization(s.OrganizationID); ok {
		for _, e := range o.PrivateEndpoints {
			if e.CloudProvider == s.Provider && e.Region == s.Region {
				r.AvailableEndpoint = append(r.AvailableEndpoint, e.ID)
			}
		}
	}
	return r
}

func (c *Control) loadServices(all []cloud.Service) {
	for _, o := range c.observers {
		o.LoadServices(slices.Clone(all))
	}
}

func (c *Control) applyServices(made change) {
	if len(made.services)+len(made.deletedServices) == 0 {
		return
	}
	for _, o := range c.observers {
		o.ApplyServices(slices.Clone(made.services), slices.Clone(made.deletedServices))
	}
}
