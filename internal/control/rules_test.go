package control_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

// What is refused changes nothing: neither the store nor the directory, and leaves
// no activity.
func TestWhatIsRefusedChangesNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin := h.as(t, h.admin)
		reader, readers := h.newKey(t, "reader", cloud.RoleOrgAPIReader)
		foreign := uuid.New()
		for _, c := range []struct {
			name string
			call func() error
			code cloud.Code
		}{
			{"a key deletes itself", func() error { return h.DeleteKey(t.Context(), admin, h.organization, admin.KeyID()) }, cloud.Invalid},
			{"the operator deletes the last Admin", func() error {
				return h.DeleteKey(t.Context(), operator, h.organization, admin.KeyID())
			}, cloud.Conflict},
			{"the last Admin disables itself", h.patch(t, admin, admin.KeyID(), cloud.KeyPatch{State: ptr(cloud.KeyDisabled)}), cloud.Conflict},
			{"the last Admin gives up its role", h.patch(t, admin, admin.KeyID(), cloud.KeyPatch{RoleIDs: ptr(roleIDs())}), cloud.Conflict},
			{"the last Admin keeps itself away", h.patch(t, admin, admin.KeyID(), cloud.KeyPatch{Addresses: &cloud.AddressList{}}), cloud.Conflict},
			{"a reader deletes a key", func() error {
				return h.DeleteKey(t.Context(), h.as(t, readers), h.organization, admin.KeyID())
			}, cloud.Forbidden},
			{"an expiry that has passed", h.patch(t, admin, reader.ID, cloud.KeyPatch{Expiry: ptr(cloud.ExpiryAt(h.clock.Now()))}), cloud.Invalid},
			{"a name of blanks", h.patch(t, admin, reader.ID, cloud.KeyPatch{Name: ptr("  ")}), cloud.Invalid},
			{"a role that does not exist", h.patch(t, admin, reader.ID, cloud.KeyPatch{RoleIDs: &[]uuid.UUID{uuid.New()}}), cloud.Invalid},
			{"a key that does not exist", h.patch(t, admin, uuid.New(), cloud.KeyPatch{Name: ptr("x")}), cloud.NotFound},
			{"a foreign organization", func() error { return h.DeleteKey(t.Context(), admin, foreign, reader.ID) }, cloud.NotFound},
			{"an organization that does not exist", func() error { return h.DeleteKey(t.Context(), operator, foreign, reader.ID) }, cloud.NotFound},
			{"a key ID that is taken", func() error {
				_, _, err := h.CreateKey(t.Context(), admin, h.organization, cloud.NewKey{Name: "x", State: cloud.KeyEnabled, Hashed: ptr(readers.Hashed())})
				return err
			}, cloud.Conflict},
			{"an organization without a name", func() error {
				_, err := h.UpdateOrganization(t.Context(), admin, h.organization, cloud.OrganizationPatch{Name: ptr("")})
				return err
			}, cloud.Invalid},
			{"a second beginning", func() error {
				return h.Begin(t.Context(), control.Bootstrap{Organization: "Second", SetupToken: control.NewSetupToken()})
			}, cloud.Conflict},
		} {
			before := h.state(t)
			err := c.call()
			if err == nil || cloud.CodeOf(err) != c.code {
				t.Errorf("%s: got %v, want code %d", c.name, err, c.code)
			}
			if after := h.state(t); after.Revision != before.Revision {
				t.Errorf("%s: the revision went from %d to %d", c.name, before.Revision, after.Revision)
			}
		}
		h.wantMirror(t, []cloud.Credential{h.admin, readers})
	})
}

func (h *house) patch(t fataler, p access.Principal, key uuid.UUID, patch cloud.KeyPatch) func() error {
	return func() error {
		_, err := h.UpdateKey(t.Context(), p, h.organization, key, patch)
		return err
	}
}

// With as many keys as the quota allows, disabled and expired ones included, no more
// can be created; who deletes one can.
func TestQuotaOfKeysIsNeverExceeded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		limited := h.withLimits(cloud.Limits{Keys: 5})
		if err := limited.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		errs := make(chan error)
		for i := range 10 {
			go func() {
				_, _, err := limited.CreateKey(t.Context(), operator, h.organization, cloud.NewKey{Name: fmt.Sprint("key ", i), State: cloud.KeyDisabled})
				errs <- err
			}()
		}
		made := 0
		for range 10 {
			if err := <-errs; err == nil {
				made++
			} else {
				wantCode(t, err, cloud.Invalid)
			}
		}
		keys := h.state(t).Keys
		if made != 4 || len(keys) != 5 {
			t.Fatalf("%d keys were made, there are %d", made, len(keys))
		}
		if err := limited.DeleteKey(t.Context(), operator, h.organization, keys[4].ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := limited.CreateKey(t.Context(), operator, h.organization, cloud.NewKey{Name: "again", State: cloud.KeyEnabled}); err != nil {
			t.Fatal(err)
		}
	})
}

// An Admin is the last one also when the others cannot be used: disabled, expired
// or allowed from nowhere.
func TestAdminThatCannotBeUsedIsNoAdmin(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		last := h.as(t, h.admin).KeyID()
		inAMinute := cloud.ExpiryAt(h.clock.Now().Add(time.Minute))
		for _, unusable := range []cloud.KeyPatch{{Expiry: &inAMinute}, {State: ptr(cloud.KeyDisabled)}, {Addresses: &cloud.AddressList{}}} {
			other, _ := h.newKey(t, "other", cloud.RoleAdmin)
			if err := h.patch(t, operator, other.ID, unusable)(); err != nil {
				t.Fatal(err)
			}
			h.clock.Advance(time.Hour)
			wantCode(t, h.DeleteKey(t.Context(), operator, h.organization, last), cloud.Conflict)
		}
		h.newKey(t, "usable", cloud.RoleAdmin)
		if err := h.DeleteKey(t.Context(), operator, h.organization, last); err != nil {
			t.Fatal(err)
		}
	})
}

// The beginning is one change: organization, first key and set-up link are there
// together, each with its activity but the link, or not at all.
func TestBeginningIsOneChange(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		if state := h.state(t); state.Revision != 1 || len(state.Organizations) != 1 || len(state.Keys) != 1 {
			t.Fatalf("the beginning is %+v", state)
		}
		page, err := h.Activities(t.Context(), operator, h.organization, store.ActivityRange{Limit: 10})
		if err != nil || len(page.Activities) != 2 || page.Activities[0].Type != cloud.KeyCreated || page.Activities[1].Type != cloud.OrganizationCreated {
			t.Fatalf("the activities are %+v (%v)", page.Activities, err)
		}
		if isNew, err := h.IsNew(t.Context()); isNew || err != nil {
			t.Fatalf("the store is still new (%v)", err)
		}
	})
}
