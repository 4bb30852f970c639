package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func people(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "APersonKeepsEveryField", func(t *testing.T) {
		// A person is read as they were written, with each membership and its roles in their order, by id, by e-mail address and in the state.
		s := Open(t, options(t))
		same(t, "whether there are people", hasPeople(t, s), false)
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		a := Person(t, s, "ada@example.com", cloud.Membership{OrganizationID: other.ID, JoinedAt: Morning, RoleIDs: roleIDs},
			cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning.Add(time.Hour)})
		bare := Person(t, s, "zoë@example.com")
		Key(t, s, o, "key", roleIDs...) // whose roles are not theirs
		for _, want := range []cloud.Account{a, bare} {
			same(t, "the account", account(t, s, want.ID), want)
			same(t, "the account by its e-mail address", Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Account, error) {
				return r.AccountByEmail(ctx, want.Email)
			}), want)
		}
		if a.Memberships[0].Sequence >= a.Memberships[1].Sequence {
			t.Errorf("the memberships have the places %d and %d", a.Memberships[0].Sequence, a.Memberships[1].Sequence)
		}
		late := newAccount("late@example.com")
		late.CreatedAt, late.LastSignInAt, late.PasswordHash = Morning.Add(-time.Hour), Morning, ""
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { _, err := tx.InsertPerson(ctx, late); return err })
		both := []cloud.Person{a.Person, bare.Person}
		slices.SortFunc(both, func(a, b cloud.Person) int { return strings.Compare(a.ID.String(), b.ID.String()) })
		same(t, "the people", state(t, s).People, append([]cloud.Person{late.Person}, both...))
		same(t, "whether there are people", hasPeople(t, s), true)
		same(t, "the actors of a role", actors(t, s, other)[roleIDs[0]], []cloud.ActorRef{cloud.PersonActor(a.ID)})
	})

	test(t, "AnUpdatedAccountIsReadBack", func(t *testing.T) {
		// Name, password, second factor and last sign-in change, alone; the rest of the person and everybody else stays.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		a := Person(t, s, "ada@example.com", cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning, RoleIDs: roleIDs[:2]})
		bystander := Person(t, s, "bob@example.com")
		a.Name, a.PasswordHash, a.LastSignInAt = hardNames[0], "another", Morning.Add(time.Hour)
		a.SecondFactor, a.TOTPSecret, a.TOTPStep, a.Recovery = false, "", 0, cloud.Hash{}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateAccount(ctx, a) })
		same(t, "the account", account(t, s, a.ID), a)
		a.SecondFactor, a.TOTPSecret, a.TOTPStep, a.Recovery = true, "sealed", 1<<40, cloud.HashOf("code")
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateAccount(ctx, a) })
		same(t, "the account", account(t, s, a.ID), a)
		same(t, "the bystander", account(t, s, bystander.ID), bystander)
	})

	test(t, "APersonThatIsNotThereIsNotFound", func(t *testing.T) {
		// Whoever asks for somebody who does not exist learns so.
		s := Open(t, options(t))
		for _, f := range []func(*store.Tx) error{
			func(tx *store.Tx) error { _, err := tx.Account(t.Context(), uuid.New()); return err },
			func(tx *store.Tx) error { _, err := tx.AccountByEmail(t.Context(), "nobody@example.com"); return err },
			func(tx *store.Tx) error {
				return tx.UpdateAccount(t.Context(), cloud.Account{Person: cloud.Person{ID: uuid.New()}})
			},
		} {
			_, err := s.Write(t.Context(), f)
			sentence(t, err, cloud.NotFound, "Person not found")
		}
	})

	test(t, "NoTwoPeopleHaveTheSameEmailAddress", func(t *testing.T) {
		// The database refuses what a rule above would have missed.
		s := Open(t, options(t))
		Person(t, s, "ada@example.com")
		_, err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.InsertPerson(t.Context(), newAccount("ada@example.com"))
			return err
		})
		if err == nil {
			t.Error("there are two")
		}
		same(t, "the number of people", len(state(t, s).People), 1)
	})

	test(t, "WhoHasARoleAndCanSignInIsFound", func(t *testing.T) {
		// Who has a role is decided for one organization, keys and people alike; a person can
		// sign in with a password or with an identity at a sign-in provider.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		with := func(o cloud.Organization, role uuid.UUID) []cloud.ActorRef {
			return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.ActorRef, error) {
				return r.ActorsWith(ctx, o.ID, role)
			})
		}
		can := func(id uuid.UUID) bool {
			return Read(t, s, func(ctx context.Context, r *store.Reader) (bool, error) { return r.CanSignIn(ctx, id) })
		}
		k := Key(t, s, o, "key", cloud.AdminRoleID)
		same(t, "a key", with(o, cloud.AdminRoleID), []cloud.ActorRef{cloud.KeyActor(k.ID)})
		a := Person(t, s, "ada@example.com", cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning, RoleIDs: []uuid.UUID{cloud.AdminRoleID}})
		same(t, "an Admin", with(o, cloud.AdminRoleID), []cloud.ActorRef{cloud.KeyActor(k.ID), cloud.PersonActor(a.ID)})
		same(t, "another role", with(o, roleIDs[0]), []cloud.ActorRef(nil))
		same(t, "another organization", with(other, cloud.AdminRoleID), []cloud.ActorRef(nil))
		same(t, "a person with a password", can(a.ID), true)
		same(t, "nobody", can(uuid.Nil), false)
		a.PasswordHash = ""
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateAccount(ctx, a) })
		same(t, "a person without a password", can(a.ID), false)
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.InsertIdentity(ctx, a.ID, cloud.Identity{Issuer: "https://login.example.com", Subject: "ada", CreatedAt: Morning})
		})
		same(t, "a person whom a provider knows", can(a.ID), true)
	})
}

// Person adds a person with a password and a second factor to the store.
func Person(t *testing.T, s *store.Store, email string, memberships ...cloud.Membership) cloud.Account {
	t.Helper()
	a := newAccount(email, memberships...)
	Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		a, err = tx.InsertPerson(ctx, a)
		return err
	})
	return a
}

func newAccount(email string, memberships ...cloud.Membership) cloud.Account {
	return cloud.Account{
		Person: cloud.Person{
			ID: uuid.New(), Email: email, Name: `Zoë "Z" O'Neil`, CreatedAt: Morning, SecondFactor: true, Memberships: memberships,
		},
		PasswordHash: "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA", TOTPSecret: "v1:sealed", TOTPStep: 59_000_000, Recovery: cloud.HashOf("recovery"),
	}
}

func account(t *testing.T, s *store.Store, id uuid.UUID) cloud.Account {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Account, error) { return r.Account(ctx, id) })
}

func hasPeople(t *testing.T, s *store.Store) bool {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (bool, error) { return r.HasPeople(ctx) })
}
