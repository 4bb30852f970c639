package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

// activity is OpenAPI schema Activity.
type activity struct {
	ID             string       `json:"id" example:"6d0f2f6a-53c7-4a9e-8b1d-2f9c0e7a1b34" doc:"Unique id of the activity."`
	CreatedAt      time.Time    `json:"createdAt" doc:"When it happened."`
	Type           activityType `json:"type" doc:"What happened."`
	ActorType      actorType    `json:"actorType" doc:"What kind of actor it was. The operator, who has the data directory, acts as the system."`
	ActorID        string       `json:"actorId" example:"8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"The id of the actor: of a key its id, of a person the user id; empty for the system."`
	ActorDetails   string       `json:"actorDetails" example:"First Admin key" doc:"The name that the actor had then."`
	ActorIPAddress string       `json:"actorIpAddress,omitempty" example:"203.0.113.7" doc:"The address that the actor came from; absent for the system."`
	OrganizationID string       `json:"organizationId" example:"5a1f0c9e-6c3b-4e1d-8f2a-7b6c5d4e3f21" doc:"The organization that it happened in."`
	ServiceID      string       `json:"serviceId,omitempty" doc:"The service that it happened to; absent when it was none."`
	UserAgent      string       `json:"userAgent,omitempty" example:"curl/8.5.0" doc:"The program that the actor used."`
	TargetKeyID    string       `json:"targetKeyId,omitempty" example:"8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"The key that it happened to; absent when it was none."`
	KeyUpdateType  keyUpdate    `json:"keyUpdateType,omitempty" doc:"What changed of the key."`
	Target         *target      `json:"target,omitempty" doc:"What it happened to; absent when it was the organization itself."`
}

// TransformSchema implements huma.SchemaTransformer: it marks what the Cloud does not have.
func (activity) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return markAddition(s, "target")
}

// target is what an activity is about, as it was known then.
type target struct {
	Type string `json:"type" enum:"apiKey,user,invitation,role,service" doc:"What kind of thing it is."`
	ID   string `json:"id" example:"8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"Its id."`
	Name string `json:"name" example:"ada@example.com" doc:"The name that it had then: of people and invitations the e-mail address."`
}

// The values of the Cloud's contract, in its order.
var (
	activityTypes = []string{
		"create_organization", "organization_update_name", "transfer_service_in", "transfer_service_out", "save_payment_method",
		"marketplace_subscription", "migrate_marketplace_billing_details_in", "migrate_marketplace_billing_details_out",
		"organization_update_tier", "organization_invite_create", "organization_invite_delete", "organization_member_join",
		"organization_member_add", "organization_member_leave", "organization_member_delete", "organization_member_update_role",
		"organization_member_update_roles", "organization_member_update_mfa_method", "organization_saml_connection_create",
		"organization_saml_connection_update", "user_login", "user_login_failed", "user_logout", "key_create", "key_delete",
		"openapi_key_update", "service_create", "service_start", "service_stop", "service_awaken", "service_idle", "service_running",
		"service_partially_running", "service_delete", "service_update_name", "service_update_ip_access_list",
		"service_update_autoscaling_memory", "service_update_autoscaling_idling", "service_update_password",
		"service_update_autoscaling_replicas", "service_update_max_allowable_replicas", "service_update_backup_configuration",
		"service_update_snapshot_configuration", "service_restore_backup", "service_update_release_channel",
		"service_update_gpt_usage_consent", "service_update_private_endpoints", "service_import_to_organization",
		"service_export_from_organization", "service_maintenance_start", "service_maintenance_end", "service_update_core_dump",
		"backup_delete",
	}
	keyUpdateTypes = []string{
		"created", "deleted", "name-changed", "role-changed", "state-changed", "date-changed", "ip-access-list-changed",
		"org-role-changed", "default-service-role-changed", "service-role-changed", "roles-v2-changed",
	}
)

type activityType string

// Schema implements huma.SchemaProvider.
func (activityType) Schema(huma.Registry) *huma.Schema {
	return openEnum(activityTypes, newer(string(cloud.OrganizationCoreDumpsChanged), string(cloud.OrganizationEndpointsChanged),
		string(cloud.RoleCreated), string(cloud.RoleUpdated), string(cloud.RoleDeleted)),
		ours(string(cloud.SetupLinkCreated), string(cloud.ResetLinkCreated), string(cloud.PasswordChanged), string(cloud.PersonRenamed),
			string(cloud.InvitationLinkCreated), string(cloud.IdentityLinked), string(cloud.ServiceTagsChanged), string(cloud.ServiceScheduleChanged),
			string(cloud.ServiceUpgradeWindowChanged), string(cloud.ServiceSettingsChanged), string(cloud.ServiceQueryEndpointChanged),
			string(cloud.ServiceIsStopped), string(cloud.ServiceIsDegraded), string(cloud.ServiceHasFailed), string(cloud.ServiceTerminatedForGood)))
}

type actorType string

// Schema implements huma.SchemaProvider.
func (actorType) Schema(huma.Registry) *huma.Schema {
	return textEnum("user", "support", "system", "api")
}

type keyUpdate string

// Schema implements huma.SchemaProvider.
func (keyUpdate) Schema(huma.Registry) *huma.Schema { return textEnum(keyUpdateTypes...) }

// activityPage is the answer of the activity list, with its paging beside the result.
type activityPage struct {
	Envelope
	Result     []activity `json:"result"`
	Limit      int        `json:"limit" doc:"How many activities the page may hold."`
	NextCursor *string    `json:"nextCursor" nullable:"true" doc:"The cursor of the next page, which is older; null on the last."`
}

// TransformSchema implements huma.SchemaTransformer: it marks what the Cloud does not have.
func (activityPage) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return markAddition(s, "limit", "nextCursor")
}

// maxActivityPage bounds an answer. It is large, because the Cloud's clients know no pages here.
const maxActivityPage = 10000

func (s *server) registerActivities() {
	register(s, spec{
		id: control.ActivityGetList, method: http.MethodGet, path: "/v1/organizations/{organizationId}/activities", tag: tagOrganization,
		summary: "List activities", description: "Returns what happened in the organization, newest first.",
	}, s.listActivities)
	register(s, spec{
		id: control.ActivityGet, method: http.MethodGet, path: "/v1/organizations/{organizationId}/activities/{activityId}", tag: tagOrganization,
		summary: "Get an activity", description: "Returns one activity of the organization.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		ActivityID string `path:"activityId" example:"6d0f2f6a-53c7-4a9e-8b1d-2f9c0e7a1b34" doc:"The activity."`
	},
	) (result[activity], error) {
		organization, err := in.id()
		if err != nil {
			return result[activity]{}, err
		}
		id, _ := uuid.Parse(in.ActivityID) // to clients it is any text: what is no UUID of ours is not found
		a, err := s.Control.Activity(ctx, p, organization, id.String())
		return answer(ctx, showActivity(a)), err
	})
	for _, p := range s.api.OpenAPI().Paths["/v1/organizations/{organizationId}/activities"].Get.Parameters {
		if p.Name == "limit" || p.Name == "cursor" || p.Name == "search" {
			p.Extensions = map[string]any{"x-gatehouse": true}
		}
	}
}

type activitiesInput struct {
	OrganizationPath
	FromDate string     `query:"from_date" example:"2026-01-01" doc:"The first day or instant: a date in UTC or a date-time. Absent: from the beginning."`
	ToDate   string     `query:"to_date" example:"2026-01-31" doc:"The last day or instant, included: a date in UTC or a date-time. Absent: until now."`
	Limit    limitParam `query:"limit" doc:"How many activities the page may hold, 1 to 10000. Absent: 10000."`
	Cursor   cursor     `query:"cursor" doc:"The nextCursor of the page before. Absent: the newest."`
	// A page is bounded by what is looked at, too.
	Search searchParam `query:"search" example:"key_delete" doc:"Part of the type, of the name or the address of the actor, of the id of the key, or of the name of what it happened to, in upper or lower case; at most 255 characters. A whole id finds all that happened to it. Else one answer is from the search of 10,000 activities at most: it may hold fewer than limit, even none, and still have a nextCursor, with which to search on. Absent: all activities."`
}

func (s *server) listActivities(ctx context.Context, p access.Principal, in *activitiesInput) (page activityPage, err error) {
	organization, err := in.id()
	if err != nil {
		return page, err
	}
	var selected store.ActivityRange
	if selected.From, err = parseDate("from_date", in.FromDate, false); err != nil {
		return page, err
	}
	if selected.Before, err = parseDate("to_date", in.ToDate, true); err != nil {
		return page, err
	}
	if selected.Older, err = in.Cursor.place(); err != nil {
		return page, err
	}
	if selected.Limit, err = in.Limit.upTo(maxActivityPage, maxActivityPage); err != nil {
		return page, err
	}
	if selected.Search, err = in.Search.text(); err != nil {
		return page, err
	}
	found, err := s.Control.Activities(ctx, p, organization, selected)
	if err != nil {
		return page, err
	}
	page = activityPage{Envelope: envelopeOf(ctx), Result: []activity{}, Limit: selected.Limit, NextCursor: newCursor(found.Next)}
	for _, a := range found.Activities {
		page.Result = append(page.Result, showActivity(a))
	}
	return page, nil
}

func showActivity(a cloud.Activity) activity {
	shown := activity{
		ID: a.ID.String(), CreatedAt: a.CreatedAt, Type: activityType(a.Type), ActorType: actorType(a.Actor.Type), ActorID: a.Actor.ID,
		ActorDetails: a.Actor.Details, OrganizationID: a.OrganizationID.String(), UserAgent: a.Actor.UserAgent, KeyUpdateType: keyUpdate(a.KeyUpdate),
	}
	if a.Actor.Address.IsValid() {
		shown.ActorIPAddress = a.Actor.Address.String()
	}
	if a.TargetKeyID != uuid.Nil {
		shown.TargetKeyID = a.TargetKeyID.String()
	}
	if a.Target.Type == cloud.TargetService {
		shown.ServiceID = a.Target.ID
	}
	if a.Target != (cloud.Target{}) {
		shown.Target = &target{string(a.Target.Type), a.Target.ID, a.Target.Name}
	}
	return shown
}
