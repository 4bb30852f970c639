package access_test

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// reference answers by going through the policies, as a person does. It shares nothing with
// the package under test: what a permission or a resource is about, it sees from its name.
type reference struct {
	organization uuid.UUID
	roles        []cloud.Role
}

// services are those that models name and one that they do not: instance/* is each of them.
var services = []cloud.Resource{cloud.InstanceResource(one), cloud.InstanceResource(two), cloud.InstanceResource(fresh)}

// about returns the policies that say something about the permission on the resource.
func (ref reference) about(permission cloud.Permission, asked cloud.Resource) (policies []cloud.Policy) {
	isAsked := func(named cloud.Resource) bool {
		same := strings.EqualFold(string(named), string(asked))
		if strings.Contains(string(permission), ":organization:") || strings.Contains(string(permission), ":support:") {
			return same && strings.EqualFold(string(named), "organization/"+ref.organization.String())
		}
		return strings.HasPrefix(string(asked), "instance/") && (same || named == "instance/*")
	}
	for _, role := range ref.roles {
		for _, p := range role.Policies {
			if slices.Contains(p.Permissions, permission) && slices.ContainsFunc(p.Resources, isAsked) {
				policies = append(policies, p)
			}
		}
	}
	return policies
}

// decides returns the policy that answers the question about an organization or a
// service: the first that denies, else the first that allows.
func (ref reference) decides(permission cloud.Permission, resource cloud.Resource) (first cloud.Policy) {
	for _, p := range ref.about(permission, resource) {
		if p.Effect == "ALLOW" && first.Effect == "" {
			first = p
		} else if p.Effect != "ALLOW" && (permission != "sql-console:database:access" || includes[p.Tags.SQLConsole] == nil) {
			return p
		}
	}
	return first
}

func (ref reference) allows(permission cloud.Permission, resource cloud.Resource) bool {
	if resource == "instance/*" {
		return !slices.ContainsFunc(services, func(r cloud.Resource) bool { return !ref.allows(permission, r) })
	}
	return ref.decides(permission, resource).Effect == "ALLOW"
}

// includes says which database roles a database role is.
var includes = map[cloud.SQLConsoleRole][]string{
	"sql-console-readonly": {"sql-console-readonly"},
	"sql-console-admin":    {"sql-console-readonly", "sql-console-admin"},
}

// gives reports whether the policies give a database role or a grant on the resource.
func (ref reference) gives(right string, resource cloud.Resource) (given bool) {
	if resource == "instance/*" {
		return !slices.ContainsFunc(services, func(r cloud.Resource) bool { return !ref.gives(right, r) })
	}
	for _, p := range ref.about("sql-console:database:access", resource) {
		if p.Effect != "ALLOW" && slices.Contains(includes[cloud.SQLConsoleRole(right)], string(p.Tags.SQLConsole)) {
			return false // a reader's role is part of this one, and taken
		}
		given = given || p.Effect == "ALLOW" && (slices.Contains(includes[p.Tags.SQLConsole], right) || slices.Contains(p.Tags.Grants, right))
	}
	return given && ref.allows("sql-console:database:access", resource)
}

// covered reports whether each thing that ref allows is allowed by one of the others.
func (ref reference) covered(by ...reference) bool {
	by = slices.DeleteFunc(by, func(r reference) bool { return r.organization != ref.organization })
	for _, resource := range append([]cloud.Resource{cloud.OrganizationResource(ref.organization)}, services...) {
		for _, permission := range cloud.Permissions() {
			allows := func(r reference) bool { return r.allows(permission, resource) }
			if allows(ref) && !slices.ContainsFunc(by, allows) {
				return false
			}
		}
		isAdmin := func(r reference) bool { return r.gives("sql-console-admin", resource) } // and needs no grants
		for _, right := range databaseRights {
			gives := func(r reference) bool { return r.gives(right, resource) }
			if gives(ref) && !slices.ContainsFunc(by, gives) && !slices.ContainsFunc(by, isAdmin) {
				return false
			}
		}
	}
	return true
}
