package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// effectiveAccess is what the roles of a key or a person amount to.
type effectiveAccess struct {
	Actor            string                `json:"actor" example:"apiKey/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"Whose access it is: apiKey/<id> or user/<id>."`
	Resources        []string              `json:"resources" doc:"The resources that are decided on: organization/<id>, instance/* for what holds on every service, and each service that a policy of the roles names, at most 1000."`
	ResourcesLeftOff int                   `json:"resourcesLeftOff,omitempty" doc:"How many more services the policies name; absent when there are none."`
	Permissions      []effectivePermission `json:"permissions" doc:"Every permission on each resource of its kind."`
	Operations       []effectiveOperation  `json:"operations" doc:"Every operation of this API on each resource of its kind."`
	SQLConsole       []effectiveSQLConsole `json:"sqlConsole" doc:"The rights in the databases of services, for each instance/ resource."`
}

type effectivePermission struct {
	Permission string          `json:"permission" example:"control-plane:organization:view" doc:"The permission."`
	Resource   string          `json:"resource" example:"instance/*" doc:"The resource that it is held or not held on."`
	Decision   string          `json:"decision" enum:"ALLOW,DENY" doc:"Whether it is held."`
	DecidedBy  *decidingPolicy `json:"decidedBy,omitempty" doc:"The policy that decided; absent when none is about it, which denies."`
}

type effectiveOperation struct {
	OperationID string          `json:"operationId" example:"openapiKeyGetList" doc:"The operation."`
	Method      string          `json:"method" example:"GET" doc:"Its HTTP method."`
	Path        string          `json:"path" example:"/v1/organizations/{organizationId}/keys" doc:"Its path."`
	Summary     string          `json:"summary" example:"List keys" doc:"What it does."`
	Tag         string          `json:"tag" example:"OpenAPI" doc:"The group that it is in."`
	Permissions []string        `json:"permissions" doc:"The permissions that it needs, all of them."`
	Resource    string          `json:"resource" example:"organization/5a1f0c9e-6c3b-4e1d-8f2a-7b6c5d4e3f21" doc:"The resource that it is about."`
	Decision    string          `json:"decision" enum:"ALLOW,DENY" doc:"Whether it is allowed."`
	DecidedBy   *decidingPolicy `json:"decidedBy,omitempty" doc:"The policy that decided: on the first permission that is refused, or else on the last. Absent when none is about it, which denies, and for an operation that needs no permission."`
}

type effectiveSQLConsole struct {
	Resource string   `json:"resource" example:"instance/*" doc:"The service, or instance/* for what holds on every service."`
	RoleV2   string   `json:"roleV2,omitempty" enum:"sql-console-readonly,sql-console-admin" doc:"The role in the databases; absent without one."`
	Grants   []string `json:"grants" doc:"Database grants beside the role."`
}

// decidingPolicy is the policy that decided on something, and the role that it is of.
type decidingPolicy struct {
	RoleID    uuid.UUID `json:"roleId" format:"uuid" doc:"The id of the role."`
	RoleName  string    `json:"roleName" example:"Analysts" doc:"The name of the role."`
	RoleType  string    `json:"roleType" enum:"system,custom" doc:"Whether the role comes with Gatehouse or was made here."`
	PolicyID  uuid.UUID `json:"policyId" format:"uuid" doc:"The id of the policy."`
	AllowDeny string    `json:"allowDeny" enum:"ALLOW,DENY" doc:"What the policy does."`
}

func (s *server) registerEffectiveAccess() {
	const description = "Returns every permission and every operation with the decision on each resource, and with the policy that decided. It is what the " +
		"roles amount to now; "
	register(s, spec{
		id: control.KeyEffectiveAccessGet, method: http.MethodGet, path: "/v1/organizations/{organizationId}/keys/{keyId}/effectiveAccess", tag: tagKeys, addition: true,
		summary: "Get the effective access of a key", description: description + "whether the key is enabled, and from where it may be used, is not part of it.",
	}, func(ctx context.Context, p access.Principal, in *KeyPath) (result[effectiveAccess], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[effectiveAccess]{}, err
		}
		e, err := s.Control.KeyEffectiveAccess(ctx, p, organization, id)
		if err != nil {
			return result[effectiveAccess]{}, err
		}
		return answer(ctx, s.showEffectiveAccess(e)), nil
	})
	register(s, spec{
		id: control.MemberEffectiveAccessGet, method: http.MethodGet, path: "/v1/organizations/{organizationId}/members/{userId}/effectiveAccess", tag: tagUsers, addition: true,
		summary: "Get the effective access of a member", description: description + "what the person may do in other organizations is not part of it.",
	}, func(ctx context.Context, p access.Principal, in *MemberPath) (result[effectiveAccess], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[effectiveAccess]{}, err
		}
		e, err := s.Control.MemberEffectiveAccess(ctx, p, organization, id)
		if err != nil {
			return result[effectiveAccess]{}, err
		}
		return answer(ctx, s.showEffectiveAccess(e)), nil
	})
}

func (s *server) showEffectiveAccess(e control.EffectiveAccess) effectiveAccess {
	shown := effectiveAccess{
		Actor: string(e.Actor), Resources: make([]string, 0, len(e.Resources)), ResourcesLeftOff: e.LeftOff,
		Permissions: make([]effectivePermission, 0, len(e.Permissions)), Operations: []effectiveOperation{}, SQLConsole: []effectiveSQLConsole{},
	}
	for _, r := range e.Resources {
		shown.Resources = append(shown.Resources, string(r))
	}
	for _, p := range e.Permissions {
		shown.Permissions = append(shown.Permissions, effectivePermission{string(p.Permission), string(p.Resource), showDecision(p.Decision), showDecidedBy(p.Decision)})
	}
	for _, o := range s.registered {
		permissions := []string{}
		for _, p := range o.id.Requires() {
			permissions = append(permissions, string(p))
		}
		for _, d := range e.Operation(o.id) {
			shown.Operations = append(shown.Operations, effectiveOperation{
				OperationID: string(o.id), Method: o.method, Path: o.path, Summary: o.summary, Tag: o.tag, Permissions: permissions,
				Resource: string(d.Resource), Decision: showDecision(d.Decision), DecidedBy: showDecidedBy(d.Decision),
			})
		}
	}
	for _, c := range e.SQLConsole {
		shown.SQLConsole = append(shown.SQLConsole, effectiveSQLConsole{string(c.Resource), string(c.Role), c.Grants})
	}
	return shown
}

func showDecision(d access.Decision) string {
	if d.Allowed {
		return string(cloud.Allow)
	}
	return string(cloud.Deny)
}

// showDecidedBy returns the policy that decided, nil when there is none.
func showDecidedBy(d access.Decision) *decidingPolicy {
	if d.Effect == "" {
		return nil
	}
	return &decidingPolicy{d.Role.ID, d.Role.Name, string(d.Role.Type), d.Policy, string(d.Effect)}
}
