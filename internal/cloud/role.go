package cloud

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// RoleType tells the roles that come with Gatehouse from those a customer made.
type RoleType string

// The types of roles (OpenAPI schema RBACRole).
const (
	SystemRole RoleType = "system"
	CustomRole RoleType = "custom"
)

// Effect is what a policy does with the permissions it names.
type Effect string

// The effects of a policy (OpenAPI schema RBACPolicy, field allowDeny).
const (
	Allow Effect = "ALLOW"
	Deny  Effect = "DENY"
)

// Role is a named set of policies (OpenAPI schema RBACRole).
type Role struct {
	ID             uuid.UUID
	OrganizationID uuid.UUID
	Name           string
	Type           RoleType
	Policies       []Policy
	Actors         []ActorRef
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Assigned returns the role as the things it is assigned to show it.
func (r Role) Assigned() AssignedRole { return AssignedRole{ID: r.ID, Name: r.Name, Type: r.Type} }

// AssignedRole is a role as a key or a member shows it (OpenAPI schema AssignedRole).
type AssignedRole struct {
	ID   uuid.UUID
	Name string
	Type RoleType
}

// Policy allows or denies permissions on resources (OpenAPI schema RBACPolicy).
type Policy struct {
	ID          uuid.UUID
	Effect      Effect
	Permissions []Permission
	Resources   []Resource
	Tags        PolicyTags
}

// PolicyTags say with which rights DatabaseAccess enters a database (OpenAPI schema RBACPolicyTags).
type PolicyTags struct {
	SQLConsole SQLConsoleRole
	Grants     []string
}

// SQLConsoleRole is the database role of somebody who comes through the SQL console.
type SQLConsoleRole string

// The roles of the SQL console (OpenAPI schema RBACPolicyTags, field roleV2).
const (
	NoSQLConsole       SQLConsoleRole = ""
	SQLConsoleReadOnly SQLConsoleRole = "sql-console-readonly"
	SQLConsoleAdmin    SQLConsoleRole = "sql-console-admin"
)

// Resource is what a policy is about: "organization/<uuid>", "instance/<uuid>" or
// "instance/*", all services of the organization.
type Resource string

// AllInstances is every service of the organization, those to come included.
const AllInstances Resource = "instance/*"

const (
	organizationResource = "organization/"
	instanceResource     = "instance/"
	uuidLength           = 36
)

// OrganizationResource returns the resource of an organization.
func OrganizationResource(id uuid.UUID) Resource { return Resource(organizationResource + id.String()) }

// InstanceResource returns the resource of a service.
func InstanceResource(id uuid.UUID) Resource { return Resource(instanceResource + id.String()) }

// Organization returns the organization that the resource is, if it is one.
func (r Resource) Organization() (uuid.UUID, bool) { return cutID(string(r), organizationResource) }

// Instance returns the service that the resource is, if it is a single one.
func (r Resource) Instance() (uuid.UUID, bool) { return cutID(string(r), instanceResource) }

// cutID reads prefix and a UUID in its one form of 36 characters: uuid.Parse alone takes others too.
func cutID(text, prefix string) (uuid.UUID, bool) {
	text, ok := strings.CutPrefix(text, prefix)
	if !ok || len(text) != uuidLength {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(text)
	return id, err == nil
}

// ActorRef names somebody a role is assigned to: "apiKey/<uuid>" or "user/<uuid>".
type ActorRef string

const (
	apiKeyActor = "apiKey/"
	personActor = "user/"
)

// KeyActor returns the reference of a key.
func KeyActor(id uuid.UUID) ActorRef { return ActorRef(apiKeyActor + id.String()) }

// PersonActor returns the reference of a person.
func PersonActor(id uuid.UUID) ActorRef { return ActorRef(personActor + id.String()) }

// Person returns the person that the reference names, if it is one.
func (a ActorRef) Person() (uuid.UUID, bool) { return cutID(string(a), personActor) }

// Key returns the key that the reference names, if it is one.
func (a ActorRef) Key() (uuid.UUID, bool) { return cutID(string(a), apiKeyActor) }

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

// LegacyRole is a role of a key from before roles had policies (OpenAPI schema
// ApiKey, field roles). It is a name for system roles and nothing of its own.
type LegacyRole string

// The legacy roles.
const (
	LegacyAdmin          LegacyRole = "admin"
	LegacyDeveloper      LegacyRole = "developer"
	LegacyQueryEndpoints LegacyRole = "query_endpoints"
)

// RoleIDs returns the system roles that the legacy role stands for. It returns
// Invalid, naming field and value, for one that does not exist.
func (l LegacyRole) RoleIDs(field string) ([]uuid.UUID, error) {
	switch l {
	case LegacyAdmin:
		return []uuid.UUID{AdminRoleID}, nil
	case LegacyDeveloper:
		return []uuid.UUID{orgAPIReaderRoleID, serviceAPIReaderRoleID}, nil
	case LegacyQueryEndpoints:
		return []uuid.UUID{basicServiceAPIReaderRoleID}, nil
	default:
		return nil, Errorf(Invalid, "%s: expected one of admin, developer, query_endpoints, got %q", field, string(l))
	}
}

// LegacyRoles returns the legacy roles that the assigned roles amount to: never nil.
func LegacyRoles(assigned []AssignedRole) []LegacyRole {
	out := []LegacyRole{}
	for _, l := range []LegacyRole{LegacyAdmin, LegacyDeveloper, LegacyQueryEndpoints} {
		ids, _ := l.RoleIDs("")
		if !slices.ContainsFunc(ids, func(id uuid.UUID) bool {
			return !slices.ContainsFunc(assigned, func(a AssignedRole) bool { return a.ID == id })
		}) {
			out = append(out, l)
		}
	}
	return out
}

// UniqueIDs returns ids without those that come again, in order.
func UniqueIDs(ids []uuid.UUID) []uuid.UUID {
	out := make([]uuid.UUID, 0, len(ids))
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
