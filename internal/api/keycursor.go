package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// keyCursor is what the cursor of a key list says, unless the list is the plain one:
// all keys in the order they were created in. The place is told by its values, so
// that the key that was there may be gone.
type keyCursor struct {
	Sort       cloud.KeySort `json:"sort"`
	Descending bool          `json:"desc,omitempty"`
	Filter     string        `json:"filter,omitempty"` // a hash of search and status
	At         int64         `json:"at"`               // the instant that statuses are of, in milliseconds
	Text       string        `json:"text,omitempty"`
	Number     int64         `json:"number,omitempty"`
	Sequence   int64         `json:"sequence"`
}

const keyCursorPrefix = "keys:"

// newKeyCursor returns the cursor of the place in the order of the query.
func newKeyCursor(q store.KeyQuery, place store.KeyPlace) *string {
	if isPlain(q) {
		return newCursor(place.Sequence)
	}
	text := keyCursor{
		Sort: q.Sort, Descending: q.Descending, Filter: filterOf(q), At: q.At.UnixMilli(), Text: place.Text, Number: place.Number, Sequence: place.Sequence,
	}.encoded()
	return &text
}

// isPlain reports whether the query is that of a client which knows no search and no sorting.
func isPlain(q store.KeyQuery) bool {
	return q.Sort == cloud.SortCreatedAt && !q.Descending && q.Search == "" && len(q.Statuses) == 0
}

// filterOf returns what tells filters apart.
func filterOf(q store.KeyQuery) string {
	if q.Search == "" && len(q.Statuses) == 0 {
		return ""
	}
	text, err := json.Marshal([]any{cloud.Fold(q.Search), q.Statuses})
	if err != nil {
		panic(err) // they are texts
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func (k keyCursor) encoded() string {
	text, err := json.Marshal(k)
	if err != nil {
		panic(err) // it is made of texts and numbers
	}
	return base64.RawURLEncoding.EncodeToString(append([]byte(keyCursorPrefix), text...))
}

// keyPlace returns the place in the order of the query and the instant that its
// statuses are of, or Invalid for a cursor of another query and for what is no cursor.
func (c cursor) keyPlace(q store.KeyQuery) (store.KeyPlace, time.Time, error) {
	k, known := c.decoded()
	plain, err := c.place()
	switch {
	case !known && err != nil:
		return store.KeyPlace{}, time.Time{}, err
	case known == isPlain(q), known && (k.Sort != q.Sort || k.Descending != q.Descending || k.Filter != filterOf(q)):
		return store.KeyPlace{}, time.Time{}, cloud.Errorf(cloud.Invalid,
			"cursor: expected the nextCursor of an answer with the same search, status, sort and order, got %q", string(c))
	case !known:
		return store.KeyPlace{Sequence: plain}, time.Time{}, nil
	default:
		return store.KeyPlace{Text: k.Text, Number: k.Number, Sequence: k.Sequence}, time.UnixMilli(k.At).UTC(), nil
	}
}

// lastInstant is the end of the year 9999.
const lastInstant = 253402300799999

// decoded returns what the cursor says, if it is one that newKeyCursor could have made.
func (c cursor) decoded() (k keyCursor, known bool) {
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	text, ours := strings.CutPrefix(string(raw), keyCursorPrefix)
	if err != nil || !ours || json.Unmarshal([]byte(text), &k) != nil {
		return k, false
	}
	// Of all that can be decoded, the one spelling that we write, of what a store can take.
	return k, k.encoded() == string(c) && k.Sequence > 0 && k.At > 0 && k.At <= lastInstant && utf8.ValidString(k.Text) && !strings.ContainsRune(k.Text, 0)
}
