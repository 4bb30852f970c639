package control_test

import (
	"context"
	"errors"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A request that ends while it waits for its turn is refused as Unavailable and has
// changed nothing; the turn comes to the next one.
func TestRequestThatEndsBeforeItsTurnChangesNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		entered, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
		h.commits.onNext(func(commit func() error) error {
			close(entered)
			<-release
			return commit()
		})
		go func() {
			_, err := h.UpdateOrganization(t.Context(), operator, h.organization, cloud.OrganizationPatch{Name: ptr("First")})
			done <- err
		}()
		<-entered
		gone, leave := context.WithCancel(t.Context())
		waiting := make(chan error)
		go func() {
			_, _, err := h.CreateKey(gone, operator, h.organization, cloud.NewKey{Name: "never", State: cloud.KeyEnabled})
			waiting <- err
		}()
		leave()
		err := <-waiting
		wantCode(t, err, cloud.Unavailable)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the cause is not told: %v", err)
		}
		close(release)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if _, err := h.UpdateOrganization(t.Context(), operator, h.organization, cloud.OrganizationPatch{Name: ptr("Second")}); err != nil {
			t.Fatal(err)
		}
		if state := h.state(t); state.Revision != 3 || len(state.Keys) != 1 || state.Organizations[0].Name != "Second" {
			t.Fatalf("revision %d, %d keys, organization %q", state.Revision, len(state.Keys), state.Organizations[0].Name)
		}
		h.wantMirror(t, []cloud.Credential{h.admin})
	})
}

// A client that goes while its change is being made does not stop it: the change is
// whole, and in force.
func TestChangeIsMadeWholeWhenTheClientGoes(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, credential := h.newKey(t, "victim")
		gone, leave := context.WithCancel(t.Context())
		h.commits.onNext(func(commit func() error) error {
			leave()
			return commit()
		})
		if err := h.DeleteKey(gone, h.as(t, h.admin), h.organization, key.ID); err != nil {
			t.Fatal(err)
		}
		h.wantMirror(t, []cloud.Credential{h.admin, credential})
	})
}
