package control

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// CreateService makes a service, which is then on its way to run. The password of its user
// default is returned this once. It returns Invalid for what is wrong of the service and for
// a quota that is used up, and Conflict where no service can be created.
func (c *Control) CreateService(ctx context.Context, p access.Principal, organization uuid.UUID, n cloud.NewService) (s cloud.Service, password cloud.Secret, err error) {
	password = cloud.NewServicePassword()
	err = c.write(ctx, p, InstanceCreate, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		o, err := tx.Organization(ctx, organization)
		if err != nil {
			return change{}, err
		}
		config, err := n.Config(o, c.limits.Replicas)
		if err != nil {
			return change{}, err
		}
		if err := cloud.CheckServiceRegion(n.Provider, n.Region, c.regions); err != nil {
			return change{}, err
		}
		if err := c.offers(ctx, tx, organization); err != nil {
			return change{}, err
		}
		now := c.clock.Now()
		s = cloud.Service{
			ID: uuid.New(), OrganizationID: organization, Name: n.Name, Provider: n.Provider, Region: n.Region, CreatedAt: now,
			Goal: cloud.GoalRunning, State: cloud.ServiceProvisioning, StateSince: now, Password: cloud.HashServicePassword(password), ServiceConfig: config,
		}
		if s.Slot, err = tx.FreeSlot(ctx); err != nil {
			return change{}, err
		}
		if s.Ports, err = c.newPorts(ctx, tx); err != nil {
			return change{}, err
		}
		if s, err = tx.InsertService(ctx, s); err != nil {
			return change{}, err
		}
		return change{services: []cloud.Service{s}}, c.record(ctx, tx, organization, p.Actor(), aboutService(s, cloud.ServiceCreated))
	})
	if err != nil {
		return cloud.Service{}, cloud.Secret{}, err
	}
	return s, password, nil
}

// offers returns why the organization can have no further service, if so.
func (c *Control) offers(ctx context.Context, tx *store.Tx, organization uuid.UUID) error {
	if c.fleet == nil {
		return cloud.Errorf(cloud.Conflict, "No service can be created: this Gatehouse runs no ClickHouse engine")
	}
	if err := c.fleet.Check(); err != nil {
		return cannotRun(err)
	}
	total, err := tx.CountServices(ctx, organization)
	if err == nil && total >= c.limits.Services {
		err = cloud.Errorf(cloud.Invalid, "The organization has %d services, which is its quota %s of %d: delete a service first", total, cloud.QuotaServices, c.limits.Services)
	}
	return err
}

// cannotRun is the sentence of the error as Conflict: to ask again in a moment would not help.
func cannotRun(err error) error {
	var known *cloud.Error
	if !errors.As(err, &known) {
		return err
	}
	return &cloud.Error{Code: cloud.Conflict, Message: known.Message, Err: known.Err}
}
