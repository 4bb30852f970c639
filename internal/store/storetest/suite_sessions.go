package storetest

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func sessions(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "ASessionKeepsEveryField", func(t *testing.T) {
		// A session is read as it was written, with those of its person and in the state, oldest first.
		s := Open(t, options(t))
		a, b := Person(t, s, "ada@example.com"), Person(t, s, "bob@example.com")
		second := Session(t, s, a, Morning.Add(time.Millisecond))
		first := Session(t, s, a, Morning)
		local := newSession(b, Morning.Add(time.Second))
		local.Address, local.UserAgent = netip.Addr{}, ""
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertSession(ctx, local) })
		same(t, "the sessions of a", sessionsOf(t, s, a), []cloud.Session{first, second})
		same(t, "the sessions of b", sessionsOf(t, s, b), []cloud.Session{local})
		same(t, "the sessions of nobody", sessionsOf(t, s, cloud.Account{Person: cloud.Person{ID: uuid.New()}}), []cloud.Session(nil))
		same(t, "all sessions", state(t, s).Sessions, []cloud.Session{first, second, local})
	})

	test(t, "ADeletedSessionIsGone", func(t *testing.T) {
		// What was deleted is not there any more, and others are.
		s := Open(t, options(t))
		a := Person(t, s, "ada@example.com")
		ended, kept := Session(t, s, a, Morning), Session(t, s, a, Morning)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteSession(ctx, ended.ID) })
		same(t, "the sessions", sessionsOf(t, s, a), []cloud.Session{kept})
		_, err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.DeleteSession(t.Context(), ended.ID) })
		sentence(t, err, cloud.NotFound, "Session not found")
	})

	test(t, "NoTwoSessionsHaveTheSameToken", func(t *testing.T) {
		// The database refuses what chance will not bring about, and a session of nobody.
		s := Open(t, options(t))
		a := Person(t, s, "ada@example.com")
		twin := newSession(a, Morning)
		twin.Token = Session(t, s, a, Morning).Token
		for name, c := range map[string]cloud.Session{"the same token": twin, "a session of nobody": newSession(cloud.Account{Person: cloud.Person{ID: uuid.New()}}, Morning)} {
			if _, err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.InsertSession(t.Context(), c) }); err == nil {
				t.Errorf("%s is taken", name)
			}
		}
	})

	test(t, "AUseOfASessionIsKeptAndNeverGoesBack", func(t *testing.T) {
		// As for keys: the latest use counts, no revision grows, and a session that is gone is passed over.
		s := Open(t, options(t))
		a := Person(t, s, "ada@example.com")
		used, other := Session(t, s, a, Morning), Session(t, s, a, Morning.Add(time.Second))
		revision := state(t, s).Revision
		for _, c := range []struct{ at, want time.Duration }{{-1, 0}, {2, 2}, {1, 2}, {3, 3}, {3, 3}} {
			if err := s.MarkSessionsUsed(t.Context(), map[uuid.UUID]time.Time{used.ID: Morning.Add(c.at * time.Minute), uuid.New(): Morning}); err != nil {
				t.Fatal(err)
			}
			used.LastUsedAt = Morning.Add(c.want * time.Minute)
			same(t, "the sessions", sessionsOf(t, s, a), []cloud.Session{used, other})
		}
		same(t, "the revision", state(t, s).Revision, revision)
	})
}

// Session adds a session of the person to the store.
func Session(t *testing.T, s *store.Store, a cloud.Account, at time.Time) cloud.Session {
	t.Helper()
	c := newSession(a, at)
	Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertSession(ctx, c) })
	return c
}

func newSession(a cloud.Account, at time.Time) cloud.Session {
	return cloud.Session{
		ID: uuid.New(), PersonID: a.ID, Token: cloud.HashOf(cloud.NewSessionToken().Reveal()), CreatedAt: at, LastUsedAt: at,
		ExpireAt: at.Add(cloud.SessionLife), Address: person.Address, UserAgent: person.UserAgent,
	}
}

func sessionsOf(t *testing.T, s *store.Store, a cloud.Account) []cloud.Session {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Session, error) { return r.Sessions(ctx, a.ID) })
}
