package control_test

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Once another process may have the store, nobody is admitted any more: reading the
// store again does not change that, nor does a change by who was admitted before.
func TestRetiredAdmitsNobodyForGood(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin := h.as(t, h.admin)
		h.Retire()
		_, changeErr := h.UpdateOrganization(t.Context(), admin, h.organization, cloud.OrganizationPatch{Name: ptr("Renamed")})
		wantCode(t, changeErr, cloud.Unavailable)
		for name, again := range map[string]func() error{
			"Reload": func() error { return h.Reload(t.Context()) },
			"Load":   func() error { return h.Load(t.Context()) }, // as one that was under way
		} {
			if err := again(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if _, err := h.authenticate(h.admin); cloud.CodeOf(err) != cloud.Unavailable {
				t.Errorf("after %s a key gets %v", name, err)
			}
			wantCode(t, h.Ready(t.Context()), cloud.Unavailable)
		}
	})
}
