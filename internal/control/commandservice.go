package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/store"
)

// commanded says how a command is recorded.
var commanded = map[fleet.Command]cloud.ActivityType{
	fleet.CommandStart:  cloud.ServiceStartAsked,
	fleet.CommandStop:   cloud.ServiceStopAsked,
	fleet.CommandAwake:  cloud.ServiceAwoken,
	fleet.CommandDelete: cloud.ServiceDeleteAsked,
}

// CommandService starts, stops or wakes a service and returns it as it is then: on its way.
// It returns Conflict, or Invalid for waking, when the state does not allow the command.
func (c *Control) CommandService(ctx context.Context, p access.Principal, organization, id uuid.UUID, command fleet.Command) (cloud.Service, error) {
	permissions := InstanceStateUpdate.Requires()
	if command == fleet.CommandAwake {
		permissions = []cloud.Permission{cloud.ServiceView}
	}
	return c.alterService(ctx, p, permissions, organization, id, carry(command))
}

// DeleteService has a service deleted: its engine is stopped and its data removed, and then
// there is no such service any more. It returns Conflict when the state does not allow it.
func (c *Control) DeleteService(ctx context.Context, p access.Principal, organization, id uuid.UUID) error {
	_, err := c.alterService(ctx, p, InstanceDelete.Requires(), organization, id, carry(fleet.CommandDelete))
	return err
}

func carry(command fleet.Command) func(access.Principal, *store.Tx, *cloud.Service) ([]cloud.Activity, error) {
	return func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		_, err := fleet.Carry(command, s)
		return []cloud.Activity{{Type: commanded[command]}}, err
	}
}
