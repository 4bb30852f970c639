package cloud_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

var (
	ours   = cloud.Organization{ID: uuid.MustParse("11111111-1111-4111-8111-111111111111"), CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	theirs = cloud.Organization{ID: uuid.MustParse("22222222-2222-4222-8222-222222222222")}
)

func TestSystemRoleIDsAreTheSameOnEveryGatehouse(t *testing.T) {
	// Automations and the store name system roles by id, so an id never changes: not
	// with the organization, the release or the order of the list.
	golden := [][2]string{
		{"Admin", "48fcc28d-cde6-5f05-9a81-bea0080edcc3"},
		{"Billing", "183d8412-122c-5e6f-84f9-c6851e78ae8a"},
		{"Org API reader", "f28ad37c-8607-532d-ae4c-ae634719be2a"},
		{"Member", "cee01017-1ed0-559a-ac4a-61549564cf1e"},
		{"Service reader", "5a5be1c9-db67-5efc-a4cf-abc51852dbf4"},
		{"Service admin", "88194c14-dd7c-5dd7-9296-57e70c44b7ba"},
		{"Service API reader", "805518d0-a88f-51a2-917b-15b2fca6bdb4"},
		{"Service API admin", "95109fc2-f86c-5c61-845d-deb39ff5be94"},
		{"Basic service API reader", "a552fc20-60eb-54cb-9203-245d862392d9"},
	}
	for _, org := range []cloud.Organization{ours, theirs, {}} {
		var got [][2]string
		for _, r := range cloud.SystemRoles(org) {
			got = append(got, [2]string{r.Name, r.ID.String()})
			if r.OrganizationID != org.ID || r.Type != cloud.SystemRole || !r.CreatedAt.Equal(org.CreatedAt) || !r.UpdatedAt.Equal(org.CreatedAt) || r.Actors != nil {
				t.Errorf("%+v", r)
			}
			if (r.Assigned() != cloud.AssignedRole{ID: r.ID, Name: r.Name, Type: cloud.SystemRole}) {
				t.Errorf("%s is assigned as %+v", r.Name, r.Assigned())
			}
		}
		if !reflect.DeepEqual(got, golden) {
			t.Errorf("%v", got)
		}
	}
	if cloud.AdminRoleID.String() != golden[0][1] {
		t.Error("AdminRoleID is not the id of Admin")
	}
	// The console grants them by id before it has the list of roles.
	console, err := os.ReadFile("../../web/src/pages/keys/form/roles.ts")
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range golden {
		if pair := fmt.Sprintf("['%s', '%s']", role[0], role[1]); !strings.Contains(string(console), pair) {
			t.Errorf("the console does not know %s", pair)
		}
	}
}

func TestSystemRolePoliciesAreWellFormed(t *testing.T) {
	// Each policy of a system role could have been made through the API: it has an id
	// of its own, permissions of the catalogue of one scope, one resource of that
	// scope, and a tag exactly where it gives access to databases.
	for _, org := range []cloud.Organization{ours, theirs} {
		seen := map[uuid.UUID]string{}
		for _, r := range cloud.SystemRoles(org) {
			for _, p := range r.Policies {
				if seen[p.ID] != "" || p.ID == uuid.Nil {
					t.Errorf("%s has the policy id %s of %s", r.Name, p.ID, seen[p.ID])
				}
				seen[p.ID] = r.Name
				if p.Effect != cloud.Allow || len(p.Permissions) == 0 || len(p.Resources) != 1 {
					t.Errorf("%s: %+v", r.Name, p)
				}
				want := cloud.AllInstances
				if p.Permissions[0].OfOrganization() {
					want = cloud.OrganizationResource(org.ID)
				}
				if p.Resources[0] != want {
					t.Errorf("%s: %v on %v", r.Name, p.Permissions, p.Resources)
				}
				for i, x := range p.Permissions {
					if !slices.Contains(cloud.Permissions(), x) || slices.Contains(p.Permissions[:i], x) || x.OfOrganization() != p.Permissions[0].OfOrganization() {
						t.Errorf("%s: %s among %v", r.Name, x, p.Permissions)
					}
				}
				if slices.Contains(p.Permissions, cloud.DatabaseAccess) != (p.Tags.SQLConsole != cloud.NoSQLConsole) || p.Tags.Grants != nil {
					t.Errorf("%s: %v with the tags %+v", r.Name, p.Permissions, p.Tags)
				}
			}
		}
	}
}

func TestSystemRolesAllowWhatTheCloudDocuments(t *testing.T) {
	// The Cloud documents what each role is for. Among the roles of an organization
	// only Admin reaches services; readers change nothing; API roles do not reach databases.
	for name, test := range map[string]struct {
		organization, service []string // as the ends of the permissions' names; "*" for all
		sql                   cloud.SQLConsoleRole
	}{
		"Admin":                    {organization: []string{"*"}, service: []string{"*"}, sql: cloud.SQLConsoleAdmin},
		"Billing":                  {organization: []string{"organization:view", "view-billing", "manage-billing"}},
		"Org API reader":           {organization: []string{"organization:view", "view-api-keys", "view-activities"}},
		"Member":                   {},
		"Service reader":           {service: []string{":service:view", "view-backups", "view-query-api-endpoints", "view-private-endpoints", "view-scaling-config", "database:access"}, sql: cloud.SQLConsoleReadOnly},
		"Service admin":            {service: []string{"*"}, sql: cloud.SQLConsoleAdmin},
		"Service API reader":       {service: []string{":service:view", "view-backups", "view-query-api-endpoints", "view-private-endpoints", "view-scaling-config", "postgres-service:view"}},
		"Service API admin":        {organization: []string{"create-service"}, service: []string{"*", "!database:access"}},
		"Basic service API reader": {service: []string{"view-query-api-endpoints"}},
	} {
		got, sql := allowed(name)
		var want []cloud.Permission
		for _, p := range cloud.Permissions() {
			ends := test.service
			if p.OfOrganization() {
				ends = test.organization
			}
			isEnd := func(end string) bool { return end == "*" || strings.HasSuffix(string(p), end) }
			isNot := func(end string) bool { return strings.HasPrefix(end, "!") && strings.HasSuffix(string(p), end[1:]) }
			if slices.ContainsFunc(ends, isEnd) && !slices.ContainsFunc(ends, isNot) {
				want = append(want, p)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || sql != test.sql {
			t.Errorf("%s allows %v with %q\nwant %v with %q", name, got, sql, want, test.sql)
		}
	}
}

// allowed returns what the policies of a system role name, and their role in the SQL console.
func allowed(name string) (permissions []cloud.Permission, sql cloud.SQLConsoleRole) {
	for _, r := range cloud.SystemRoles(ours) {
		if r.Name != name {
			continue
		}
		for _, p := range r.Policies {
			permissions = append(permissions, p.Permissions...)
			sql = max(sql, p.Tags.SQLConsole)
		}
	}
	return permissions, sql
}

func TestSystemRolesCannotBeAltered(t *testing.T) {
	// What a caller does with the roles it got does not reach the next caller.
	before := fmt.Sprint(cloud.SystemRoles(ours))
	for _, r := range cloud.SystemRoles(ours) {
		for _, p := range r.Policies {
			clear(p.Permissions)
			clear(p.Resources)
		}
	}
	clear(cloud.Permissions())
	if fmt.Sprint(cloud.SystemRoles(ours)) != before {
		t.Error("the roles changed")
	}
}

func TestLegacyRolesAreNamesForSystemRoles(t *testing.T) {
	// A legacy role that is written is read again, and any set of system roles is
	// shown as exactly those legacy roles that it holds all of.
	names := map[cloud.LegacyRole][]string{
		cloud.LegacyAdmin: {"Admin"}, cloud.LegacyDeveloper: {"Org API reader", "Service API reader"}, cloud.LegacyQueryEndpoints: {"Basic service API reader"},
	}
	roles := cloud.SystemRoles(ours)
	for set := range 1 << len(roles) {
		var assigned []cloud.AssignedRole
		has := map[string]bool{}
		for i, r := range roles {
			if set&(1<<i) != 0 {
				assigned = append(assigned, r.Assigned())
				has[r.Name] = true
			}
		}
		want := []cloud.LegacyRole{}
		for _, l := range []cloud.LegacyRole{cloud.LegacyAdmin, cloud.LegacyDeveloper, cloud.LegacyQueryEndpoints} {
			if !slices.ContainsFunc(names[l], func(n string) bool { return !has[n] }) {
				want = append(want, l)
			}
		}
		if got := cloud.LegacyRoles(assigned); !reflect.DeepEqual(got, want) {
			t.Fatalf("%v are shown as %#v instead of %v", assigned, got, want)
		}
	}
	for l, want := range names {
		ids, err := l.RoleIDs("roles")
		var got []string
		for _, r := range roles {
			if slices.Contains(ids, r.ID) {
				got = append(got, r.Name)
			}
		}
		if err != nil || !slices.Equal(got, want) || len(ids) != len(want) {
			t.Errorf("%s is %v, %v", l, got, err)
		}
	}
	for _, wrong := range []cloud.LegacyRole{"", "Admin", "developer ", "sql_console_admin"} {
		if ids, err := wrong.RoleIDs("roles[0]"); cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "roles[0]: ") || ids != nil {
			t.Errorf("%q: %v, %v", wrong, ids, err)
		}
	}
}

func TestResourceIsAnOrganizationOrAServiceOrAllServices(t *testing.T) {
	// A resource is read in its one form and no other, so that no text is a resource
	// to one reader and none to the next.
	id := ours.ID
	if got, ok := cloud.OrganizationResource(id).Organization(); !ok || got != id {
		t.Errorf("%s, %t", got, ok)
	}
	if got, ok := cloud.InstanceResource(id).Instance(); !ok || got != id {
		t.Errorf("%s, %t", got, ok)
	}
	for _, r := range []cloud.Resource{
		"", "organization/", "organization/*", "instance/", cloud.AllInstances, cloud.Resource(id.String()), "service/" + cloud.Resource(id.String()),
		"instance/{11111111-1111-4111-8111-111111111111}", "instance/urn:uuid:11111111-1111-4111-8111-111111111111",
		"instance/11111111111141118111111111111111", "instance/x11111111-1111-4111-8111-111111111111x", "instance/11111111-1111-4111-8111-11111111111g",
		"organization/{11111111-1111-4111-8111-111111111111}", " organization/11111111-1111-4111-8111-111111111111", "Organization/11111111-1111-4111-8111-111111111111",
	} {
		if _, ok := r.Organization(); ok {
			t.Errorf("%q is an organization", r)
		}
		if _, ok := r.Instance(); ok {
			t.Errorf("%q is a service", r)
		}
	}
	if _, ok := cloud.OrganizationResource(id).Instance(); ok {
		t.Error("an organization is a service")
	}
}

func TestActorRefNamesOneKey(t *testing.T) {
	// What a key is called as an actor is read as that key; a person is no key.
	if got, ok := cloud.KeyActor(ours.ID).Key(); !ok || got != ours.ID {
		t.Errorf("%s, %t", got, ok)
	}
	for _, a := range []cloud.ActorRef{"", "apiKey/", "apiKey/*", "user/" + cloud.ActorRef(ours.ID.String()), "apiKey/{11111111-1111-4111-8111-111111111111}"} {
		if got, ok := a.Key(); ok {
			t.Errorf("%q is the key %s", a, got)
		}
	}
}

func TestUniqueIDsKeepsTheOrder(t *testing.T) {
	// Assigning a role twice assigns it once, where it stood first.
	a, b := ours.ID, theirs.ID
	if got := cloud.UniqueIDs([]uuid.UUID{b, a, b, b, a}); !slices.Equal(got, []uuid.UUID{b, a}) {
		t.Errorf("%v", got)
	}
	if got := cloud.UniqueIDs(nil); got == nil || len(got) != 0 {
		t.Errorf("%#v", got)
	}
}
