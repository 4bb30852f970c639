package store

import (
	"context"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const sessionColumns = `id, user_id, token_hash, created_at, last_used_at, expire_at, address, user_agent`

// AllSessions returns the sessions of all people, those whose time is over included,
// oldest first.
func (r *Reader) AllSessions(ctx context.Context) ([]cloud.Session, error) {
	return r.sessions(ctx, `SELECT `+sessionColumns+` FROM sessions ORDER BY created_at, id`)
}

// Sessions returns the sessions of a person, those whose time is over included,
// oldest first.
func (r *Reader) Sessions(ctx context.Context, person uuid.UUID) ([]cloud.Session, error) {
	return r.sessions(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE user_id = $1 ORDER BY created_at, id`, person.String())
}

func (r *Reader) sessions(ctx context.Context, query string, args ...any) ([]cloud.Session, error) {
	rows, err := r.q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanSession)
}

func scanSession(scan func(...any) error) (s cloud.Session, err error) {
	var token, address string
	var created, used, expire int64
	if err := scan(uuidColumn{&s.ID}, uuidColumn{&s.PersonID}, &token, &created, &used, &expire, &address, &s.UserAgent); err != nil {
		return s, err
	}
	s.CreatedAt, s.LastUsedAt, s.ExpireAt = time.UnixMilli(created).UTC(), time.UnixMilli(used).UTC(), time.UnixMilli(expire).UTC()
	if address != "" {
		if s.Address, err = netip.ParseAddr(address); err != nil {
			return s, err
		}
	}
	s.Token, err = cloud.ParseHash("token_hash", token)
	return s, err
}

// InsertSession adds a session.
func (t *Tx) InsertSession(ctx context.Context, s cloud.Session) error {
	address := ""
	if s.Address.IsValid() {
		address = s.Address.String()
	}
	_, err := t.exec(ctx, `INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.ID.String(), s.PersonID.String(), s.Token.String(), s.CreatedAt.UnixMilli(), s.LastUsedAt.UnixMilli(), s.ExpireAt.UnixMilli(), address, s.UserAgent)
	return err
}

// DeleteSession removes a session. It returns NotFound if there is no such session.
func (t *Tx) DeleteSession(ctx context.Context, id uuid.UUID) error {
	return t.execOne(ctx, "Session not found", `DELETE FROM sessions WHERE id = $1`, id.String())
}

// MarkSessionsUsed is MarkUsed for sessions.
func (s *Store) MarkSessionsUsed(ctx context.Context, used map[uuid.UUID]time.Time) error {
	_, err := s.write(ctx, 0, func(t *Tx) error {
		for id, at := range used {
			if _, err := t.exec(ctx, `UPDATE sessions SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`, id.String(), at.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
