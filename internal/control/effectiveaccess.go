package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// EffectiveAccess is what the roles of a key or a person amount to in an organization.
// Whether the key can be used or the person can sign in is not part of it.
type EffectiveAccess struct {
	Actor cloud.ActorRef
	// Resources are the organization, all services, and those that a policy names, in the
	// order in which they are named.
	Resources []cloud.Resource
	// LeftOff is how many services that a policy names are not among them: there are at
	// most MaxNamedServices.
	LeftOff     int
	Permissions []PermissionAccess
	SQLConsole  []SQLConsoleAccess // of services

	decisions map[right]access.Decision
}

// PermissionAccess is whether a permission is held on a resource, and by which policy.
type PermissionAccess struct {
	Permission cloud.Permission
	Resource   cloud.Resource
	access.Decision
}

// OperationAccess is whether an operation may be carried out on a resource, and the policy
// that decided: of the first permission that is refused, or else of the last.
type OperationAccess struct {
	Resource cloud.Resource
	access.Decision
}

// SQLConsoleAccess is the database role that somebody has on a service, and the grants beside it.
type SQLConsoleAccess struct {
	Resource cloud.Resource
	Role     cloud.SQLConsoleRole
	Grants   []string
}

// right is a permission on a resource.
type right struct {
	permission cloud.Permission
	resource   cloud.Resource
}

// MaxNamedServices bounds the answer to what somebody may do on services: policies may
// name any number of them.
const MaxNamedServices = 1000

// KeyEffectiveAccess returns what a key may do.
func (c *Control) KeyEffectiveAccess(ctx context.Context, p access.Principal, organization, id uuid.UUID) (EffectiveAccess, error) {
	return c.effectiveAccess(ctx, p, KeyEffectiveAccessGet, organization, cloud.KeyActor(id), func(r *store.Reader) ([]uuid.UUID, error) {
		key, err := r.Key(ctx, organization, id)
		return key.RoleIDs, err
	})
}

// MemberEffectiveAccess returns what a person may do in the organization.
func (c *Control) MemberEffectiveAccess(ctx context.Context, p access.Principal, organization, id uuid.UUID) (EffectiveAccess, error) {
	return c.effectiveAccess(ctx, p, MemberEffectiveAccessGet, organization, cloud.PersonActor(id), func(r *store.Reader) ([]uuid.UUID, error) {
		account, err := r.Member(ctx, organization, id)
		return memberOf(account.Person, organization).RoleIDs, err
	})
}

func (c *Control) effectiveAccess(
	ctx context.Context, p access.Principal, o Operation, organization uuid.UUID, actor cloud.ActorRef, held func(*store.Reader) ([]uuid.UUID, error),
) (EffectiveAccess, error) {
	if err := c.authorize(p, o, organization); err != nil {
		return EffectiveAccess{}, err
	}
	var roles []cloud.Role
	err := c.store.Read(ctx, func(r *store.Reader) error {
		ids, err := held(r)
		if err != nil {
			return err
		}
		roles, err = r.Roles(ctx, organization)
		roles = pick(roles, ids)
		return err
	})
	if err != nil {
		return EffectiveAccess{}, err
	}
	return decideAll(ctx, organization, actor, roles)
}

// decideAll decides on every permission of the catalogue. It ends with the request.
func decideAll(ctx context.Context, organization uuid.UUID, actor cloud.ActorRef, roles []cloud.Role) (EffectiveAccess, error) {
	e := EffectiveAccess{Actor: actor, decisions: map[right]access.Decision{}}
	e.Resources, e.LeftOff = resourcesOf(organization, MaxNamedServices, roles)
	policies := access.Compile(organization, roles)
	for _, resource := range e.Resources {
		if ctx.Err() != nil {
			return e, &cloud.Error{Code: cloud.Unavailable, Message: "The request ended before its answer", Err: ctx.Err()}
		}
		some := about(roles, resource)
		for _, permission := range permissionsOn(resource) {
			d := access.Decide(organization, some, permission, resource)
			e.decisions[right{permission, resource}] = d
			e.Permissions = append(e.Permissions, PermissionAccess{permission, resource, d})
		}
		if !isOrganization(resource) {
			role, grants := policies.SQLConsole(resource)
			e.SQLConsole = append(e.SQLConsole, SQLConsoleAccess{resource, role, unique(grants)})
		}
	}
	return e, nil
}

// Operation returns whether the operation may be carried out: on the organization, or on
// each of the services when a permission that it needs is about services.
func (e EffectiveAccess) Operation(o Operation) []OperationAccess {
	permissions := o.Requires()
	organization := e.Resources[0]
	resources := e.Resources[:1]
	if slices.ContainsFunc(permissions, func(p cloud.Permission) bool { return !p.OfOrganization() }) {
		resources = e.Resources[1:]
	}
	decided := make([]OperationAccess, 0, len(resources))
	for _, resource := range resources {
		decided = append(decided, OperationAccess{resource, decideOn(permissions, organization, resource, func(r right) access.Decision { return e.decisions[r] })})
	}
	return decided
}

// decideOn returns the decision on an operation that needs the permissions. One of the
// organization is needed on the organization, whatever the operation is about.
func decideOn(permissions []cloud.Permission, organization, resource cloud.Resource, decide func(right) access.Decision) access.Decision {
	decision := access.Decision{Allowed: true}
	for _, permission := range permissions {
		on := resource
		if permission.OfOrganization() {
			on = organization
		}
		if decision = decide(right{permission, on}); !decision.Allowed {
			break
		}
	}
	return decision
}

// resourcesOf returns the organization, all services, and the services that policies of
// the roles name, at most so many; and how many more these are.
func resourcesOf(organization uuid.UUID, most int, roles ...[]cloud.Role) (resources []cloud.Resource, more int) {
	resources = []cloud.Resource{cloud.OrganizationResource(organization), cloud.AllInstances}
	seen := map[cloud.Resource]bool{}
	for _, role := range slices.Concat(roles...) {
		for _, policy := range role.Policies {
			for _, resource := range policy.Resources {
				if _, named := resource.Instance(); named && !seen[resource] {
					seen[resource] = true
					resources = append(resources, resource)
				}
			}
		}
	}
	if more = len(resources) - 2 - most; more <= 0 {
		return resources, 0
	}
	return resources[:2+most], more
}

func isOrganization(resource cloud.Resource) bool {
	_, is := resource.Organization()
	return is
}

// permissionsOn returns the permissions that there are on a resource of this kind.
func permissionsOn(resource cloud.Resource) []cloud.Permission {
	return slices.DeleteFunc(cloud.Permissions(), func(p cloud.Permission) bool { return p.OfOrganization() != isOrganization(resource) })
}

// about returns the roles with no more of them than what decides on the organization or on
// one service, which is little of what roles that name many services hold.
func about(roles []cloud.Role, resource cloud.Resource) []cloud.Role {
	if resource == cloud.AllInstances {
		return roles // what holds on all services depends on each that is named
	}
	out := make([]cloud.Role, 0, len(roles))
	for _, role := range roles {
		policies := role.Policies
		role.Policies = nil
		for _, policy := range policies {
			policy.Resources = slices.DeleteFunc(slices.Clone(policy.Resources), func(r cloud.Resource) bool {
				return r != resource && (r != cloud.AllInstances || isOrganization(resource))
			})
			if len(policy.Resources) > 0 {
				role.Policies = append(role.Policies, policy)
			}
		}
		out = append(out, role)
	}
	return out
}

func unique(texts []string) []string {
	out := make([]string, 0, len(texts))
	seen := make(map[string]bool, len(texts))
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			out = append(out, text)
		}
	}
	return out
}
