package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
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

// roleCreateRequest is OpenAPI schema RoleCreateRequest.
type roleCreateRequest struct {
	Name     string                `json:"name" example:"Analysts" doc:"The name of the role, 1 to 255 characters. No other role of the organization has it, in upper or lower case."`
	Actors   []string              `json:"actors" example:"user/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"Who gets the role: user/<id> of members or apiKey/<id>."`
	Policies []policyCreateRequest `json:"policies" maxItems:"100" doc:"What the role allows and denies."`
}

// roleUpdateRequest is OpenAPI schema RoleUpdateRequest.
type roleUpdateRequest struct {
	Name     *string                `json:"name,omitempty" example:"Analysts" doc:"The new name."`
	Actors   *[]string              `json:"actors,omitempty" example:"user/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"Who has the role, in place of all who have it."`
	Policies *[]policyCreateRequest `json:"policies,omitempty" maxItems:"100" doc:"What the role allows and denies, in place of all its policies, which get new ids."`
}

// policyCreateRequest is OpenAPI schema RBACPolicyCreateRequest.
type policyCreateRequest struct {
	AllowDeny   string         `json:"allowDeny" enum:"ALLOW,DENY" doc:"What the policy does. What one policy denies, no other allows."`
	Permissions []string       `json:"permissions" example:"control-plane:service:view" doc:"The permissions it is about: either such of the organization or such of services."`
	Resources   []string       `json:"resources" example:"instance/*" doc:"What it is about: organization/<id> of this organization, instance/<id> or instance/* for every service."`
	Tags        policyTagsEdit `json:"tags,omitempty" doc:"With which rights sql-console:database:access goes."`
}

// policyTagsEdit is OpenAPI schema RBACPolicyTags in a request, where null means none.
type policyTagsEdit struct{ rbacPolicyTags }

// UnmarshalJSON implements json.Unmarshaler.
func (t *policyTagsEdit) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &t.rbacPolicyTags)
}

// Schema implements huma.SchemaProvider.
func (policyTagsEdit) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[rbacPolicyTags](), true, "")
}

// RolePath is the part of a request that names a role.
type RolePath struct {
	OrganizationPath
	RoleID string `path:"roleId" format:"uuid" doc:"The role."`
}

func (p RolePath) ids() (organization, role uuid.UUID, err error) {
	return p.and("roleId", p.RoleID)
}

func (s *server) registerRoles() {
	const list, one = "/v1/organizations/{organizationId}/roles", "/v1/organizations/{organizationId}/roles/{roleId}"
	register(s, spec{
		id: control.OrganizationRolesGetList, method: http.MethodGet, path: list, tag: tagRoles,
		summary: "List roles", description: "Returns the roles of the organization with their policies and with who has them: system roles, then custom ones, oldest first.",
	}, func(ctx context.Context, p access.Principal, in *OrganizationPath) (result[[]rbacRole], error) {
		organization, err := in.id()
		if err != nil {
			return result[[]rbacRole]{}, err
		}
		roles, err := s.Control.Roles(ctx, p, organization)
		return answer(ctx, shown(roles, showRole)), err
	})
	register(s, spec{
		id: control.OrganizationRolePost, method: http.MethodPost, path: list, tag: tagRoles, conflicts: true,
		summary: "Create a role",
		description: "Creates a custom role. Nobody can create a role that allows more than they may do, nor give it to somebody who would " +
			"then be allowed more.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		Body roleCreateRequest
	},
	) (result[rbacRole], error) {
		organization, err := in.id()
		if err != nil {
			return result[rbacRole]{}, err
		}
		actors, err := readActors(in.Body.Actors)
		if err != nil {
			return result[rbacRole]{}, err
		}
		role, err := s.Control.CreateRole(ctx, p, organization, cloud.NewRole{Name: in.Body.Name, Actors: actors, Policies: readPolicies(in.Body.Policies)})
		return answer(ctx, showRole(role)), err
	})
	register(s, spec{
		id: control.OrganizationRoleGet, method: http.MethodGet, path: one, tag: tagRoles,
		summary: "Get a role", description: "Returns a role with its policies and with who has it.",
	}, func(ctx context.Context, p access.Principal, in *RolePath) (result[rbacRole], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[rbacRole]{}, err
		}
		role, err := s.Control.Role(ctx, p, organization, id)
		return answer(ctx, showRole(role)), err
	})
	register(s, spec{
		id: control.OrganizationRolePatch, method: http.MethodPatch, path: one, tag: tagRoles, conflicts: true,
		summary: "Update a role",
		description: "Changes the fields that are given and returns the whole role. Of a system role only the actors can be changed. What is taken " +
			"away is refused from the moment of the answer, for keys and in sessions alike. At least one person keeps the role Admin.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		RolePath
		Body roleUpdateRequest
	},
	) (result[rbacRole], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[rbacRole]{}, err
		}
		patch, err := in.Body.patch()
		if err != nil {
			return result[rbacRole]{}, err
		}
		role, err := s.Control.UpdateRole(ctx, p, organization, id, patch)
		return answer(ctx, showRole(role)), err
	})
	register(s, spec{
		id: control.OrganizationRoleDelete, method: http.MethodDelete, path: one, tag: tagRoles,
		summary: "Delete a role",
		description: "Deletes a custom role for good and takes it from everybody who has it or is to get it with an invitation. What it allowed is " +
			"refused from the moment of the answer.",
	}, func(ctx context.Context, p access.Principal, in *RolePath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteRole(ctx, p, organization, id)
	})
}

// patch returns what the request asks for, or Invalid.
func (r roleUpdateRequest) patch() (p cloud.RolePatch, err error) {
	p.Name = r.Name
	if r.Actors != nil {
		actors, err := readActors(*r.Actors)
		if err != nil {
			return p, err
		}
		p.Actors = &actors
	}
	if r.Policies != nil {
		policies := readPolicies(*r.Policies)
		p.Policies = &policies
	}
	return p, nil
}

func readActors(texts []string) ([]cloud.ActorRef, error) {
	if len(texts) > cloud.MaxRoleActors {
		return nil, cloud.Errorf(cloud.Invalid, "actors: expected at most %d actors, got %d", cloud.MaxRoleActors, len(texts))
	}
	actors := make([]cloud.ActorRef, 0, len(texts))
	for i, text := range texts {
		actor, err := cloud.ParseActor("actors["+strconv.Itoa(i)+"]", text)
		if err != nil {
			return nil, err
		}
		actors = append(actors, actor)
	}
	return actors, nil
}

// readPolicies returns the policies as they were written: whether a role can have them is
// for the role to say.
func readPolicies(in []policyCreateRequest) []cloud.Policy {
	policies := make([]cloud.Policy, 0, len(in))
	for _, p := range in {
		policy := cloud.Policy{
			Effect: cloud.Effect(p.AllowDeny),
			Tags:   cloud.PolicyTags{SQLConsole: cloud.SQLConsoleRole(p.Tags.RoleV2), Grants: p.Tags.Grants},
		}
		for _, permission := range p.Permissions {
			policy.Permissions = append(policy.Permissions, cloud.Permission(permission))
		}
		for _, resource := range p.Resources {
			policy.Resources = append(policy.Resources, cloud.ParseResource(resource))
		}
		policies = append(policies, policy)
	}
	return policies
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
