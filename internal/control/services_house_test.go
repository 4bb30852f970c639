package control_test

import (
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// insertServices writes services with these ids past the operations, and lets the house read them.
func (h *house) insertServices(t fataler, ids ...uuid.UUID) {
	t.Helper()
	_, err := h.store.Write(t.Context(), func(tx *store.Tx) error {
		for _, id := range ids {
			slot, err := tx.FreeSlot(t.Context())
			if err != nil {
				return err
			}
			_, err = tx.InsertService(t.Context(), cloud.Service{
				ID: id, OrganizationID: h.organization, Name: "a service", Provider: "aws", Region: "eu-central-1", CreatedAt: h.clock.Now(), StateSince: h.clock.Now(),
				Goal: cloud.GoalRunning, State: cloud.ServiceRunning, Slot: slot,
				ServiceConfig: cloud.ServiceConfig{Scaling: cloud.DefaultScaling(), Addresses: cloud.AddressList{}, ReleaseChannel: cloud.ChannelDefault, Profile: cloud.DefaultProfile},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = h.Load(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// insertService is insertServices for one, whose id it makes.
func (h *house) insertService(t fataler) uuid.UUID {
	t.Helper()
	id := uuid.New()
	h.insertServices(t, id)
	return id
}

// removeService deletes a service as the fleet does in the end.
func (h *house) removeService(t fataler, id uuid.UUID) error {
	t.Helper()
	_, err := h.Observe(t.Context(), id, func(s *cloud.Service) error {
		s.Goal, s.State = cloud.GoalDeleted, cloud.ServiceTerminating
		return nil
	})
	if err != nil {
		return err
	}
	h.clock.Advance(time.Second)
	return h.Remove(t.Context(), id)
}
