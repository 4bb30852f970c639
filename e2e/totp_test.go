package e2e

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
)

// totp returns the six digits that an authenticator app shows at that time (RFC 6238,
// SHA-1, 30 s). The secret is base32, as the app is given it.
func totp(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	plain := strings.TrimRight(strings.ToUpper(strings.ReplaceAll(secret, " ", "")), "=")
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(plain)
	if err != nil {
		t.Fatalf("the secret is not base32: %v", err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[offset:])&0x7fffffff)%1_000_000)
}

// The codes are those of the examples in RFC 6238, appendix B.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	const secret = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ" // 12345678901234567890
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"} {
		if got := totp(t, secret, time.Unix(at, 0)); got != want {
			t.Errorf("the code at %d is %s, expected %s", at, got, want)
		}
	}
}
