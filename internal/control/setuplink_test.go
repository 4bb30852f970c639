package control_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A set-up link is made by the operator alone, and each is one change with its activity.
func TestSetupLinkIsMadeByTheOperatorAndRecorded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		before := h.state(t).Revision
		if _, err := h.NewSetupLink(t.Context(), h.as(t, h.admin)); cloud.CodeOf(err) != cloud.Forbidden {
			t.Fatalf("an Admin makes a set-up link: %v", err)
		}
		first, err := h.NewSetupLink(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		second, err := h.NewSetupLink(t.Context(), operator)
		if err != nil || second.Reveal() == first.Reveal() {
			t.Fatalf("the second link is the first (%v)", err)
		}
		want := []recorded{{before + 1, cloud.SetupLinkCreated, uuid.Nil, ""}, {before + 2, cloud.SetupLinkCreated, uuid.Nil, ""}}
		if diff := cmp.Diff(want, h.activitiesSince(t, before)); diff != "" {
			t.Errorf("activities (-expected +recorded):\n%s", diff)
		}
		h.wantMirror(t, []cloud.Credential{h.admin})
	})
}
