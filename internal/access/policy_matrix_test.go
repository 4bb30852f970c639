package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// roleMatrix is testdata/system_roles.yaml: the names of the roles that allow something.
type roleMatrix struct {
	Roles        []string
	Organization map[cloud.Permission][]string
	Services     map[cloud.Permission][]string
	SQLConsole   map[cloud.SQLConsoleRole][]string `yaml:"sqlConsole"`
}

func TestSystemRolesAllowWhatTheMatrixSays(t *testing.T) {
	// Each system role allows what testdata/system_roles.yaml says, on the organization, on
	// each service and on all of them, and nothing else; no role and no permission of the
	// catalogue is left out of it.
	var matrix roleMatrix
	readTable(t, "testdata/system_roles.yaml", &matrix)
	matrix.checkComplete(t)
	for _, role := range cloud.SystemRoles(cloud.Organization{ID: ours}) {
		roles := []cloud.Role{role}
		p := access.Compile(ours, roles)
		for _, resource := range []cloud.Resource{
			cloud.OrganizationResource(ours), cloud.OrganizationResource(theirs), cloud.AllInstances, cloud.InstanceResource(one), cloud.InstanceResource(fresh),
		} {
			for _, permission := range cloud.Permissions() {
				want := slices.Contains(matrix.on(resource)[permission], role.Name)
				if p.Allows(permission, resource) != want {
					t.Errorf("%s: %s on %s is allowed: %t", role.Name, permission, resource, !want)
				}
				if d := access.Decide(ours, roles, permission, resource); d.Allowed != want || want && d.Role != role.Assigned() {
					t.Errorf("%s: %s on %s: %+v", role.Name, permission, resource, d)
				}
			}
			if got, grants := p.SQLConsole(resource); got != matrix.sqlConsole(role.Name, resource) || len(grants) > 0 {
				t.Errorf("%s: the SQL console on %s: %q with %q", role.Name, resource, got, grants)
			}
		}
	}
}

// on returns the lines that are about the resource.
func (m roleMatrix) on(resource cloud.Resource) map[cloud.Permission][]string {
	switch {
	case strings.HasPrefix(string(resource), "instance/"):
		return m.Services
	case resource == cloud.OrganizationResource(ours):
		return m.Organization
	default:
		return nil
	}
}

func (m roleMatrix) sqlConsole(role string, resource cloud.Resource) cloud.SQLConsoleRole {
	for sql, names := range m.SQLConsole {
		if strings.HasPrefix(string(resource), "instance/") && slices.Contains(names, role) {
			return sql
		}
	}
	return cloud.NoSQLConsole
}

func (m roleMatrix) checkComplete(t *testing.T) {
	t.Helper()
	var roles []string
	for _, r := range cloud.SystemRoles(cloud.Organization{ID: ours}) {
		roles = append(roles, r.Name)
	}
	if !sameSet(roles, m.Roles) {
		t.Errorf("the roles are %q, not %q", roles, m.Roles)
	}
	permissions := cloud.Permissions()
	for _, p := range permissions {
		_, onOrganization := m.Organization[p]
		_, onServices := m.Services[p]
		if onOrganization == onServices {
			t.Errorf("%s has no line, or two", p)
		}
	}
	for _, lines := range []map[cloud.Permission][]string{m.Organization, m.Services} {
		for p, names := range lines {
			if !slices.Contains(permissions, p) {
				t.Errorf("there is no permission %s", p)
			}
			m.checkNames(t, string(p), names)
		}
	}
	for role, names := range m.SQLConsole {
		m.checkNames(t, string(role), names)
	}
}

func (m roleMatrix) checkNames(t *testing.T, line string, names []string) {
	t.Helper()
	for _, name := range names {
		if !slices.Contains(m.Roles, name) {
			t.Errorf("%s: there is no role %q", line, name)
		}
	}
}
