package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Accept uses up the link of an invitation for somebody who has no account yet: it makes
// the person and signs them in. It returns NotFound for a link that cannot be used,
// Invalid for what is wrong of the person, and Conflict when they have an account.
func (c *Control) Accept(ctx context.Context, v Visitor, token, name, password string) (signedIn SignedIn, err error) {
	if err := cloud.CheckName("name", name); err != nil {
		return signedIn, err
	}
	if err := cloud.CheckPassword("password", password); err != nil {
		return signedIn, err
	}
	if err := c.checkLink(ctx, token, cloud.LinkInvitation); err != nil {
		return signedIn, err
	}
	hashed, err := c.passwords.Hash(ctx, password)
	if err != nil {
		return signedIn, err
	}
	var invitation cloud.Invitation
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		if invitation, err = c.invitationOf(ctx, &tx.Reader, token); err != nil {
			return change{}, err
		}
		account, err := c.insertPerson(ctx, tx, cloud.Account{
			Person: cloud.Person{ID: uuid.New(), Email: invitation.Email, Name: name, CreatedAt: c.clock.Now()}, PasswordHash: hashed,
		})
		if err != nil {
			return change{}, err
		}
		if account.Person, err = c.join(ctx, tx, account.Person, v.actor(account.Person), invitation); err != nil {
			return change{}, err
		}
		return c.beginSession(ctx, tx, v, account, &signedIn)
	})
	if err != nil {
		return SignedIn{}, err
	}
	c.signIns.Know(v.Address, invitation.Email)
	return signedIn, nil
}

// insertPerson writes a person who is no member of anything yet. It returns Conflict when
// somebody has their e-mail address.
func (c *Control) insertPerson(ctx context.Context, tx *store.Tx, account cloud.Account) (cloud.Account, error) {
	_, err := tx.AccountByEmail(ctx, account.Email)
	if err == nil {
		return account, cloud.Errorf(cloud.Conflict, "email: there is a person with the e-mail address %q already", account.Email)
	}
	if cloud.CodeOf(err) != cloud.NotFound {
		return account, err
	}
	return tx.InsertPerson(ctx, account)
}

// AcceptAs uses up the link of an invitation for the person who is asking. It returns
// Forbidden unless they are the invited one, and NotFound for a link that cannot be used.
func (c *Control) AcceptAs(ctx context.Context, p access.Principal, token string) error {
	return c.acceptOwn(ctx, p, func(tx *store.Tx, _ cloud.Account) (cloud.Invitation, error) {
		return c.invitationOf(ctx, &tx.Reader, token)
	})
}

// AcceptInvitation accepts an invitation to the person who is asking: that they are
// signed in proves the address. It returns NotFound unless it is to them.
func (c *Control) AcceptInvitation(ctx context.Context, p access.Principal, id uuid.UUID) error {
	return c.acceptOwn(ctx, p, func(tx *store.Tx, account cloud.Account) (cloud.Invitation, error) {
		i, err := tx.Invitation(ctx, id, c.clock.Now())
		if err == nil && i.Email != account.Email {
			err = cloud.Errorf(cloud.NotFound, "Invitation not found")
		}
		return i, err
	})
}

func (c *Control) acceptOwn(ctx context.Context, p access.Principal, which func(*store.Tx, cloud.Account) (cloud.Invitation, error)) error {
	return c.writeOwn(ctx, p, func(p access.Principal, tx *store.Tx, account cloud.Account) (change, error) {
		invitation, err := which(tx, account)
		if err != nil {
			return change{}, err
		}
		if invitation.Email != account.Email {
			return change{}, cloud.Errorf(cloud.Forbidden, "The invitation is to %s, and %s is signed in: sign out first", invitation.Email, account.Email)
		}
		person, err := c.join(ctx, tx, account.Person, p.Actor(), invitation)
		return change{people: []cloud.Person{person}}, err
	})
}

// join makes the person a member with the roles of the invitation, which is used up. Who
// has become a member otherwise meanwhile gets the roles in addition.
func (c *Control) join(ctx context.Context, tx *store.Tx, person cloud.Person, actor cloud.Actor, i cloud.Invitation) (cloud.Person, error) {
	if err := tx.DeleteInvitation(ctx, i.ID); err != nil {
		return person, err
	}
	if err := tx.DeleteResetLinks(ctx, person.ID); err != nil { // see endLinksOf
		return person, err
	}
	membership, is := person.In(i.OrganizationID)
	if is {
		membership.RoleIDs = cloud.UniqueIDs(append(membership.RoleIDs, i.RoleIDs...))
		person = person.With(membership)
		if err := tx.ReplaceMemberRoles(ctx, i.OrganizationID, person.ID, membership.RoleIDs); err != nil {
			return person, err
		}
		return person, c.record(ctx, tx, i.OrganizationID, actor, aboutMember(person, cloud.MemberRolesChanged))
	}
	return c.insertMember(ctx, tx, person, actor, i.OrganizationID, i.RoleIDs)
}

// insertMember makes the person a member with the roles and records that they joined. It
// returns Conflict when the organization is full.
func (c *Control) insertMember(ctx context.Context, tx *store.Tx, person cloud.Person, actor cloud.Actor, organization uuid.UUID, roleIDs []uuid.UUID) (cloud.Person, error) {
	members, err := tx.CountMembers(ctx, organization)
	if err != nil {
		return person, err
	}
	if members >= cloud.MaxMembers {
		return person, cloud.Errorf(cloud.Conflict, "The organization has %d members, which is as many as it can have: remove one first", members)
	}
	membership, err := tx.InsertMembership(ctx, person.ID, cloud.Membership{OrganizationID: organization, JoinedAt: c.clock.Now(), RoleIDs: roleIDs})
	if err != nil {
		return person, err
	}
	person = person.With(membership)
	return person, c.record(ctx, tx, organization, actor, aboutMember(person, cloud.MemberJoined))
}

// invitationOf returns the invitation that the link accepts.
func (c *Control) invitationOf(ctx context.Context, r *store.Reader, token string) (cloud.Invitation, error) {
	link, err := c.usable(ctx, r, token, cloud.LinkInvitation)
	if err != nil {
		return cloud.Invitation{}, err
	}
	i, err := r.Invitation(ctx, link.InvitationID, c.clock.Now())
	if cloud.CodeOf(err) == cloud.NotFound {
		err = errLink
	}
	return i, err
}

// InvitationToMe is an invitation as the invited person sees it.
type InvitationToMe struct {
	cloud.Invitation
	Organization string // its name
}

// InvitationsToMe returns the invitations to the person who is asking, oldest first.
func (c *Control) InvitationsToMe(ctx context.Context, p access.Principal) (list []InvitationToMe, err error) {
	if err := checkPerson(p); err != nil {
		return nil, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		account, err := r.Account(ctx, p.PersonID())
		if err != nil {
			return err
		}
		invitations, err := r.InvitationsTo(ctx, account.Email, c.clock.Now())
		if err != nil {
			return err
		}
		for _, i := range invitations {
			organization, err := r.Organization(ctx, i.OrganizationID)
			if err != nil {
				return err
			}
			list = append(list, InvitationToMe{i, organization.Name})
		}
		return nil
	})
	return list, err
}
