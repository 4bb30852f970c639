package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// UpdateService applies the patch and returns the service as it is then.
func (c *Control) UpdateService(ctx context.Context, p access.Principal, organization, id uuid.UUID, patch cloud.ServicePatch) (cloud.Service, error) {
	return c.changeService(ctx, p, InstanceUpdate, organization, id, func(_ access.Principal, tx *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		o, err := tx.Organization(ctx, organization)
		if err != nil {
			return nil, err
		}
		before := s.Clone()
		if err := patch.Apply(s, o); err != nil {
			return nil, err
		}
		return serviceChanges(before, *s), nil
	})
}

// ScaleService applies the patch and returns the service as it is then.
func (c *Control) ScaleService(ctx context.Context, p access.Principal, organization, id uuid.UUID, patch cloud.ScalingPatch) (cloud.Service, error) {
	return c.scaleService(ctx, p, InstanceReplicaScalingUpdate, organization, id, patch)
}

// ScaleServiceInTotal is ScaleService for the deprecated operation, whose clients name the
// memory of three replicas; the patch is of one.
func (c *Control) ScaleServiceInTotal(ctx context.Context, p access.Principal, organization, id uuid.UUID, patch cloud.ScalingPatch) (cloud.Service, error) {
	return c.scaleService(ctx, p, InstanceScalingUpdate, organization, id, patch)
}

func (c *Control) scaleService(ctx context.Context, p access.Principal, o Operation, organization, id uuid.UUID, patch cloud.ScalingPatch) (cloud.Service, error) {
	return c.changeService(ctx, p, o, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		before := s.Clone()
		var err error
		s.Scaling, err = patch.Apply(s.Scaling, c.limits.Replicas)
		return serviceChanges(before, *s), err
	})
}

// serviceChanges returns an activity for each aspect that has changed.
func serviceChanges(before, after cloud.Service) (activities []cloud.Activity) {
	a, b := before.Scaling, after.Scaling
	for _, aspect := range []struct {
		changed bool
		kind    cloud.ActivityType
	}{
		{before.Name != after.Name, cloud.ServiceRenamed},
		{!before.Addresses.Equal(after.Addresses), cloud.ServiceAddressesChanged},
		{!slices.Equal(before.PrivateEndpointIDs, after.PrivateEndpointIDs), cloud.ServiceEndpointsChanged},
		{before.ReleaseChannel != after.ReleaseChannel, cloud.ServiceChannelChanged},
		{!slices.Equal(before.Tags, after.Tags), cloud.ServiceTagsChanged},
		{before.EnableCoreDumps != after.EnableCoreDumps, cloud.ServiceCoreDumpsChanged},
		{a.MinMemory != b.MinMemory || a.MaxMemory != b.MaxMemory, cloud.ServiceMemoryChanged},
		{a.MinReplicas != b.MinReplicas || a.MaxReplicas != b.MaxReplicas || a.Mode != b.Mode, cloud.ServiceReplicasChanged},
		{a.Idle != b.Idle || a.IdleMinutes != b.IdleMinutes, cloud.ServiceIdlingChanged},
	} {
		if aspect.changed {
			activities = append(activities, cloud.Activity{Type: aspect.kind})
		}
	}
	return activities
}
