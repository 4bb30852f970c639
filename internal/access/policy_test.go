package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestPoliciesAnswerLikeTheReference(t *testing.T) {
	// The compiled form answers like a reader of the policies who goes through all of
	// them for each question.
	rapid.Check(t, func(t *rapid.T) {
		roles := roleList.Draw(t, "roles")
		p, ref := access.Compile(ours, roles), reference{ours, roles}
		for _, resource := range append(slices.Clone(resources), cloud.AllInstances, cloud.InstanceResource(fresh), "organization/*", "") {
			for _, permission := range append(slices.Clone(permissions), "control-plane:service:destroy") {
				if got, want := p.Allows(permission, resource), ref.allows(permission, resource); got != want {
					t.Fatalf("%s on %s: %t, the reference says %t", permission, resource, got, want)
				}
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
		if want := p.covers(other); got != want {
			t.Fatalf("covers: %t, the reference says %t", got, want)
		}
	})
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
	return cloud.Role{Policies: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) cloud.Policy {
		// Denials are rarer, so that something is left.
		p := cloud.Policy{
			Effect:      rapid.SampledFrom([]cloud.Effect{cloud.Allow, cloud.Allow, cloud.Deny}).Draw(t, "effect"),
			Permissions: rapid.SliceOfN(rapid.SampledFrom(permissions), 2, 5).Draw(t, "permissions"),
			Resources:   rapid.SliceOfN(rapid.SampledFrom(resources), 1, 4).Draw(t, "resources"),
		}
		p.Tags.SQLConsole = rapid.SampledFrom([]cloud.SQLConsoleRole{cloud.NoSQLConsole, cloud.SQLConsoleReadOnly, cloud.SQLConsoleAdmin}).Draw(t, "tag")
		p.Tags.Grants = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b"}), 0, 2).Draw(t, "grants")
		return p
	}), 1, 6).Draw(t, "policies")}
}), 0, 3)

// reference answers by going through the policies. It shares nothing with the
// package under test: what a permission or a resource is about, it sees from its name.
type reference struct {
	organization uuid.UUID
	roles        []cloud.Role
}

// about calls f with each policy that names the permission and is about the resource.
func (ref reference) about(permission cloud.Permission, resource cloud.Resource, f func(cloud.Policy)) {
	ofOrganization := strings.Contains(string(permission), ":organization:") || strings.Contains(string(permission), ":support:")
	for _, role := range ref.roles {
		for _, p := range role.Policies {
			for _, r := range p.Resources {
				is := r == resource && r == cloud.Resource("organization/"+ref.organization.String())
				if !ofOrganization {
					is = strings.HasPrefix(string(resource), "instance/") && (r == resource || r == "instance/*")
				}
				if is && slices.Contains(p.Permissions, permission) {
					f(p)
				}
			}
		}
	}
}

func (ref reference) allows(permission cloud.Permission, resource cloud.Resource) bool {
	if resource == "instance/*" {
		return !slices.ContainsFunc(allServices, func(r cloud.Resource) bool { return !ref.allows(permission, r) })
	}
	allowed, denied := false, false
	ref.about(permission, resource, func(p cloud.Policy) {
		switch {
		case p.Effect == "ALLOW":
			allowed = true
		case permission != cloud.DatabaseAccess || p.Tags.SQLConsole == "":
			denied = true
		}
	})
	return allowed && !denied
}

// allServices are those that models name and one that they do not.
var allServices = []cloud.Resource{cloud.InstanceResource(one), cloud.InstanceResource(two), cloud.InstanceResource(fresh)}

func (ref reference) sqlConsole(resource cloud.Resource) (cloud.SQLConsoleRole, []string) {
	if !ref.allows(cloud.DatabaseAccess, resource) {
		return "", nil
	}
	if resource == "instance/*" { // the least of what is allowed on each, and the grants on all
		least := cloud.SQLConsoleAdmin
		for _, r := range allServices {
			if role, _ := ref.sqlConsole(r); rank(role) < rank(least) {
				least = role
			}
		}
		_, grants := ref.sqlConsole(cloud.InstanceResource(fresh))
		return least, grants
	}
	given, most := 0, rank(cloud.SQLConsoleAdmin)
	var grants []string
	ref.about(cloud.DatabaseAccess, resource, func(p cloud.Policy) {
		if p.Effect == "ALLOW" {
			given = max(given, rank(p.Tags.SQLConsole))
			grants = append(grants, p.Tags.Grants...)
		} else {
			most = min(most, rank(p.Tags.SQLConsole)-1)
		}
	})
	return []cloud.SQLConsoleRole{"", "sql-console-readonly", "sql-console-admin"}[min(given, most)], grants
}

func rank(r cloud.SQLConsoleRole) int {
	return map[cloud.SQLConsoleRole]int{"": 0, "sql-console-readonly": 1, "sql-console-admin": 2}[r]
}

func (ref reference) covers(other reference) bool {
	for _, resource := range append([]cloud.Resource{cloud.OrganizationResource(other.organization)}, allServices...) {
		for _, permission := range permissions {
			same := ref.organization == other.organization
			if other.allows(permission, resource) && (!same || !ref.allows(permission, resource)) {
				return false
			}
		}
		mine, myGrants := ref.sqlConsole(resource)
		theirs, theirGrants := other.sqlConsole(resource)
		if rank(theirs) > rank(mine) {
			return false
		}
		if mine != cloud.SQLConsoleAdmin && slices.ContainsFunc(theirGrants, func(g string) bool { return !slices.Contains(myGrants, g) }) {
			return false
		}
	}
	return true
}
