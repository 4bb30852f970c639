package access

import (
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// errSession says that a session ended, was ended or never was: nobody tells these apart.
var errSession = cloud.Errorf(cloud.Unauthenticated, "The session has ended: sign in again")

// sessionEntry is a session in memory.
type sessionEntry struct {
	id     uuid.UUID
	token  cloud.Hash
	person *personEntry
	expiry time.Time
	used   atomic.Int64 // the minute of the last use, see minuteOf
}

// idleMinutes is cloud.SessionIdle in the precision in which uses are known.
const idleMinutes = int64(cloud.SessionIdle / time.Minute)

// active reports whether the session may be used now.
func (e *sessionEntry) active(now time.Time) bool {
	return now.Before(e.expiry) && minuteOf(now)-e.used.Load() < idleMinutes
}

// AuthenticateSession finds the session with this token and admits the person from
// this address, with the roles that they have now. It returns Unauthenticated when
// there is no such session or it has ended, Unavailable while suspended.
func (d *Directory) AuthenticateSession(token string, from netip.Addr) (Principal, error) {
	return d.authenticateSession(cloud.HashOf(token), from)
}

// authenticateSession looks up by the hash of 256 random bits: how long that takes
// says nothing about a token.
func (d *Directory) authenticateSession(token cloud.Hash, from netip.Addr) (Principal, error) {
	v := d.view.Load()
	if v == nil {
		return Principal{}, errSuspended
	}
	e := v.session(token)
	now := d.clock.Now()
	if e == nil || !e.active(now) {
		return Principal{}, errSession
	}
	if minute := minuteOf(now); raise(&e.used, minute) {
		d.unwrittenSessions.add(e.id, minute)
	}
	return Principal{kind: KindPerson, directory: d, session: e, person: e.person.facts.Load(), address: from}, nil
}

// newSessionEntry returns the entry of the session, or that which was there before,
// and nil for a session of nobody.
func newSessionEntry(v *view, s cloud.Session, old *sessionEntry) *sessionEntry {
	person := v.people[s.PersonID]
	if person == nil {
		return nil
	}
	if old == nil || old.id != s.ID || old.person != person || !old.expiry.Equal(s.ExpireAt) {
		old = &sessionEntry{id: s.ID, token: s.Token, person: person, expiry: s.ExpireAt}
	}
	raise(&old.used, minuteOf(s.LastUsedAt))
	return old
}

// SessionUsedAt returns the minute of the session's last use, zero when it is not known here.
func (d *Directory) SessionUsedAt(s cloud.Session) time.Time {
	if e := d.view.Load().session(s.Token); e != nil && e.id == s.ID {
		return timeOfMinute(e.used.Load())
	}
	return time.Time{}
}

// EndedSessions returns at most limit sessions whose time is over by now, with their
// id and token alone. They are admitted no more, whether they are removed or not.
func (d *Directory) EndedSessions(limit int) (ended []cloud.Session) {
	v := d.view.Load()
	if v == nil {
		return nil
	}
	now := d.clock.Now()
	v.sessions.each(func(e *sessionEntry) {
		if len(ended) < limit && !e.active(now) {
			ended = append(ended, cloud.Session{ID: e.id, PersonID: e.person.id, Token: e.token})
		}
	})
	return ended
}
