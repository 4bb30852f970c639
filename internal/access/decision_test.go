package access_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestDecisionNamesThePolicyThatDecides(t *testing.T) {
	// Whatever the policies, the explanation of an answer is that answer, and the policy
	// that it names is the one that a reader of the policies finds: of that role, with
	// that effect, about that permission and that resource.
	checkModels(t, 20_000, func(t *rapid.T) {
		roles := someRoles.Draw(t, "roles")
		p, ref := access.Compile(ours, roles), reference{ours, roles}
		for _, resource := range askedResources {
			for _, permission := range askedPermissions {
				d := access.Decide(ours, roles, permission, resource)
				if d.Allowed != p.Allows(permission, resource) || d.Allowed != (d.Effect == cloud.Allow) {
					t.Fatalf("%s on %s: %+v, but it is allowed: %t", permission, resource, d, p.Allows(permission, resource))
				}
				want := ref.decides(permission, resource)
				if resource == cloud.AllInstances {
					want = ref.decidesOnAll(permission)
				}
				if d.Policy != want.ID || d.Effect != want.Effect {
					t.Fatalf("%s on %s: %+v, the reference names %+v", permission, resource, d, want)
				}
				if d == (access.Decision{}) {
					continue
				}
				i := slices.IndexFunc(roles, func(r cloud.Role) bool { return r.Assigned() == d.Role })
				if i < 0 || !slices.ContainsFunc(roles[i].Policies, func(p cloud.Policy) bool { return p.ID == d.Policy }) {
					t.Fatalf("%s on %s: %+v is of no role", permission, resource, d)
				}
			}
		}
	})
}

// decidesOnAll returns the policy that answers the question about each of all services:
// the first that denies it on any of them, else the one that allows it on those that
// nobody names.
func (ref reference) decidesOnAll(permission cloud.Permission) cloud.Policy {
	var denials []uuid.UUID
	var last cloud.Policy
	for _, service := range services {
		if last = ref.decides(permission, service); last.Effect != cloud.Allow {
			denials = append(denials, last.ID)
		}
	}
	for _, role := range ref.roles {
		for _, p := range role.Policies {
			if slices.Contains(denials, p.ID) {
				return p
			}
		}
	}
	return last
}
