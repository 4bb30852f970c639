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
	ours   = uuid.MustParse("11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
	theirs = uuid.MustParse("22222222-2222-4222-8222-222222222222")
	one    = uuid.MustParse("33333333-3333-4333-8333-333333333333")
	two    = uuid.MustParse("dddddddd-dddd-4ddd-8ddd-dddddddddddd")
	fresh  = uuid.MustParse("55555555-5555-4555-8555-555555555555") // a service that no policy names
)

// policyTest is one test of testdata/policies.yaml, which explains its fields.
type policyTest struct {
	Name       string
	model      `yaml:",inline"`
	Allows     []question
	Refuses    []question
	Decided    []decision
	SQLConsole []sqlAnswer `yaml:"sqlConsole"`
	Covers     []model
	Uncovered  []model
	Beside     []besideTest
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

// decision is what decides about questions: the policy by its place and that of its role,
// from one; zero is none.
type decision struct {
	question `yaml:",inline"`
	Role     int
	Policy   int
}

type sqlAnswer struct {
	Resources []cloud.Resource
	Role      cloud.SQLConsoleRole
	Grants    []string
}

type besideTest struct {
	Held      model
	Covers    []model
	Uncovered []model
}

func TestPoliciesAmountToWhatTheTableSays(t *testing.T) {
	// testdata/policies.yaml is the meaning of policies: whatever form they are
	// compiled to, the answers are these.
	var tests []policyTest
	readTable(t, "testdata/policies.yaml", &tests)
	for _, test := range tests {
		t.Run(test.Name, test.run)
	}
}

func readTable(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true) // a misspelt field would ask nothing
	if err := decoder.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func (test policyTest) run(t *testing.T) {
	roles := test.roles()
	p := access.Compile(ours, roles)
	for expected, questions := range map[bool][]question{true: test.Allows, false: test.Refuses} {
		for _, q := range questions {
			q.each(func(permission cloud.Permission, resource cloud.Resource) {
				if p.Allows(permission, resource) != expected {
					t.Errorf("%s on %s is allowed: %t", permission, resource, !expected)
				}
				if d := access.Decide(ours, roles, permission, resource); d.Allowed != expected {
					t.Errorf("%s on %s: %+v", permission, resource, d)
				}
			})
		}
	}
	for _, decided := range test.Decided {
		var want uuid.UUID
		if decided.Role > 0 {
			want = roles[len(test.SystemRoles)+decided.Role-1].Policies[decided.Policy-1].ID
		}
		decided.each(func(permission cloud.Permission, resource cloud.Resource) {
			if d := access.Decide(ours, roles, permission, resource); d.Policy != want {
				t.Errorf("%s on %s: %+v", permission, resource, d)
			}
		})
	}
	for _, a := range test.SQLConsole {
		for _, resource := range a.Resources {
			role, grants := p.SQLConsole(named(resource))
			if role != a.Role || !sameSet(grants, a.Grants) {
				t.Errorf("the SQL console on %s: %q with %q", resource, role, grants)
			}
		}
	}
	for _, b := range append(test.Beside, besideTest{Covers: test.Covers, Uncovered: test.Uncovered}) {
		for expected, models := range map[bool][]model{true: b.Covers, false: b.Uncovered} {
			for _, m := range models {
				if p.CoversBeside(b.Held.compile(), m.compile()) != expected {
					t.Errorf("beside %+v, %+v is covered: %t", b.Held, m, !expected)
				}
			}
		}
	}
	if !p.Covers(p) {
		t.Error("the model does not cover itself")
	}
}

// each calls f with each permission on each resource.
func (q question) each(f func(cloud.Permission, cloud.Resource)) {
	for _, permission := range q.Permissions {
		for _, resource := range q.Resources {
			f(permission, named(resource))
		}
	}
}

func (m model) compile() *access.Policies { return access.Compile(ours, m.roles()) }

func (m model) roles() []cloud.Role {
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
		r := cloud.Role{Type: cloud.CustomRole}
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
	return identified(roles)
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
