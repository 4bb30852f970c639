package cloud

import (
	"slices"

	"github.com/google/uuid"
)

// LegacyRole is a role of a key from before roles had policies (OpenAPI schema
// ApiKey, field roles). It is a name for system roles and nothing of its own.
type LegacyRole string

// The legacy roles.
const (
	LegacyAdmin          LegacyRole = "admin"
	LegacyDeveloper      LegacyRole = "developer"
	LegacyQueryEndpoints LegacyRole = "query_endpoints"
)

// RoleIDs returns the system roles that the legacy role stands for. It returns
// Invalid, naming field and value, for one that does not exist.
func (l LegacyRole) RoleIDs(field string) ([]uuid.UUID, error) {
	switch l {
	case LegacyAdmin:
		return []uuid.UUID{AdminRoleID}, nil
	case LegacyDeveloper:
		return []uuid.UUID{orgAPIReaderRoleID, serviceAPIReaderRoleID}, nil
	case LegacyQueryEndpoints:
		return []uuid.UUID{basicServiceAPIReaderRoleID}, nil
	default:
		return nil, Errorf(Invalid, "%s: expected one of admin, developer, query_endpoints, got %q", field, string(l))
	}
}

// LegacyRoles returns the legacy roles that the assigned roles amount to: never nil.
func LegacyRoles(assigned []AssignedRole) []LegacyRole {
	out := []LegacyRole{}
	for _, l := range []LegacyRole{LegacyAdmin, LegacyDeveloper, LegacyQueryEndpoints} {
		ids, _ := l.RoleIDs("")
		if !slices.ContainsFunc(ids, func(id uuid.UUID) bool {
			return !slices.ContainsFunc(assigned, func(a AssignedRole) bool { return a.ID == id })
		}) {
			out = append(out, l)
		}
	}
	return out
}
