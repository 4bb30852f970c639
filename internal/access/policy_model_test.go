package access_test

import (
	"flag"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// checkModels is rapid.Check with so many models, unless the command line says how many:
// -rapid.checks=1000000. Tests in parallel would share the setting.
func checkModels(t *testing.T, models int, property func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if usual := checks.Value.String(); usual == checks.DefValue {
		if err := checks.Value.Set(strconv.Itoa(models)); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := checks.Value.Set(usual); err != nil {
				t.Fatal(err)
			}
		}()
	}
	rapid.Check(t, property)
}

// What models are made of, and what is asked about them. Questions about every
// permission of the catalogue are in testdata/system_roles.yaml.
var (
	permissions = []cloud.Permission{
		cloud.OrganizationView, cloud.CreateAPIKeys, cloud.SupportManage, cloud.ServiceView, cloud.ServiceManage, cloud.DatabaseAccess,
	}
	resources = []cloud.Resource{
		cloud.InstanceResource(one), cloud.OrganizationResource(ours), cloud.AllInstances, cloud.OrganizationResource(theirs), cloud.InstanceResource(two),
		"organization/*", inCapitals("instance/", two), inCapitals("organization/", ours),
	}
	askedPermissions = append(slices.Clone(permissions), "control-plane:service:destroy")
	askedResources   = []cloud.Resource{
		cloud.InstanceResource(one), cloud.OrganizationResource(ours), cloud.AllInstances, cloud.OrganizationResource(theirs), inCapitals("instance/", two),
		"organization/*", cloud.InstanceResource(fresh), inCapitals("organization/", ours),
	}
	databaseRights = []string{string(cloud.SQLConsoleReadOnly), string(cloud.SQLConsoleAdmin), "a", "b"} // and grants
)

// inCapitals returns the other way to write an id: it names the same.
func inCapitals(kind string, id uuid.UUID) cloud.Resource {
	return cloud.Resource(kind + strings.ToUpper(id.String()))
}

// somePolicy draws a policy. Denials are rarer, so that something is left; an effect or a
// tag that does not exist is not made by anybody, but must not allow anything.
var somePolicy = rapid.Custom(func(t *rapid.T) cloud.Policy {
	p := cloud.Policy{
		Effect:      rapid.SampledFrom([]cloud.Effect{cloud.Allow, cloud.Allow, cloud.Allow, cloud.Allow, cloud.Deny, cloud.Deny, "allow"}).Draw(t, "effect"),
		Permissions: rapid.SliceOfN(rapid.SampledFrom(permissions), 1, 5).Draw(t, "permissions"),
		Resources:   rapid.SliceOfN(rapid.SampledFrom(resources), 1, 4).Draw(t, "resources"),
	}
	p.Tags.SQLConsole = rapid.SampledFrom([]cloud.SQLConsoleRole{cloud.NoSQLConsole, cloud.SQLConsoleReadOnly, cloud.SQLConsoleAdmin, "sql-console-owner"}).Draw(t, "tag")
	p.Tags.Grants = rapid.SliceOfN(rapid.SampledFrom(databaseRights[2:]), 0, 2).Draw(t, "grants")
	return p
})

var (
	someSystemRole = rapid.SampledFrom(cloud.SystemRoles(cloud.Organization{ID: ours}))
	someCustomRole = rapid.Map(rapid.SliceOfN(somePolicy, 0, 5), func(policies []cloud.Policy) cloud.Role {
		return cloud.Role{Type: cloud.CustomRole, Policies: policies}
	})
	someRole  = rapid.OneOf(someCustomRole, someCustomRole, someCustomRole, someSystemRole)
	someRoles = rapid.Map(rapid.SliceOfN(someRole, 1, 4), identified)
)

// identified gives the custom roles and their policies ids of their own.
func identified(roles []cloud.Role) []cloud.Role {
	for i, r := range roles {
		if r.Type == cloud.SystemRole {
			continue
		}
		roles[i].ID, roles[i].Name = numberedID(3, i), "custom"
		for j := range r.Policies {
			r.Policies[j].ID = numberedID(4, 100*i+j)
		}
	}
	return roles
}

// dealt deals each policy of the roles to one of two actors, to both or to none, and
// adds a few roles.
func dealt(t *rapid.T, roles []cloud.Role) (mine, theirs []cloud.Role) {
	for _, r := range roles {
		for _, p := range r.Policies {
			dealt := []cloud.Role{{Policies: []cloud.Policy{p}}}
			to := dealing.Draw(t, "to")
			if to != "theirs" && to != "nobody" {
				mine = append(mine, dealt...)
			}
			if to != "mine" && to != "nobody" {
				theirs = append(theirs, dealt...)
			}
		}
	}
	return append(mine, fewRoles.Draw(t, "mine")...), append(theirs, fewRoles.Draw(t, "theirs")...)
}

var (
	dealing  = rapid.SampledFrom([]string{"mine", "theirs", "both", "mine", "theirs", "both", "nobody"})
	fewRoles = rapid.SliceOfN(someRole, 0, 1)
)
