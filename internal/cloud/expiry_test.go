package cloud_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestExpiryIsShownAsItWasGiven(t *testing.T) {
	// Terraform compares what it sent with what it reads, so the text stays as it is
	// though it is understood: fractions, zeros and zone included.
	utc := time.Date(2030, 1, 31, 22, 0, 0, 0, time.UTC)
	for text, at := range map[string]time.Time{
		"2030-01-31T22:00:00Z":                utc,
		"2030-01-31T22:00:00.000Z":            utc,
		"2030-01-31T22:00:00.000000000+00:00": utc,
		"2030-02-01T00:00:00+02:00":           utc,
		"2030-01-31T22:00:00.5Z":              utc.Add(500 * time.Millisecond),
		"0001-01-01T00:00:00Z":                {},
		"9999-12-31T23:59:59Z":                time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		e, err := cloud.ParseExpiry("expireAt", text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if e.String() != text || !e.Time().Equal(at) || e.Time().Location() != time.UTC || e.Never() {
			t.Errorf("%s became %s at %s, never %t", text, e, e.Time(), e.Never())
		}
	}
}

func TestEmptyExpiryNeverEnds(t *testing.T) {
	// Absent, null and empty all mean that a key does not end.
	e, err := cloud.ParseExpiry("expireAt", "")
	if err != nil || e != (cloud.Expiry{}) || !e.Never() || e.String() != "" || !e.Time().IsZero() {
		t.Fatalf("%v, %v", e, err)
	}
	if e.PassedAt(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("it passed")
	}
}

func TestParseExpiryRefusesWhatIsNoInstant(t *testing.T) {
	// What is not an RFC 3339 date-time of the years 1 to 9999 is refused with its
	// field and value; so is a text that is longer than any instant.
	for _, text := range []string{
		" ", "never", "null", "2030-01-31", "2030-01-31 22:00:00Z", "2030-01-31T22:00:00", "2030-02-30T00:00:00Z", "2030-01-31T24:00:00Z",
		"2030-01-31T22:00:00,5Z", "2030-01-31T2:00:00Z", "2030-01-31T22:00:00+24:00", " 2030-01-31T22:00:00Z", "2030-01-31T22:00:00Z\n",
		"1900000000", "12030-01-31T22:00:00Z", "-001-01-31T22:00:00Z", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00",
		"9999-12-31T23:59:59-01:00", "2030-01-31T22:00:00." + strings.Repeat("0", 100) + "Z",
	} {
		_, err := cloud.ParseExpiry("expireAt", text)
		if cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "expireAt: ") || !strings.Contains(err.Error(), strings.TrimSpace(text)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestExpiryHasPassedAtItsInstant(t *testing.T) {
	// A key ends at its instant, not a moment after it; also when the instant is the
	// zero time of Go.
	for _, at := range []time.Time{{}, time.Date(2030, 1, 31, 22, 0, 0, 0, time.UTC)} {
		e := cloud.ExpiryAt(at)
		if e.Never() || e.PassedAt(at.Add(-time.Nanosecond)) || !e.PassedAt(at) || !e.PassedAt(at.Add(time.Nanosecond)) {
			t.Errorf("%s", e)
		}
	}
}

func TestExpiryAtIsReadBack(t *testing.T) {
	// What an instant is written as is read as the same instant.
	rapid.Check(t, func(t *rapid.T) {
		e := cloud.ExpiryAt(time.Unix(rapid.Int64Range(0, 250_000_000_000).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")))
		if got, err := cloud.ParseExpiry("expireAt", e.String()); err != nil || got != e {
			t.Fatalf("%s became %s, %v", e, got, err)
		}
	})
}

func TestExpiryLaterIsTheOrderOfEnds(t *testing.T) {
	// Later is a strict order in which never comes last: whether a change makes a key
	// live longer depends on it.
	expiry := rapid.Custom(func(t *rapid.T) cloud.Expiry {
		if rapid.Bool().Draw(t, "never") {
			return cloud.Expiry{}
		}
		return cloud.ExpiryAt(time.Unix(int64(rapid.IntRange(0, 5).Draw(t, "s")), 0))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := expiry.Draw(t, "a"), expiry.Draw(t, "b")
		var want bool
		switch {
		case a.Never():
			want = !b.Never()
		case !b.Never():
			want = a.Time().After(b.Time())
		}
		if a.Later(b) != want || a.Later(a) || a.Later(b) && b.Later(a) {
			t.Fatalf("%q later than %q: %t", a, b, a.Later(b))
		}
		for s := range int64(7) {
			if now := time.Unix(s, 0); !a.Later(b) && a.PassedAt(now) != (a.PassedAt(now) || b.PassedAt(now)) {
				t.Fatalf("%q is not later than %q but lives at %s", a, b, now)
			}
		}
	})
}

func FuzzExpiry(f *testing.F) {
	// No text makes a panic, and what is accepted is shown as it came, is what
	// RFC 3339 says, and has passed at its instant and not before.
	for _, text := range []string{
		"", "2030-01-31T00:00:00Z", "2030-02-01T00:00:00+02:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-01:00",
		"0000-01-01T00:00:00Z", "2030-01-31T00:00:00.0000000000000000000000Z", "2030-01-31t00:00:00z",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := cloud.ParseExpiry("expireAt", text)
		if err != nil {
			if cloud.CodeOf(err) != cloud.Invalid || e != (cloud.Expiry{}) {
				t.Errorf("%v, %v", e, err)
			}
			return
		}
		if e.String() != text || e.Never() != (text == "") {
			t.Errorf("%q became %q", text, e)
		}
		if again, err := cloud.ParseExpiry("expireAt", e.String()); err != nil || again != e {
			t.Errorf("%q is not read back: %v, %v", text, again, err)
		}
		if e.Never() {
			return
		}
		if want, err := time.Parse(time.RFC3339, text); err != nil || !want.Equal(e.Time()) {
			t.Errorf("%q is %s, %v", text, e.Time(), err)
		}
		if !e.PassedAt(e.Time()) || e.PassedAt(e.Time().Add(-1)) || e.Later(e) || !(cloud.Expiry{}).Later(e) {
			t.Errorf("%q does not end at %s", text, e.Time())
		}
	})
}
