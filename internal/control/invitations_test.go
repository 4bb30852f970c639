package control_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// An invitation is made, read and revoked; each change is recorded with whom it was about,
// and nobody is invited who is a member, or invited already.
func TestInvitationIsMadeReadAndRevoked(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		by := ada.PersonID().String()
		reader := h.in(t, h.join(t, "reader@example.com", roleIDs(cloud.RoleOrgAPIReader)...))
		invite := func(p access.Principal, email string, roles ...uuid.UUID) (cloud.Invitation, error) {
			return h.Invite(t.Context(), p, h.organization, cloud.NewInvitation{Email: email, RoleIDs: roles})
		}
		before := h.state(t).Revision
		roles := roleIDs(cloud.RoleServiceReader, cloud.RoleBilling)
		i, err := invite(ada, bobEmail, roles...)
		if err != nil {
			t.Fatal(err)
		}
		now := h.clock.Now()
		want := cloud.Invitation{
			ID: i.ID, OrganizationID: h.organization, Email: bobEmail, RoleIDs: roles, CreatedAt: now, ExpireAt: now.Add(cloud.InvitationLife),
			InvitedBy: cloud.Creator{Type: cloud.ActorUser, ID: by, Details: adaEmail}, Mail: cloud.MailOff, Sequence: i.Sequence,
		}
		if diff := cmp.Diff(want, i); diff != "" {
			t.Errorf("the answer:\n%s", diff)
		}
		if got := h.targetsSince(t, before); len(got) != 1 || (about{got[0].Type, got[0].Target}) != aboutInvitation(i, cloud.InvitationCreated) || got[0].Actor.ID != by {
			t.Errorf("recorded %+v", got)
		}
		read, err := h.Invitation(t.Context(), reader, h.organization, i.ID)
		if diff := cmp.Diff(want, read); diff != "" || err != nil {
			t.Errorf("the invitation (%v):\n%s", err, diff)
		}
		list, err := h.Invitations(t.Context(), reader, h.organization)
		if diff := cmp.Diff([]cloud.Invitation{want}, list); diff != "" || err != nil {
			t.Errorf("the list (%v):\n%s", err, diff)
		}
		second := h.secondOrganization(t)
		refused := func(what string, p access.Principal, email string, code cloud.Code, says string, roles ...uuid.UUID) {
			t.Helper()
			h.refuses(t, what, func() error { _, err := invite(p, email, roles...); return err }, code, says)
		}
		refused("twice", ada, bobEmail, cloud.Conflict, `email: "bob@example.com" is invited already`)
		refused("a member", ada, adaEmail, cloud.Conflict, `email: "ada@example.com" is a member of the organization already`)
		refused("by a reader", reader, "eve@example.com", cloud.Forbidden, string(cloud.OrganizationManage))
		refused("with a role that is not there", ada, "eve@example.com", cloud.Invalid, "assignedRoleIds[1]: there is no role", cloud.AdminRoleID, uuid.New())
		for what, p := range map[string]struct {
			p            access.Principal
			organization uuid.UUID
			id           uuid.UUID
			code         cloud.Code
		}{
			"by a reader": {reader, h.organization, i.ID, cloud.Forbidden}, "unknown": {ada, h.organization, uuid.New(), cloud.NotFound},
			"through another organization": {operator, second.ID, i.ID, cloud.NotFound}, "in another organization": {ada, second.ID, i.ID, cloud.NotFound},
		} {
			h.refuses(t, "revoke "+what, func() error { return h.DeleteInvitation(t.Context(), p.p, p.organization, p.id) }, p.code, "")
			h.refuses(t, "link "+what, func() error { _, _, err := h.NewInvitationLink(t.Context(), p.p, p.organization, p.id); return err }, p.code, "")
			h.refuses(t, "resend "+what, func() error { _, err := h.ResendInvitation(t.Context(), p.p, p.organization, p.id); return err }, p.code, "")
			if p.code == cloud.NotFound {
				h.refuses(t, "read "+what, func() error { _, err := h.Invitation(t.Context(), p.p, p.organization, p.id); return err }, p.code, "")
			}
		}
		h.refuses(t, "mail where there is none", func() error { _, err := h.ResendInvitation(t.Context(), ada, h.organization, i.ID); return err }, cloud.Invalid, "Gatehouse sends no mail")
		h.makes(t, "link", by, func() error { _, _, err := h.NewInvitationLink(t.Context(), ada, h.organization, i.ID); return err }, aboutInvitation(i, cloud.InvitationLinkCreated))
		h.makes(t, "revoke", by, func() error { return h.DeleteInvitation(t.Context(), ada, h.organization, i.ID) }, aboutInvitation(i, cloud.InvitationDeleted))
		if list, err = h.Invitations(t.Context(), ada, h.organization); err != nil || len(list) != 0 {
			t.Errorf("the list is %v (%v)", list, err)
		}
	})
}

// An organization has a thousand pending invitations at most; expired ones do not count.
func TestInvitationsAreBounded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		_, err := h.store.Write(t.Context(), func(tx *store.Tx) error {
			for range cloud.MaxInvitations {
				_, err := tx.InsertInvitation(t.Context(), cloud.Invitation{
					ID: uuid.New(), OrganizationID: h.organization, Email: uuid.NewString() + "@example.com", CreatedAt: h.clock.Now(), ExpireAt: h.clock.Now().Add(time.Hour),
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		h.refuses(t, "one more", func() error {
			_, err := h.Invite(t.Context(), operator, h.organization, cloud.NewInvitation{Email: bobEmail})
			return err
		}, cloud.Conflict, "The organization has 1000 pending invitations")
		h.clock.Advance(time.Hour)
		h.invite(t, bobEmail)
	})
}

// With a mail server, the mail has a link that works; what became of it is in the invitation.
func TestInvitationIsMailed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		box := h.mailing()
		ada := h.in(t, h.setUp(t, adaEmail))
		i, err := h.Invite(t.Context(), ada, h.organization, cloud.NewInvitation{Email: bobEmail})
		if err != nil || i.Mail != cloud.MailSent {
			t.Fatalf("%+v (%v)", i, err)
		}
		m := box.invitations[0]
		if m.To != bobEmail || m.Organization != "Acme" || m.InvitedBy != adaEmail || !m.ExpireAt.Equal(i.ExpireAt) {
			t.Errorf("the mail is %+v", m)
		}
		if read, err := h.Invitation(t.Context(), ada, h.organization, i.ID); err != nil || read.Mail != cloud.MailSent {
			t.Errorf("it reads %+v (%v)", read, err)
		}
		if _, err := h.Accept(t.Context(), visitor, tokenIn(t, m.Link, "/invitation#"), "Bob", adaPassword); err != nil {
			t.Error(err)
		}
		h.refuses(t, "who is refused gets no mail", func() error {
			_, err := h.Invite(t.Context(), ada, h.organization, cloud.NewInvitation{Email: bobEmail})
			return err
		}, cloud.Conflict, "")
		if len(box.invitations) != 1 {
			t.Errorf("there are %d mails", len(box.invitations))
		}
	})
}

// An invitation whose mail the server did not take is made and says so; it can be sent
// again, and a link can be handed over meanwhile.
func TestInvitationWhoseMailFailsStays(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		box := h.mailing()
		box.refuse = errors.New("550 no such user")
		i := h.invite(t, bobEmail)
		if i.Mail != cloud.MailFailed {
			t.Errorf("the mail is %s", i.Mail)
		}
		if read, err := h.Invitation(t.Context(), operator, h.organization, i.ID); err != nil || read.Mail != cloud.MailFailed {
			t.Errorf("it reads %+v (%v)", read, err)
		}
		if _, err := h.Link(t.Context(), h.tokenOf(t, i)); err != nil {
			t.Error(err)
		}
		box.refuse = nil
		if again, err := h.ResendInvitation(t.Context(), operator, h.organization, i.ID); err != nil || again.Mail != cloud.MailSent || len(box.invitations) != 2 {
			t.Errorf("sent again: %+v (%v)", again, err)
		}
	})
}

// Sending an invitation again lets its time begin anew, and that of the ten newest links:
// whoever follows an older mail finds it working. It is recorded.
func TestInvitationThatIsSentAgainBeginsAnew(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		box := h.mailing()
		i := h.invite(t, bobEmail)
		for range 10 {
			h.clock.Advance(time.Hour)
			before := h.state(t).Revision
			again, err := h.ResendInvitation(t.Context(), operator, h.organization, i.ID)
			if err != nil || !again.ExpireAt.Equal(h.clock.Now().Add(cloud.InvitationLife)) {
				t.Fatalf("%+v (%v)", again, err)
			}
			if got := h.targetsSince(t, before); len(got) != 1 || (about{got[0].Type, got[0].Target}) != aboutInvitation(i, cloud.InvitationLinkCreated) {
				t.Fatalf("recorded %+v", got)
			}
		}
		h.clock.Advance(cloud.InvitationLife - time.Millisecond)
		for n, m := range box.invitations {
			_, err := h.Link(t.Context(), tokenIn(t, m.Link, "/invitation#"))
			if works := err == nil; works != (n > 0) {
				t.Errorf("link %d of %d: %v", n, len(box.invitations), err)
			}
		}
		h.clock.Advance(time.Millisecond)
		for _, m := range box.invitations {
			_, err := h.Link(t.Context(), tokenIn(t, m.Link, "/invitation#"))
			wantSentence(t, err, cloud.NotFound, linkUnusable)
		}
	})
}

// While the mail server thinks, other changes are made: an invitation that was revoked
// meanwhile stays so, one that was sent again keeps its new time.
func TestWhatHappensWhileAMailIsUnderWayStays(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		box := h.mailing()
		find := func() cloud.Invitation {
			list, err := h.Invitations(t.Context(), operator, h.organization)
			if err != nil || len(list) != 1 {
				t.Fatalf("the invitations are %v (%v)", list, err)
			}
			return list[0]
		}
		box.meanwhile = func() {
			if err := h.DeleteInvitation(t.Context(), operator, h.organization, find().ID); err != nil {
				t.Error(err)
			}
		}
		revoked := h.invite(t, bobEmail)
		_, err := h.Invitation(t.Context(), operator, h.organization, revoked.ID)
		wantCode(t, err, cloud.NotFound)
		_, err = h.Link(t.Context(), tokenIn(t, box.invitations[0].Link, "/invitation#"))
		wantSentence(t, err, cloud.NotFound, linkUnusable)

		box.meanwhile = func() {
			h.clock.Advance(time.Hour)
			if _, err := h.ResendInvitation(t.Context(), operator, h.organization, find().ID); err != nil {
				t.Error(err)
			}
		}
		sent := h.invite(t, bobEmail)
		if want := h.clock.Now().Add(cloud.InvitationLife); !find().ExpireAt.Equal(want) || !sent.ExpireAt.Equal(want) {
			t.Errorf("it ends %s, answered %s, want %s", find().ExpireAt, sent.ExpireAt, want)
		}
		box.meanwhile = func() {
			if err := h.DeleteInvitation(t.Context(), operator, h.organization, find().ID); err != nil {
				t.Error(err)
			}
		}
		_, err = h.ResendInvitation(t.Context(), operator, h.organization, sent.ID)
		wantSentence(t, err, cloud.NotFound, "Invitation not found")
	})
}

// An invitation whose commit was not answered is made or not, and its roles are in force
// for whoever accepts.
func TestInvitationWithLostAnswer(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.commits.loseAnswer()
		_, err := h.Invite(t.Context(), operator, h.organization, cloud.NewInvitation{Email: bobEmail, RoleIDs: roleIDs(cloud.RoleBilling)})
		wantCode(t, err, cloud.Unavailable)
		list, err := h.Invitations(t.Context(), operator, h.organization)
		if err != nil || len(list) != 1 {
			t.Fatalf("the invitations are %v (%v)", list, err)
		}
		token := h.tokenOf(t, list[0])
		h.commits.loseAnswer()
		s, err := h.Accept(t.Context(), visitor, token, "Bob", adaPassword)
		wantCode(t, err, cloud.Unavailable)
		if s.Token.Reveal() != "" {
			t.Error("a token was returned with an error")
		}
		bob := h.in(t, h.signInAs(t, bobEmail))
		if m, _ := h.person(t, bob.PersonID()).In(h.organization); !slices.Equal(m.RoleIDs, roleIDs(cloud.RoleBilling)) {
			t.Errorf("the roles are %v", m.RoleIDs)
		}
		if diff := cmp.Diff([]cloud.Invitation{}, must(h.Invitations(t.Context(), operator, h.organization)), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
