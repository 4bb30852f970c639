package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

var errNoSchedule = cloud.Errorf(cloud.NotFound, "Scaling schedule not found")

// ScaledService returns a service that has a scaling schedule, and NotFound for one that has none.
func (c *Control) ScaledService(ctx context.Context, p access.Principal, organization, id uuid.UUID) (cloud.Service, error) {
	s, err := c.readService(ctx, p, ScalingScheduleGet, organization, id)
	if err == nil && len(s.Schedule) == 0 {
		err = errNoSchedule
	}
	return s, err
}

// ReplaceSchedule gives a service a scaling schedule in place of the one that it has, and returns
// the service as it is then; without entries it has none. The entries get ids of their own,
// unless they are what is there already. It returns Invalid for what is wrong of an entry.
func (c *Control) ReplaceSchedule(ctx context.Context, p access.Principal, organization, id uuid.UUID, entries []cloud.ScheduleEntry) (cloud.Service, error) {
	return c.changeService(ctx, p, ScalingScheduleUpsert, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		if err := cloud.CheckSchedule(entries); err != nil {
			return nil, err
		}
		if !slices.EqualFunc(s.Schedule, entries, sameEntry) {
			s.Schedule = withEntryIDs(entries)
		}
		return []cloud.Activity{{Type: cloud.ServiceScheduleChanged}}, nil
	})
}

// sameEntry reports whether both say the same, whatever their ids.
func sameEntry(a, b cloud.ScheduleEntry) bool {
	a.ID, b.ID = uuid.Nil, uuid.Nil
	return a.Equal(b)
}

// withEntryIDs gives each entry an id of its own: entries are replaced, never changed.
func withEntryIDs(entries []cloud.ScheduleEntry) []cloud.ScheduleEntry {
	entries = slices.Clone(entries)
	for i := range entries {
		entries[i].ID = uuid.New()
	}
	return entries
}

// DeleteSchedule takes its scaling schedule from a service: from then on its baseline holds. It
// returns NotFound when there is none.
func (c *Control) DeleteSchedule(ctx context.Context, p access.Principal, organization, id uuid.UUID) error {
	_, err := c.changeService(ctx, p, ScalingScheduleDelete, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		if len(s.Schedule) == 0 {
			return nil, errNoSchedule
		}
		s.Schedule = nil
		return []cloud.Activity{{Type: cloud.ServiceScheduleChanged}}, nil
	})
	return err
}
