package control

import (
	"context"
	"strings"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// issuer is the name under which an authenticator app shows its codes.
const issuer = "Gatehouse"

// Of a wrong code. Signing in answers the first, who has signed in gets the second:
// they are known, and what they sent is wrong.
var (
	errCode        = cloud.Errorf(cloud.Unauthenticated, "code: this code is not right")
	errCodeInvalid = cloud.Errorf(cloud.Invalid, "code: this code is not right")
	errUnsealed    = cloud.Errorf(cloud.Unauthenticated, "code: the second factor cannot be read with the key of this Gatehouse: enter the recovery code, or ask the operator for a reset link")
	errHasFactor   = cloud.Errorf(cloud.Conflict, "There is a second factor already: remove it first")
	errNoFactor    = cloud.Errorf(cloud.Conflict, "There is no second factor")
)

// NewSecondFactor returns a secret in base32 for the authenticator app of the person
// who is asking, and the otpauth:// URI that holds it too. Nothing is kept until it is
// confirmed. It returns Invalid for a wrong password, Conflict when they have a second
// factor, RateLimited after too many wrong passwords.
func (c *Control) NewSecondFactor(ctx context.Context, p access.Principal, password string) (secret cloud.Secret, uri string, err error) {
	account, attempt, err := c.provePassword(ctx, p, "password", password)
	if err != nil {
		return secret, "", err
	}
	attempt.TakeBack()
	if account.SecondFactor {
		return secret, "", errHasFactor
	}
	return access.NewTOTPSecret(issuer, account.Email)
}

// ConfirmSecondFactor makes the secret the second factor of the person who is asking,
// once the app has shown a right code for it. The recovery code that it returns cannot
// be had again. It returns Invalid for a wrong password or code, Conflict when they have
// a second factor, RateLimited after too many wrong passwords.
func (c *Control) ConfirmSecondFactor(ctx context.Context, p access.Principal, password string, secret cloud.Secret, code string) (cloud.Secret, error) {
	if err := checkPerson(p); err != nil {
		return cloud.Secret{}, err
	}
	if err := access.CheckTOTPSecret("secret", secret); err != nil {
		return cloud.Secret{}, err
	}
	if !c.sealer.HasKey() {
		return cloud.Secret{}, cloud.Errorf(cloud.Internal, "there is no key to seal a second factor with")
	}
	proven, attempt, err := c.provePassword(ctx, p, "password", password)
	if err != nil {
		return cloud.Secret{}, err
	}
	attempt.TakeBack()
	recovery := cloud.NewRecoveryCode()
	err = c.writeProven(ctx, p, proven, func(p access.Principal, tx *store.Tx, account cloud.Account) (change, error) {
		if account.SecondFactor {
			return change{}, errHasFactor
		}
		step, ok := access.VerifyTOTP(secret, code, c.clock.Now(), 0)
		if !ok {
			return change{}, errCodeInvalid
		}
		account.SecondFactor = true
		account.TOTPSecret = c.sealer.Seal([]byte(secret.Reveal()), sealContext(account.Person))
		account.TOTPStep = step
		account.Recovery = cloud.HashOfRecoveryCode(recovery.Reveal())
		return c.changeFactor(ctx, tx, p, account)
	})
	if err != nil {
		return cloud.Secret{}, err
	}
	return recovery, nil
}

// RemoveSecondFactor removes the second factor of the person who is asking. code is
// that of the app or the recovery code. It returns Invalid for a wrong password or
// code, Conflict when they have no second factor, RateLimited after too many wrong ones.
func (c *Control) RemoveSecondFactor(ctx context.Context, p access.Principal, password, code string) error {
	proven, attempt, err := c.provePassword(ctx, p, "password", password)
	if err != nil {
		return err
	}
	err = c.writeProven(ctx, p, proven, func(p access.Principal, tx *store.Tx, account cloud.Account) (change, error) {
		if !account.SecondFactor {
			return change{}, errNoFactor
		}
		if _, err := c.useCode(&account, code); err != nil {
			return change{}, &cloud.Error{Code: cloud.Invalid, Message: err.Error()}
		}
		return c.changeFactor(ctx, tx, p, withoutFactor(account))
	})
	if cloud.CodeOf(err) != cloud.Invalid {
		attempt.TakeBack()
	}
	return err
}

func withoutFactor(a cloud.Account) cloud.Account {
	a.SecondFactor, a.TOTPSecret, a.TOTPStep, a.Recovery = false, "", 0, cloud.Hash{}
	return a
}

func (c *Control) changeFactor(ctx context.Context, tx *store.Tx, p access.Principal, account cloud.Account) (change, error) {
	if err := tx.UpdateAccount(ctx, account); err != nil {
		return change{}, err
	}
	return change{people: []cloud.Person{account.Person}}, c.recordOf(ctx, tx, account.Person, p.Actor(), cloud.SecondFactorChanged)
}

// useCode returns an Unauthenticated *cloud.Error unless the code is the one of now,
// used for the first time, or the recovery code. It notes in the account that the code
// was used; the recovery code is replaced by that which is returned.
func (c *Control) useCode(account *cloud.Account, code string) (*cloud.Secret, error) {
	if cloud.HashOfRecoveryCode(code).Equal(account.Recovery) {
		recovery := cloud.NewRecoveryCode()
		account.Recovery = cloud.HashOfRecoveryCode(recovery.Reveal())
		return &recovery, nil
	}
	if strings.Trim(code, "0123456789 ") != "" {
		return nil, errCode
	}
	secret, err := c.sealer.Open(account.TOTPSecret, sealContext(account.Person))
	if err != nil {
		c.log.Error("the second factor of a person cannot be read", "person", account.ID, "error", err)
		return nil, errUnsealed
	}
	step, ok := access.VerifyTOTP(cloud.NewSecret(string(secret)), code, c.clock.Now(), account.TOTPStep)
	if !ok {
		return nil, errCode
	}
	account.TOTPStep = step
	return nil, nil
}

func sealContext(p cloud.Person) string { return "users/" + p.ID.String() + "/totp_secret" }
