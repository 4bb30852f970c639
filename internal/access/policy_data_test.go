package access_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

var (
	ours   = uuid.MustParse("11111111-1111-4111-8111-111111111111")
	theirs = uuid.MustParse("22222222-2222-4222-8222-222222222222")
	one    = uuid.MustParse("33333333-3333-4333-8333-333333333333")
	two    = uuid.MustParse("44444444-4444-4444-8444-444444444444")
	fresh  = uuid.MustParse("55555555-5555-4555-8555-555555555555") // a service that no policy names
)

// policyTest is one test of testdata/policies.yaml, which explains its fields.
type policyTest struct {
	Name       string
	model      `yaml:",inline"`
	Allows     []question
	Refuses    []question
	SQLConsole []sqlAnswer `yaml:"sqlConsole"`
	Covers     []model
	Uncovered  []model
}

type model struct {
	Roles       [][]policy
	SystemRoles []string `yaml:"systemRoles"`
}

type policy struct {
	AllowDeny   cloud.Effect `yaml:"allowDeny"`
	Permissions []cloud.Permission
	Resources   []cloud.Resource
	Tags        struct {
		RoleV2 cloud.SQLConsoleRole `yaml:"roleV2"`
		Grants []string
	}
}

type question struct {
	Permissions []cloud.Permission
	Resources   []cloud.Resource
}

type sqlAnswer struct {
	Resources []cloud.Resource
	Role      cloud.SQLConsoleRole
	Grants    []string
}

func TestPoliciesAmountToWhatTheTableSays(t *testing.T) {
	// testdata/policies.yaml is the meaning of policies: whatever form they are
	// compiled to, the answers are these.
	data, err := os.ReadFile("testdata/policies.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var tests []policyTest
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true) // a misspelt field would ask nothing
	if err := decoder.Decode(&tests); err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.Name, test.run)
	}
}

func (test policyTest) run(t *testing.T) {
	p := test.compile()
	for expected, questions := range map[bool][]question{true: test.Allows, false: test.Refuses} {
		for _, q := range questions {
			for _, permission := range q.Permissions {
				for _, resource := range q.Resources {
					if p.Allows(permission, named(resource)) != expected {
						t.Errorf("%s on %s is allowed: %t", permission, resource, !expected)
					}
				}
			}
		}
	}
	for _, a := range test.SQLConsole {
		for _, resource := range a.Resources {
			role, grants := p.SQLConsole(named(resource))
			if role != a.Role || !sameSet(grants, a.Grants) {
				t.Errorf("the SQL console on %s: %q with %q", resource, role, grants)
			}
		}
	}
	for expected, models := range map[bool][]model{true: test.Covers, false: test.Uncovered} {
		for _, m := range models {
			if p.Covers(m.compile()) != expected {
				t.Errorf("%+v is covered: %t", m, !expected)
			}
		}
	}
	if !p.Covers(p) {
		t.Error("the model does not cover itself")
	}
}

func (m model) compile() *access.Policies {
	var roles []cloud.Role
	for _, r := range cloud.SystemRoles(cloud.Organization{ID: ours}) {
		if slices.Contains(m.SystemRoles, r.Name) {
			roles = append(roles, r)
		}
	}
	if len(roles) != len(m.SystemRoles) {
		panic("there is no such system role: " + strings.Join(m.SystemRoles, ", "))
	}
	for _, policies := range m.Roles {
		var r cloud.Role
		for _, p := range policies {
			made := cloud.Policy{
				Effect: p.AllowDeny, Permissions: p.Permissions, Tags: cloud.PolicyTags{SQLConsole: p.Tags.RoleV2, Grants: p.Tags.Grants},
			}
			for _, resource := range p.Resources {
				made.Resources = append(made.Resources, named(resource))
			}
			r.Policies = append(r.Policies, made)
		}
		roles = append(roles, r)
	}
	return access.Compile(ours, roles)
}

// named puts the ids in the place of the names that the table uses.
func named(r cloud.Resource) cloud.Resource {
	replacer := strings.NewReplacer("/ours", "/"+ours.String(), "/theirs", "/"+theirs.String(), "/one", "/"+one.String(), "/two", "/"+two.String(), "/new", "/"+fresh.String())
	return cloud.Resource(replacer.Replace(string(r)))
}

func sameSet(a, b []string) bool {
	in := func(list []string) func(string) bool {
		return func(s string) bool { return !slices.Contains(list, s) }
	}
	return !slices.ContainsFunc(a, in(b)) && !slices.ContainsFunc(b, in(a))
}
