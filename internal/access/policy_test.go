package access_test

import (
	"flag"
	"slices"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestPoliciesAnswerLikeTheReference(t *testing.T) {
	// The compiled form answers like a reader of the policies who goes through all of
	// them for each question, and the policy that is named as the one that decided is
	// about the question and does what was decided.
	check(t, 100_000, func(t *rapid.T) {
		roles := roleList.Draw(t, "roles")
		p, ref := access.Compile(ours, roles), reference{ours, roles}
		for _, resource := range append(slices.Clone(resources), cloud.AllInstances, cloud.InstanceResource(fresh), "organization/*", "") {
			for _, permission := range append(slices.Clone(permissions), "control-plane:service:destroy") {
				got, want := p.Allows(permission, resource), ref.allows(permission, resource)
				if got != want {
					t.Fatalf("%s on %s: %t, the reference says %t", permission, resource, got, want)
				}
				checkDecision(t, roles, access.Decide(ours, roles, permission, resource), want, permission, resource)
			}
			role, grants := p.SQLConsole(resource)
			if wantRole, wantGrants := ref.sqlConsole(resource); role != wantRole || !sameSet(grants, wantGrants) {
				t.Fatalf("the SQL console on %s: %q %q, the reference says %q %q", resource, role, grants, wantRole, wantGrants)
			}
		}
	})
}

func TestNobodyGrantsMoreThanTheyHold(t *testing.T) {
	// Covers is true exactly when all that other allows on the organization and on any
	// service, mentioned or not, is allowed by p too.
	rapid.Check(t, func(t *rapid.T) {
		mine, granted := roleList.Draw(t, "mine"), roleList.Draw(t, "granted")
		if rapid.Bool().Draw(t, "more") {
			mine = append(slices.Clone(granted), mine...) // holds what is granted, unless it is denied
		}
		organization := rapid.SampledFrom([]uuid.UUID{ours, ours, ours, theirs}).Draw(t, "organization")
		p, other := reference{ours, mine}, reference{organization, granted}
		got := access.Compile(ours, mine).Covers(access.Compile(organization, granted))
		if want := p.covers(reference{}, other); got != want {
			t.Fatalf("covers: %t, the reference says %t", got, want)
		}
	})
}

func TestWhatIsHeldAlreadyIsNoGrant(t *testing.T) {
	// CoversBeside is true exactly when all that other allows is allowed by p or by held.
	check(t, 10_000, func(t *rapid.T) {
		mine, held, granted := roleList.Draw(t, "mine"), roleList.Draw(t, "held"), roleList.Draw(t, "granted")
		if rapid.Bool().Draw(t, "more") { // one holds a part of what is granted, the other the rest
			half := len(granted) / 2
			mine, held = append(slices.Clone(granted[:half]), mine...), append(slices.Clone(granted[half:]), held...)
		}
		p, before, other := access.Compile(ours, mine), access.Compile(ours, held), access.Compile(ours, granted)
		want := reference{ours, mine}.covers(reference{ours, held}, reference{ours, granted})
		if got := p.CoversBeside(before, other); got != want {
			t.Fatalf("covers: %t, the reference says %t", got, want)
		}
		if theirs := access.Compile(theirs, granted); !p.Covers(theirs) && p.CoversBeside(before, theirs) {
			t.Fatal("what is held here covers something in another organization")
		}
	})
}

// checkDecision fails the test unless the decision is as wanted, and its policy such that
// it can have decided so.
func checkDecision(t *rapid.T, roles []cloud.Role, d access.Decision, allowed bool, permission cloud.Permission, resource cloud.Resource) {
	if d.Allowed != allowed {
		t.Fatalf("%s on %s: decided %t, the reference says %t", permission, resource, d.Allowed, allowed)
	}
	if d.Policy == uuid.Nil {
		if allowed {
			t.Fatalf("%s on %s is allowed by no policy", permission, resource)
		}
		return
	}
	for _, role := range roles {
		for _, policy := range role.Policies {
			if policy.ID != d.Policy {
				continue
			}
			if policy.Effect != d.Effect || (d.Effect == cloud.Allow) != allowed || !slices.Contains(policy.Permissions, permission) || role.Assigned() != d.Role {
				t.Fatalf("%s on %s: %t is said to be decided by %+v of %q", permission, resource, allowed, policy, role.Name)
			}
			return
		}
	}
	t.Fatalf("%s on %s: there is no policy %s", permission, resource, d.Policy)
}

// check is rapid.Check with so many models, or more when the command line says so.
func check(t *testing.T, models int, property func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	if asked, err := strconv.Atoi(before); err != nil || asked < models {
		if err := checks.Value.Set(strconv.Itoa(models)); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(before) }() // it was one that is accepted
	}
	rapid.Check(t, property)
}

func TestPoliciesOfNobody(t *testing.T) {
	// The zero value allows nothing and covers nothing but what allows nothing.
	var nobody access.Policies
	for _, permission := range cloud.Permissions() {
		for _, r := range []cloud.Resource{cloud.OrganizationResource(uuid.Nil), cloud.OrganizationResource(ours), cloud.AllInstances, cloud.InstanceResource(one)} {
			if nobody.Allows(permission, r) {
				t.Errorf("%s on %s", permission, r)
			}
		}
	}
	member := access.PoliciesOf(cloud.Organization{ID: ours}, []uuid.UUID{systemRoleID(cloud.RoleMember), uuid.New()})
	billing := access.PoliciesOf(cloud.Organization{ID: ours}, []uuid.UUID{systemRoleID(cloud.RoleBilling)})
	if !nobody.Covers(member) || nobody.Covers(billing) || !billing.Covers(&nobody) {
		t.Error("covers is wrong")
	}
}

func TestGrantsCannotBeAlteredByWhoReadsThem(t *testing.T) {
	// Policies are shared by all keys with the same roles: what one caller does with
	// the grants it got does not reach another.
	p := access.Compile(ours, []cloud.Role{{Policies: []cloud.Policy{{
		Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.DatabaseAccess}, Resources: []cloud.Resource{cloud.AllInstances},
		Tags: cloud.PolicyTags{Grants: []string{"a"}},
	}}}})
	_, grants := p.SQLConsole(cloud.AllInstances)
	grants[0] = "b"
	if _, again := p.SQLConsole(cloud.AllInstances); again[0] != "a" {
		t.Error("the grants changed")
	}
}

var (
	permissions = []cloud.Permission{
		cloud.OrganizationView, cloud.CreateAPIKeys, cloud.SupportManage, cloud.ServiceView, cloud.ServiceManage, cloud.DatabaseAccess,
	}
	resources = []cloud.Resource{
		cloud.OrganizationResource(ours), cloud.OrganizationResource(theirs), cloud.AllInstances, cloud.InstanceResource(one), cloud.InstanceResource(two),
	}
)

var roleList = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) cloud.Role {
	return cloud.Role{ID: uuid.New(), Policies: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) cloud.Policy {
		// Denials are rarer, so that something is left.
		p := cloud.Policy{
			ID:          uuid.New(),
			Effect:      rapid.SampledFrom([]cloud.Effect{cloud.Allow, cloud.Allow, cloud.Deny}).Draw(t, "effect"),
			Permissions: rapid.SliceOfN(rapid.SampledFrom(permissions), 2, 5).Draw(t, "permissions"),
			Resources:   rapid.SliceOfN(rapid.SampledFrom(resources), 1, 4).Draw(t, "resources"),
		}
		p.Tags.SQLConsole = rapid.SampledFrom([]cloud.SQLConsoleRole{cloud.NoSQLConsole, cloud.SQLConsoleReadOnly, cloud.SQLConsoleAdmin}).Draw(t, "tag")
		p.Tags.Grants = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b"}), 0, 2).Draw(t, "grants")
		return p
	}), 1, 6).Draw(t, "policies")}
}), 0, 3)
