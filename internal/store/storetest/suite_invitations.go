package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

const invitationNotFound = "Invitation not found"

func invitations(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "AnInvitationKeepsEveryField", func(t *testing.T) {
		// An invitation is read as it was written, its roles in their order: by its id, in the organization and by its address in all organizations, oldest first.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		z := Invitation(t, s, o, "zoë@example.com", roleIDs...)
		a := Invitation(t, s, o, "ada@example.com")
		again := Invitation(t, s, other, "zoë@example.com", roleIDs[2:]...)
		same(t, "the invitations", invitationsOf(t, s, o), []cloud.Invitation{z, a})
		same(t, "the invitations of the other organization", invitationsOf(t, s, other), []cloud.Invitation{again})
		same(t, "the invitations to an address", invitationsTo(t, s, "zoë@example.com", Morning), []cloud.Invitation{z, again})
		same(t, "the invitations to another address", len(invitationsTo(t, s, "Zoë@example.com", Morning)), 0)
		same(t, "the invitation", Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Invitation, error) {
			return r.Invitation(ctx, z.ID, Morning)
		}), z)
	})

	test(t, "AnInvitationEnds", func(t *testing.T) {
		// One that has expired is nowhere any more, from the millisecond on.
		s := Open(t, options(t))
		acme := Organization(t, s, "acme")
		early, late := Invitation(t, s, acme, "early@example.com", roleIDs...), Invitation(t, s, acme, "late@example.com", roleIDs...)
		late.ExpireAt = late.ExpireAt.Add(time.Millisecond)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateInvitation(ctx, late) })
		last := early.ExpireAt.Add(-time.Millisecond)
		same(t, "at the last moment", invitationsTo(t, s, early.Email, last), []cloud.Invitation{early})
		same(t, "afterwards", len(invitationsTo(t, s, early.Email, early.ExpireAt)), 0)
		same(t, "the invitations afterwards", Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Invitation, error) {
			return r.Invitations(ctx, acme.ID, early.ExpireAt)
		}), []cloud.Invitation{late})
		noInvitation(t, s, early.ID, early.ExpireAt)
	})

	test(t, "AnExpiredInvitationMakesRoom", func(t *testing.T) {
		// There is one invitation of an organization to an address, until it has expired: then a new one takes its place, and its links end.
		o := options(t)
		s := Open(t, o)
		acme, other := Organization(t, s, "acme"), Organization(t, s, "other")
		first := Invitation(t, s, acme, "ada@example.com", roleIDs...)
		elsewhere := Invitation(t, s, other, "ada@example.com", roleIDs...)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.InsertInvitationLink(ctx, first.ID, cloud.HashOf("first"), Morning, first.ExpireAt.Add(time.Hour))
		})
		second := newInvitation(acme, "ada@example.com", roleIDs[0])
		second.CreatedAt = first.ExpireAt.Add(-time.Millisecond)
		if _, err := s.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.InsertInvitation(t.Context(), second); return err }); err == nil {
			t.Error("there are two")
		}
		second.CreatedAt, second.ExpireAt = first.ExpireAt, first.ExpireAt.Add(time.Hour)
		Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			second, err = tx.InsertInvitation(ctx, second)
			return err
		})
		same(t, "the invitations", invitationsTo(t, s, "ada@example.com", Morning), []cloud.Invitation{elsewhere, second})
		noLink(t, s, "first")
		same(t, "the rows of roles", count(t, o, "invitation_roles"), len(roleIDs)+1)
	})

	test(t, "ADeletedInvitationIsGoneWithAllThatBelongsToIt", func(t *testing.T) {
		// With an invitation go its roles and its links; links of other kinds and other invitations stay. Of one that is gone, nothing is left to do.
		o := options(t)
		s := Open(t, o)
		acme := Organization(t, s, "acme")
		ada := Person(t, s, "ada@example.com")
		goes, stays := Invitation(t, s, acme, "goes@example.com", roleIDs...), Invitation(t, s, acme, "stays@example.com", roleIDs[0])
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			for token, i := range map[string]cloud.Invitation{"goes": goes, "goes too": goes, "stays": stays} {
				if err := tx.InsertInvitationLink(ctx, i.ID, cloud.HashOf(token), Morning, i.ExpireAt); err != nil {
					return err
				}
			}
			if err := tx.ReplaceResetLink(ctx, ada.ID, cloud.HashOf("reset"), Morning, Morning); err != nil {
				return err
			}
			return tx.ReplaceSetupLink(ctx, cloud.HashOf("set-up"), Morning, Morning)
		})
		for range 2 {
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteInvitation(ctx, goes.ID) })
		}
		same(t, "the invitations", invitationsOf(t, s, acme), []cloud.Invitation{stays})
		noLink(t, s, "goes", "goes too")
		noInvitation(t, s, goes.ID, Morning)
		same(t, "the rows of roles", count(t, o, "invitation_roles"), 1)
		for token, kind := range map[string]cloud.LinkKind{"stays": cloud.LinkInvitation, "reset": cloud.LinkReset, "set-up": cloud.LinkSetup} {
			same(t, "the kind of the link", link(t, s, token).Kind(), kind)
		}
		_, err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateInvitation(t.Context(), goes) })
		sentence(t, err, cloud.NotFound, invitationNotFound)
	})

	test(t, "ALinkIsOfOneKind", func(t *testing.T) {
		// What makes or removes links of one kind leaves those of the others alone.
		s := Open(t, options(t))
		acme := Organization(t, s, "acme")
		ada := Person(t, s, "ada@example.com")
		i := Invitation(t, s, acme, "invited@example.com")
		make := func() {
			Write(t, s, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.ReplaceSetupLink(ctx, cloud.HashOf("set-up"), Morning, Morning); err != nil {
					return err
				}
				return tx.ReplaceResetLink(ctx, ada.ID, cloud.HashOf("reset"), Morning, Morning)
			})
		}
		make()
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.InsertInvitationLink(ctx, i.ID, cloud.HashOf("invitation"), Morning, i.ExpireAt)
		})
		make()
		same(t, "the link", link(t, s, "invitation"), store.SetupLink{InvitationID: i.ID, ExpireAt: i.ExpireAt})
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteSetupLinks(ctx) })
		noLink(t, s, "set-up")
		same(t, "the kind of the link", link(t, s, "reset").Kind(), cloud.LinkReset)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteResetLinks(ctx, ada.ID) })
		noLink(t, s, "reset")
		same(t, "the link", link(t, s, "invitation").Kind(), cloud.LinkInvitation)
		_, err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.InsertInvitationLink(t.Context(), uuid.New(), cloud.HashOf("nothing"), Morning, Morning)
		})
		if err == nil {
			t.Error("there is a link of an invitation that is not there")
		}
	})

	test(t, "TheNewestLinksOfAnInvitationAreExtended", func(t *testing.T) {
		// All links of an invitation that are kept work until the same instant; the oldest go, and those of another invitation stay as they are.
		s := Open(t, options(t))
		acme := Organization(t, s, "acme")
		i, other := Invitation(t, s, acme, "ada@example.com"), Invitation(t, s, acme, "bob@example.com")
		end := i.ExpireAt
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			for n := range 5 {
				// Neither the order of the tokens nor that of their hashes is that of their times.
				at := Morning.Add(time.Duration((n*3)%5) * time.Millisecond)
				if err := tx.InsertInvitationLink(ctx, i.ID, cloud.HashOf(fmt.Sprint("ada ", (n*3)%5)), at, end); err != nil {
					return err
				}
			}
			return tx.InsertInvitationLink(ctx, other.ID, cloud.HashOf("bob"), Morning.Add(-time.Hour), end)
		})
		later := end.Add(time.Hour)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.ExtendInvitationLinks(ctx, i.ID, later, 3) })
		noLink(t, s, "ada 0", "ada 1")
		for _, token := range []string{"ada 2", "ada 3", "ada 4"} {
			same(t, token, link(t, s, token), store.SetupLink{InvitationID: i.ID, ExpireAt: later})
		}
		same(t, "the link of the other invitation", link(t, s, "bob").ExpireAt, end)
	})

	test(t, "AnUpdatedInvitationIsReadBack", func(t *testing.T) {
		// Until when it can be accepted and what became of the mail change, alone.
		s := Open(t, options(t))
		acme := Organization(t, s, "acme")
		i, bystander := Invitation(t, s, acme, "ada@example.com", roleIDs...), Invitation(t, s, acme, "bob@example.com")
		i.ExpireAt, i.Mail = i.ExpireAt.Add(time.Hour), cloud.MailFailed
		changed := i
		changed.Email, changed.RoleIDs, changed.InvitedBy = "eve@example.com", nil, cloud.Creator{}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateInvitation(ctx, changed) })
		same(t, "the invitations", invitationsOf(t, s, acme), []cloud.Invitation{i, bystander})
	})

	test(t, "ABackupHasInvitationsWithoutTheirLinks", func(t *testing.T) {
		// After a restore invitations, roles and identities are there; a link that was handed over before is not, and a new one can be made.
		s, restored := Open(t, options(t)), restoredFrom(t, options)
		Fill(t, s)
		r := restored(s)
		o := state(t, s).Organizations[1]
		same(t, "the invitations", invitationsOf(t, r, o), invitationsOf(t, s, o))
		same(t, "the roles", allRoles(t, r, o), allRoles(t, s, o))
		known := byIdentity(t, s, "https://login.example.com", hardNames[1])
		same(t, "whom the provider knows", byIdentity(t, r, "https://login.example.com", hardNames[1]), known)
		same(t, "the kind of the link before", link(t, s, "invitation").Kind(), cloud.LinkInvitation)
		noLink(t, r, "invitation")
		i := invitationsOf(t, r, o)[0]
		Write(t, r, func(ctx context.Context, tx *store.Tx) error {
			return tx.InsertInvitationLink(ctx, i.ID, cloud.HashOf("another"), Morning, i.ExpireAt)
		})
		same(t, "the new link", link(t, r, "another").InvitationID, i.ID)
	})
}

// Invitation adds an invitation to the store.
func Invitation(t *testing.T, s *store.Store, o cloud.Organization, email string, roles ...uuid.UUID) cloud.Invitation {
	t.Helper()
	i := newInvitation(o, email, roles...)
	Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		i, err = tx.InsertInvitation(ctx, i)
		return err
	})
	return i
}

func newInvitation(o cloud.Organization, email string, roles ...uuid.UUID) cloud.Invitation {
	return cloud.Invitation{
		ID: uuid.New(), OrganizationID: o.ID, Email: email, RoleIDs: roles, CreatedAt: Morning, ExpireAt: Morning.Add(cloud.InvitationLife),
		InvitedBy: person.Creator(), Mail: cloud.MailSent,
	}
}

func invitationsOf(t *testing.T, s *store.Store, o cloud.Organization) []cloud.Invitation {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Invitation, error) {
		return r.Invitations(ctx, o.ID, Morning)
	})
}

func invitationsTo(t *testing.T, s *store.Store, email string, at time.Time) []cloud.Invitation {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Invitation, error) {
		return r.InvitationsTo(ctx, email, at)
	})
}

func noInvitation(t *testing.T, s *store.Store, id uuid.UUID, at time.Time) {
	t.Helper()
	err := s.Read(t.Context(), func(r *store.Reader) error {
		_, err := r.Invitation(t.Context(), id, at)
		return err
	})
	sentence(t, err, cloud.NotFound, invitationNotFound)
}

// count returns the number of rows of a table.
func count(t *testing.T, o store.Options, table string) (n int) {
	t.Helper()
	if err := Database(t, o).QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
