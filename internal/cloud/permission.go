package cloud

import "slices"

// Permission is the right to do one kind of thing, as the Cloud names it:
// area:object:verb.
type Permission string

// The permissions of the Cloud (its table "Console permissions" and the
// requirement that each operation's reference page states).
const (
	OrganizationView          Permission = "control-plane:organization:view"
	OrganizationManage        Permission = "control-plane:organization:manage"
	OrganizationViewBilling   Permission = "control-plane:organization:view-billing"
	OrganizationManageBilling Permission = "control-plane:organization:manage-billing"
	ViewAPIKeys               Permission = "control-plane:organization:view-api-keys"
	CreateAPIKeys             Permission = "control-plane:organization:create-api-keys"
	UpdateAPIKeys             Permission = "control-plane:organization:update-api-keys"
	DeleteAPIKeys             Permission = "control-plane:organization:delete-api-keys"
	ViewActivities            Permission = "control-plane:organization:view-activities"
	CreateService             Permission = "control-plane:organization:create-service"
	SupportManage             Permission = "control-plane:support:manage"

	ServiceView             Permission = "control-plane:service:view"
	ServiceManage           Permission = "control-plane:service:manage"
	ServiceDelete           Permission = "control-plane:service:delete"
	ViewBackups             Permission = "control-plane:service:view-backups"
	ManageBackups           Permission = "control-plane:service:manage-backups"
	ManageIPAccessList      Permission = "control-plane:service:manage-ip-access-list"
	ManageGenerativeAI      Permission = "control-plane:service:manage-generative-ai"
	ViewQueryAPIEndpoints   Permission = "control-plane:service:view-query-api-endpoints"
	ManageQueryAPIEndpoints Permission = "control-plane:service:manage-query-api-endpoints"
	ViewPrivateEndpoints    Permission = "control-plane:service:view-private-endpoints"
	ManagePrivateEndpoints  Permission = "control-plane:service:manage-private-endpoints"
	ManageClickPipes        Permission = "control-plane:service:manage-clickpipes"
	ViewScalingConfig       Permission = "control-plane:service:view-scaling-config"
	ManageScalingConfig     Permission = "control-plane:service:manage-scaling-config"
	ManageClickStackAPI     Permission = "control-plane:service:manage-clickstack-api"

	PostgresServiceView   Permission = "control-plane:postgres-service:view"
	PostgresServiceManage Permission = "control-plane:postgres-service:manage"

	// DatabaseAccess is access to a service's databases without a password,
	// through the SQL console, with the rights that the policy's tags give.
	DatabaseAccess Permission = "sql-console:database:access"
)

var organizationPermissions = []Permission{
	OrganizationView, OrganizationManage, OrganizationViewBilling, OrganizationManageBilling,
	ViewAPIKeys, CreateAPIKeys, UpdateAPIKeys, DeleteAPIKeys, ViewActivities, CreateService, SupportManage,
}

var servicePermissions = []Permission{
	ServiceView, ServiceManage, ServiceDelete, ViewBackups, ManageBackups, ManageIPAccessList, ManageGenerativeAI,
	ViewQueryAPIEndpoints, ManageQueryAPIEndpoints, ViewPrivateEndpoints, ManagePrivateEndpoints, ManageClickPipes,
	ViewScalingConfig, ManageScalingConfig, ManageClickStackAPI, PostgresServiceView, PostgresServiceManage, DatabaseAccess,
}

// Permissions returns the whole catalogue: those of an organization first, then those of a service.
func Permissions() []Permission { return slices.Concat(organizationPermissions, servicePermissions) }

// OfOrganization reports whether the permission is about an organization rather than a service.
func (p Permission) OfOrganization() bool { return slices.Contains(organizationPermissions, p) }
