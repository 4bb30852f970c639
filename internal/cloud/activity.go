package cloud

import (
	"net/netip"
	"time"

	"github.com/google/uuid"
)

// ActorType says what kind of somebody acted.
type ActorType string

// The types of actors (OpenAPI schema Activity). The operator, who has the data
// directory, acts as the system.
const (
	ActorUser    ActorType = "user"
	ActorSupport ActorType = "support"
	ActorSystem  ActorType = "system"
	ActorAPI     ActorType = "api"
)

// Actor is who acts, as an activity remembers it.
type Actor struct {
	Type      ActorType
	ID        string
	Details   string
	Address   netip.Addr // not valid unless a user or a key acts
	UserAgent string
}

// Creator returns the actor as the creator of a key.
func (a Actor) Creator() Creator { return Creator{Type: a.Type, ID: a.ID, Details: a.Details} }

// ActivityType says what happened.
type ActivityType string

// The types of activities that Gatehouse records so far (OpenAPI schema Activity).
// Core dumps, private endpoints and roles are in the Cloud's newer document; the links, the
// password and the name of a person are ours.
const (
	OrganizationCreated          ActivityType = "create_organization"
	OrganizationRenamed          ActivityType = "organization_update_name"
	KeyCreated                   ActivityType = "key_create"
	KeyDeleted                   ActivityType = "key_delete"
	KeyUpdated                   ActivityType = "openapi_key_update"
	OrganizationCoreDumpsChanged ActivityType = "organization_update_core_dumps"
	OrganizationEndpointsChanged ActivityType = "organization_update_private_endpoints"
	MemberJoined                 ActivityType = "organization_member_join"
	MemberLeft                   ActivityType = "organization_member_leave"
	MemberDeleted                ActivityType = "organization_member_delete"
	MemberRolesChanged           ActivityType = "organization_member_update_roles"
	InvitationCreated            ActivityType = "organization_invite_create"
	InvitationDeleted            ActivityType = "organization_invite_delete"
	RoleCreated                  ActivityType = "role_create"
	RoleUpdated                  ActivityType = "role_update"
	RoleDeleted                  ActivityType = "role_delete"
	SecondFactorChanged          ActivityType = "organization_member_update_mfa_method"
	SignedIn                     ActivityType = "user_login"
	SignInFailed                 ActivityType = "user_login_failed"
	SignedOut                    ActivityType = "user_logout"
	SetupLinkCreated             ActivityType = "setup_link_create"
	ResetLinkCreated             ActivityType = "password_reset_link_create"
	PasswordChanged              ActivityType = "user_password_update"
	PersonRenamed                ActivityType = "user_update_name"
	IdentityLinked               ActivityType = "user_identity_link"
	InvitationLinkCreated        ActivityType = "organization_invite_link_create"
)

// The types of activities about services. First those of commands and of what Gatehouse
// sees a service come to, then those of changes; the last ones are ours.
const (
	ServiceCreated              ActivityType = "service_create"
	ServiceStartAsked           ActivityType = "service_start"
	ServiceStopAsked            ActivityType = "service_stop"
	ServiceAwoken               ActivityType = "service_awaken"
	ServiceIsIdle               ActivityType = "service_idle"
	ServiceIsRunning            ActivityType = "service_running"
	ServiceIsPartiallyRunning   ActivityType = "service_partially_running"
	ServiceDeleteAsked          ActivityType = "service_delete"
	ServiceRenamed              ActivityType = "service_update_name"
	ServiceAddressesChanged     ActivityType = "service_update_ip_access_list"
	ServiceMemoryChanged        ActivityType = "service_update_autoscaling_memory"
	ServiceIdlingChanged        ActivityType = "service_update_autoscaling_idling"
	ServiceReplicasChanged      ActivityType = "service_update_autoscaling_replicas"
	ServicePasswordChanged      ActivityType = "service_update_password"
	ServiceChannelChanged       ActivityType = "service_update_release_channel"
	ServiceEndpointsChanged     ActivityType = "service_update_private_endpoints"
	ServiceCoreDumpsChanged     ActivityType = "service_update_core_dump"
	ServiceBackupsChanged       ActivityType = "service_update_backup_configuration"
	ServiceTagsChanged          ActivityType = "service_update_tags"
	ServiceScheduleChanged      ActivityType = "service_update_scaling_schedule"
	ServiceUpgradeWindowChanged ActivityType = "service_update_upgrade_window"
	ServiceSettingsChanged      ActivityType = "service_update_clickhouse_settings"
	ServiceQueryEndpointChanged ActivityType = "service_update_query_endpoint"
	ServiceIsStopped            ActivityType = "service_stopped"
	ServiceIsDegraded           ActivityType = "service_degraded"
	ServiceHasFailed            ActivityType = "service_failed"
	ServiceTerminatedForGood    ActivityType = "service_terminated"
)

// KeyUpdate says what of a key changed.
type KeyUpdate string

// What can change of a key (OpenAPI schema Activity, field keyUpdateType).
const (
	KeyUpdateCreated   KeyUpdate = "created"
	KeyUpdateDeleted   KeyUpdate = "deleted"
	KeyUpdateName      KeyUpdate = "name-changed"
	KeyUpdateState     KeyUpdate = "state-changed"
	KeyUpdateExpiry    KeyUpdate = "date-changed"
	KeyUpdateAddresses KeyUpdate = "ip-access-list-changed"
	KeyUpdateOldRoles  KeyUpdate = "role-changed"
	KeyUpdateRoles     KeyUpdate = "roles-v2-changed"
)

// Activity is the record of one change (OpenAPI schema Activity). It is written
// in the transaction that makes the change, and never altered.
type Activity struct {
	ID             uuid.UUID
	OrganizationID uuid.UUID
	CreatedAt      time.Time
	Type           ActivityType
	Actor          Actor
	// TargetKeyID and KeyUpdate are set when the activity is about a key.
	TargetKeyID uuid.UUID
	KeyUpdate   KeyUpdate
	// Target is what was changed, with the name that it had then; zero for the organization.
	Target Target
	// Sequence grows with each activity: the order of lists.
	Sequence int64
}

// Target is the thing that an activity is about.
type Target struct {
	Type TargetType
	ID   string
	Name string
}

// TargetType says what kind of thing an activity is about.
type TargetType string

// The types of targets.
const (
	TargetKey        TargetType = "apiKey"
	TargetMember     TargetType = "user"
	TargetInvitation TargetType = "invitation"
	TargetRole       TargetType = "role"
	TargetService    TargetType = "service"
)
