package control_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A link by which somebody could become another person was made by who may do as much as
// that person could. When the person may do more from then on, the link has ended,
// whichever change made it more; when they may do less, it goes on.
func TestLinksEndWhenTheirPersonMayDoMore(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		reader := h.newRole(t, "reader", h.onOrganization(cloud.Allow, cloud.OrganizationView))
		denied := h.newRole(t, "denied", h.onOrganization(cloud.Deny, cloud.OrganizationView))
		bob := h.in(t, h.join(t, bobEmail, reader.ID, denied.ID)).PersonID()
		admin := []uuid.UUID{cloud.AdminRoleID}
		wider := []cloud.Policy{h.onOrganization(cloud.Allow, cloud.OrganizationView, cloud.ViewAPIKeys)}
		set := func(ids ...uuid.UUID) func() error {
			return func() error {
				_, err := h.UpdateMember(t.Context(), ada, h.organization, bob, &ids)
				return err
			}
		}
		patch := func(role uuid.UUID, patch cloud.RolePatch) func() error {
			return func() error {
				_, err := h.UpdateRole(t.Context(), ada, h.organization, role, patch)
				return err
			}
		}
		for _, step := range []struct {
			what   string
			change func() error
			ends   bool
		}{
			{"fewer roles", set(denied.ID), false},
			{"the role again", set(denied.ID, reader.ID), false}, // which the other one still denies
			{"a role that denies goes", func() error { return h.DeleteRole(t.Context(), ada, h.organization, denied.ID) }, true},
			{"another name of a role", patch(reader.ID, cloud.RolePatch{Name: ptr("readers")}), false},
			{"more in a role", patch(reader.ID, cloud.RolePatch{Policies: &wider}), true},
			{"less in a role", patch(reader.ID, cloud.RolePatch{Policies: &[]cloud.Policy{}}), false},
			{"another role", set(reader.ID, admin[0]), true},
			{"the role taken from the other side", patch(cloud.AdminRoleID, cloud.RolePatch{Actors: &[]cloud.ActorRef{cloud.PersonActor(ada.PersonID())}}), true},
			{"the role given from the other side", patch(cloud.AdminRoleID, cloud.RolePatch{
				Actors: &[]cloud.ActorRef{cloud.PersonActor(ada.PersonID()), cloud.PersonActor(bob)},
			}), true},
		} {
			link, _, err := h.NewMemberResetLink(t.Context(), ada, h.organization, bob)
			if err != nil {
				t.Fatal(err)
			}
			if err := step.change(); err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
			_, err = h.Link(t.Context(), tokenIn(t, link, "/setup#"))
			if ended := cloud.CodeOf(err) == cloud.NotFound; ended != step.ends {
				t.Errorf("%s: the link has ended: %t", step.what, ended)
			}
		}

		i := h.invite(t, "grace@example.com", reader.ID)
		token := h.tokenOf(t, i)
		if err := patch(reader.ID, cloud.RolePatch{Policies: &wider})(); err != nil {
			t.Fatal(err)
		}
		_, err := h.Link(t.Context(), token)
		wantSentence(t, err, cloud.NotFound, linkUnusable)
		if _, err := h.Link(t.Context(), h.tokenOf(t, i)); err != nil {
			t.Errorf("a new link for the invitation: %v", err)
		}
	})
}

// Who has the role Admin and is denied to manage the organization by another role is no
// Admin: the last one who may cannot be denied it, taken the role or removed.
func TestLastAdminIsNotDeniedToManage(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		denial := []cloud.Policy{h.onOrganization(cloud.Deny, cloud.OrganizationManage)}
		harmless := h.newRole(t, "harmless")
		actors := []cloud.ActorRef{cloud.PersonActor(ada.PersonID())}
		const says = "At least one person must have the role Admin"
		_, err := h.CreateRole(t.Context(), operator, h.organization, cloud.NewRole{Name: "denied", Actors: actors, Policies: denial})
		h.refuses(t, "a new role", func() error { return err }, cloud.Conflict, says)
		if _, err := h.UpdateRole(t.Context(), operator, h.organization, harmless.ID, cloud.RolePatch{Actors: &actors}); err != nil {
			t.Fatal(err)
		}
		h.refuses(t, "a role that denies from now on", func() error {
			_, err := h.UpdateRole(t.Context(), operator, h.organization, harmless.ID, cloud.RolePatch{Policies: &denial})
			return err
		}, cloud.Conflict, says)

		grace := h.in(t, h.join(t, "grace@example.com", cloud.AdminRoleID))
		if _, err := h.UpdateRole(t.Context(), operator, h.organization, harmless.ID, cloud.RolePatch{Policies: &denial}); err != nil {
			t.Fatalf("with another Admin: %v", err)
		}
		h.refuses(t, "the other Admin leaves", func() error { return h.DeleteMember(t.Context(), grace, h.organization, grace.PersonID()) }, cloud.Conflict, says)
	})
}
