package cloud

import (
	"slices"

	"github.com/google/uuid"
)

// roleNamespace makes the ids of system roles and their policies (RFC 9562, version 5).
// They are the same on every Gatehouse, so that an automation may name them.
var roleNamespace = uuid.MustParse("0f0a6f3c-6f4a-5a53-9d0c-6a1b6f1f5b7e")

func systemRoleID(name string) uuid.UUID {
	return uuid.NewSHA1(roleNamespace, []byte("system-role/"+name))
}

// The names of the system roles, as the Cloud has them since 2026.
const (
	RoleAdmin                 = "Admin"
	RoleBilling               = "Billing"
	RoleOrgAPIReader          = "Org API reader"
	RoleMember                = "Member"
	RoleServiceReader         = "Service reader"
	RoleServiceAdmin          = "Service admin"
	RoleServiceAPIReader      = "Service API reader"
	RoleServiceAPIAdmin       = "Service API admin"
	RoleBasicServiceAPIReader = "Basic service API reader"
)

// The ids of the system roles that rules are about.
var (
	AdminRoleID                 = systemRoleID(RoleAdmin)
	orgAPIReaderRoleID          = systemRoleID(RoleOrgAPIReader)
	serviceAPIReaderRoleID      = systemRoleID(RoleServiceAPIReader)
	basicServiceAPIReaderRoleID = systemRoleID(RoleBasicServiceAPIReader)
)

var serviceViews = []Permission{ServiceView, ViewBackups, ViewQueryAPIEndpoints, ViewPrivateEndpoints, ViewScalingConfig}

// systemRole is what a system role allows: permissions on its organization, and
// permissions on all services with the role that they have in the SQL console.
type systemRole struct {
	name         string
	organization []Permission
	service      []Permission
	sqlConsole   SQLConsoleRole
}

// systemRoles follow the meanings that the Cloud documents; it publishes no
// matrix, so this one is ours. Member may sign in and see nothing.
var systemRoles = []systemRole{
	{RoleAdmin, organizationPermissions, servicePermissions, SQLConsoleAdmin},
	{RoleBilling, []Permission{OrganizationView, OrganizationViewBilling, OrganizationManageBilling}, nil, NoSQLConsole},
	{RoleOrgAPIReader, []Permission{OrganizationView, ViewAPIKeys, ViewActivities}, nil, NoSQLConsole},
	{RoleMember, nil, nil, NoSQLConsole},
	{RoleServiceReader, nil, append(slices.Clone(serviceViews), DatabaseAccess), SQLConsoleReadOnly},
	{RoleServiceAdmin, nil, servicePermissions, SQLConsoleAdmin},
	{RoleServiceAPIReader, nil, append(slices.Clone(serviceViews), PostgresServiceView), NoSQLConsole},
	{RoleServiceAPIAdmin, []Permission{CreateService}, withoutDatabaseAccess(servicePermissions), NoSQLConsole},
	{RoleBasicServiceAPIReader, nil, []Permission{ViewQueryAPIEndpoints}, NoSQLConsole},
}

// SystemRoles returns the system roles of an organization, in a fixed order,
// without their actors. Their times are those of the organization.
func SystemRoles(org Organization) []Role {
	roles := make([]Role, 0, len(systemRoles))
	for _, s := range systemRoles {
		r := Role{
			ID: systemRoleID(s.name), OrganizationID: org.ID, Name: s.name, Type: SystemRole,
			CreatedAt: org.CreatedAt, UpdatedAt: org.CreatedAt,
		}
		add := func(resource Resource, permissions []Permission, tags PolicyTags) {
			if len(permissions) == 0 {
				return
			}
			r.Policies = append(r.Policies, Policy{
				ID:          uuid.NewSHA1(r.ID, []byte(resource)),
				Effect:      Allow,
				Permissions: slices.Clone(permissions),
				Resources:   []Resource{resource},
				Tags:        tags,
			})
		}
		add(OrganizationResource(org.ID), s.organization, PolicyTags{})
		add(AllInstances, withoutDatabaseAccess(s.service), PolicyTags{})
		if slices.Contains(s.service, DatabaseAccess) {
			add(AllInstances+"#sql-console", []Permission{DatabaseAccess}, PolicyTags{SQLConsole: s.sqlConsole})
			r.Policies[len(r.Policies)-1].Resources = []Resource{AllInstances}
		}
		roles = append(roles, r)
	}
	return roles
}

func withoutDatabaseAccess(in []Permission) []Permission {
	return slices.DeleteFunc(slices.Clone(in), func(p Permission) bool { return p == DatabaseAccess })
}
