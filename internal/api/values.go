package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// limitParam is the query parameter limit as it was written.
type limitParam string

// Schema implements huma.SchemaProvider. The type is told to readers only, for huma
// would take hexadecimal and refuse without saying what is allowed.
func (limitParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Extensions: map[string]any{"type": huma.TypeInteger}}
}

// upTo returns the limit, fallback when it is absent, or Invalid. Clients of the
// Cloud write 3 or 3.0.
func (l limitParam) upTo(most, fallback int) (int, error) {
	if l == "" {
		return fallback, nil
	}
	var n float64
	if err := json.Unmarshal([]byte(l), &n); err != nil || n != math.Trunc(n) || n < 1 || n > float64(most) {
		return 0, cloud.Errorf(cloud.Invalid, "limit: expected an integer from 1 to %d, got %q", most, string(l))
	}
	return int(n), nil
}

// whole is an integer of a request. Clients of the Cloud write 3 or 3.0.
type whole int

// Schema implements huma.SchemaProvider.
func (whole) Schema(huma.Registry) *huma.Schema {
	most := float64(1<<53 - 1) // what JSON's readers keep exactly; the real bounds are for each field to say
	least := -most
	return &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &most}
}

// UnmarshalJSON implements json.Unmarshaler. The number has been held against the schema.
func (w *whole) UnmarshalJSON(data []byte) error {
	var n float64
	err := json.Unmarshal(data, &n)
	*w = whole(n)
	return err
}

// number returns the integer, nil for nil.
func (w *whole) number() *int { return (*int)(w) }

// expireAt is the field expireAt of a request: absent, null or a text. Null and
// the empty text mean that the key never expires.
type expireAt struct {
	given bool
	text  string
}

// Schema implements huma.SchemaProvider. The format is told to readers only: the
// empty text is allowed beside it.
func (expireAt) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, Extensions: map[string]any{"format": "date-time"}}
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *expireAt) UnmarshalJSON(data []byte) error {
	e.given = true
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("expireAt: %w", err)
	}
	if text != nil {
		e.text = *text
	}
	return nil
}

// expiry returns what the field says, or Invalid.
func (e expireAt) expiry() (cloud.Expiry, error) { return cloud.ParseExpiry("expireAt", e.text) }

// expiryText is the field expireAt of an answer: the text it was given as, or null.
type expiryText struct{ cloud.Expiry }

// Schema implements huma.SchemaProvider.
func (expiryText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, Format: "date-time"}
}

// MarshalJSON implements json.Marshaler.
func (e expiryText) MarshalJSON() ([]byte, error) {
	if e.Never() {
		return []byte("null"), nil
	}
	return json.Marshal(e.String())
}

// cursor is where a page begins, opaque to clients.
type cursor string

const cursorPrefix = "after:"

func newCursor(place int64) *string {
	if place == 0 {
		return nil
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(cursorPrefix + strconv.FormatInt(place, 10)))
	return &text
}

// place returns where the page begins, 0 for the beginning, or Invalid.
func (c cursor) place() (int64, error) {
	if c == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	digits, ours := strings.CutPrefix(string(raw), cursorPrefix)
	place, wrong := strconv.ParseInt(digits, 10, 64)
	// Of all that can be decoded, the one spelling that we write.
	if err != nil || wrong != nil || !ours || place <= 0 || *newCursor(place) != string(c) {
		return 0, cloud.Errorf(cloud.Invalid, "cursor: expected the nextCursor of an earlier answer, got %q", string(c))
	}
	return place, nil
}

// searchParam is the query parameter search as it was written.
type searchParam string

// text returns what is searched for, "" when the parameter is absent, or Invalid.
func (s searchParam) text() (string, error) { return cloud.ParseSearch("search", string(s)) }

// parseDate reads a date or a date-time. A date is its first instant; when it ends
// a range, the first instant of the next day, so that the day is included.
func parseDate(field, text string, ends bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil && day.Year() >= 1 {
		if ends {
			day = day.AddDate(0, 0, 1)
		}
		return day, nil
	}
	var at time.Time
	if err := at.UnmarshalText([]byte(text)); err != nil || at.UTC().Year() < 1 || at.UTC().Year() > 9999 {
		return time.Time{}, cloud.Errorf(cloud.Invalid, "%s: expected a date such as 2026-01-31 or a date-time such as 2026-01-31T00:00:00Z, got %q", field, text)
	}
	if ends {
		at = at.Add(time.Millisecond) // an instant is part of the range it ends
	}
	return at.UTC(), nil
}

// parseID reads a UUID of a path in its usual form, or returns Invalid.
func parseID(field, text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != len(id.String()) {
		return id, cloud.Errorf(cloud.Invalid, "%s: expected a UUID, got %q", field, text)
	}
	return id, nil
}

// textEnum is a text that is one of the values.
func textEnum(values ...string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

// choice is textEnum for a parameter that is checked here: the values are told to
// readers only, for huma would not say which value was wrong.
func choice[T ~string](values []T) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Extensions: map[string]any{"enum": values}}
}

// openEnum is a text that is one of the contract's values or one of more, which the
// contract does not have: the Cloud's clients accept values they do not know.
func openEnum(contract []string, more ...*huma.Schema) *huma.Schema {
	return &huma.Schema{AnyOf: append([]*huma.Schema{textEnum(contract...)}, more...)}
}

// ours are values of Gatehouse alone.
func ours(values ...string) *huma.Schema {
	s := newer(values...)
	s.Extensions = map[string]any{"x-gatehouse": true}
	return s
}

// newer are values that the Cloud has added to its contract since.
func newer(values ...string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: "^(" + strings.Join(values, "|") + ")$"}
}
