package cloud_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestPoliciesOfACustomRoleAreChecked(t *testing.T) {
	// What can be a custom role's is accepted; what is wrong is named with field and value, in the
	// sentences that clients of the Cloud look for.
	own, other, service := uuid.MustParse("6f3c7f86-3f5e-4a4e-9a0e-5a3a1f0f6a10"), uuid.MustParse("7f3c7f86-3f5e-4a4e-9a0e-5a3a1f0f6a10"), uuid.New()
	organization, instance := cloud.OrganizationResource(own), cloud.InstanceResource(service)
	view := cloud.Policy{Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.OrganizationView}, Resources: []cloud.Resource{organization}}
	database := cloud.Policy{Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.DatabaseAccess}, Resources: []cloud.Resource{cloud.AllInstances}}
	tagged := func(tags cloud.PolicyTags) cloud.Policy {
		p := database
		p.Tags = tags
		return p
	}
	on := func(resources ...cloud.Resource) cloud.Policy {
		p := view
		p.Resources = resources
		return p
	}
	may := func(resource cloud.Resource, permissions ...cloud.Permission) cloud.Policy {
		return cloud.Policy{Effect: cloud.Allow, Permissions: permissions, Resources: []cloud.Resource{resource}}
	}
	effect := func(e cloud.Effect) cloud.Policy {
		p := view
		p.Effect = e
		return p
	}
	long := strings.Repeat("x", cloud.MaxGrantLength)
	var organizationPermissions, servicePermissions []cloud.Permission
	for _, p := range cloud.Permissions() {
		switch {
		case p.OfOrganization():
			organizationPermissions = append(organizationPermissions, p)
		case p != cloud.DatabaseAccess:
			servicePermissions = append(servicePermissions, p)
		}
	}
	for what, policies := range map[string][]cloud.Policy{
		"none":                               nil,
		"on the organization":                {view},
		"a denial":                           {effect(cloud.Deny)},
		"all permissions of an organization": {may(organization, organizationPermissions...)},
		"all permissions of a service":       {may(instance, servicePermissions...)},
		"one service and all":                {{Effect: cloud.Deny, Permissions: servicePermissions, Resources: []cloud.Resource{instance, cloud.AllInstances}}},
		"a database role":                    {tagged(cloud.PolicyTags{SQLConsole: cloud.SQLConsoleAdmin})},
		"grants":                             {tagged(cloud.PolicyTags{Grants: []string{"GRANT SELECT ON a.*", long}})},
		"all database access denied":         {{Effect: cloud.Deny, Permissions: database.Permissions, Resources: database.Resources}},
		"twice the same":                     {view, view},
		"as many as there can be":            make100(view),
	} {
		if err := cloud.CheckPolicies("policies", own, policies); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	const scope = "All permissions in a policy must target the same resource scope"
	for _, test := range []struct {
		what   string
		policy cloud.Policy
		want   []string
	}{
		{"no effect", effect(""), []string{`policies[1].allowDeny: expected one of ALLOW, DENY, got ""`}},
		{"an effect in lower case", effect("allow"), []string{`policies[1].allowDeny: `, `got "allow"`}},
		{"no permission", may(organization), []string{"policies[1].permissions: expected at least one permission, got none"}},
		{"an unknown permission", may(organization, cloud.OrganizationView, "control-plane:organization:fly"), []string{`policies[1].permissions[1]: there is no permission "control-plane:organization:fly"`}},
		{"too many permissions", may(organization, make([]cloud.Permission, 1000)...), []string{"policies[1].permissions: expected at most"}},
		{"permissions of both kinds", may(organization, cloud.OrganizationView, cloud.ServiceView), []string{"policies[1].permissions[1]: ", scope}},
		{"permissions of both kinds, otherwise", may(instance, cloud.ServiceView, cloud.OrganizationView), []string{"policies[1].permissions[1]: ", scope}},
		{"no resource", on(), []string{"policies[1].resources: expected at least one resource, got none"}},
		{"too many resources", on(make([]cloud.Resource, cloud.MaxPolicyResources+1)...), []string{"policies[1].resources: expected at most 1000 resources, got 1001"}},
		{"a service for the organization", on(instance), []string{"policies[1].resources[0]: ", scope, string(instance)}},
		{"all services for the organization", on(organization, cloud.AllInstances), []string{"policies[1].resources[1]: ", scope}},
		{"the organization for services", may(organization, cloud.ServiceView), []string{"policies[1].resources[0]: ", scope}},
		{"another organization", on(cloud.OrganizationResource(other)), []string{"policies[1].resources[0]: Organization " + other.String() + " must match the role's organization", string(organization)}},
		{"all organizations", on("organization/*"), []string{"policies[1].resources[0]: Organization * must match the role's organization"}},
		{"another organization, for services", may(cloud.OrganizationResource(other), cloud.ServiceView), []string{"Organization " + other.String() + " must match the role's organization"}},
		{"no organization", on("organization/"), []string{"Organization  must match the role's organization"}},
		{"a resource that is none", on("service/1"), []string{"policies[1].resources[0]: expected ", `got "service/1"`}},
		{"a service that is no id", may("instance/1", cloud.ServiceView), []string{`got "instance/1"`}},
		{"a service in another form", may(cloud.Resource("instance/{"+service.String()+"}"), cloud.ServiceView), []string{"policies[1].resources[0]: expected "}},
		{"everything", on("*"), []string{`got "*"`}},
		{"a database role that is none", tagged(cloud.PolicyTags{SQLConsole: "admin"}), []string{`policies[1].tags.roleV2: expected one of sql-console-readonly, sql-console-admin, got "admin"`}},
		{"database access that gives nothing", database, []string{"policies[1].tags.roleV2: sql-console:database:access needs one of"}},
		{"a blank grant", tagged(cloud.PolicyTags{Grants: []string{"a", " "}}), []string{"policies[1].tags.grants[1]: expected a grant such as"}},
		{"a long grant", tagged(cloud.PolicyTags{Grants: []string{long + "x"}}), []string{"policies[1].tags.grants[0]: expected at most 1024 characters, got 1025"}},
		{"a grant of two lines", tagged(cloud.PolicyTags{Grants: []string{"a\nb"}}), []string{"policies[1].tags.grants[0]: control characters are not allowed"}},
		{"too many grants", tagged(cloud.PolicyTags{Grants: make([]string, cloud.MaxGrants+1)}), []string{"policies[1].tags.grants: expected at most 1000 grants, got 1001"}},
	} {
		err := cloud.CheckPolicies("policies", own, []cloud.Policy{view, test.policy})
		if cloud.CodeOf(err) != cloud.Invalid {
			t.Errorf("%s: %v", test.what, err)
			continue
		}
		for _, part := range test.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not have %q", test.what, err, part)
			}
		}
	}
	err := cloud.CheckPolicies("policies", own, append(make100(view), view))
	if cloud.CodeOf(err) != cloud.Invalid || err.Error() != "policies: expected at most 100 policies, got 101" {
		t.Errorf("too many: %v", err)
	}
	huge := strings.Repeat("ü", 100_000)
	for _, p := range []cloud.Policy{on(cloud.Resource(huge)), on(cloud.Resource("organization/" + huge)), may(organization, cloud.Permission(huge)), tagged(cloud.PolicyTags{SQLConsole: cloud.SQLConsoleRole(huge)})} {
		if err := cloud.CheckPolicies("policies", own, []cloud.Policy{p}); err == nil || len(err.Error()) > 2000 {
			t.Errorf("a sentence of %d bytes repeats what was sent", len(err.Error()))
		}
	}
}

// make100 returns as many policies as a role can have.
func make100(p cloud.Policy) (policies []cloud.Policy) {
	for range cloud.MaxPolicies {
		policies = append(policies, p)
	}
	return policies
}

func TestActorsHaveOneForm(t *testing.T) {
	// A person or a key is named in one form, whichever letters the id came in; nothing else is an actor.
	id := uuid.MustParse("6f3c7f86-3f5e-4a4e-9a0e-5a3a1f0f6a10")
	upper := strings.ToUpper(id.String())
	for text, want := range map[string]cloud.ActorRef{
		"user/" + id.String(): cloud.PersonActor(id), "user/" + upper: cloud.PersonActor(id), "apiKey/" + id.String(): cloud.KeyActor(id), "apiKey/" + upper: cloud.KeyActor(id),
	} {
		got, err := cloud.ParseActor("actors[0]", text)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
		person, isPerson := got.Person()
		key, isKey := got.Key()
		if isPerson == isKey || isPerson && person != id || isKey && key != id {
			t.Errorf("%s is the person %s and the key %s", text, person, key)
		}
	}
	for _, text := range []string{
		"", "user/", "user", id.String(), "USER/" + id.String(), "apikey/" + id.String(), "user/{" + id.String() + "}", "user/urn:uuid:" + id.String(),
		"user/" + strings.ReplaceAll(id.String(), "-", ""), "user/" + id.String() + " ", " user/" + id.String(), "user/" + id.String() + "/x", "role/" + id.String(),
		"user/" + strings.Repeat("z", 36), strings.Repeat("x", 100_000), "user/\x00",
	} {
		got, err := cloud.ParseActor("actors[3]", text)
		if cloud.CodeOf(err) != cloud.Invalid || got != "" || !strings.HasPrefix(err.Error(), "actors[3]: expected user/<id> or apiKey/<id>, got ") || len(err.Error()) > 1500 {
			t.Errorf("%.60q: %q, %v", text, got, err)
		}
	}
}

func TestResourcesHaveOneForm(t *testing.T) {
	// An organization or a service is kept in one form, so that it is found again; what is none stays as it is, for the error to show.
	id := uuid.MustParse("6f3c7f86-3f5e-4a4e-9a0e-5a3a1f0f6a10")
	upper := strings.ToUpper(id.String())
	for text, want := range map[string]cloud.Resource{
		"organization/" + upper: cloud.OrganizationResource(id), "organization/" + id.String(): cloud.OrganizationResource(id),
		"instance/" + upper: cloud.InstanceResource(id), "instance/*": cloud.AllInstances,
		"": "", "Instance/" + id.String(): cloud.Resource("Instance/" + id.String()), "organization/*": "organization/*", "instance/{" + id.String() + "}": cloud.Resource("instance/{" + id.String() + "}"),
	} {
		if got := cloud.ParseResource(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if err := cloud.CheckPolicies("policies", id, []cloud.Policy{{
		Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.OrganizationView}, Resources: []cloud.Resource{cloud.ParseResource("organization/" + upper)},
	}}); err != nil {
		t.Error(err)
	}
}
