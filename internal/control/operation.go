package control

import (
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Operation is what a caller asks for, under the operationId of the contract.
type Operation string

// The operations that are built.
const (
	WhoamiGet                                Operation = "whoamiGet"
	OrganizationGetList                      Operation = "organizationGetList"
	OrganizationGet                          Operation = "organizationGet"
	OrganizationUpdate                       Operation = "organizationUpdate"
	OrganizationPrivateEndpointConfigGetList Operation = "organizationPrivateEndpointConfigGetList"
	OrganizationQuotasGetList                Operation = "organizationQuotasGetList"
	OrganizationQuotaGet                     Operation = "organizationQuotaGet"
	OrganizationRolesGetList                 Operation = "organizationRolesGetList"
	OrganizationRoleGet                      Operation = "organizationRoleGet"
	OrganizationRolePost                     Operation = "organizationRolePost"
	OrganizationRolePatch                    Operation = "organizationRolePatch"
	OrganizationRoleDelete                   Operation = "organizationRoleDelete"
	OrganizationRoleSimulate                 Operation = "organizationRoleSimulate"
	MemberGetList                            Operation = "memberGetList"
	MemberGet                                Operation = "memberGet"
	MemberUpdate                             Operation = "memberUpdate"
	MemberDelete                             Operation = "memberDelete"
	MemberPasswordResetLinkCreate            Operation = "memberPasswordResetLinkCreate"
	MemberEffectiveAccessGet                 Operation = "memberEffectiveAccessGet"
	InvitationGetList                        Operation = "invitationGetList"
	InvitationGet                            Operation = "invitationGet"
	InvitationCreate                         Operation = "invitationCreate"
	InvitationDelete                         Operation = "invitationDelete"
	InvitationLinkCreate                     Operation = "invitationLinkCreate"
	InvitationResend                         Operation = "invitationResend"
	ActivityGetList                          Operation = "activityGetList"
	ActivityGet                              Operation = "activityGet"
	KeyGetList                               Operation = "openapiKeyGetList"
	KeyCreate                                Operation = "openapiKeyCreate"
	KeyGet                                   Operation = "openapiKeyGet"
	KeyUpdate                                Operation = "openapiKeyUpdate"
	KeyDelete                                Operation = "openapiKeyDelete"
	KeyEffectiveAccessGet                    Operation = "openapiKeyEffectiveAccessGet"
	InstanceGetList                          Operation = "instanceGetList"
	InstanceCreate                           Operation = "instanceCreate"
	InstanceGet                              Operation = "instanceGet"
	InstanceUpdate                           Operation = "instanceUpdate"
	InstanceDelete                           Operation = "instanceDelete"
	InstanceStateUpdate                      Operation = "instanceStateUpdate"
	InstanceScalingUpdate                    Operation = "instanceScalingUpdate"
	InstanceReplicaScalingUpdate             Operation = "instanceReplicaScalingUpdate"
	InstancePasswordUpdate                   Operation = "instancePasswordUpdate"
	InstancePrivateEndpointConfigGet         Operation = "instancePrivateEndpointConfigGet"
	InstancePrivateEndpointCreate            Operation = "instancePrivateEndpointCreate"
	InstanceQueryEndpointGet                 Operation = "instanceQueryEndpointGet"
	InstanceQueryEndpointUpsert              Operation = "instanceQueryEndpointUpsert"
	InstanceQueryEndpointDelete              Operation = "instanceQueryEndpointDelete"
	ScalingScheduleGet                       Operation = "scalingScheduleGet"
	ScalingScheduleUpsert                    Operation = "scalingScheduleUpsert"
	ScalingScheduleDelete                    Operation = "scalingScheduleDelete"
	UpgradeWindowGet                         Operation = "upgradeWindowGet"
	UpgradeWindowUpdate                      Operation = "upgradeWindowUpdate"
	UpgradeWindowDelete                      Operation = "upgradeWindowDelete"
	ServiceClickhouseSettingsListGet         Operation = "serviceClickhouseSettingsListGet"
	ServiceClickhouseSettingsUpdate          Operation = "serviceClickhouseSettingsUpdate"
	ServiceClickhouseSettingsSchemaGet       Operation = "serviceClickhouseSettingsSchemaGet"
	ServiceClickhouseSettingGet              Operation = "serviceClickhouseSettingGet"
	ServiceClickhouseSettingDelete           Operation = "serviceClickhouseSettingDelete"
	ServiceProfilesList                      Operation = "serviceProfilesList"
	BackupConfigurationGet                   Operation = "backupConfigurationGet"
	BackupConfigurationUpdate                Operation = "backupConfigurationUpdate"
	InstancePrometheusGet                    Operation = "instancePrometheusGet"
	OrganizationPrometheusGet                Operation = "organizationPrometheusGet"
	OrganizationPrometheusDiscoveryGet       Operation = "organizationPrometheusDiscoveryGet"
)

// required is the one place that says which permissions an operation needs: those of an
// organization on its organization, those of services on the service that it is about. The
// Cloud declares view-api-keys alone for updating and deleting a key; its finer permissions
// for both exist, and Gatehouse asks for them. It declares none for the state of a service:
// to wake one takes the permission to view it, as a connection would wake it too.
var required = map[Operation][]cloud.Permission{
	WhoamiGet:                                {},
	OrganizationGetList:                      {},
	OrganizationGet:                          {cloud.OrganizationView},
	OrganizationUpdate:                       {cloud.OrganizationManage},
	OrganizationPrivateEndpointConfigGetList: {cloud.OrganizationView},
	OrganizationQuotasGetList:                {cloud.OrganizationView},
	OrganizationQuotaGet:                     {cloud.OrganizationView},
	OrganizationRolesGetList:                 {cloud.OrganizationManage},
	OrganizationRoleGet:                      {cloud.OrganizationManage},
	OrganizationRolePost:                     {cloud.OrganizationManage},
	OrganizationRolePatch:                    {cloud.OrganizationManage},
	OrganizationRoleDelete:                   {cloud.OrganizationManage},
	OrganizationRoleSimulate:                 {cloud.OrganizationManage},
	MemberGetList:                            {cloud.OrganizationView},
	MemberGet:                                {cloud.OrganizationView},
	MemberUpdate:                             {cloud.OrganizationManage},
	MemberDelete:                             {cloud.OrganizationManage},
	MemberPasswordResetLinkCreate:            {cloud.OrganizationManage},
	MemberEffectiveAccessGet:                 {cloud.OrganizationManage},
	InvitationGetList:                        {cloud.OrganizationView},
	InvitationGet:                            {cloud.OrganizationView},
	InvitationCreate:                         {cloud.OrganizationManage},
	InvitationDelete:                         {cloud.OrganizationManage},
	InvitationLinkCreate:                     {cloud.OrganizationManage},
	InvitationResend:                         {cloud.OrganizationManage},
	ActivityGetList:                          {cloud.ViewActivities},
	ActivityGet:                              {cloud.ViewActivities},
	KeyGetList:                               {cloud.ViewAPIKeys},
	KeyCreate:                                {cloud.CreateAPIKeys},
	KeyGet:                                   {cloud.ViewAPIKeys},
	KeyUpdate:                                {cloud.ViewAPIKeys, cloud.UpdateAPIKeys},
	KeyDelete:                                {cloud.ViewAPIKeys, cloud.DeleteAPIKeys},
	KeyEffectiveAccessGet:                    {cloud.ViewAPIKeys, cloud.OrganizationManage},
	InstanceGetList:                          {},
	InstanceCreate:                           {cloud.CreateService},
	InstanceGet:                              {cloud.ServiceView},
	InstanceUpdate:                           {cloud.ServiceManage},
	InstanceDelete:                           {cloud.ServiceDelete},
	InstanceStateUpdate:                      {cloud.ServiceView, cloud.ServiceManage},
	InstanceScalingUpdate:                    {cloud.ManageScalingConfig},
	InstanceReplicaScalingUpdate:             {cloud.ManageScalingConfig},
	InstancePasswordUpdate:                   {cloud.ServiceManage},
	InstancePrivateEndpointConfigGet:         {cloud.ViewPrivateEndpoints},
	InstancePrivateEndpointCreate:            {cloud.ManagePrivateEndpoints},
	InstanceQueryEndpointGet:                 {cloud.ViewQueryAPIEndpoints},
	InstanceQueryEndpointUpsert:              {cloud.ManageQueryAPIEndpoints},
	InstanceQueryEndpointDelete:              {cloud.ManageQueryAPIEndpoints},
	ScalingScheduleGet:                       {cloud.ServiceView},
	ScalingScheduleUpsert:                    {cloud.ManageScalingConfig},
	ScalingScheduleDelete:                    {cloud.ManageScalingConfig},
	UpgradeWindowGet:                         {cloud.ServiceView},
	UpgradeWindowUpdate:                      {cloud.ServiceManage},
	UpgradeWindowDelete:                      {cloud.ServiceManage},
	ServiceClickhouseSettingsListGet:         {cloud.ServiceView},
	ServiceClickhouseSettingsUpdate:          {cloud.ServiceManage},
	ServiceClickhouseSettingsSchemaGet:       {cloud.ServiceView},
	ServiceClickhouseSettingGet:              {cloud.ServiceView},
	ServiceClickhouseSettingDelete:           {cloud.ServiceManage},
	ServiceProfilesList:                      {cloud.OrganizationView},
	BackupConfigurationGet:                   {cloud.ViewBackups},
	BackupConfigurationUpdate:                {cloud.ManageBackups},
	InstancePrometheusGet:                    {cloud.ServiceView},
	OrganizationPrometheusGet:                {},
	OrganizationPrometheusDiscoveryGet:       {},
}

// Requires returns the permissions that the operation needs. It panics for an
// operation that is not in the table: nothing is open because it was forgotten.
func (o Operation) Requires() []cloud.Permission {
	permissions, ok := required[o]
	if !ok {
		panic("no permissions are stated for the operation " + string(o))
	}
	return slices.Clone(permissions)
}

// authorize returns NotFound for an organization that is not the principal's or
// does not exist, and Forbidden for a permission that the principal does not have in it.
func (c *Control) authorize(p access.Principal, o Operation, organization uuid.UUID) error {
	return c.authorizeOn(p, o, organization, cloud.OrganizationResource(organization))
}

// authorizeOn is authorize for an operation about one resource of the organization.
func (c *Control) authorizeOn(p access.Principal, o Operation, organization uuid.UUID, resource cloud.Resource) error {
	if err := c.in(p, organization); err != nil {
		return err
	}
	permissions, ok := required[o]
	if !ok {
		return cloud.Errorf(cloud.Internal, "no permissions are stated for the operation %s", o)
	}
	return may(p, organization, resource, permissions)
}

// in returns NotFound for an organization that is not the principal's or does not exist.
func (c *Control) in(p access.Principal, organization uuid.UUID) error {
	if err := p.In(organization); err != nil {
		return err
	}
	// The operator is in every organization that there is. While the directory is
	// suspended only the store knows which; what is changed is looked up there anyway.
	if _, exists := c.directory.Organization(organization); !exists && !c.directory.Suspended() {
		return cloud.Errorf(cloud.NotFound, "Organization not found")
	}
	return nil
}

// may returns Forbidden for a permission that the principal does not have: of an
// organization on the organization, whatever the resource is, else on the resource.
func may(p access.Principal, organization uuid.UUID, resource cloud.Resource, permissions []cloud.Permission) error {
	for _, permission := range permissions {
		on := resource
		if permission.OfOrganization() {
			on = cloud.OrganizationResource(organization)
		}
		if err := p.May(organization, on, permission); err != nil {
			return err
		}
	}
	return nil
}
