package control_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A key and its place in query endpoints go together: when it is not known whether the deletion was
// made, either both are there afterwards or neither is, and the fleet is told of no other.
func TestKeyAndItsQueryEndpointsGoTogether(t *testing.T) {
	for name, made := range map[string]bool{"the change was made": true, "the change was not made": false} {
		t.Run(name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, h *house) {
				admin := h.as(t, h.admin)
				service := h.insertService(t)
				key, _ := h.newKey(t, "leaving")
				_, err := h.SetQueryEndpoint(t.Context(), admin, h.organization, service, cloud.QueryEndpoint{KeyIDs: []uuid.UUID{key.ID}, Roles: []string{"sql_console_admin"}})
				if err != nil {
					t.Fatal(err)
				}
				if made {
					h.commits.loseAnswer()
				} else {
					h.commits.loseCommit()
				}
				wantCode(t, h.DeleteKey(t.Context(), admin, h.organization, key.ID), cloud.Unavailable)
				endpoint, err := h.QueryEndpoint(t.Context(), admin, h.organization, service)
				if err != nil {
					t.Fatal(err)
				}
				_, there := h.key(t, key.ID)
				if there == made || slices.Contains(endpoint.KeyIDs, key.ID) == made {
					t.Errorf("the key is there: %v; the query endpoint names %v", there, endpoint.KeyIDs)
				}
			})
		})
	}
}

// Who may not manage query endpoints can look for one, and neither set nor delete it.
func TestQueryEndpointNeedsItsPermission(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		service := h.insertService(t)
		_, readers := h.newKey(t, "reader", cloud.RoleServiceAPIReader)
		reader := h.as(t, readers)
		_, err := h.SetQueryEndpoint(t.Context(), reader, h.organization, service, cloud.QueryEndpoint{})
		wantCode(t, err, cloud.Forbidden)
		wantCode(t, h.DeleteQueryEndpoint(t.Context(), reader, h.organization, service), cloud.Forbidden)
		_, err = h.QueryEndpoint(t.Context(), reader, h.organization, service)
		wantCode(t, err, cloud.NotFound) // it may look, and there is none
	})
}
