package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// maxInvitationLinks is how many links of one invitation work beside each other.
const maxInvitationLinks = 10

// Invitations returns the invitations of the organization that can be accepted, oldest first.
func (c *Control) Invitations(ctx context.Context, p access.Principal, organization uuid.UUID) (list []cloud.Invitation, err error) {
	if err := c.authorize(p, InvitationGetList, organization); err != nil {
		return nil, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		list, err = r.Invitations(ctx, organization, c.clock.Now())
		return err
	})
	return list, err
}

// Invitation returns an invitation. One that was accepted or revoked, or has expired, is NotFound.
func (c *Control) Invitation(ctx context.Context, p access.Principal, organization, id uuid.UUID) (i cloud.Invitation, err error) {
	if err := c.authorize(p, InvitationGet, organization); err != nil {
		return i, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		i, err = c.invitation(ctx, r, organization, id)
		return err
	})
	return i, err
}

func (c *Control) invitation(ctx context.Context, r *store.Reader, organization, id uuid.UUID) (cloud.Invitation, error) {
	i, err := r.Invitation(ctx, id, c.clock.Now())
	if err == nil && i.OrganizationID != organization {
		err = cloud.Errorf(cloud.NotFound, "Invitation not found")
	}
	if err != nil {
		return cloud.Invitation{}, err
	}
	return i, nil
}

// Invite makes an invitation and, when a mail server is configured, hands it a mail with
// the link; what became of that is in the invitation. It returns Conflict for somebody
// who is a member or invited already.
func (c *Control) Invite(ctx context.Context, p access.Principal, organization uuid.UUID, n cloud.NewInvitation) (made cloud.Invitation, err error) {
	err = c.write(ctx, p, InvitationCreate, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		if err := c.checkInvitation(ctx, tx, p, organization, n); err != nil {
			return change{}, err
		}
		now := c.clock.Now()
		if err := tx.DeleteExpiredInvitations(ctx, now); err != nil { // nobody would ever
			return change{}, err
		}
		made, err = tx.InsertInvitation(ctx, cloud.Invitation{
			ID: uuid.New(), OrganizationID: organization, Email: n.Email, RoleIDs: n.RoleIDs, CreatedAt: now,
			ExpireAt: now.Add(cloud.InvitationLife), InvitedBy: p.Actor().Creator(), Mail: cloud.MailOff,
		})
		if err != nil {
			return change{}, err
		}
		return change{}, c.record(ctx, tx, organization, p.Actor(), aboutInvitation(made, cloud.InvitationCreated))
	})
	if err == nil && c.SendsMail() {
		// The invitation is made, whatever becomes of the mail.
		if sent, err := c.send(ctx, made); err == nil {
			made = sent
		} else {
			c.log.ErrorContext(ctx, "it could not be written what became of the mail with an invitation", "error", err)
		}
	}
	return made, err
}

func (c *Control) checkInvitation(ctx context.Context, tx *store.Tx, p access.Principal, organization uuid.UUID, n cloud.NewInvitation) error {
	roles, err := tx.PlainRoles(ctx, organization)
	if err != nil {
		return err
	}
	if err := checkGrant(p, organization, roles, nil, n.RoleIDs); err != nil {
		return err
	}
	account, err := tx.AccountByEmail(ctx, n.Email)
	if err != nil && cloud.CodeOf(err) != cloud.NotFound {
		return err
	}
	if _, member := account.In(organization); member {
		return cloud.Errorf(cloud.Conflict, "email: %q is a member of the organization already", n.Email)
	}
	pending, err := tx.Invitations(ctx, organization, c.clock.Now())
	if err != nil {
		return err
	}
	for _, i := range pending {
		if i.Email == n.Email {
			return cloud.Errorf(cloud.Conflict, "email: %q is invited already: revoke that invitation first to change it", n.Email)
		}
	}
	if len(pending) >= cloud.MaxInvitations {
		return cloud.Errorf(cloud.Conflict, "The organization has %d pending invitations, which is as many as it can have: revoke one first", len(pending))
	}
	return nil
}

// DeleteInvitation revokes an invitation: none of its links works any more.
func (c *Control) DeleteInvitation(ctx context.Context, p access.Principal, organization, id uuid.UUID) error {
	return c.write(ctx, p, InvitationDelete, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		i, err := c.invitation(ctx, &tx.Reader, organization, id)
		if err != nil {
			return change{}, err
		}
		if err := tx.DeleteInvitation(ctx, id); err != nil {
			return change{}, err
		}
		return change{}, c.record(ctx, tx, organization, p.Actor(), aboutInvitation(i, cloud.InvitationDeleted))
	})
}

// NewInvitationLink makes one more link that accepts the invitation, for somebody to hand
// over. It is shown once. Whoever has it can become the invited person: it returns
// Forbidden unless the principal may do all that they then may.
func (c *Control) NewInvitationLink(ctx context.Context, p access.Principal, organization, id uuid.UUID) (link cloud.Secret, i cloud.Invitation, err error) {
	err = c.write(ctx, p, InvitationLinkCreate, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		if i, err = c.invitation(ctx, &tx.Reader, organization, id); err != nil {
			return change{}, err
		}
		roles, err := tx.PlainRoles(ctx, organization)
		if err != nil {
			return change{}, err
		}
		if err := checkGrant(p, organization, roles, nil, i.RoleIDs); err != nil {
			return change{}, err
		}
		if link, err = c.addInvitationLink(ctx, tx, i); err != nil {
			return change{}, err
		}
		return change{}, c.record(ctx, tx, organization, p.Actor(), aboutInvitation(i, cloud.InvitationLinkCreated))
	})
	return link, i, err
}

// ResendInvitation hands the mail with a new link to the mail server and lets the
// invitation begin its time anew. It returns Invalid when no mail server is configured.
func (c *Control) ResendInvitation(ctx context.Context, p access.Principal, organization, id uuid.UUID) (i cloud.Invitation, err error) {
	err = c.write(ctx, p, InvitationResend, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		if i, err = c.invitation(ctx, &tx.Reader, organization, id); err != nil {
			return change{}, err
		}
		if !c.SendsMail() {
			return change{}, cloud.Errorf(cloud.Invalid, "Gatehouse sends no mail: hand over a link instead")
		}
		i.ExpireAt = c.clock.Now().Add(cloud.InvitationLife)
		if err := tx.UpdateInvitation(ctx, i); err != nil {
			return change{}, err
		}
		if err := tx.ExtendInvitationLinks(ctx, i.ID, i.ExpireAt, maxInvitationLinks-1); err != nil {
			return change{}, err
		}
		return change{}, c.record(ctx, tx, organization, p.Actor(), aboutInvitation(i, cloud.InvitationLinkCreated))
	})
	if err != nil {
		return i, err
	}
	return c.send(ctx, i)
}

func (c *Control) addInvitationLink(ctx context.Context, tx *store.Tx, i cloud.Invitation) (cloud.Secret, error) {
	token, now := NewSetupToken(), c.clock.Now()
	if err := tx.ExtendInvitationLinks(ctx, i.ID, i.ExpireAt, maxInvitationLinks-1); err != nil {
		return cloud.Secret{}, err
	}
	err := tx.InsertInvitationLink(ctx, i.ID, cloud.HashOf(token.Reveal()), now, i.ExpireAt)
	return c.invitationLink(token), err
}

// send hands the mail to the mail server, with a link of its own, and writes what became
// of it. An invitation that was revoked meanwhile stays so.
func (c *Control) send(ctx context.Context, i cloud.Invitation) (cloud.Invitation, error) {
	var link cloud.Secret
	var organization cloud.Organization
	err := c.commit(ctx, func(tx *store.Tx) (change, error) {
		var err error
		if i, err = c.invitation(ctx, &tx.Reader, i.OrganizationID, i.ID); err != nil {
			return change{}, err
		}
		if organization, err = tx.Organization(ctx, i.OrganizationID); err != nil {
			return change{}, err
		}
		link, err = c.addInvitationLink(ctx, tx, i)
		return change{}, err
	})
	if err != nil {
		return i, err
	}
	mail := cloud.MailSent
	err = c.mailer.Invite(ctx, InvitationMail{To: i.Email, Organization: organization.Name, InvitedBy: i.InvitedBy.Details, Link: link, ExpireAt: i.ExpireAt})
	if err != nil {
		c.log.WarnContext(ctx, "the mail server did not take the mail with an invitation", "invitation", i.ID, "error", err)
		mail = cloud.MailFailed
	}
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		// The mail server took its time: the invitation may have been sent again since.
		if i, err = c.invitation(ctx, &tx.Reader, i.OrganizationID, i.ID); err != nil {
			return change{}, err
		}
		i.Mail = mail
		return change{}, tx.UpdateInvitation(ctx, i)
	})
	return i, err
}
