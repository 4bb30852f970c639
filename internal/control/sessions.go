package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// SignOut ends the session in which the person is asking.
func (c *Control) SignOut(ctx context.Context, p access.Principal) error {
	return c.EndSession(ctx, p, p.SessionID())
}

// Sessions returns the sessions of the person who is asking that have not ended,
// oldest first.
func (c *Control) Sessions(ctx context.Context, p access.Principal) (sessions []cloud.Session, err error) {
	if err := checkPerson(p); err != nil {
		return nil, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		sessions, err = r.Sessions(ctx, p.PersonID())
		return err
	})
	for i, s := range sessions {
		if at := c.directory.SessionUsedAt(s); at.After(s.LastUsedAt) {
			sessions[i].LastUsedAt = at // not written yet
		}
	}
	now := c.clock.Now()
	return slices.DeleteFunc(sessions, func(s cloud.Session) bool { return !s.Active(now) }), err
}

// Session returns the session in which the person is asking. It returns
// Unauthenticated when it has ended meanwhile.
func (c *Control) Session(ctx context.Context, p access.Principal) (cloud.Session, error) {
	sessions, err := c.Sessions(ctx, p)
	if err != nil {
		return cloud.Session{}, err
	}
	for _, s := range sessions {
		if s.ID == p.SessionID() {
			return s, nil
		}
	}
	return cloud.Session{}, cloud.Errorf(cloud.Unauthenticated, "The session has ended: sign in again")
}

// EndSession ends a session of the person who is asking. It returns NotFound for one
// that is not theirs.
func (c *Control) EndSession(ctx context.Context, p access.Principal, id uuid.UUID) error {
	return c.endSessions(ctx, p, func(sessions []cloud.Session) ([]cloud.Session, error) {
		for _, s := range sessions {
			if s.ID == id {
				return []cloud.Session{s}, nil
			}
		}
		return nil, cloud.Errorf(cloud.NotFound, "Session not found")
	})
}

// EndSessions ends all sessions of the person who is asking, this one too.
func (c *Control) EndSessions(ctx context.Context, p access.Principal) error {
	return c.endSessions(ctx, p, func(sessions []cloud.Session) ([]cloud.Session, error) { return sessions, nil })
}

func (c *Control) endSessions(ctx context.Context, p access.Principal, which func([]cloud.Session) ([]cloud.Session, error)) error {
	return c.writeOwn(ctx, p, func(p access.Principal, tx *store.Tx, account cloud.Account) (change, error) {
		sessions, err := tx.Sessions(ctx, account.ID)
		if err != nil {
			return change{}, err
		}
		ended, err := which(sessions)
		if err != nil {
			return change{}, err
		}
		if err := deleteSessions(ctx, tx, ended); err != nil {
			return change{}, err
		}
		return change{endedSessions: ended}, c.recordOf(ctx, tx, account.Person, p.Actor(), cloud.SignedOut)
	})
}

func deleteSessions(ctx context.Context, tx *store.Tx, sessions []cloud.Session) error {
	for _, s := range sessions {
		if err := tx.DeleteSession(ctx, s.ID); err != nil {
			return err
		}
	}
	return nil
}

// endedAtOnce bounds the change that removes sessions whose time is over.
const endedAtOnce = 500

// EndExpired removes sessions whose time is over, some hundreds at a time. They are
// admitted no more anyway. It is to be called now and then; WriteUses does.
func (c *Control) EndExpired(ctx context.Context) error {
	ended := c.directory.EndedSessions(endedAtOnce)
	if len(ended) == 0 {
		return nil
	}
	return c.commit(ctx, func(tx *store.Tx) (change, error) {
		for _, s := range ended {
			if err := tx.DeleteSession(ctx, s.ID); err != nil && cloud.CodeOf(err) != cloud.NotFound {
				return change{}, err
			}
		}
		return change{endedSessions: ended}, nil
	})
}
