package access_test

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// reference answers by going through the policies. It shares nothing with the package
// under test: what a permission or a resource is about, it sees from its name.
type reference struct {
	organization uuid.UUID
	roles        []cloud.Role
}

// about calls f with each policy that names the permission and is about the resource.
func (ref reference) about(permission cloud.Permission, resource cloud.Resource, f func(cloud.Policy)) {
	ofOrganization := strings.Contains(string(permission), ":organization:") || strings.Contains(string(permission), ":support:")
	for _, role := range ref.roles {
		for _, p := range role.Policies {
			is := resource == cloud.Resource("organization/"+ref.organization.String()) && slices.Contains(p.Resources, resource)
			if !ofOrganization {
				is = strings.HasPrefix(string(resource), "instance/") && (slices.Contains(p.Resources, resource) || slices.Contains(p.Resources, "instance/*"))
			}
			if is && slices.Contains(p.Permissions, permission) {
				f(p)
			}
		}
	}
}

// allServices are those that models name and one that they do not.
var allServices = []cloud.Resource{cloud.InstanceResource(one), cloud.InstanceResource(two), cloud.InstanceResource(fresh)}

func (ref reference) allows(permission cloud.Permission, resource cloud.Resource) bool {
	if resource == "instance/*" {
		return !slices.ContainsFunc(allServices, func(r cloud.Resource) bool { return !ref.allows(permission, r) })
	}
	allowed, denied := false, false
	ref.about(permission, resource, func(p cloud.Policy) {
		allowed = allowed || p.Effect == "ALLOW"
		denied = denied || p.Effect == "DENY" && (permission != "sql-console:database:access" || p.Tags.SQLConsole == "")
	})
	return allowed && !denied
}

var ranks = []cloud.SQLConsoleRole{"", "sql-console-readonly", "sql-console-admin"}

func (ref reference) sqlConsole(resource cloud.Resource) (role cloud.SQLConsoleRole, grants []string) {
	if !ref.allows("sql-console:database:access", resource) {
		return "", nil
	}
	given, most := 0, 2
	services := []cloud.Resource{resource}
	if resource == "instance/*" { // the least of what is allowed on each, and the grants on all
		services = allServices
	}
	for _, service := range services {
		here := 0
		grants = nil // of the last, which no policy names
		ref.about("sql-console:database:access", service, func(p cloud.Policy) {
			if rank := slices.Index(ranks, p.Tags.SQLConsole); p.Effect == "ALLOW" {
				here = max(here, rank)
				grants = append(grants, p.Tags.Grants...)
			} else {
				most = min(most, rank-1)
			}
		})
		given = here
		most = min(most, here)
	}
	return ranks[min(given, most)], grants
}

// covers reports whether all that other allows is allowed by ref or by held.
func (ref reference) covers(held, other reference) bool {
	holders := slices.DeleteFunc([]reference{ref, held}, func(r reference) bool { return r.organization != other.organization })
	for _, resource := range append([]cloud.Resource{cloud.OrganizationResource(other.organization)}, allServices...) {
		for _, permission := range permissions {
			if other.allows(permission, resource) && !slices.ContainsFunc(holders, func(r reference) bool { return r.allows(permission, resource) }) {
				return false
			}
		}
		theirs, needed := other.sqlConsole(resource)
		best, grants := 0, []string{}
		for _, r := range holders {
			role, some := r.sqlConsole(resource)
			best, grants = max(best, slices.Index(ranks, role)), append(grants, some...)
		}
		if best < slices.Index(ranks, theirs) || best < 2 && slices.ContainsFunc(needed, func(g string) bool { return !slices.Contains(grants, g) }) {
			return false
		}
	}
	return true
}
