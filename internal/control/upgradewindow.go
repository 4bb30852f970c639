package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

var errNoUpgradeWindow = cloud.Errorf(cloud.NotFound, "Upgrade window not found")

// UpgradeWindow returns when a service is upgraded, and NotFound when nobody has said when.
func (c *Control) UpgradeWindow(ctx context.Context, p access.Principal, organization, id uuid.UUID) (cloud.UpgradeWindow, error) {
	s, err := c.readService(ctx, p, UpgradeWindowGet, organization, id)
	if err != nil {
		return cloud.UpgradeWindow{}, err
	}
	if s.UpgradeWindow == nil {
		return cloud.UpgradeWindow{}, errNoUpgradeWindow
	}
	return *s.UpgradeWindow, nil
}

// SetUpgradeWindow says when a service is upgraded, or returns Invalid.
func (c *Control) SetUpgradeWindow(ctx context.Context, p access.Principal, organization, id uuid.UUID, w cloud.UpgradeWindow) error {
	_, err := c.changeService(ctx, p, UpgradeWindowUpdate, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		s.UpgradeWindow = &w
		return []cloud.Activity{{Type: cloud.ServiceUpgradeWindowChanged}}, w.Check()
	})
	return err
}

// DeleteUpgradeWindow lets a service be upgraded at any time. It returns NotFound when nobody
// has said when it is.
func (c *Control) DeleteUpgradeWindow(ctx context.Context, p access.Principal, organization, id uuid.UUID) error {
	_, err := c.changeService(ctx, p, UpgradeWindowDelete, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		if s.UpgradeWindow == nil {
			return nil, errNoUpgradeWindow
		}
		s.UpgradeWindow = nil
		return []cloud.Activity{{Type: cloud.ServiceUpgradeWindowChanged}}, nil
	})
	return err
}
