package control

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// SetupLinkLife is how long a set-up or reset link can be used.
const SetupLinkLife = 24 * time.Hour

var errLink = cloud.Errorf(cloud.NotFound, "token: this link is not known, was used or has expired: ask for a new one")

// NewSetupLink makes a set-up token, which is then the only one. It returns
// Forbidden unless the operator asks.
func (c *Control) NewSetupLink(ctx context.Context, p access.Principal) (cloud.Secret, error) {
	if p.Kind() != access.KindOperator {
		return cloud.Secret{}, cloud.Errorf(cloud.Forbidden, "Only the operator may make a set-up link")
	}
	token := NewSetupToken()
	err := c.commit(ctx, func(tx *store.Tx) (change, error) {
		organization, err := firstOrganization(ctx, tx.Reader)
		if err != nil {
			return change{}, err
		}
		if err := c.record(ctx, tx, organization.ID, p.Actor(), cloud.Activity{Type: cloud.SetupLinkCreated}); err != nil {
			return change{}, err
		}
		return change{}, c.replaceSetupLink(ctx, tx, token)
	})
	return token, err
}

// NewResetLink makes a token that resets the password of the person with this e-mail
// address, and is then the only one that does. It returns Forbidden unless the operator
// asks, Invalid for what is no address and NotFound when nobody has it.
func (c *Control) NewResetLink(ctx context.Context, p access.Principal, email string) (cloud.Secret, error) {
	if p.Kind() != access.KindOperator {
		return cloud.Secret{}, cloud.Errorf(cloud.Forbidden, "Only the operator may make a reset link")
	}
	email, err := cloud.ParseEmail("email", email)
	if err != nil {
		return cloud.Secret{}, err
	}
	var token cloud.Secret
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		account, err := tx.AccountByEmail(ctx, email)
		if cloud.CodeOf(err) == cloud.NotFound {
			err = cloud.Errorf(cloud.NotFound, "email: there is nobody with the e-mail address %q", email)
		}
		if err != nil {
			return change{}, err
		}
		token, err = c.replaceResetLink(ctx, tx, account.Person, p.Actor())
		return change{}, err
	})
	return token, err
}

// replaceResetLink makes a token that resets the password of the person, and records it.
func (c *Control) replaceResetLink(ctx context.Context, tx *store.Tx, person cloud.Person, actor cloud.Actor) (cloud.Secret, error) {
	if err := c.recordOf(ctx, tx, person, actor, cloud.ResetLinkCreated); err != nil {
		return cloud.Secret{}, err
	}
	token, now := NewSetupToken(), c.clock.Now()
	return token, tx.ReplaceResetLink(ctx, person.ID, cloud.HashOf(token.Reveal()), now, now.Add(SetupLinkLife))
}

// NewSetupToken returns a token of 238 bits.
func NewSetupToken() cloud.Secret { return cloud.NewSecret(cloud.RandomText(40)) }

func (c *Control) replaceSetupLink(ctx context.Context, tx *store.Tx, token cloud.Secret) error {
	now := c.clock.Now()
	return tx.ReplaceSetupLink(ctx, cloud.HashOf(token.Reveal()), now, now.Add(SetupLinkLife))
}

// Link returns what a link is for. It returns NotFound for a token that is unknown, was
// used or has expired: nobody tells these apart.
func (c *Control) Link(ctx context.Context, token string) (link cloud.Link, err error) {
	err = c.store.Read(ctx, func(r *store.Reader) error {
		found, err := c.link(ctx, r, token)
		if err != nil {
			return err
		}
		switch link.Kind = found.Kind(); link.Kind {
		case cloud.LinkInvitation:
			return c.describeInvitation(ctx, r, token, &link)
		case cloud.LinkReset:
			return describeReset(ctx, r, found.PersonID, &link)
		default:
			organization, err := firstOrganization(ctx, *r)
			link.Organization = organization.Name
			return err
		}
	})
	return link, err
}

func describeReset(ctx context.Context, r *store.Reader, person uuid.UUID, link *cloud.Link) error {
	account, err := r.Account(ctx, person)
	if err != nil {
		return err
	}
	link.Email = account.Email
	organization, err := firstOrganization(ctx, *r)
	if err == nil && len(account.Memberships) > 0 {
		organization, err = r.Organization(ctx, account.Memberships[0].OrganizationID)
	}
	link.Organization = organization.Name
	return err
}

func (c *Control) describeInvitation(ctx context.Context, r *store.Reader, token string, link *cloud.Link) error {
	i, err := c.invitationOf(ctx, r, token)
	if err != nil {
		return err
	}
	organization, err := r.Organization(ctx, i.OrganizationID)
	if err != nil {
		return err
	}
	link.Email, link.Organization = i.Email, organization.Name
	for _, role := range c.AssignedRoles(i.OrganizationID, i.RoleIDs) {
		link.Roles = append(link.Roles, role.Name)
	}
	_, err = r.AccountByEmail(ctx, i.Email)
	link.HasAccount = err == nil
	if cloud.CodeOf(err) == cloud.NotFound {
		err = nil
	}
	return err
}

// link returns the link if it can be used now.
func (c *Control) link(ctx context.Context, r *store.Reader, token string) (store.SetupLink, error) {
	link, err := r.SetupLink(ctx, cloud.HashOf(token))
	if cloud.CodeOf(err) == cloud.NotFound || err == nil && !c.clock.Now().Before(link.ExpireAt) {
		err = errLink
	}
	return link, err
}

// usable is link for a token that is to be of this kind.
func (c *Control) usable(ctx context.Context, r *store.Reader, token string, kind cloud.LinkKind) (store.SetupLink, error) {
	link, err := c.link(ctx, r, token)
	if err == nil && link.Kind() != kind {
		err = errLink
	}
	return link, err
}

// checkLink is usable before the work is done that is for those with a link.
func (c *Control) checkLink(ctx context.Context, token string, kind cloud.LinkKind) error {
	return c.store.Read(ctx, func(r *store.Reader) error {
		_, err := c.usable(ctx, r, token, kind)
		return err
	})
}

// firstOrganization is that in which people are set up.
func firstOrganization(ctx context.Context, r store.Reader) (cloud.Organization, error) {
	organizations, err := r.Organizations(ctx)
	if err != nil {
		return cloud.Organization{}, err
	}
	if len(organizations) == 0 {
		return cloud.Organization{}, cloud.Errorf(cloud.NotFound, "There is no organization to set up")
	}
	return organizations[0], nil
}
