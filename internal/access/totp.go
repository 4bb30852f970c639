package access

import (
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// What every authenticator app understands (RFC 6238): SHA-1, 6 digits, 30 seconds.
const (
	totpPeriod = 30 // seconds
	totpDigits = otp.DigitsSix
	totpSkew   = 1 // steps to either side: clocks differ, and people type slowly
	// totpSecretBytes is what RFC 4226 recommends; less than the minimum is too little.
	totpSecretBytes    = 20
	minTOTPSecretBytes = 16
	maxTOTPSecretBytes = 64
)

// NewTOTPSecret returns a secret of 160 bits in base32, and the otpauth:// URI by
// which an app takes it in under the issuer's and the account's name.
func NewTOTPSecret(issuer, account string) (secret cloud.Secret, uri string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: issuer, AccountName: account, Period: totpPeriod, SecretSize: totpSecretBytes, Digits: totpDigits, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return cloud.Secret{}, "", err
	}
	return cloud.NewSecret(key.Secret()), key.URL(), nil
}

// CheckTOTPSecret returns Invalid, naming the field and not the value, unless the
// secret is base32 of a sensible length.
func CheckTOTPSecret(field string, secret cloud.Secret) error {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret.Reveal())
	if err != nil || len(raw) < minTOTPSecretBytes || len(raw) > maxTOTPSecretBytes {
		return cloud.Errorf(cloud.Invalid, "%s: expected the base32 secret that was made for the second factor", field)
	}
	return nil
}

// VerifyTOTP reports whether the code, blanks aside, is right now or one step before
// or after, and in which step. Steps up to last have been used: a code that was
// looked at over somebody's shoulder is worth nothing.
func VerifyTOTP(secret cloud.Secret, code string, now time.Time, last int64) (step int64, ok bool) {
	code = strings.ReplaceAll(code, " ", "")
	current := now.Unix() / totpPeriod
	for candidate := current - totpSkew; candidate <= current+totpSkew; candidate++ {
		if candidate < 0 {
			continue
		}
		right, err := hotp.GenerateCodeCustom(secret.Reveal(), uint64(candidate), hotp.ValidateOpts{Digits: totpDigits, Algorithm: otp.AlgorithmSHA1})
		// All steps are compared, whichever fits.
		if err == nil && subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 && candidate > last {
			step, ok = candidate, true
		}
	}
	return step, ok
}
