package control_test

import (
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// recorded is what an activity says happened, and in which change.
type recorded struct {
	Change int64 // the revision
	Type   cloud.ActivityType
	Key    uuid.UUID
	Update cloud.KeyUpdate
}

// activitiesSince returns what was recorded after the revision, oldest first: of the
// last few changes.
func (h *house) activitiesSince(t fataler, revision int64) (out []recorded) {
	t.Helper()
	var activities []cloud.Activity
	err := h.store.Read(t.Context(), func(r *store.Reader) (err error) {
		activities, err = r.Activities(t.Context(), h.organization, store.ActivityRange{Limit: 20})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range slices.Backward(activities) {
		// The place of an activity in the order of all rows begins with its revision.
		if change := a.Sequence >> 20; change > revision {
			out = append(out, recorded{change, a.Type, a.TargetKeyID, a.KeyUpdate})
		}
	}
	return out
}

// expectedActivities returns what must have been recorded between two states that
// are at most one change apart. It compares the states themselves, so it shares
// nothing with the code that records.
func expectedActivities(before, after store.State, legacyRoles bool) (want []recorded) {
	add := func(kind cloud.ActivityType, key uuid.UUID, update cloud.KeyUpdate) {
		want = append(want, recorded{after.Revision, kind, key, update})
	}
	for i, o := range after.Organizations {
		old := before.Organizations[i]
		if o.Name != old.Name {
			add(cloud.OrganizationRenamed, uuid.Nil, "")
		}
		if o.EnableCoreDumps != old.EnableCoreDumps {
			add(cloud.OrganizationCoreDumpsChanged, uuid.Nil, "")
		}
		if !slices.Equal(o.PrivateEndpoints, old.PrivateEndpoints) {
			add(cloud.OrganizationEndpointsChanged, uuid.Nil, "")
		}
	}
	for _, k := range before.Keys {
		if _, kept := keyIn(after, k.ID); !kept {
			add(cloud.KeyDeleted, k.ID, cloud.KeyUpdateDeleted)
		}
	}
	for _, k := range after.Keys {
		old, was := keyIn(before, k.ID)
		if !was {
			add(cloud.KeyCreated, k.ID, cloud.KeyUpdateCreated)
			continue
		}
		roles := cloud.KeyUpdateRoles
		if legacyRoles {
			roles = cloud.KeyUpdateOldRoles
		}
		for _, c := range []struct {
			changed bool
			update  cloud.KeyUpdate
		}{
			{k.Name != old.Name, cloud.KeyUpdateName},
			{k.State != old.State, cloud.KeyUpdateState},
			{k.Expiry != old.Expiry, cloud.KeyUpdateExpiry},
			{(k.Addresses == nil) != (old.Addresses == nil) || !slices.Equal(k.Addresses, old.Addresses), cloud.KeyUpdateAddresses},
			{!slices.Equal(k.RoleIDs, old.RoleIDs), roles},
		} {
			if c.changed {
				add(cloud.KeyUpdated, k.ID, c.update)
			}
		}
	}
	return want
}
