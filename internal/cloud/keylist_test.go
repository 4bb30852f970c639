package cloud_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A disabled key is disabled whatever its expiry, and the last seven days of an
// enabled one, to the instant, are those in which it expires soon.
func TestStatusOfAKey(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		expiry cloud.Expiry
		want   cloud.KeyStatus
	}{
		{cloud.Expiry{}, cloud.StatusEnabled},
		{cloud.ExpiryAt(now.Add(-time.Hour)), cloud.StatusExpired},
		{cloud.ExpiryAt(now), cloud.StatusExpired},
		{cloud.ExpiryAt(now.Add(1)), cloud.StatusExpiresSoon},
		{cloud.ExpiryAt(now.Add(cloud.ExpiresSoon)), cloud.StatusExpiresSoon},
		{cloud.ExpiryAt(now.Add(cloud.ExpiresSoon + 1)), cloud.StatusEnabled},
	} {
		if got := (cloud.Key{State: cloud.KeyEnabled, Expiry: c.expiry}).StatusAt(now); got != c.want {
			t.Errorf("an enabled key that ends at %q is %s, want %s", c.expiry, got, c.want)
		}
		if got := (cloud.Key{State: cloud.KeyDisabled, Expiry: c.expiry}).StatusAt(now); got != cloud.StatusDisabled {
			t.Errorf("a disabled key that ends at %q is %s", c.expiry, got)
		}
	}
}

// Only enabled includes another status: that of keys that expire soon.
func TestEnabledIncludesExpiresSoon(t *testing.T) {
	for _, a := range cloud.KeyStatuses() {
		for _, b := range cloud.KeyStatuses() {
			if got, want := a.Includes(b), a == b || a == cloud.StatusEnabled && b == cloud.StatusExpiresSoon; got != want {
				t.Errorf("whether %s includes %s is %t", a, b, got)
			}
		}
	}
}

// What a list cannot do is refused with field, value and choice.
func TestListChoicesAreNamed(t *testing.T) {
	for _, s := range cloud.KeyStatuses() {
		if got, err := cloud.ParseKeyStatus("status", string(s)); got != s || err != nil {
			t.Errorf("%s is read as %s, %v", s, got, err)
		}
	}
	for _, s := range cloud.KeySorts() {
		if got, err := cloud.ParseKeySort("sort", string(s)); got != s || err != nil {
			t.Errorf("%s is read as %s, %v", s, got, err)
		}
	}
	for _, text := range []string{"", "Enabled", "enabled ", "name"} {
		_, err := cloud.ParseKeyStatus("status", text)
		wantInvalid(t, err, "status: expected one of enabled, expiresSoon, expired, disabled, got "+quoted(text))
	}
	for _, text := range []string{"", "Name", "enabled"} {
		_, err := cloud.ParseKeySort("sort", text)
		wantInvalid(t, err, "sort: expected one of createdAt, name, status, expireAt, usedAt, creator, got "+quoted(text))
	}
}

// A search is text of the length of a name, without the blanks around it.
func TestSearchIsTrimmedAndBounded(t *testing.T) {
	for text, want := range map[string]string{"": "", " \t\n": "", " a  b\u00a0": "a  b", strings.Repeat("ü", 255): strings.Repeat("ü", 255)} {
		if got, err := cloud.ParseSearch("search", text); got != want || err != nil {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	_, err := cloud.ParseSearch("search", strings.Repeat("ü", 256))
	wantInvalid(t, err, "search: expected at most 255 characters, got 256")
	for _, text := range []string{"a\x00b", "\xff", "a\nb", "\u202ea"} {
		if _, err := cloud.ParseSearch("search", text); cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "search: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func wantInvalid(t *testing.T, err error, sentence string) {
	t.Helper()
	if err == nil || cloud.CodeOf(err) != cloud.Invalid || err.Error() != sentence {
		t.Errorf("expected Invalid %q, got %v", sentence, err)
	}
}

func quoted(text string) string { return `"` + text + `"` }
