package cloud

import (
	"regexp"
	"time"
)

// Expiry is when a key ends. The zero value never ends. It remembers the text it
// was given as, because clients compare what they sent with what they read.
type Expiry struct {
	at   time.Time
	text string
}

// rfc3339 is what package time does not check (golang.org/issue/54580): that hours
// and zones are complete and in range, and that a fraction follows a point. The text
// is shown to clients, which may be stricter; nor may a fraction be endless.
var rfc3339 = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)

// ParseExpiry reads an RFC 3339 date-time; the empty text never ends (OpenAPI
// schema ApiKeyPostRequest). It returns Invalid, which names field and value.
func ParseExpiry(field, text string) (Expiry, error) {
	if text == "" {
		return Expiry{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || !rfc3339.MatchString(text) {
		return Expiry{}, Errorf(Invalid, "%s: expected an RFC 3339 date-time such as 2030-01-31T00:00:00Z, got %q", field, text)
	}
	if at = at.UTC(); at.Year() < 1 || at.Year() > 9999 {
		return Expiry{}, Errorf(Invalid, "%s: expected a year from 1 to 9999 in UTC, got %q", field, text)
	}
	return Expiry{at: at, text: text}, nil
}

// ExpiryAt returns an expiry at the given instant.
func ExpiryAt(at time.Time) Expiry {
	at = at.UTC()
	return Expiry{at: at, text: at.Format(time.RFC3339Nano)}
}

// Never reports whether there is no end.
func (e Expiry) Never() bool { return e.text == "" }

// Time returns the end; the zero time when there is none.
func (e Expiry) Time() time.Time { return e.at }

// PassedAt reports whether the end has come at the given instant.
func (e Expiry) PassedAt(now time.Time) bool { return !e.Never() && !now.Before(e.at) }

// Later reports whether e ends later than other.
func (e Expiry) Later(other Expiry) bool {
	return !other.Never() && (e.Never() || e.at.After(other.at))
}

// String returns the text that the expiry was given as, empty when there is none.
func (e Expiry) String() string { return e.text }
