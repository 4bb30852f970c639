package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// rbacRole is OpenAPI schema RBACRole.
type rbacRole struct {
	ID        uuid.UUID    `json:"id" format:"uuid" doc:"Unique id of the role. That of a system role is the same on every Gatehouse."`
	TenantID  string       `json:"tenantId" example:"organization/5a1f0c9e-6c3b-4e1d-8f2a-7b6c5d4e3f21" doc:"The organization that the role is for: organization/<id>."`
	OwnerID   string       `json:"ownerId" example:"organization/5a1f0c9e-6c3b-4e1d-8f2a-7b6c5d4e3f21" doc:"The organization that the role belongs to: organization/<id>."`
	Name      string       `json:"name" example:"Org API reader" doc:"The name of the role."`
	Type      string       `json:"type" enum:"system,custom" doc:"Whether the role comes with Gatehouse or was made here."`
	Actors    []string     `json:"actors" doc:"Who has the role: user/<id> or apiKey/<id>."`
	Policies  []rbacPolicy `json:"policies" doc:"What the role allows and denies, in the order it was given in."`
	CreatedAt time.Time    `json:"createdAt" doc:"When the role was created."`
	UpdatedAt time.Time    `json:"updatedAt" doc:"When the role was last changed."`
}

// rbacPolicy is OpenAPI schema RBACPolicy.
type rbacPolicy struct {
	ID          uuid.UUID       `json:"id" format:"uuid" doc:"Unique id of the policy."`
	RoleID      uuid.UUID       `json:"roleId" format:"uuid" doc:"The role that the policy belongs to."`
	TenantID    string          `json:"tenantId" example:"organization/5a1f0c9e-6c3b-4e1d-8f2a-7b6c5d4e3f21" doc:"The organization that the policy is for: organization/<id>."`
	AllowDeny   string          `json:"allowDeny" enum:"ALLOW,DENY" doc:"What the policy does. What one policy denies, no other allows."`
	Permissions []string        `json:"permissions" doc:"The permissions it is about."`
	Resources   []string        `json:"resources" doc:"What it is about: organization/<id>, instance/<id> or instance/* for every service."`
	Tags        *rbacPolicyTags `json:"tags,omitempty" doc:"With which rights database access goes; absent without it."`
}

// rbacPolicyTags is OpenAPI schema RBACPolicyTags.
type rbacPolicyTags struct {
	Grants []string `json:"grants,omitempty" doc:"Database grants beside the role."`
	RoleV2 string   `json:"roleV2,omitempty" enum:"sql-console-readonly,sql-console-admin" doc:"The role in the databases of the service."`
}

func (s *server) registerRoles() {
	register(s, spec{
		id: control.OrganizationRolesGetList, method: http.MethodGet, path: "/v1/organizations/{organizationId}/roles", tag: tagRoles,
		summary: "List roles", description: "Returns the roles of the organization with their policies and with who has them.",
	}, func(ctx context.Context, p access.Principal, in *OrganizationPath) (result[[]rbacRole], error) {
		organization, err := in.id()
		if err != nil {
			return result[[]rbacRole]{}, err
		}
		roles, err := s.Control.Roles(ctx, p, organization)
		list := []rbacRole{}
		for _, r := range roles {
			list = append(list, showRole(r))
		}
		return answer(ctx, list), err
	})
	register(s, spec{
		id: control.OrganizationRoleGet, method: http.MethodGet, path: "/v1/organizations/{organizationId}/roles/{roleId}", tag: tagRoles,
		summary: "Get a role", description: "Returns a role with its policies and with who has it.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		RoleID string `path:"roleId" format:"uuid" doc:"The role."`
	},
	) (result[rbacRole], error) {
		organization, err := in.id()
		if err != nil {
			return result[rbacRole]{}, err
		}
		id, err := parseID("roleId", in.RoleID)
		if err != nil {
			return result[rbacRole]{}, err
		}
		role, err := s.Control.Role(ctx, p, organization, id)
		return answer(ctx, showRole(role)), err
	})
}

func showRole(r cloud.Role) rbacRole {
	tenant := string(cloud.OrganizationResource(r.OrganizationID))
	shown := rbacRole{
		ID: r.ID, TenantID: tenant, OwnerID: tenant, Name: r.Name, Type: string(r.Type), Actors: []string{}, Policies: []rbacPolicy{},
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	for _, a := range r.Actors {
		shown.Actors = append(shown.Actors, string(a))
	}
	for _, p := range r.Policies {
		shown.Policies = append(shown.Policies, showPolicy(r, tenant, p))
	}
	return shown
}

func showPolicy(r cloud.Role, tenant string, p cloud.Policy) rbacPolicy {
	shown := rbacPolicy{ID: p.ID, RoleID: r.ID, TenantID: tenant, AllowDeny: string(p.Effect), Permissions: []string{}, Resources: []string{}}
	for _, permission := range p.Permissions {
		shown.Permissions = append(shown.Permissions, string(permission))
	}
	for _, resource := range p.Resources {
		shown.Resources = append(shown.Resources, string(resource))
	}
	if p.Tags.SQLConsole != cloud.NoSQLConsole || len(p.Tags.Grants) > 0 {
		shown.Tags = &rbacPolicyTags{Grants: p.Tags.Grants, RoleV2: string(p.Tags.SQLConsole)}
	}
	return shown
}
