package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// SetUp uses up a set-up link: it makes the person, with the role Admin in the first
// organization, and signs them in. It returns NotFound for a link that cannot be used,
// Invalid for what is wrong of the person, and Conflict when their e-mail address is taken.
func (c *Control) SetUp(ctx context.Context, v Visitor, token string, n cloud.NewPerson) (signedIn SignedIn, err error) {
	email, err := checkNewPerson(n)
	if err != nil {
		return signedIn, err
	}
	if err := c.checkLink(ctx, token, cloud.LinkSetup); err != nil {
		return signedIn, err
	}
	hashed, err := c.passwords.Hash(ctx, n.Password)
	if err != nil {
		return signedIn, err
	}
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		if _, err := c.usable(ctx, &tx.Reader, token, cloud.LinkSetup); err != nil {
			return change{}, err
		}
		account, err := c.insertAdmin(ctx, tx, v, cloud.Person{ID: uuid.New(), Email: email, Name: n.Name, CreatedAt: c.clock.Now()}, hashed)
		if err != nil {
			return change{}, err
		}
		if err := tx.DeleteSetupLinks(ctx); err != nil {
			return change{}, err
		}
		return c.beginSession(ctx, tx, v, account, &signedIn)
	})
	if err != nil {
		return SignedIn{}, err
	}
	c.signIns.Know(v.Address, email)
	return signedIn, nil
}

func checkNewPerson(n cloud.NewPerson) (email string, err error) {
	if email, err = cloud.ParseEmail("email", n.Email); err != nil {
		return "", err
	}
	if err := cloud.CheckName("name", n.Name); err != nil {
		return "", err
	}
	return email, cloud.CheckPassword("password", n.Password)
}

// insertAdmin writes the person as Admin of the first organization and records that
// they joined.
func (c *Control) insertAdmin(ctx context.Context, tx *store.Tx, v Visitor, person cloud.Person, hashed string) (cloud.Account, error) {
	account, err := c.insertPerson(ctx, tx, cloud.Account{Person: person, PasswordHash: hashed})
	if err != nil {
		return account, err
	}
	organization, err := firstOrganization(ctx, tx.Reader)
	if err != nil {
		return account, err
	}
	account.Person, err = c.insertMember(ctx, tx, account.Person, v.actor(account.Person), organization.ID, []uuid.UUID{cloud.AdminRoleID})
	return account, err
}

// ResetPassword uses up a reset link: it replaces the password, removes the second
// factor, ends all sessions of the person and signs them in. It returns NotFound for a
// link that cannot be used and Invalid for what can be no password.
func (c *Control) ResetPassword(ctx context.Context, v Visitor, token, password string) (signedIn SignedIn, err error) {
	if err := cloud.CheckPassword("password", password); err != nil {
		return signedIn, err
	}
	if err := c.checkLink(ctx, token, cloud.LinkReset); err != nil {
		return signedIn, err
	}
	hashed, err := c.passwords.Hash(ctx, password)
	if err != nil {
		return signedIn, err
	}
	var account cloud.Account
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		link, err := c.usable(ctx, &tx.Reader, token, cloud.LinkReset)
		if err != nil {
			return change{}, err
		}
		if account, err = tx.Account(ctx, link.PersonID); err != nil {
			return change{}, err
		}
		if err := tx.DeleteResetLinks(ctx, account.ID); err != nil {
			return change{}, err
		}
		return c.startOver(ctx, tx, v, account, hashed, &signedIn)
	})
	if err != nil {
		return SignedIn{}, err
	}
	c.signIns.Know(v.Address, account.Email)
	return signedIn, nil
}

// startOver leaves the person nothing to sign in with but the new password.
func (c *Control) startOver(ctx context.Context, tx *store.Tx, v Visitor, account cloud.Account, hashed string, into *SignedIn) (change, error) {
	kinds := []cloud.ActivityType{cloud.PasswordChanged}
	if account.SecondFactor {
		kinds = append(kinds, cloud.SecondFactorChanged)
	}
	for _, kind := range kinds {
		if err := c.recordOf(ctx, tx, account.Person, v.actor(account.Person), kind); err != nil {
			return change{}, err
		}
	}
	ended, err := tx.Sessions(ctx, account.ID)
	if err != nil {
		return change{}, err
	}
	if err := deleteSessions(ctx, tx, ended); err != nil {
		return change{}, err
	}
	account = withoutFactor(account)
	account.PasswordHash = hashed
	made, err := c.beginSession(ctx, tx, v, account, into)
	made.endedSessions = ended
	return made, err
}
