package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

const memberNotFound = "Member not found"

func members(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "MembersAreListedInTheOrderTheyJoined", func(t *testing.T) {
		// The members of an organization are its people, oldest membership first, each with what they are in this organization alone.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		ada, bob := Person(t, s, "ada@example.com"), Person(t, s, "bob@example.com")
		Person(t, s, "nobody@example.com")
		same(t, "the members", len(membersOf(t, s, o)), 0)
		later := join(t, s, bob, o, roleIDs...)
		elsewhere := join(t, s, ada, other, roleIDs[0])
		last := join(t, s, ada, o)
		want := []cloud.Member{{Person: bare(bob), Membership: later}, {Person: bare(ada), Membership: last}}
		same(t, "the members", membersOf(t, s, o), want)
		same(t, "the members of the other organization", membersOf(t, s, other), []cloud.Member{{Person: bare(ada), Membership: elsewhere}})

		ada.Memberships = []cloud.Membership{elsewhere, last}
		same(t, "a member", Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Account, error) { return r.Member(ctx, o.ID, ada.ID) }), ada)
	})

	test(t, "AMembersRolesAreReplacedAndEndWithTheMembership", func(t *testing.T) {
		// Roles are replaced in one organization alone. With a membership go its roles, and the person stays with what they are elsewhere.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		ada, bob := Person(t, s, "ada@example.com"), Person(t, s, "bob@example.com")
		ada.Memberships = []cloud.Membership{join(t, s, ada, o, roleIDs[:2]...), join(t, s, ada, other, roleIDs[:2]...)}
		bob.Memberships = []cloud.Membership{join(t, s, bob, o, roleIDs[:2]...)}
		ada.Memberships[0].RoleIDs = []uuid.UUID{roleIDs[3], roleIDs[1]}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.ReplaceMemberRoles(ctx, o.ID, ada.ID, ada.Memberships[0].RoleIDs)
		})
		same(t, "the person", account(t, s, ada.ID), ada)
		same(t, "the bystander", account(t, s, bob.ID), bob)
		same(t, "the actors", actors(t, s, o)[roleIDs[1]], []cloud.ActorRef{cloud.PersonActor(bob.ID), cloud.PersonActor(ada.ID)})

		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteMembership(ctx, o.ID, ada.ID) })
		ada.Memberships = ada.Memberships[1:]
		same(t, "the person", account(t, s, ada.ID), ada)
		same(t, "the actors", actors(t, s, o)[roleIDs[1]], []cloud.ActorRef{cloud.PersonActor(bob.ID)})
		same(t, "the actors of the other organization", actors(t, s, other)[roleIDs[1]], []cloud.ActorRef{cloud.PersonActor(ada.ID)})

		again := join(t, s, ada, o) // with nothing of what they had
		ada.Memberships = append(ada.Memberships, again)
		same(t, "the person who came back", account(t, s, ada.ID), ada)
		if _, err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.InsertMembership(t.Context(), ada.ID, cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning})
			return err
		}); err == nil {
			t.Error("somebody is a member twice")
		}
	})

	test(t, "AMemberThatIsNotThereIsNotFound", func(t *testing.T) {
		// Who is nobody, in another organization or no member any more is not found, in the same words.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		ada, bob := Person(t, s, "ada@example.com"), Person(t, s, "bob@example.com")
		join(t, s, ada, other, roleIDs...)
		for _, id := range []uuid.UUID{ada.ID, bob.ID, uuid.New()} {
			err := s.Read(t.Context(), func(r *store.Reader) error {
				a, err := r.Member(t.Context(), o.ID, id)
				same(t, "what is returned beside the error", a, cloud.Account{})
				return err
			})
			sentence(t, err, cloud.NotFound, memberNotFound)
			_, err = s.Write(t.Context(), func(tx *store.Tx) error { return tx.DeleteMembership(t.Context(), o.ID, id) })
			sentence(t, err, cloud.NotFound, memberNotFound)
		}
		same(t, "the actors of the other organization", actors(t, s, other)[roleIDs[0]], []cloud.ActorRef{cloud.PersonActor(ada.ID)})
	})
}

func identities(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "AProviderKnowsOnePerson", func(t *testing.T) {
		// Issuer and subject together, to the letter, are one person, who may have several; nobody takes over another's.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		ada, bob := Person(t, s, "ada@example.com", cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning, RoleIDs: roleIDs}), Person(t, s, "bob@example.com")
		const issuer = "https://login.example.com"
		link := func(p cloud.Account, issuer, subject string) error {
			_, err := s.Write(t.Context(), func(tx *store.Tx) error {
				return tx.InsertIdentity(t.Context(), p.ID, cloud.Identity{Issuer: issuer, Subject: subject, CreatedAt: Morning})
			})
			return err
		}
		for _, subject := range []string{"1", hardNames[0]} {
			if err := link(ada, issuer, subject); err != nil {
				t.Fatal(err)
			}
			same(t, "the account", byIdentity(t, s, issuer, subject), ada)
			if err := link(bob, issuer, subject); err == nil {
				t.Error("a provider knows two people by one subject")
			}
		}
		if err := link(bob, issuer+"/2", "1"); err != nil {
			t.Fatal(err)
		}
		same(t, "the account of another issuer", byIdentity(t, s, issuer+"/2", "1"), bob)
		for _, unknown := range [][2]string{{issuer, "2"}, {issuer + "/", "1"}, {"", ""}, {"1", issuer}} {
			err := s.Read(t.Context(), func(r *store.Reader) error {
				_, err := r.AccountByIdentity(t.Context(), unknown[0], unknown[1])
				return err
			})
			sentence(t, err, cloud.NotFound, "Person not found")
		}
		if err := link(cloud.Account{Person: cloud.Person{ID: uuid.New()}}, issuer, "3"); err == nil {
			t.Error("a provider knows somebody who is not there")
		}
	})

	test(t, "AnActivityKeepsItsTarget", func(t *testing.T) {
		// What an activity is about is read as it was written, with the name it had then, and is found by it.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		for i, target := range []cloud.Target{
			{Type: cloud.TargetRole, ID: uuid.NewString(), Name: hardNames[0]},
			{Type: cloud.TargetMember, ID: uuid.NewString(), Name: "Zoë@example.com"},
			{Type: cloud.TargetInvitation, ID: uuid.NewString(), Name: "ada@example.com"},
			{Type: cloud.TargetKey, ID: uuid.NewString(), Name: ""},
			{},
		} {
			a := cloud.Activity{ID: uuid.New(), OrganizationID: o.ID, CreatedAt: Morning.Add(time.Duration(i) * time.Second), Type: cloud.RoleCreated, Actor: person, Target: target}
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Record(ctx, a) })
			same(t, "the target", activitiesIn(t, s, o, store.ActivityRange{Limit: 1})[0].Target, target)
		}
		found := Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Activity, error) {
			found, _, err := r.SearchActivities(ctx, o.ID, store.ActivityRange{Limit: 9, Search: "zOË@"})
			return found, err
		})
		if len(found) != 1 || found[0].Target.Type != cloud.TargetMember {
			t.Errorf("a search for a target found %v", found)
		}
	})
}

// join makes somebody a member in a change of its own.
func join(t *testing.T, s *store.Store, p cloud.Account, o cloud.Organization, roles ...uuid.UUID) cloud.Membership {
	t.Helper()
	m := cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning, RoleIDs: roles}
	Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = tx.InsertMembership(ctx, p.ID, m)
		return err
	})
	return m
}

// bare returns the person without memberships.
func bare(a cloud.Account) cloud.Person {
	a.Memberships = nil
	return a.Person
}

func membersOf(t *testing.T, s *store.Store, o cloud.Organization) []cloud.Member {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Member, error) { return r.Members(ctx, o.ID) })
}

func byIdentity(t *testing.T, s *store.Store, issuer, subject string) cloud.Account {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Account, error) {
		return r.AccountByIdentity(ctx, issuer, subject)
	})
}

// restoredFrom returns how to make a store from a backup of another one.
func restoredFrom(t *testing.T, options func(*testing.T) store.Options) func(*store.Store) *store.Store {
	t.Helper()
	return func(s *store.Store) *store.Store {
		t.Helper()
		backup, _ := Backup(t, s)
		to := options(t)
		if _, err := store.Restore(t.Context(), to, bytes.NewReader(backup), false); err != nil {
			t.Fatal(err)
		}
		return Open(t, to)
	}
}
