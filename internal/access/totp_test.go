package access_test

import (
	"encoding/base32"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestCodesAreThoseOfTheStandard(t *testing.T) {
	// The codes of RFC 6238, appendix B, in their last six digits.
	secret := cloud.NewSecret(base32.StdEncoding.EncodeToString([]byte("12345678901234567890")))
	for seconds, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		step, ok := access.VerifyTOTP(secret, code, time.Unix(seconds, 0), 0)
		if !ok || step != seconds/30 {
			t.Errorf("%d: step %d, %v", seconds, step, ok)
		}
	}
}

func TestCodeIsRightOnceAndOnlyAroundItsTime(t *testing.T) {
	// A code is taken in its step and the ones beside it, and never after it or a later one was used.
	secret := cloud.NewSecret(base32.StdEncoding.EncodeToString([]byte("12345678901234567890")))
	const code, at = "050471", 37037037 * 30 // 1111111110
	for offset, want := range map[int64]bool{-31: false, -30: true, -1: true, 0: true, 29: true, 30: true, 59: true, 60: false} {
		if _, ok := access.VerifyTOTP(secret, code, time.Unix(at+offset, 0), 0); ok != want {
			t.Errorf("%d seconds after its time: %v", offset, ok)
		}
	}
	for last, want := range map[int64]bool{37037035: true, 37037036: true, 37037037: false, 37037038: false} {
		if _, ok := access.VerifyTOTP(secret, code, time.Unix(at, 0), last); ok != want {
			t.Errorf("after step %d: %v", last, ok)
		}
	}
	for typed, want := range map[string]bool{"050 471": true, "": false, "50471": false, "0504710": false, "abcdef": false, "٠٥٠٤٧١": false} {
		if _, ok := access.VerifyTOTP(secret, typed, time.Unix(at, 0), 0); ok != want {
			t.Errorf("%q: %v", typed, ok)
		}
	}
}

func TestNewSecretFitsTheApp(t *testing.T) {
	// The URI holds what every app understands, and the secret is as long as the RFC recommends.
	secret, uri, err := access.NewTOTPSecret("Gatehouse", "ada+x@example.com")
	if err != nil || access.CheckTOTPSecret("secret", secret) != nil || len(secret.Reveal()) != 32 {
		t.Fatalf("%v, %d characters", err, len(secret.Reveal()))
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Gatehouse:ada+x@example.com" {
		t.Fatalf("%v, %v", u, err)
	}
	want := url.Values{"secret": {secret.Reveal()}, "issuer": {"Gatehouse"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	if u.Query().Encode() != want.Encode() {
		t.Errorf("%s", u.Query())
	}
	for _, bad := range []string{"", "x", "AAAA", strings.Repeat("A", 24), strings.Repeat("1", 32), strings.Repeat("A", 200), secret.Reveal() + "="} {
		if err := access.CheckTOTPSecret("secret", cloud.NewSecret(bad)); cloud.CodeOf(err) != cloud.Invalid || len(bad) > 4 && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
