package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestStoreOfSchema3GoesUpAndDownWithAllThatIsInIt(t *testing.T) {
	// Going up to roles and invitations changes nothing of what was there; all that is new works
	// at once; and going down again takes what is new, and nothing else.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		o := options(t)
		ada := fillSchema3(t, o)
		before := storetest.Content(t, o)

		s := storetest.Open(t, o)
		after := state(t, s)
		for _, what := range []struct{ part, want, got any }{
			{"the people", []cloud.Person{ada.Person}, after.People},
			{"the number of sessions", 1, len(after.Sessions)},
			{"the number of custom roles", 0, len(after.Roles)},
		} {
			if diff := cmp.Diff(what.want, what.got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what.part, diff)
			}
		}
		for _, table := range []string{"organizations", "api_keys", "role_assignments", "memberships", "users", "sessions"} {
			if diff := cmp.Diff(linesOf(before, table), linesOf(storetest.Content(t, o), table)); diff != "" {
				t.Errorf("%s changed on the way up (-want +got):\n%s", table, diff)
			}
		}
		for token, kind := range map[string]cloud.LinkKind{"set-up": cloud.LinkSetup, "reset": cloud.LinkReset} {
			link := storetest.Read(t, s, func(ctx context.Context, r *store.Reader) (store.SetupLink, error) {
				return r.SetupLink(ctx, cloud.HashOf(token))
			})
			if link.Kind() != kind {
				t.Errorf("the link %s is one of %s", token, link.Kind())
			}
		}
		activities := storetest.Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Activity, error) {
			return r.Activities(ctx, after.Organizations[0].ID, store.ActivityRange{Limit: 1000})
		})
		for _, a := range activities {
			if a.Target != (cloud.Target{}) {
				t.Errorf("an activity of before is about %+v", a.Target)
			}
		}
		if len(activities) == 0 {
			t.Error("there are no activities")
		}

		useSchema4(t, s, after.Organizations[0], ada)
		if err := store.MigrateDown(t.Context(), s, 3); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(before, storetest.Content(t, o)); diff != "" {
			t.Errorf("down again, the content is not that of before (-before +after):\n%s", diff)
		}
		again := storetest.Open(t, o)
		if diff := cmp.Diff(after.People, state(t, again).People); diff != "" {
			t.Errorf("up again (-want +got):\n%s", diff)
		}
	})
}

// fillSchema3 makes a store of schema 3 with a bit of everything and returns its person.
func fillSchema3(t *testing.T, o store.Options) cloud.Account {
	t.Helper()
	oldest, err := store.Open(t.Context(), o.WithSchema(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := oldest.Close(); err != nil {
		t.Fatal(err)
	}
	loadSchema1(t, o)
	s, err := store.Open(t.Context(), o.WithSchema(3))
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Database(t, o)
	defer db.Close()
	var organization string
	if err := db.QueryRowContext(t.Context(), `SELECT organization_id FROM activities ORDER BY sequence`).Scan(&organization); err != nil {
		t.Fatal(err)
	}
	ada := storetest.Person(t, s, "ada@example.com", cloud.Membership{
		OrganizationID: mustID(t, organization), JoinedAt: storetest.Morning, RoleIDs: []uuid.UUID{cloud.AdminRoleID},
	})
	storetest.Session(t, s, ada, storetest.Morning)
	for token, person := range map[string]any{"set-up": nil, "reset": ada.ID.String()} {
		_, err := db.ExecContext(t.Context(), `INSERT INTO setup_links (token_hash, created_at, expire_at, user_id) VALUES ($1, $2, $3, $4)`,
			cloud.HashOf(token).String(), storetest.Morning.UnixMilli(), storetest.Morning.Add(time.Hour).UnixMilli(), person)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return ada
}

// useSchema4 adds what only the newer schema can keep.
func useSchema4(t *testing.T, s *store.Store, o cloud.Organization, ada cloud.Account) {
	t.Helper()
	role := storetest.Role(t, s, o, "role")
	invited := storetest.Invitation(t, s, o, "invited@example.com", role.ID, cloud.AdminRoleID)
	storetest.Write(t, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AssignRole(ctx, o.ID, role.ID, cloud.PersonActor(ada.ID)); err != nil {
			return err
		}
		if err := tx.InsertInvitationLink(ctx, invited.ID, cloud.HashOf("invitation"), storetest.Morning, invited.ExpireAt); err != nil {
			return err
		}
		return tx.InsertIdentity(ctx, ada.ID, cloud.Identity{Issuer: "https://login.example.com", Subject: "ada", CreatedAt: storetest.Morning})
	})
}

func linesOf(dump, table string) (lines []string) {
	for line := range strings.Lines(dump) {
		if strings.HasPrefix(line, table+" ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func state(t *testing.T, s *store.Store) store.State {
	t.Helper()
	state, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}
