package control_test

import (
	"slices"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// An organization that switches core dumps off has no service that writes one: those that
// were allowed to are not any more, in the same change, with a record and told to the fleet.
// Switching them on again allows none that did not ask for it.
func TestOrganizationEndsTheCoreDumpsOfItsServices(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		f, _ := h.watch(t)
		on, off := h.newService(t, "orders"), h.newService(t, "events")
		never := false
		if _, err := h.UpdateService(t.Context(), operator, h.organization, off.ID, cloud.ServicePatch{EnableCoreDumps: &never}); err != nil {
			t.Fatal(err)
		}
		before := h.state(t).Revision
		for _, allowed := range []bool{false, true} {
			if _, err := h.UpdateOrganization(t.Context(), operator, h.organization, cloud.OrganizationPatch{EnableCoreDumps: &allowed}); err != nil {
				t.Fatal(err)
			}
			for _, s := range h.state(t).Services {
				if s.EnableCoreDumps || f.known[s.ID].EnableCoreDumps {
					t.Errorf("allowed to the organization: %t: %s may write core dumps", allowed, s.Name)
				}
			}
		}
		if got := h.state(t).Revision; got != before+2 {
			t.Errorf("two changes were %d", got-before)
		}
		want := []cloud.ActivityType{cloud.OrganizationCoreDumpsChanged, cloud.ServiceCoreDumpsChanged, cloud.OrganizationCoreDumpsChanged}
		if got := h.types(t, before); !slices.Equal(got, want) {
			t.Errorf("recorded was %v, want %v", got, want)
		}
		about, err := h.Activities(t.Context(), operator, h.organization, store.ActivityRange{Search: on.ID.String(), Limit: 1})
		if err != nil || len(about.Activities) != 1 || about.Activities[0].Type != cloud.ServiceCoreDumpsChanged {
			t.Errorf("the latest record of the service is %v (%v)", about.Activities, err)
		}
	})
}
