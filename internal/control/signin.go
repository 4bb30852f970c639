package control

import (
	"cmp"
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// SignedIn is the answer to a person who signed in: shown once.
type SignedIn struct {
	Token   cloud.Secret
	Session cloud.Session
	// RecoveryCode is a new one, when the old one was used.
	RecoveryCode *cloud.Secret
}

var (
	errSignIn     = cloud.Errorf(cloud.Unauthenticated, "The e-mail address or the password is not right")
	errCodeNeeded = cloud.Errorf(cloud.Unauthenticated, "code: enter the code of your authenticator app")
)

// SignIn begins a session. code is that of the second factor or the recovery code,
// empty at first. It returns Unauthenticated, for an account that does not exist with
// the same sentence and after the same work as for a wrong password, and RateLimited
// after too many attempts.
func (c *Control) SignIn(ctx context.Context, v Visitor, email, password, code string) (SignedIn, error) {
	attempt, err := c.signIns.Begin(v.Address, email)
	if err != nil {
		return SignedIn{}, err
	}
	signedIn, err := c.trySignIn(ctx, v, email, password, code)
	switch {
	case err == nil:
		attempt.Succeed()
	case errors.Is(err, errCodeNeeded), cloud.CodeOf(err) == cloud.Unavailable && ctx.Err() == nil:
		attempt.TakeBack() // nobody guessed wrong
	}
	return signedIn, err
}

func (c *Control) trySignIn(ctx context.Context, v Visitor, email, password, code string) (SignedIn, error) {
	account, err := c.accountByEmail(ctx, email)
	if err != nil {
		return SignedIn{}, err
	}
	right, err := c.passwords.Verify(ctx, account.PasswordHash, password)
	if err != nil {
		return SignedIn{}, err
	}
	if right && account.SecondFactor && code == "" {
		return SignedIn{}, errCodeNeeded
	}
	signedIn, refused, err := c.signIn(ctx, v, account, right, code)
	if err = cmp.Or(err, refused); err != nil {
		return SignedIn{}, err
	}
	return signedIn, nil
}

// accountByEmail returns the zero account when there is none.
func (c *Control) accountByEmail(ctx context.Context, text string) (account cloud.Account, err error) {
	email, err := cloud.ParseEmail("email", text)
	if err != nil {
		return account, nil // nobody has what is no address, and nobody is told
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		account, err = r.AccountByEmail(ctx, email)
		return err
	})
	if cloud.CodeOf(err) == cloud.NotFound {
		return cloud.Account{}, nil
	}
	return account, err
}

// signIn makes the session and records it, or records why not: refused says what was
// wrong. Either is a change that commits, and so is that for an account which does not
// exist, of which nothing is recorded: how long the answer takes does not tell.
func (c *Control) signIn(ctx context.Context, v Visitor, verified cloud.Account, right bool, code string) (signedIn SignedIn, refused, err error) {
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		account, err := tx.Account(ctx, verified.ID)
		if err != nil && cloud.CodeOf(err) != cloud.NotFound {
			return change{}, err
		}
		switch {
		case err != nil, !right, account.PasswordHash != verified.PasswordHash: // it may have been changed since
			refused = errSignIn
		case account.SecondFactor:
			signedIn.RecoveryCode, refused = c.useCode(&account, code)
		}
		if refused != nil {
			return change{}, c.recordOf(ctx, tx, account.Person, v.actor(account.Person), cloud.SignInFailed)
		}
		return c.beginSession(ctx, tx, v, account, &signedIn)
	})
	return signedIn, refused, err
}

// beginSession writes the account and a session of it, ends the oldest one when there
// are too many, and records that the person signed in.
func (c *Control) beginSession(ctx context.Context, tx *store.Tx, v Visitor, account cloud.Account, into *SignedIn) (change, error) {
	now := c.clock.Now()
	account.LastSignInAt = now
	if err := tx.UpdateAccount(ctx, account); err != nil {
		return change{}, err
	}
	sessions, err := tx.Sessions(ctx, account.ID)
	if err != nil {
		return change{}, err
	}
	surplus := sessions[:max(0, len(sessions)-(cloud.MaxSessions-1))]
	if err := deleteSessions(ctx, tx, surplus); err != nil {
		return change{}, err
	}
	into.Token = cloud.NewSessionToken()
	into.Session = cloud.Session{
		ID: uuid.New(), PersonID: account.ID, Token: cloud.HashOf(into.Token.Reveal()), CreatedAt: now, LastUsedAt: now,
		ExpireAt: now.Add(cloud.SessionLife), Address: v.Address, UserAgent: v.UserAgent,
	}
	if err := tx.InsertSession(ctx, into.Session); err != nil {
		return change{}, err
	}
	made := change{people: []cloud.Person{account.Person}, sessions: []cloud.Session{into.Session}, endedSessions: surplus}
	return made, c.recordOf(ctx, tx, account.Person, v.actor(account.Person), cloud.SignedIn)
}
