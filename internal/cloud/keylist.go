package cloud

import (
	"slices"
	"strings"
	"time"
)

// ExpiresSoon is how long before its end a key is said to expire soon.
const ExpiresSoon = 7 * 24 * time.Hour

// KeyStatus says how it stands with a key at an instant: its state and its expiry in one.
type KeyStatus string

// The statuses of a key, in the order that a list is sorted in by status.
const (
	StatusEnabled     KeyStatus = "enabled"
	StatusExpiresSoon KeyStatus = "expiresSoon" // a part of enabled
	StatusExpired     KeyStatus = "expired"
	StatusDisabled    KeyStatus = "disabled" // expired or not
)

// KeyStatuses returns all statuses in their order.
func KeyStatuses() []KeyStatus {
	return []KeyStatus{StatusEnabled, StatusExpiresSoon, StatusExpired, StatusDisabled}
}

// StatusAt returns the status of the key, the narrowest that it has.
func (k Key) StatusAt(now time.Time) KeyStatus {
	switch {
	case k.State == KeyDisabled:
		return StatusDisabled
	case k.Expiry.PassedAt(now):
		return StatusExpired
	case k.Expiry.PassedAt(now.Add(ExpiresSoon)):
		return StatusExpiresSoon
	default:
		return StatusEnabled
	}
}

// Includes reports whether a key with the other status has this one too.
func (s KeyStatus) Includes(other KeyStatus) bool {
	return s == other || s == StatusEnabled && other == StatusExpiresSoon
}

// ParseKeyStatus returns Invalid, naming field and value, for a status that does not exist.
func ParseKeyStatus(field, text string) (KeyStatus, error) {
	return oneOf(field, text, KeyStatuses())
}

// KeySort is what a list of keys is sorted by. Keys that are alike in it follow each
// other in the order they were created in.
type KeySort string

// What keys can be sorted by.
const (
	SortCreatedAt KeySort = "createdAt" // the order they were created in, whatever the clock said
	SortName      KeySort = "name"      // folded, by code point
	SortStatus    KeySort = "status"
	SortExpireAt  KeySort = "expireAt" // never is after every instant
	SortUsedAt    KeySort = "usedAt"   // never is after every instant
	SortCreator   KeySort = "creator"  // the name of the creator, folded, by code point
)

// KeySorts returns all that keys can be sorted by.
func KeySorts() []KeySort {
	return []KeySort{SortCreatedAt, SortName, SortStatus, SortExpireAt, SortUsedAt, SortCreator}
}

// ParseKeySort returns Invalid, naming field and value, for what keys cannot be sorted by.
func ParseKeySort(field, text string) (KeySort, error) { return oneOf(field, text, KeySorts()) }

// MaxSearchLength is the longest text that can be searched for, in characters: that
// of a name.
const MaxSearchLength = MaxNameLength

// ParseSearch returns what is searched for, without blanks around it, or Invalid,
// which names field and value.
func ParseSearch(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	return text, checkText(field, text, MaxSearchLength)
}

func oneOf[T ~string](field, text string, values []T) (T, error) {
	if slices.Contains(values, T(text)) {
		return T(text), nil
	}
	var names []string
	for _, v := range values {
		names = append(names, string(v))
	}
	return "", Errorf(Invalid, "%s: expected one of %s, got %q", field, strings.Join(names, ", "), text)
}
