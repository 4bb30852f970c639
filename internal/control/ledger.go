package control

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/store"
)

var _ fleet.Ledger = (*Control)(nil)

// gatehouse is the actor of what Gatehouse does by itself.
var gatehouse = cloud.Actor{Type: cloud.ActorSystem, Details: "Gatehouse"}

// observed says how it is recorded that a service has come to a state. The commands that
// bring it to the others are recorded when they are given.
var observed = map[cloud.ServiceState]cloud.ActivityType{
	cloud.ServiceRunning:          cloud.ServiceIsRunning,
	cloud.ServicePartiallyRunning: cloud.ServiceIsPartiallyRunning,
	cloud.ServiceIdle:             cloud.ServiceIsIdle,
	cloud.ServiceAwaking:          cloud.ServiceAwoken,
	cloud.ServiceStopped:          cloud.ServiceIsStopped,
	cloud.ServiceDegraded:         cloud.ServiceIsDegraded,
	cloud.ServiceFailed:           cloud.ServiceHasFailed,
}

// Observe implements fleet.Ledger.
func (c *Control) Observe(ctx context.Context, id uuid.UUID, f func(*cloud.Service) error) (s cloud.Service, err error) {
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		before, err := tx.ServiceByID(ctx, id)
		if err != nil {
			return change{}, err
		}
		seen := before.Clone()
		s = before.Clone()
		if err := f(&seen); errors.Is(err, fleet.ErrUnchanged) {
			return change{}, store.ErrUnchanged
		} else if err != nil {
			return change{}, err
		}
		s.Goal, s.State, s.Message, s.Version = seen.Goal, seen.State, seen.Message, seen.Version
		if before.Version == "" && s.Version != "" {
			s.PinCompatibility(s.Version)
		}
		var activities []cloud.Activity
		if kind, ok := observed[s.State]; ok && s.State != before.State {
			activities = append(activities, cloud.Activity{Type: kind})
		}
		return c.updateService(ctx, tx, gatehouse, before, &s, activities)
	})
	return s, err
}

// Remove implements fleet.Ledger. The service leaves the policies of custom roles too, and
// its ports go to one that has none.
func (c *Control) Remove(ctx context.Context, id uuid.UUID) error {
	var heirs []cloud.Service
	err := c.commit(ctx, func(tx *store.Tx) (change, error) {
		s, err := tx.ServiceByID(ctx, id)
		if err != nil {
			return change{}, err
		}
		if !s.Deleting() {
			return change{}, cloud.Errorf(cloud.Conflict, "The service %q is not to be deleted", s.Name)
		}
		roles, err := tx.DeleteService(ctx, s.OrganizationID, id, c.clock.Now())
		if err != nil {
			return change{}, err
		}
		activities := []cloud.Activity{aboutService(s, cloud.ServiceTerminatedForGood)}
		for _, r := range roles {
			activities = append(activities, aboutRole(r, cloud.RoleUpdated))
		}
		for _, a := range activities {
			if err := c.record(ctx, tx, s.OrganizationID, gatehouse, a); err != nil {
				return change{}, err
			}
		}
		if heirs, _, err = c.givePorts(ctx, tx); err != nil {
			return change{}, err
		}
		return change{roles: roles, services: heirs, deletedServices: []uuid.UUID{id}}, nil
	})
	if cloud.CodeOf(err) == cloud.NotFound {
		return nil
	}
	if err == nil {
		c.logPorts(heirs)
	}
	return err
}
