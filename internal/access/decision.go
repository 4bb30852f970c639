package access

import (
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Decision says whether a permission is allowed on a resource, and which policy decided.
type Decision struct {
	Allowed bool
	// The policy that decided, the role that it is of, and what it does: zero when no
	// policy is about it.
	Role   cloud.AssignedRole
	Policy uuid.UUID
	Effect cloud.Effect
}

// Decide answers one question by going through the policies of the roles, in their order:
// the first that denies decides, else the first that allows. It answers as the compiled
// Policies do, and says why. On AllInstances, the question is about each of all services:
// what denies it on a single one denies it.
func Decide(organization uuid.UUID, roles []cloud.Role, permission cloud.Permission, resource cloud.Resource) (d Decision) {
	if bits[permission] == 0 {
		return d // there is no such permission, whatever a policy says
	}
	for _, role := range roles {
		for _, policy := range role.Policies {
			if !slices.Contains(policy.Permissions, permission) || !concerns(organization, policy, permission, resource) {
				continue
			}
			decision := Decision{policy.Effect == cloud.Allow, role.Assigned(), policy.ID, policy.Effect}
			if !decision.Allowed && !onlyLowers(policy, permission) {
				return decision
			}
			if decision.Allowed && !d.Allowed {
				d = decision
			}
		}
	}
	return d
}

// concerns reports whether the policy is about the resource, which is such as the
// permission is for.
func concerns(organization uuid.UUID, policy cloud.Policy, permission cloud.Permission, resource cloud.Resource) bool {
	if permission.OfOrganization() {
		id, ok := resource.Organization()
		return ok && id == organization && slices.ContainsFunc(policy.Resources, func(r cloud.Resource) bool {
			of, ok := r.Organization()
			return ok && of == id
		})
	}
	asked, single := resource.Instance()
	if !single && resource != cloud.AllInstances {
		return false
	}
	return slices.ContainsFunc(policy.Resources, func(r cloud.Resource) bool {
		named, ok := r.Instance()
		return r == cloud.AllInstances || ok && (single && named == asked || !single && policy.Effect != cloud.Allow)
	})
}

// onlyLowers reports whether the policy takes a database role rather than the access.
func onlyLowers(policy cloud.Policy, permission cloud.Permission) bool {
	return permission == cloud.DatabaseAccess && (policy.Tags.SQLConsole == cloud.SQLConsoleReadOnly || policy.Tags.SQLConsole == cloud.SQLConsoleAdmin)
}
