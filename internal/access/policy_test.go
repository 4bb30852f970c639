package access_test

import (
	"bytes"
	"os"
	"runtime"
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
	// them for each question.
	checkModels(t, 100_000, func(t *rapid.T) {
		roles := someRoles.Draw(t, "roles")
		p, ref := access.Compile(ours, roles), reference{ours, roles}
		for _, resource := range askedResources {
			for _, permission := range askedPermissions {
				if got, want := p.Allows(permission, resource), ref.allows(permission, resource); got != want {
					t.Fatalf("%s on %s: %t, the reference says %t", permission, resource, got, want)
				}
			}
			role, grants := p.SQLConsole(resource)
			for _, right := range databaseRights {
				got := slices.Contains(grants, right) || right == "sql-console-readonly" && role != "" || right == "sql-console-admin" && role == "sql-console-admin"
				if want := ref.gives(right, resource); got != want {
					t.Fatalf("%s on %s: %t, the reference says %t", right, resource, got, want)
				}
			}
		}
	})
}

func TestNobodyGrantsMoreThanTheyHold(t *testing.T) {
	// Policies are covered exactly when each thing that they allow on the organization and
	// on any service, mentioned or not, is allowed by whoever gives them or by what the
	// one who gets them holds already.
	checkModels(t, 20_000, func(t *rapid.T) {
		granted := someRoles.Draw(t, "granted")
		mine, held := dealt(t, granted)
		organization := rapid.SampledFrom([]uuid.UUID{ours, ours, ours, theirs}).Draw(t, "organization")

		p, h, g := access.Compile(ours, mine), access.Compile(ours, held), access.Compile(organization, granted)
		ref := reference{organization, granted}
		if got, want := p.Covers(g), ref.covered(reference{ours, mine}); got != want {
			t.Fatalf("covers: %t, the reference says %t", got, want)
		}
		if got, want := p.CoversBeside(h, g), ref.covered(reference{ours, mine}, reference{ours, held}); got != want {
			t.Fatalf("covers beside what is held: %t, the reference says %t", got, want)
		}
	})
}

func TestTheReferenceIsSmallAndIndependent(t *testing.T) {
	// The reference can be believed because it is read in a minute, and because it
	// calls nothing of what it judges.
	text, err := os.ReadFile("reference_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(text, []byte("\n")); lines > 100 {
		t.Errorf("reference_test.go has %d lines", lines)
	}
	if bytes.Contains(text, []byte("internal/access")) {
		t.Error("reference_test.go imports the package that it judges")
	}
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
	// the grants it got, or with the roles, does not reach another.
	roles := []cloud.Role{{Policies: []cloud.Policy{{
		Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.DatabaseAccess}, Resources: []cloud.Resource{cloud.AllInstances},
		Tags: cloud.PolicyTags{Grants: []string{"a"}},
	}}}}
	p := access.Compile(ours, roles)
	_, grants := p.SQLConsole(cloud.AllInstances)
	grants[0], roles[0].Policies[0].Tags.Grants[0] = "b", "c"
	if _, again := p.SQLConsole(cloud.AllInstances); again[0] != "a" {
		t.Error("the grants changed")
	}
}

func TestGrantsAreKeptOnceForAllServices(t *testing.T) {
	// Everybody's changes wait while a role is compiled and compared, and a role may have
	// many thousand grants on many services: neither takes the one times the other in
	// memory, nor the square of it in time.
	var role cloud.Role
	var resources []cloud.Resource
	for i := range 120 {
		resources = append(resources, cloud.InstanceResource(numberedID(5, i)))
	}
	for i := range 100 {
		p := cloud.Policy{Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.DatabaseAccess}, Resources: resources}
		for j := range 100 {
			p.Tags.Grants = append(p.Tags.Grants, strconv.Itoa(100*i+j))
		}
		role.Policies = append(role.Policies, p)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := access.Compile(ours, []cloud.Role{role})
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d bytes to compile %d grants on %d services", used, 100*100, len(resources))
	}
	if !p.Covers(access.Compile(ours, []cloud.Role{role})) {
		t.Error("it does not cover itself")
	}
}
