package control_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Who manages members hands over a link by which a member chooses a new password, if they
// may do all that the member may, in every organization and with every invitation of the
// member: whoever has the link becomes the member.
func TestResetLinkIsForWhoCoversTheMember(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		bob := h.in(t, h.join(t, bobEmail, roleIDs(cloud.RoleBilling)...))
		second := h.secondOrganization(t)
		link := func(p access.Principal, id uuid.UUID) (cloud.Secret, time.Time, error) {
			return h.NewMemberResetLink(t.Context(), p, h.organization, id)
		}
		refused := func(what string, p access.Principal, id uuid.UUID, code cloud.Code, says string) {
			t.Helper()
			h.refuses(t, what, func() error { _, _, err := link(p, id); return err }, code, says)
		}
		first, end, err := link(ada, bob.PersonID())
		if err != nil || !end.Equal(h.clock.Now().Add(control.SetupLinkLife)) {
			t.Fatalf("until %s (%v)", end, err)
		}
		h.makes(t, "a second one", ada.PersonID().String(), func() (err error) { _, _, err = link(ada, bob.PersonID()); return err },
			aboutMember(h.person(t, bob.PersonID()), cloud.ResetLinkCreated))
		_, err = h.ResetPassword(t.Context(), visitor, tokenIn(t, first, "/setup#"), newPassword)
		wantSentence(t, err, cloud.NotFound, linkUnusable)

		refused("who does not manage members", bob, ada.PersonID(), cloud.Forbidden, string(cloud.OrganizationManage))
		refused("nobody", ada, uuid.New(), cloud.NotFound, "Member not found")
		manager := h.newRole(t, "manager", h.onOrganization(cloud.Allow, cloud.OrganizationManage))
		_, weak := h.keyWith(t, "weak", manager.ID)
		const more = " may do more than "
		refused("who may do less", weak, bob.PersonID(), cloud.Forbidden, bobEmail+more+`the key "weak"`)

		invite := func(roles ...uuid.UUID) cloud.Invitation {
			i, err := h.Invite(t.Context(), operator, second.ID, cloud.NewInvitation{Email: bobEmail, RoleIDs: roles})
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		i := invite()
		refused("who is not in an organization that the member is invited to", ada, bob.PersonID(), cloud.Forbidden, bobEmail+more)
		if err := h.AcceptInvitation(t.Context(), bob, i.ID); err != nil {
			t.Fatal(err)
		}
		refused("who is not in an organization of the member", ada, bob.PersonID(), cloud.Forbidden, bobEmail+more)
		refused("a key, which is in one organization", h.as(t, h.admin), bob.PersonID(), cloud.Forbidden, bobEmail+more)
		addTo(t, h, second.ID, ada.PersonID(), cloud.AdminRoleID)
		if ada, err = ada.Current(); err != nil {
			t.Fatal(err)
		}
		token, _, err := link(ada, bob.PersonID())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.ResetPassword(t.Context(), visitor, tokenIn(t, token, "/setup#"), newPassword); err != nil {
			t.Error(err)
		}
		if _, _, err := link(operator, ada.PersonID()); err != nil {
			t.Errorf("the operator: %v", err)
		}
	})
}

// addTo makes somebody a member of an organization.
func addTo(t *testing.T, h *house, organization, person uuid.UUID, roles ...uuid.UUID) {
	t.Helper()
	_, err := h.store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.InsertMembership(t.Context(), person, cloud.Membership{OrganizationID: organization, JoinedAt: h.clock.Now(), RoleIDs: roles})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A forgotten password is a mail to whom the address belongs. Whoever asks learns nothing:
// the answer is the same for an address that nobody has, and nobody is written to.
func TestForgottenPasswordIsMailed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		wantSentence(t, h.ForgotPassword(t.Context(), visitor, adaEmail), cloud.Invalid, "Gatehouse sends no mail: ask an Admin of your organization for a link")
		box := h.mailing()
		ada := h.in(t, h.setUp(t, adaEmail))
		bob := h.in(t, h.join(t, bobEmail)).PersonID()
		h.cannotSignIn(t, bob) // but by a sign-in provider
		box.invitations = nil
		before := h.state(t).Revision
		for _, email := range []string{"nobody@example.com", bobEmail, "no address", ""} {
			if err := h.ForgotPassword(t.Context(), visitor, email); err != nil {
				t.Errorf("%q: %v", email, err)
			}
		}
		h.Wait()
		if len(box.resets) != 0 || h.state(t).Revision != before {
			t.Fatalf("there are %d mails, and revision %d after %d", len(box.resets), h.state(t).Revision, before)
		}
		h.makes(t, "ask", ada.PersonID().String(), func() error {
			err := h.ForgotPassword(t.Context(), visitor, " ADA@example.com")
			h.Wait()
			return err
		}, aboutMember(h.person(t, ada.PersonID()), cloud.ResetLinkCreated))
		m := box.resets[0]
		if m.To != adaEmail || m.Name != "Ada" || !m.ExpireAt.Equal(h.clock.Now().Add(control.SetupLinkLife)) || len(box.resets) != 1 {
			t.Errorf("the mails are %+v", box.resets)
		}
		if _, err := h.ResetPassword(t.Context(), visitor, tokenIn(t, m.Link, "/setup#"), newPassword); err != nil {
			t.Error(err)
		}
	})
}

// Who asks too often is told to wait, whether the address is known or not and whoever it
// is of, and no further mail is sent; signing in is not slowed by it.
func TestForgottenPasswordIsThrottled(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		box := h.mailing()
		h.setUp(t, adaEmail)
		ask := func(from int, email string) error {
			return h.ForgotPassword(t.Context(), control.Visitor{Address: netip.AddrFrom4([4]byte{198, 51, 100, byte(from)})}, email)
		}
		for _, email := range []string{adaEmail, "nobody@example.com"} {
			asked := 0
			for err := error(nil); err == nil && asked < 100; asked++ {
				err = ask(asked, email)
				h.Wait()
			}
			if asked != 11 {
				t.Errorf("%s was asked for %d times", email, asked)
			}
			err := ask(200, email)
			wantCode(t, err, cloud.RateLimited)
			if asError(err).RetryAfter <= 0 {
				t.Error("there is no time to wait")
			}
		}
		if len(box.resets) != 10 {
			t.Errorf("there are %d mails", len(box.resets))
		}
		var err error
		for n := 0; n < 30 && err == nil; n++ {
			err = ask(250, fmt.Sprintf("nobody%d@example.com", n))
			h.Wait()
		}
		wantCode(t, err, cloud.RateLimited)
		h.signIn(t, adaPassword, "")
	})
}
