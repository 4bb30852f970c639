package control

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// NewMemberResetLink makes a link by which a member chooses a new password, for somebody
// to hand over. It is shown once, and is then the only one. Whoever has it can become the
// member: it returns Forbidden unless the principal may do, in each organization of the
// member, all that the member may, and what they are invited to.
func (c *Control) NewMemberResetLink(ctx context.Context, p access.Principal, organization, id uuid.UUID) (link cloud.Secret, expireAt time.Time, err error) {
	err = c.write(ctx, p, MemberPasswordResetLinkCreate, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		account, err := tx.Member(ctx, organization, id)
		if err != nil {
			return change{}, err
		}
		if err := c.checkBecoming(ctx, tx, p, account.Person); err != nil {
			return change{}, err
		}
		token, err := c.replaceResetLink(ctx, tx, account.Person, p.Actor())
		link, expireAt = c.resetLink(token), c.clock.Now().Add(SetupLinkLife)
		return change{}, err
	})
	return link, expireAt, err
}

// checkBecoming returns Forbidden unless the principal may do all that the person may, in
// each of their organizations and in those that they are invited to.
func (c *Control) checkBecoming(ctx context.Context, tx *store.Tx, p access.Principal, person cloud.Person) error {
	invitations, err := tx.InvitationsTo(ctx, person.Email, c.clock.Now())
	if err != nil {
		return err
	}
	all := slices.Clone(person.Memberships)
	for _, i := range invitations {
		all = append(all, cloud.Membership{OrganizationID: i.OrganizationID, RoleIDs: i.RoleIDs})
	}
	for _, m := range all {
		roles, err := tx.PlainRoles(ctx, m.OrganizationID)
		if err != nil {
			return err
		}
		if c.authorize(p, MemberPasswordResetLinkCreate, m.OrganizationID) != nil ||
			!p.Covers(m.OrganizationID, access.Compile(m.OrganizationID, pick(roles, m.RoleIDs))) {
			return cloud.Errorf(cloud.Forbidden, "%s may do more than %s, who would become them with such a link", person.Email, p.Described())
		}
	}
	return nil
}

// ForgotPassword hands the mail server a mail with a link by which the person with this
// address chooses a new password. That it returns nil does not say that there is such a
// person. It returns Invalid when Gatehouse sends no mail and RateLimited after too many
// requests.
func (c *Control) ForgotPassword(ctx context.Context, v Visitor, email string) error {
	if !c.SendsMail() {
		return cloud.Errorf(cloud.Invalid, "Gatehouse sends no mail: ask an Admin of your organization for a link")
	}
	if _, err := c.resets.Begin(v.Address, email); err != nil {
		return err
	}
	select {
	case c.mailing <- struct{}{}:
	default:
		return &cloud.Error{Code: cloud.Unavailable, Message: "Too many mails are under way: ask again in a moment", RetryAfter: time.Second}
	}
	c.mails.Go(func() { // afterwards: how long the answer takes does not tell either
		defer func() { <-c.mailing }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mailLimit)
		defer cancel()
		if err := c.mailReset(ctx, v, email); err != nil {
			c.log.WarnContext(ctx, "a link to choose a new password was not sent", "error", err)
		}
	})
	return nil
}

const (
	mailLimit   = 30 * time.Second // for a mail that nobody waits for
	mailsAtOnce = 16               // of these
)

// Wait returns when all mails that are under way have been handed over or failed.
func (c *Control) Wait() { c.mails.Wait() }

func (c *Control) mailReset(ctx context.Context, v Visitor, email string) error {
	account, err := c.accountByEmail(ctx, email)
	if err != nil || account.PasswordHash == "" { // nobody, or somebody who signs in elsewhere
		return err
	}
	var token cloud.Secret
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		token, err = c.replaceResetLink(ctx, tx, account.Person, v.actor(account.Person))
		return change{}, err
	})
	if err != nil {
		return err
	}
	return c.mailer.ResetPassword(ctx, ResetMail{To: account.Email, Name: account.Name, Link: c.resetLink(token), ExpireAt: c.clock.Now().Add(SetupLinkLife)})
}
