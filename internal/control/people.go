package control

import (
	"context"
	"net/netip"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Visitor is somebody of whom nobody knows yet who they are.
type Visitor struct {
	Address   netip.Addr // not valid for a connection that is not by network
	UserAgent string     // fit to be kept
}

// actor returns the visitor as the person who they turned out to be, or claim to be.
func (v Visitor) actor(p cloud.Person) cloud.Actor {
	return cloud.Actor{Type: cloud.ActorUser, ID: p.ID.String(), Details: p.Email, Address: v.Address, UserAgent: v.UserAgent}
}

// HasPeople reports whether anybody has been set up.
func (c *Control) HasPeople(ctx context.Context) (has bool, err error) {
	err = c.store.Read(ctx, func(r *store.Reader) error {
		has, err = r.HasPeople(ctx)
		return err
	})
	return has, err
}

// Profile returns the person who is asking. It returns Forbidden when it is no person.
func (c *Control) Profile(ctx context.Context, p access.Principal) (cloud.Person, error) {
	account, err := c.account(ctx, p)
	return account.Person, err
}

// HasPassword reports whether the person who is asking can sign in with a password: who
// came by a sign-in provider cannot. It returns Forbidden when it is no person.
func (c *Control) HasPassword(ctx context.Context, p access.Principal) (bool, error) {
	account, err := c.account(ctx, p)
	return account.PasswordHash != "", err
}

// UpdateProfile changes the name of the person who is asking and returns them as they
// are then. It returns Invalid for what is no name.
func (c *Control) UpdateProfile(ctx context.Context, p access.Principal, name string) (person cloud.Person, err error) {
	if err := cloud.CheckName("name", name); err != nil {
		return person, err
	}
	err = c.writeOwn(ctx, p, func(p access.Principal, tx *store.Tx, account cloud.Account) (change, error) {
		if person = account.Person; person.Name == name {
			return change{}, store.ErrUnchanged
		}
		account.Name, person.Name = name, name
		if err := tx.UpdateAccount(ctx, account); err != nil {
			return change{}, err
		}
		return change{people: []cloud.Person{person}}, c.recordOf(ctx, tx, person, p.Actor(), cloud.PersonRenamed)
	})
	return person, err
}

// account reads the account of the person who is asking.
func (c *Control) account(ctx context.Context, p access.Principal) (account cloud.Account, err error) {
	if err := checkPerson(p); err != nil {
		return account, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		account, err = r.Account(ctx, p.PersonID())
		return err
	})
	return account, err
}

// checkPerson returns Forbidden unless a person is asking.
func checkPerson(p access.Principal) error {
	if p.Kind() != access.KindPerson {
		return cloud.Errorf(cloud.Forbidden, "This is for people who have signed in")
	}
	return nil
}

// writeOwn is write for what people change of themselves: it needs no permission. It
// returns Forbidden when no person asks, and Unauthenticated when their session was
// ended meanwhile.
func (c *Control) writeOwn(ctx context.Context, p access.Principal, f func(access.Principal, *store.Tx, cloud.Account) (change, error)) error {
	if err := checkPerson(p); err != nil {
		return err
	}
	return c.commit(ctx, func(tx *store.Tx) (change, error) {
		p, err := p.Current()
		if err != nil {
			return change{}, err
		}
		account, err := tx.Account(ctx, p.PersonID())
		if err != nil {
			return change{}, err
		}
		return f(p, tx, account)
	})
}

// RolesOf returns the roles of a person in an organization, in the order they were assigned in.
func (c *Control) RolesOf(person cloud.Person, organization uuid.UUID) []cloud.AssignedRole {
	membership, _ := person.In(organization)
	return c.AssignedRoles(organization, membership.RoleIDs)
}
