package access_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestUnknownKeyAndWrongSecretAreNotToldApart(t *testing.T) {
	// Whoever does not have the secret of a key learns nothing about it: not whether
	// it exists, nor whether it is disabled, expired or bound to addresses.
	h := newHouse(t)
	enabled := h.add(nil)
	keys := map[string]*tenant{
		"unknown":  newTenant(nil),
		"enabled":  enabled,
		"disabled": h.add(func(k *cloud.Key) { k.State = cloud.KeyDisabled }),
		"expired":  h.add(func(k *cloud.Key) { k.Expiry = cloud.ExpiryAt(noon) }),
		"nowhere":  h.add(func(k *cloud.Key) { k.Addresses = addressList() }),
		"elsewhere": h.add(func(k *cloud.Key) {
			k.Addresses = addressList("192.0.2.1")
		}),
	}
	_, unknown := h.directory.Authenticate("nobody", "nothing", home)
	wantError(t, unknown, cloud.Unauthenticated, notFound)
	for name, k := range keys {
		for question, secret := range map[string]string{
			"of another key": newTenant(nil).secret, "of a key that is": enabled.secret, "empty": "", "shorter": k.secret[:41], "longer": k.secret + "0",
			"the key ID": k.keyID, "its hash": k.Credential.Secret.String(),
		} {
			if secret == k.secret {
				continue
			}
			if _, err := h.directory.Authenticate(k.keyID, secret, home); !errors.Is(err, unknown) {
				t.Errorf("%s key with a secret that is %s: %v", name, question, err)
			}
		}
	}
	for question, keyID := range map[string]string{"empty": "", "the id": enabled.ID.String(), "the suffix": enabled.Credential.Suffix, "longer": enabled.keyID + "0"} {
		if _, err := h.directory.Authenticate(keyID, enabled.secret, home); !errors.Is(err, unknown) {
			t.Errorf("a key ID that is %s: %v", question, err)
		}
	}
}

func TestKeyWithoutCredentialMatchesNobody(t *testing.T) {
	// A key whose hashes are all zero, as of a programming mistake, cannot be used by
	// anybody, and neither can the place holder that unknown keys are compared with.
	h := newHouse(t)
	h.add(func(k *cloud.Key) { k.Credential = cloud.HashedCredential{} })
	for _, text := range []string{"", "\x00", string(make([]byte, 32))} {
		if _, err := h.directory.Authenticate(text, text, home); cloud.CodeOf(err) != cloud.Unauthenticated {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestKeyThatIsNotActiveIsSaidSoToItsOwner(t *testing.T) {
	// Who has the secret is told that the key is disabled or expired, before anything
	// is said about addresses.
	h := newHouse(t)
	h.refused(h.add(func(k *cloud.Key) { k.State = cloud.KeyDisabled }), home, cloud.Unauthenticated, notActive)
	h.refused(h.add(func(k *cloud.Key) { k.State = "" }), home, cloud.Unauthenticated, notActive)
	h.refused(h.add(func(k *cloud.Key) { k.Expiry = cloud.ExpiryAt(noon.Add(-time.Hour)) }), home, cloud.Unauthenticated, notActive)
	h.refused(h.add(func(k *cloud.Key) { k.State, k.Addresses = cloud.KeyDisabled, addressList() }), home, cloud.Unauthenticated, notActive)
}

func TestKeyEndsAtItsInstant(t *testing.T) {
	// A key works until the millisecond before its expiry and not at it, whatever the
	// zone or the age of the instant.
	h := newHouse(t)
	end, err := cloud.ParseExpiry("expireAt", "2026-05-01T15:00:01+03:00")
	if err != nil {
		t.Fatal(err)
	}
	k := h.add(func(k *cloud.Key) { k.Expiry = end })
	h.clock.Set(noon.Add(999 * time.Millisecond))
	h.admitted(k, home)
	h.clock.Advance(time.Millisecond)
	h.refused(k, home, cloud.Unauthenticated, notActive)
	h.clock.Advance(time.Hour)
	h.refused(k, home, cloud.Unauthenticated, notActive)
	h.refused(h.add(func(k *cloud.Key) { k.Expiry = cloud.ExpiryAt(time.Time{}) }), home, cloud.Unauthenticated, notActive)
}

func TestAddressThatIsNotAllowedIsToldWhy(t *testing.T) {
	// The owner of a key is told whether its address list is empty or does not hold
	// the address, and which address that was.
	h := newHouse(t)
	listed := h.add(func(k *cloud.Key) { k.Addresses = addressList("203.0.113.0/24", "2001:db8::/64") })
	h.admitted(listed, home)
	h.admitted(listed, another)
	h.admitted(listed, netip.MustParseAddr("::ffff:203.0.113.7"))
	h.refused(listed, abroad, cloud.Forbidden, notListed)
	h.refused(listed, netip.MustParseAddr("2001:db8:1::1"), cloud.Forbidden, "The address 2001:db8:1::1 is not in the IP access list of this key")
	h.refused(listed, netip.Addr{}, cloud.Forbidden, "The address invalid IP is not in the IP access list of this key")

	h.refused(h.add(func(k *cloud.Key) { k.Addresses = addressList() }), home, cloud.Forbidden, noAddress)
	for _, from := range []netip.Addr{home, abroad, another, {}} {
		h.admitted(h.add(nil), from)
	}
	anywhere := h.add(func(k *cloud.Key) { k.Addresses = addressList("0.0.0.0/0") })
	h.admitted(anywhere, home)
	h.admitted(anywhere, another)
}

func TestKeyMayDoWhatItsRolesSay(t *testing.T) {
	// The rights of a key are those of all its roles in its own organization; a role
	// that does not exist gives nothing.
	h := newHouse(t)
	k := h.add(func(k *cloud.Key) {
		k.RoleIDs = append(k.RoleIDs[:0], systemRoleID(cloud.RoleBilling), numberedID(9, 9), systemRoleID(cloud.RoleServiceReader), systemRoleID(cloud.RoleBilling))
	})
	p := h.admitted(k, home)
	for permission, resource := range map[cloud.Permission]cloud.Resource{
		cloud.OrganizationManageBilling: cloud.OrganizationResource(ours), cloud.ServiceView: cloud.InstanceResource(one),
	} {
		if err := p.May(ours, resource, permission); err != nil {
			t.Errorf("%s: %v", permission, err)
		}
	}
	for permission, resource := range map[cloud.Permission]cloud.Resource{
		cloud.OrganizationManage: cloud.OrganizationResource(ours), cloud.ServiceManage: cloud.InstanceResource(one),
		cloud.OrganizationView: cloud.OrganizationResource(theirs),
	} {
		if err := p.May(ours, resource, permission); cloud.CodeOf(err) != cloud.Forbidden {
			t.Errorf("%s: %v", permission, err)
		}
	}
	without := h.admitted(h.add(func(k *cloud.Key) { k.RoleIDs = nil }), home)
	if err := without.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationView); cloud.CodeOf(err) != cloud.Forbidden {
		t.Errorf("a key without roles: %v", err)
	}
	other := h.admitted(h.add(func(k *cloud.Key) { k.OrganizationID = theirs }), home)
	if err := other.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationView); cloud.CodeOf(err) != cloud.Forbidden {
		t.Errorf("the Admin of another organization: %v", err)
	}
}

func TestDirectoryAdmitsNobodyBeforeLoad(t *testing.T) {
	// A replica that has not read the store yet does not know who is valid.
	d := access.NewDirectory(newHouse(t).clock)
	if _, err := d.Authenticate("a", "b", home); cloud.CodeOf(err) != cloud.Unavailable {
		t.Errorf("%v", err)
	}
	if !d.Suspended() || d.Apply(access.Change{Revision: 1}) || d.Organizations() != nil || !d.UsedAt(cloud.Key{}).IsZero() {
		t.Error("it knows something")
	}
	if _, ok := d.Organization(ours); ok {
		t.Error("it knows an organization")
	}
}

func TestVerifyingAllocatesTheSameForOneKeyAndForManyKeys(t *testing.T) {
	// What a request costs does not grow with the number of keys: the memory it takes
	// is the same small constant, and a refused secret takes none.
	for question, test := range map[string]struct {
		most float64
		run  func(*crowd)
	}{
		"verify and authorize": {2, func(c *crowd) { c.verifyAndAuthorize(t, 0, home) }}, // the text of the resource
		"wrong secret": {0, func(c *crowd) {
			_, _ = c.directory.Authenticate(c.credentials[0].keyID, unknownSecret, home)
		}},
		"unknown key": {0, func(c *crowd) { _, _ = c.directory.Authenticate(unknownKeyID, unknownSecret, home) }},
	} {
		few := testing.AllocsPerRun(200, func() { test.run(crowds[1]()) })
		many := testing.AllocsPerRun(200, func() { test.run(crowds[100_000]()) })
		if few != many || many > test.most {
			t.Errorf("%s: %v allocations with 1 key, %v with 100000, expected at most %v", question, few, many, test.most)
		}
	}
}
