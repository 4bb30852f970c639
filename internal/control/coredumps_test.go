package control_test

import (
	"slices"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// An organization that switches core dumps off has no service that writes one, from the same change
// on, of which the fleet is told. What was said of each service stays meanwhile, can be changed to
// no, and is in force again when the organization switches them on. Only what somebody has changed
// is recorded.
func TestOrganizationBarsTheCoreDumpsOfItsServices(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		f, _ := h.watch(t)
		yes, no := true, false
		// set changes the service, or the organization when there is none.
		set := func(name string, wish *bool) (err error) {
			t.Helper()
			if name == "" {
				_, err = h.UpdateOrganization(t.Context(), operator, h.organization, cloud.OrganizationPatch{EnableCoreDumps: wish})
				return err
			}
			for _, s := range h.state(t).Services {
				if s.Name == name {
					_, err = h.UpdateService(t.Context(), operator, h.organization, s.ID, cloud.ServicePatch{EnableCoreDumps: wish})
				}
			}
			return err
		}
		// may fails the test unless these services may write core dumps, by what is stored and by
		// what the fleet knows.
		may := func(step string, want ...string) {
			t.Helper()
			var stored, told []string
			for _, s := range h.state(t).Services {
				if s.CoreDumps() {
					stored = append(stored, s.Name)
				}
				if f.known[s.ID].CoreDumps() {
					told = append(told, s.Name)
				}
			}
			if !slices.Equal(stored, want) || !slices.Equal(told, want) {
				t.Errorf("%s: %q may write core dumps, and the fleet knows of %q, want %q", step, stored, told, want)
			}
		}
		h.newService(t, "on")
		h.newService(t, "off")
		h.newService(t, "changed")
		before := h.state(t).Revision
		for _, step := range []struct {
			say     string
			service string
			wish    *bool
			refused bool
			may     []string
		}{
			{"one is switched off", "off", &no, false, []string{"on", "changed"}},
			{"the organization bars them", "", &no, false, nil},
			{"it bars them again", "", &no, false, nil},
			{"one wants them all the same", "on", &yes, true, nil},
			{"one does not want them any more", "changed", &no, false, nil},
			{"one says again that it does not", "changed", &no, false, nil},
		} {
			if err := set(step.service, step.wish); (err != nil) != step.refused {
				t.Fatalf("%s: %v", step.say, err)
			}
			may(step.say, step.may...)
		}
		h.newService(t, "new")
		may("a service is created")
		if err := h.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		may("all is read again")
		if err := set("", &yes); err != nil {
			t.Fatal(err)
		}
		may("the organization lets them", "on", "new")
		want := []cloud.ActivityType{
			cloud.ServiceCoreDumpsChanged, cloud.OrganizationCoreDumpsChanged, cloud.ServiceCoreDumpsChanged, cloud.ServiceCreated, cloud.OrganizationCoreDumpsChanged,
		}
		if got := h.types(t, before); !slices.Equal(got, want) {
			t.Errorf("recorded was %v, want %v", got, want)
		}
		if got := h.state(t).Revision; got != before+int64(len(want)) {
			t.Errorf("%d changes were %d", len(want), got-before)
		}
	})
}

// A service that a Gatehouse before has switched off together with its organization has lost what
// was said of it: it stays off until somebody says otherwise.
func TestServiceThatWasRewrittenStaysOff(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.watch(t)
		s := h.newService(t, "orders")
		_, err := h.store.Write(t.Context(), func(tx *store.Tx) error {
			o, err := tx.Organization(t.Context(), h.organization)
			if err != nil {
				return err
			}
			if o.EnableCoreDumps, s.EnableCoreDumps = false, false; tx.UpdateService(t.Context(), s) != nil {
				t.Error("the service could not be written")
			}
			return tx.UpdateOrganization(t.Context(), o)
		})
		if err == nil {
			err = h.Load(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		yes := true
		if _, err := h.UpdateOrganization(t.Context(), operator, h.organization, cloud.OrganizationPatch{EnableCoreDumps: &yes}); err != nil {
			t.Fatal(err)
		}
		if h.state(t).Services[0].CoreDumps() {
			t.Error("the service writes core dumps, which nobody has asked for")
		}
		if s, err = h.UpdateService(t.Context(), operator, h.organization, s.ID, cloud.ServicePatch{EnableCoreDumps: &yes}); err != nil || !s.CoreDumps() {
			t.Errorf("switched on, it does not write them: %v", err)
		}
	})
}
