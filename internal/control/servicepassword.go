package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// ChangeServicePassword gives the user default of a service another password: that with the
// hashes, or else a new one, which is returned this once. When it returns, the old password
// is refused. Unavailable says that the new one is kept, but that the engine was not seen to
// have taken it: ask again.
func (c *Control) ChangeServicePassword(ctx context.Context, p access.Principal, organization, id uuid.UUID, hashed *cloud.ServicePassword) (cloud.Secret, error) {
	var made cloud.Secret
	password := hashed
	if password == nil {
		made = cloud.NewServicePassword()
		h := cloud.HashServicePassword(made)
		password = &h
	}
	_, err := c.changeService(ctx, p, InstancePasswordUpdate, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		s.Password = *password
		return []cloud.Activity{{Type: cloud.ServicePasswordChanged}}, nil
	})
	if err != nil {
		return cloud.Secret{}, err
	}
	// A password that is sent again may be one that was not taken the first time.
	if err := c.settle(ctx, id); err != nil {
		return cloud.Secret{}, err
	}
	return made, nil
}

// settle waits until the engine of the service works as the service says.
func (c *Control) settle(ctx context.Context, id uuid.UUID) error {
	if c.fleet == nil {
		return nil
	}
	return c.fleet.Settle(ctx, id)
}
