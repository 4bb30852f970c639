package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func links(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "ANewLinkReplacesTheOldOfItsKind", func(t *testing.T) {
		// There is one set-up link at most and one reset link of each person, the newest; neither replaces the others.
		o := options(t)
		s := Open(t, o)
		a, b := Person(t, s, "ada@example.com"), Person(t, s, "bob@example.com")
		end := Morning.Add(time.Hour)
		for i, token := range []string{"first", "second", "second"} {
			end := end.Add(time.Duration(i) * time.Millisecond)
			Write(t, s, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.ReplaceResetLink(ctx, a.ID, cloud.HashOf("a "+token), Morning, end); err != nil {
					return err
				}
				return tx.ReplaceSetupLink(ctx, cloud.HashOf(token), Morning, end)
			})
		}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.ReplaceResetLink(ctx, b.ID, cloud.HashOf("b"), Morning, end)
		})
		last := end.Add(2 * time.Millisecond)
		same(t, "the set-up link", link(t, s, "second"), store.SetupLink{ExpireAt: last})
		same(t, "the reset link of a", link(t, s, "a second"), store.SetupLink{PersonID: a.ID, ExpireAt: last})
		same(t, "the reset link of b", link(t, s, "b"), store.SetupLink{PersonID: b.ID, ExpireAt: end})
		noLink(t, s, "first", "a first", "")
		var n int
		if err := Database(t, o).QueryRowContext(t.Context(), `SELECT COUNT(*) FROM setup_links`).Scan(&n); err != nil || n != 3 {
			t.Errorf("there are %d links (%v)", n, err)
		}
	})

	test(t, "ALinkThatWasUsedUpIsGone", func(t *testing.T) {
		// The links of one kind and person go, and the others stay.
		s := Open(t, options(t))
		a, b := Person(t, s, "ada@example.com"), Person(t, s, "bob@example.com")
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			for _, p := range []cloud.Account{a, b} {
				if err := tx.ReplaceResetLink(ctx, p.ID, cloud.HashOf(p.Email), Morning, Morning); err != nil {
					return err
				}
			}
			return tx.ReplaceSetupLink(ctx, cloud.HashOf("set-up"), Morning, Morning)
		})
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteResetLinks(ctx, a.ID) })
		noLink(t, s, a.Email)
		same(t, "whose link is left", link(t, s, b.Email).PersonID, b.ID)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteSetupLinks(ctx) })
		noLink(t, s, "set-up")
		same(t, "whose link is left", link(t, s, b.Email).PersonID, b.ID)
		_, err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.ReplaceResetLink(t.Context(), uuid.New(), cloud.HashOf("nobody"), Morning, Morning)
		})
		if err == nil {
			t.Error("there is a reset link of nobody")
		}
	})
}

func link(t *testing.T, s *store.Store, token string) store.SetupLink {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (store.SetupLink, error) {
		return r.SetupLink(ctx, cloud.HashOf(token))
	})
}

func noLink(t *testing.T, s *store.Store, tokens ...string) {
	t.Helper()
	for _, token := range tokens {
		err := s.Read(t.Context(), func(r *store.Reader) error {
			_, err := r.SetupLink(t.Context(), cloud.HashOf(token))
			return err
		})
		sentence(t, err, cloud.NotFound, "Link not found")
	}
}
