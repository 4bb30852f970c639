package storetest

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Morning is when the tests begin.
var Morning = time.Date(2026, 3, 1, 9, 0, 0, 123_000_000, time.UTC)

// Open opens the store and closes it at the end of the test.
func Open(t *testing.T, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Write makes a change that succeeds and returns its revision.
func Write(t *testing.T, s *store.Store, f func(context.Context, *store.Tx) error) int64 {
	t.Helper()
	revision, err := s.Write(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) })
	if err != nil {
		t.Fatal(err)
	}
	return revision
}

// Read reads what can be read.
func Read[T any](t *testing.T, s *store.Store, f func(context.Context, *store.Reader) (T, error)) T {
	t.Helper()
	var v T
	err := s.Read(t.Context(), func(r *store.Reader) (err error) {
		v, err = f(t.Context(), r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Organization adds an organization to the store.
func Organization(t *testing.T, s *store.Store, name string) cloud.Organization {
	t.Helper()
	o := cloud.Organization{ID: uuid.New(), Name: name, CreatedAt: Morning, EnableCoreDumps: true}
	Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertOrganization(ctx, o) })
	return o
}

// Key adds a key with the roles to the store, with the record of it.
func Key(t *testing.T, s *store.Store, o cloud.Organization, name string, roles ...uuid.UUID) cloud.Key {
	t.Helper()
	k := newKey(o, name, roles...)
	Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		if k, err = tx.InsertKey(ctx, k); err != nil {
			return err
		}
		return tx.Record(ctx, created(k))
	})
	return k
}

func newKey(o cloud.Organization, name string, roles ...uuid.UUID) cloud.Key {
	return cloud.Key{
		ID: uuid.New(), OrganizationID: o.ID, Name: name, State: cloud.KeyEnabled, Credential: cloud.NewCredential().Hashed(),
		RoleIDs: roles, CreatedAt: Morning, CreatedBy: cloud.Creator{Type: cloud.ActorSystem, Details: "Gatehouse"},
	}
}

func created(k cloud.Key) cloud.Activity {
	return cloud.Activity{
		ID: uuid.New(), OrganizationID: k.OrganizationID, CreatedAt: k.CreatedAt, Type: cloud.KeyCreated, Actor: cloud.Actor{Type: cloud.ActorSystem},
		TargetKeyID: k.ID, KeyUpdate: cloud.KeyUpdateCreated,
	}
}

// hardNames are names that a store could spoil.
var hardNames = []string{
	`🔑 "quoted" 'single' \back\ %s ; -- DROP`, "Ünïcödé 漢字 עברית", "👩‍👩‍👧‍👦 family", "<b>&amp;</b>", "  blanks  ", "{}", "null", "0", "e\u0301 is not é",
}

// Fill adds a bit of everything to the store.
func Fill(t *testing.T, s *store.Store) {
	t.Helper()
	for i, name := range hardNames[:3] {
		o := cloud.Organization{ID: uuid.New(), Name: name, CreatedAt: Morning.Add(time.Duration(i) * time.Hour), EnableCoreDumps: i == 0}
		if i > 0 {
			o.PrivateEndpoints = []cloud.PrivateEndpoint{{ID: "vpce-1", Description: name, CloudProvider: "aws", Region: "eu-central-1"}}
		}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.InsertOrganization(ctx, o); err != nil {
				return err
			}
			return tx.Record(ctx, cloud.Activity{ID: uuid.New(), OrganizationID: o.ID, CreatedAt: o.CreatedAt, Type: cloud.OrganizationCreated, Actor: person})
		})
		used := map[uuid.UUID]time.Time{}
		for j, name := range hardNames {
			k := newKey(o, name, roleIDs[j%3:]...)
			k.Expiry = expiries[j%len(expiries)]
			k.Addresses = addressLists[j%len(addressLists)]
			if j%2 == 1 {
				k.State, k.CreatedBy = cloud.KeyDisabled, person.Creator()
				used[k.ID] = Morning.Add(time.Minute)
			}
			Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				if k, err = tx.InsertKey(ctx, k); err != nil {
					return err
				}
				return tx.Record(ctx, created(k))
			})
		}
		if err := s.MarkUsed(t.Context(), used); err != nil {
			t.Fatal(err)
		}
	}
	fillPeople(t, s)
}

// fillPeople adds somebody in every organization with a session, somebody in none, and a link of each kind.
func fillPeople(t *testing.T, s *store.Store) {
	t.Helper()
	var memberships []cloud.Membership
	for i, o := range state(t, s).Organizations {
		memberships = append(memberships, cloud.Membership{OrganizationID: o.ID, JoinedAt: Morning.Add(time.Duration(i)), RoleIDs: roleIDs[i:]})
	}
	busy, idle := Person(t, s, "busy@example.com", memberships...), Person(t, s, "ünï@example.com")
	Session(t, s, busy, Morning)
	Session(t, s, busy, Morning.Add(time.Hour))
	Write(t, s, func(ctx context.Context, tx *store.Tx) error {
		idle.SecondFactor, idle.TOTPSecret, idle.Recovery, idle.LastSignInAt = false, "", cloud.Hash{}, Morning
		if err := tx.UpdateAccount(ctx, idle); err != nil {
			return err
		}
		if err := tx.ReplaceResetLink(ctx, idle.ID, cloud.HashOf("reset"), Morning, Morning.Add(time.Hour)); err != nil {
			return err
		}
		return tx.ReplaceSetupLink(ctx, cloud.HashOf("token"), Morning, Morning.Add(time.Hour))
	})
	fillAccess(t, s, busy)
	fillCounts(t, s)
	fillServices(t, s)
}

// fillAccess adds a role that somebody has, an invitation with it and its link, and whom a sign-in provider knows.
func fillAccess(t *testing.T, s *store.Store, member cloud.Account) {
	t.Helper()
	o := state(t, s).Organizations[1]
	role := Role(t, s, o, hardNames[0])
	Role(t, s, o, hardNames[1])
	invited := Invitation(t, s, o, "invited@example.com", role.ID, cloud.AdminRoleID)
	Write(t, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AssignRole(ctx, o.ID, role.ID, cloud.PersonActor(member.ID)); err != nil {
			return err
		}
		if err := tx.InsertIdentity(ctx, member.ID, cloud.Identity{Issuer: "https://login.example.com", Subject: hardNames[1], CreatedAt: Morning}); err != nil {
			return err
		}
		return tx.InsertInvitationLink(ctx, invited.ID, cloud.HashOf("invitation"), Morning, invited.ExpireAt)
	})
}

// Longest adds the longest rows that the rules of cloud allow.
func Longest(t *testing.T, s *store.Store) {
	t.Helper()
	text := strings.Repeat("<", cloud.MaxNameLength) // the character that JSON makes longest
	o := cloud.Organization{ID: uuid.New(), Name: text, CreatedAt: Morning}
	for i := range cloud.MaxPrivateEndpoints {
		o.PrivateEndpoints = append(o.PrivateEndpoints, cloud.PrivateEndpoint{
			ID: numbered(i) + text[:cloud.MaxNameLength-len(numbered(i))], Description: text, CloudProvider: "azure", Region: "germanywestcentral",
		})
	}
	k := newKey(o, text, roleIDs...)
	for range cloud.MaxAddressEntries {
		k.Addresses = append(k.Addresses, cloud.AddressEntry{Source: "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128", Description: text})
	}
	Write(t, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.InsertOrganization(ctx, o); err != nil {
			return err
		}
		if _, err := tx.InsertKey(ctx, k); err != nil {
			return err
		}
		_, err := tx.InsertService(ctx, longestService(o, text, k.Addresses))
		return err
	})
}

var person = cloud.Actor{
	Type: cloud.ActorUser, ID: uuid.NewString(), Details: `Zoë "Z" O'Neil`, Address: netip.MustParseAddr("2001:db8::1"), UserAgent: "Mozilla/5.0 (…)",
}

// roleIDs are in an order that no sorting gives.
var roleIDs = []uuid.UUID{
	uuid.MustParse("99999999-0000-4000-8000-000000000000"), uuid.MustParse("11111111-0000-4000-8000-000000000000"),
	cloud.AdminRoleID, uuid.MustParse("00000000-0000-4000-8000-000000000001"),
}

var expiries = []cloud.Expiry{
	{}, expiry("2030-01-31T00:00:00Z"), expiry("2030-01-31T02:00:00+02:00"), expiry("2031-12-31T23:59:59.123456789Z"), expiry("9999-12-31T23:59:59Z"),
}

var addressLists = []cloud.AddressList{
	nil, {}, {{Source: "0.0.0.0/0"}}, {{Source: "2001:DB8::/32", Description: hardNames[0]}, {Source: "203.0.113.7"}, {Source: "203.0.113.7", Description: "again"}},
}

func expiry(text string) cloud.Expiry {
	e, err := cloud.ParseExpiry("expiry", text)
	if err != nil {
		panic(err)
	}
	return e
}

// same fails the test unless both are equal: nil is not empty, and a text is echoed.
func same(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got, want any,
) {
	t.Helper()
	if diff := cmp.Diff(want, got, comparers...); diff != "" {
		t.Errorf("%s is not what was expected (-want +got):\n%s", what, diff)
	}
}

var comparers = []cmp.Option{
	cmp.Comparer(func(a, b cloud.Expiry) bool { return a.String() == b.String() && a.Time().Equal(b.Time()) }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
}

// sentence fails the test unless err has the code and the public sentence.
func sentence(t *testing.T, err error, code cloud.Code, message string) {
	t.Helper()
	if got := cloud.CodeOf(err); err == nil || got != code || err.Error() != message {
		t.Errorf("expected code %d and %q, got code %d and %v", code, message, got, err)
	}
}

func keyNames(keys []cloud.Key) (names []string) {
	for _, k := range keys {
		names = append(names, k.Name)
	}
	return names
}

func numbered(n int) string { return fmt.Sprintf("key %03d", n) }
