package control

import (
	"context"
	"slices"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// ChangePassword replaces the password of the person who is asking and ends their
// other sessions. It returns Invalid for "currentPassword" when that is not their
// password and for "newPassword" when it can be none, RateLimited after too many
// wrong ones.
func (c *Control) ChangePassword(ctx context.Context, p access.Principal, current, next string) error {
	if err := checkPerson(p); err != nil {
		return err
	}
	if err := cloud.CheckPassword("newPassword", next); err != nil {
		return err
	}
	proven, attempt, err := c.provePassword(ctx, p, "currentPassword", current)
	if err != nil {
		return err
	}
	attempt.TakeBack()
	hashed, err := c.passwords.Hash(ctx, next)
	if err != nil {
		return err
	}
	return c.writeProven(ctx, p, proven, func(p access.Principal, tx *store.Tx, account cloud.Account) (change, error) {
		account.PasswordHash = hashed
		if err := tx.UpdateAccount(ctx, account); err != nil {
			return change{}, err
		}
		// A link that was asked for before the password was remembered is of no use any more but to others.
		if err := tx.DeleteResetLinks(ctx, account.ID); err != nil {
			return change{}, err
		}
		sessions, err := tx.Sessions(ctx, account.ID)
		if err != nil {
			return change{}, err
		}
		others := slices.DeleteFunc(sessions, func(s cloud.Session) bool { return s.ID == p.SessionID() })
		if err := deleteSessions(ctx, tx, others); err != nil {
			return change{}, err
		}
		return change{endedSessions: others}, c.recordOf(ctx, tx, account.Person, p.Actor(), cloud.PasswordChanged)
	})
}

// provePassword returns the account of the person who is asking when the password is
// theirs; else Invalid, which names the field. The attempt counts like one to sign in
// until it is taken back: who found an open browser does not guess more than others.
func (c *Control) provePassword(ctx context.Context, p access.Principal, field, password string) (cloud.Account, access.SignInAttempt, error) {
	account, err := c.account(ctx, p)
	if err != nil {
		return account, access.SignInAttempt{}, err
	}
	attempt, err := c.signIns.Begin(p.Address(), account.Email)
	if err != nil {
		return account, attempt, err
	}
	right, err := c.passwords.Verify(ctx, account.PasswordHash, password)
	if err == nil && !right {
		err = cloud.Errorf(cloud.Invalid, "%s: this is not your password", field)
	}
	return account, attempt, err
}

// writeProven is writeOwn for who has proven their password, which must still be the same.
func (c *Control) writeProven(ctx context.Context, p access.Principal, proven cloud.Account, f func(access.Principal, *store.Tx, cloud.Account) (change, error)) error {
	return c.writeOwn(ctx, p, func(p access.Principal, tx *store.Tx, account cloud.Account) (change, error) {
		if account.PasswordHash != proven.PasswordHash {
			return change{}, cloud.Errorf(cloud.Conflict, "The password was changed meanwhile: try again")
		}
		return f(p, tx, account)
	})
}
