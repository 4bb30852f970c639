package cloud

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// What a custom role may hold. The Cloud publishes no limits; ours keep a role readable,
// and what a request may ask for bounded.
const (
	MaxCustomRoles     = 1000 // of an organization
	MaxPolicies        = 100  // of a role
	MaxPolicyResources = 1000 // of a policy
	MaxGrants          = 1000 // of a role
	MaxGrantLength     = 1024 // characters
	MaxRoleActors      = 10_000
)

// NewRole describes a custom role to make (OpenAPI schema RoleCreateRequest).
type NewRole struct {
	Name     string
	Actors   []ActorRef
	Policies []Policy // without ids
}

// RolePatch changes what is not nil (OpenAPI schema RoleUpdateRequest). Lists are
// replaced as a whole.
type RolePatch struct {
	Name     *string
	Actors   *[]ActorRef
	Policies *[]Policy // without ids
}

// CheckPolicies returns Invalid, naming the field and the value that is wrong, unless the
// policies can be those of a custom role of the organization. Where a client of the Cloud
// looks for a sentence, it is in ours.
func CheckPolicies(field string, organization uuid.UUID, policies []Policy) error {
	if len(policies) > MaxPolicies {
		return Errorf(Invalid, "%s: expected at most %d policies, got %d", field, MaxPolicies, len(policies))
	}
	grants := 0
	for i, p := range policies {
		if err := p.check(fmt.Sprintf("%s[%d]", field, i), organization); err != nil {
			return err
		}
		grants += len(p.Tags.Grants)
	}
	if grants > MaxGrants {
		return Errorf(Invalid, "%s: expected at most %d grants in all policies together, got %d", field, MaxGrants, grants)
	}
	return nil
}

func (p Policy) check(field string, organization uuid.UUID) error {
	if p.Effect != Allow && p.Effect != Deny {
		return Errorf(Invalid, "%s.allowDeny: expected one of %s, %s, got %q", field, Allow, Deny, string(p.Effect))
	}
	if err := p.checkPermissions(field + ".permissions"); err != nil {
		return err
	}
	if err := p.checkResources(field+".resources", organization); err != nil {
		return err
	}
	return p.checkTags(field)
}

// checkPermissions sees to it that all permissions are about the same kind of resource.
func (p Policy) checkPermissions(field string) error {
	known := Permissions()
	switch {
	case len(p.Permissions) == 0:
		return Errorf(Invalid, "%s: expected at least one permission, got none", field)
	case len(p.Permissions) > len(known):
		return Errorf(Invalid, "%s: expected at most %d permissions, got %d", field, len(known), len(p.Permissions))
	}
	for i, permission := range p.Permissions {
		if !slices.Contains(known, permission) {
			return Errorf(Invalid, "%s[%d]: there is no permission %s", field, i, quoted(string(permission)))
		}
		if first := p.Permissions[0]; permission.OfOrganization() != first.OfOrganization() {
			return Errorf(Invalid, "%s[%d]: All permissions in a policy must target the same resource scope: %q is about %s, %q about %s",
				field, i, string(first), scopeOf(first), string(permission), scopeOf(permission))
		}
	}
	return nil
}

func scopeOf(p Permission) string {
	if p.OfOrganization() {
		return "the organization"
	}
	return "services"
}

// checkResources sees to it that the resources are such as the permissions are about.
func (p Policy) checkResources(field string, organization uuid.UUID) error {
	switch {
	case len(p.Resources) == 0:
		return Errorf(Invalid, "%s: expected at least one resource, got none", field)
	case len(p.Resources) > MaxPolicyResources:
		return Errorf(Invalid, "%s: expected at most %d resources, got %d", field, MaxPolicyResources, len(p.Resources))
	}
	own := OrganizationResource(organization)
	for i, resource := range p.Resources {
		_, service := resource.Instance()
		service = service || resource == AllInstances
		switch {
		case resource != own && !service && strings.HasPrefix(string(resource), organizationResource):
			return Errorf(Invalid, "%s[%d]: Organization %s must match the role's organization: expected %q", field, i,
				FirstCharacters(strings.TrimPrefix(string(resource), organizationResource)), string(own))
		case resource != own && !service:
			return Errorf(Invalid, "%s[%d]: expected %q, instance/<id of a service> or %q, got %s", field, i, string(own), string(AllInstances), quoted(string(resource)))
		case service == p.Permissions[0].OfOrganization():
			return Errorf(Invalid, "%s[%d]: All permissions in a policy must target the same resource scope: %q is about %s, got %q",
				field, i, string(p.Permissions[0]), scopeOf(p.Permissions[0]), string(resource))
		}
	}
	return nil
}

func (p Policy) checkTags(field string) error {
	switch p.Tags.SQLConsole {
	case NoSQLConsole, SQLConsoleReadOnly, SQLConsoleAdmin:
	default:
		return Errorf(Invalid, "%s.tags.roleV2: expected one of %s, %s, got %s", field, SQLConsoleReadOnly, SQLConsoleAdmin, quoted(string(p.Tags.SQLConsole)))
	}
	if len(p.Tags.Grants) > MaxGrants {
		return Errorf(Invalid, "%s.tags.grants: expected at most %d grants, got %d", field, MaxGrants, len(p.Tags.Grants))
	}
	for i, grant := range p.Tags.Grants {
		at := fmt.Sprintf("%s.tags.grants[%d]", field, i)
		if strings.TrimSpace(grant) == "" {
			return Errorf(Invalid, "%s: expected a grant such as %q, got %q", at, "GRANT SELECT ON db.*", grant)
		}
		if err := checkText(at, grant, MaxGrantLength); err != nil {
			return err
		}
	}
	if p.Effect == Allow && slices.Contains(p.Permissions, DatabaseAccess) && p.Tags.SQLConsole == NoSQLConsole && len(p.Tags.Grants) == 0 {
		return Errorf(Invalid, "%s.tags.roleV2: %s needs one of %s, %s, or grants: without them it gives nothing", field, DatabaseAccess, SQLConsoleReadOnly, SQLConsoleAdmin)
	}
	return nil
}

// ParseActor returns the reference in its one form. It returns Invalid, naming field and
// value, for what is neither a person nor a key.
func ParseActor(field, text string) (ActorRef, error) {
	if id, ok := ActorRef(text).Key(); ok {
		return KeyActor(id), nil
	}
	if id, ok := ActorRef(text).Person(); ok {
		return PersonActor(id), nil
	}
	return "", Errorf(Invalid, "%s: expected user/<id> or apiKey/<id>, got %s", field, quoted(text))
}

// ParseResource returns the resource in its one form; what is none as it is.
func ParseResource(text string) Resource {
	if id, ok := Resource(text).Instance(); ok {
		return InstanceResource(id)
	}
	if id, ok := Resource(text).Organization(); ok {
		return OrganizationResource(id)
	}
	return Resource(text)
}

// quoted repeats a value that a client may have made as long as it liked.
func quoted(text string) string { return fmt.Sprintf("%q", FirstCharacters(text)) }
