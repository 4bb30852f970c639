package control

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// Nobody grants what they do not hold: what a key could do afterwards is, right by right,
// what it could do before or what the principal may do. So whoever has the permission to
// change keys and a weaker role cannot give a stronger key back its power, in whichever
// way, but may take from it. To take away a role that denies is to grant what it denies.
func TestNobodyGrantsWhatTheyDoNotHold(t *testing.T) {
	now := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	c, org, weak := houseWithWeakKey(t, now)
	admin, billing := cloud.AdminRoleID, roleID(t, org, cloud.RoleBilling)
	member := roleID(t, org, cloud.RoleMember)
	barred := c.newRole(t, org, cloud.Deny, cloud.OrganizationManage)
	unbilled := c.newRole(t, org, cloud.Deny, cloud.OrganizationManageBilling)
	viewer := c.newRole(t, org, cloud.Allow, cloud.OrganizationView)
	manager := c.newRole(t, org, cloud.Allow, cloud.OrganizationManage)
	roles := func(ids ...uuid.UUID) func(*cloud.Key) { return func(k *cloud.Key) { k.RoleIDs = ids } }
	soon, later := cloud.ExpiryAt(now.Add(time.Hour)), cloud.ExpiryAt(now.Add(2*time.Hour))
	list := func(sources ...string) cloud.AddressList {
		l := cloud.AddressList{}
		for _, s := range sources {
			l = append(l, cloud.AddressEntry{Source: s})
		}
		return l
	}
	key := func(change func(*cloud.Key)) cloud.Key {
		k := cloud.Key{
			ID: uuid.New(), OrganizationID: org.ID, Name: "target", State: cloud.KeyEnabled, RoleIDs: []uuid.UUID{admin},
			Expiry: soon, Addresses: list("203.0.113.0/24"),
		}
		change(&k)
		return k
	}
	same := func(*cloud.Key) {}
	for _, test := range []struct {
		what          string
		before, after func(*cloud.Key)
		refused       bool
	}{
		{"enable", func(k *cloud.Key) { k.State = cloud.KeyDisabled }, same, true},
		{"let it end later", same, func(k *cloud.Key) { k.Expiry = later }, true},
		{"let it never end", same, func(k *cloud.Key) { k.Expiry = cloud.Expiry{} }, true},
		{"revive an expired one", func(k *cloud.Key) { k.Expiry = cloud.ExpiryAt(now.Add(-time.Hour)) }, same, true},
		{"allow a larger range", same, func(k *cloud.Key) { k.Addresses = list("203.0.112.0/23") }, true},
		{"allow one address more", same, func(k *cloud.Key) { k.Addresses = list("203.0.113.0/24", "198.51.100.1") }, true},
		{"allow another address", same, func(k *cloud.Key) { k.Addresses = list("198.51.100.1") }, true},
		{"allow an IPv6 address", same, func(k *cloud.Key) { k.Addresses = list("203.0.113.7", "2001:db8::1") }, true},
		{"allow anywhere", same, func(k *cloud.Key) { k.Addresses = nil }, true},
		{"allow anywhere, written out", same, func(k *cloud.Key) { k.Addresses = list("0.0.0.0/0") }, true},
		{"allow somewhere after nowhere", func(k *cloud.Key) { k.Addresses = list() }, same, true},
		{"give a role", func(k *cloud.Key) { k.RoleIDs = nil }, same, true},
		{"give a role beside", func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{billing} }, func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{billing, admin} }, true},
		{"give a role in place of a weaker one", roles(billing), roles(admin), true},
		{"give a role of which another denies all", roles(barred), roles(barred, manager), true},
		{"take a role that denies what one does not hold", roles(admin, barred), same, true},
		{"exchange a role that denies for one that denies less", roles(admin, barred), roles(admin, unbilled), true},
		{"exchange a role that denies for one that one holds", roles(admin, barred), roles(admin, billing), true},
		{"enable what another role denies", func(k *cloud.Key) { k.RoleIDs, k.State = []uuid.UUID{admin, barred}, cloud.KeyDisabled }, roles(admin, barred), true},
		{"enable and take the role", func(k *cloud.Key) { k.State = cloud.KeyDisabled }, func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{billing} }, false},

		{"rename", same, func(k *cloud.Key) { k.Name = "renamed" }, false},
		{"disable", same, func(k *cloud.Key) { k.State = cloud.KeyDisabled }, false},
		{"let it end earlier", func(k *cloud.Key) { k.Expiry = later }, same, false},
		{"let it end at all", func(k *cloud.Key) { k.Expiry = cloud.Expiry{} }, same, false},
		{"narrow", same, func(k *cloud.Key) { k.Addresses = list("203.0.113.7", "203.0.113.128/25") }, false},
		{"allow nowhere", same, func(k *cloud.Key) { k.Addresses = list() }, false},
		{"write the same range otherwise", same, func(k *cloud.Key) { k.Addresses = list("203.0.113.0/25", "203.0.113.128/25") }, false},
		{"take a role", func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{admin, billing} }, same, false},
		{"order roles otherwise", func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{admin, billing} }, func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{billing, admin} }, false},
		{"give the role it has", func(k *cloud.Key) { k.RoleIDs = nil }, func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{billing, member} }, false},
		{"give a weak role to a strong key", same, roles(admin, billing), false},
		{"give a role of which one holds all by other roles", same, roles(admin, viewer), false},
		{"give a role that denies", same, roles(admin, barred), false},
		{"take a role with what it denies", roles(manager, barred), roles(billing), false},
		{"take a role that denies what one holds", roles(billing, unbilled), roles(billing), false},
		{"take a role that denies what nothing else allows", roles(billing, barred), roles(billing), false},
		{"exchange a role that denies for one that denies more", roles(manager, unbilled), roles(manager, barred), false},
		{"give a role beside one that denies", roles(admin, barred), roles(admin, barred, billing), false},
		{"widen a key as weak as itself", func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{billing} }, func(k *cloud.Key) {
			k.RoleIDs, k.Addresses, k.Expiry = []uuid.UUID{billing}, nil, cloud.Expiry{}
		}, false},
	} {
		before := key(test.before)
		after := key(test.after)
		after.ID = before.ID
		err := c.inTransaction(t, func(ctx context.Context, tx *store.Tx) error { return checkKeyChange(ctx, tx, weak, before, after) })
		if refused := err != nil; refused != test.refused || refused && cloud.CodeOf(err) != cloud.Forbidden {
			t.Errorf("%s: got %v", test.what, err)
		}
	}

	for _, test := range []struct {
		roles   []uuid.UUID
		refused bool
	}{
		{nil, false},
		{[]uuid.UUID{billing}, false},
		{[]uuid.UUID{member}, false},
		{[]uuid.UUID{viewer, barred}, false},
		{[]uuid.UUID{admin}, true},
		{[]uuid.UUID{billing, admin}, true},
		{[]uuid.UUID{manager, barred}, true}, // whoever takes the second away would not see what they grant
	} {
		n := cloud.NewKey{Name: "new", State: cloud.KeyEnabled, RoleIDs: test.roles}
		err := c.inTransaction(t, func(ctx context.Context, tx *store.Tx) error { return c.checkNewKey(ctx, tx, weak, org.ID, n) })
		if (err != nil) != test.refused || err != nil && cloud.CodeOf(err) != cloud.Forbidden {
			t.Errorf("create with %v: got %v", test.roles, err)
		}
	}
}

// houseWithWeakKey returns a control on an empty store, its organization, and the
// principal of a key that has the role Billing alone.
func houseWithWeakKey(t *testing.T, now time.Time) (*Control, cloud.Organization, access.Principal) {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	clock := cloudtest.NewClock(now)
	directory := access.NewDirectory(clock)
	c := New(Config{Store: s, Directory: directory, Clock: clock, Limits: cloud.RelaxedLimits, Log: slog.New(slog.DiscardHandler)})
	first := cloud.NewCredential()
	if err := c.Begin(t.Context(), Bootstrap{Organization: "Data platform", FirstKey: &first, SetupToken: NewSetupToken()}); err != nil {
		t.Fatal(err)
	}
	org := directory.Organizations()[0]
	admin, err := directory.Authenticate(first.KeyID, first.Secret.Reveal(), netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	_, credential, err := c.CreateKey(t.Context(), admin, org.ID, cloud.NewKey{
		Name: "weak", State: cloud.KeyEnabled, RoleIDs: []uuid.UUID{roleID(t, org, cloud.RoleBilling)},
	})
	if err != nil {
		t.Fatal(err)
	}
	weak, err := directory.Authenticate(credential.KeyID, credential.Secret.Reveal(), netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	return c, org, weak
}

// newRole writes a custom role of one policy, as nobody in particular.
func (c *Control) newRole(t *testing.T, org cloud.Organization, effect cloud.Effect, permissions ...cloud.Permission) uuid.UUID {
	t.Helper()
	role := cloud.Role{ID: uuid.New(), OrganizationID: org.ID, Type: cloud.CustomRole, Policies: []cloud.Policy{{
		ID: uuid.New(), Effect: effect, Permissions: permissions, Resources: []cloud.Resource{cloud.OrganizationResource(org.ID)},
	}}}
	role.Name = role.ID.String()
	err := c.commit(t.Context(), func(tx *store.Tx) (change, error) {
		return change{roles: []cloud.Role{role}}, tx.InsertRole(t.Context(), role)
	})
	if err != nil {
		t.Fatal(err)
	}
	return role.ID
}

func roleID(t *testing.T, org cloud.Organization, name string) uuid.UUID {
	t.Helper()
	for _, r := range cloud.SystemRoles(org) {
		if r.Name == name {
			return r.ID
		}
	}
	t.Fatalf("there is no role %s", name)
	return uuid.Nil
}

// inTransaction calls f in a transaction that is not committed.
func (c *Control) inTransaction(t *testing.T, f func(context.Context, *store.Tx) error) (err error) {
	t.Helper()
	_, writeErr := c.store.Write(t.Context(), func(tx *store.Tx) error {
		err = f(t.Context(), tx)
		return store.ErrUnchanged
	})
	return errors.Join(err, writeErr)
}
