package cloud

import (
	"net/netip"
	"time"

	"github.com/google/uuid"
)

// How long a session lasts at most.
const (
	SessionIdle = 7 * 24 * time.Hour  // since it was used last
	SessionLife = 30 * 24 * time.Hour // since it was made
)

// MaxSessions is the largest number of sessions of a person at a time.
const MaxSessions = 100

// Session is a browser in which a person has signed in.
type Session struct {
	ID        uuid.UUID
	PersonID  uuid.UUID
	Token     Hash // all that is kept of the token
	CreatedAt time.Time
	// LastUsedAt is the minute of the last use. It is written behind: a crash may
	// lose the last minute.
	LastUsedAt time.Time
	ExpireAt   time.Time // whether it is used or not
	Address    netip.Addr
	UserAgent  string
}

// EndsAt returns when the session ends if it is not used any more: idle time counts
// from the minute of the last use.
func (s Session) EndsAt() time.Time {
	if idle := s.LastUsedAt.Truncate(time.Minute).Add(SessionIdle); idle.Before(s.ExpireAt) {
		return idle
	}
	return s.ExpireAt
}

// Active reports whether the session may be used at the given instant.
func (s Session) Active(now time.Time) bool { return now.Before(s.EndsAt()) }

// NewSessionToken returns a token of 256 bits: 43 characters of base62.
func NewSessionToken() Secret { return NewSecret(RandomText(sessionTokenLength)) }

const sessionTokenLength = 43
