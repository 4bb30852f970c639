package api

import (
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// assignedRole is OpenAPI schema AssignedRole.
type assignedRole struct {
	RoleID   uuid.UUID `json:"roleId" format:"uuid" doc:"The id of the role."`
	RoleName string    `json:"roleName" example:"Org API reader" doc:"The name of the role."`
	RoleType string    `json:"roleType" enum:"system,custom" doc:"Whether the role comes with Gatehouse or was made here."`
}

func showAssigned(roles []cloud.AssignedRole) []assignedRole {
	shown := make([]assignedRole, 0, len(roles))
	for _, r := range roles {
		shown = append(shown, assignedRole{r.ID, r.Name, string(r.Type)})
	}
	return shown
}

type legacyRole string

// Schema implements huma.SchemaProvider.
func (legacyRole) Schema(huma.Registry) *huma.Schema {
	return textEnum("admin", "developer", "query_endpoints")
}

// readRoles returns the roles of a request, nil when it says nothing of them.
// Clients that know both fields send one of them empty.
func readRoles(old *[]legacyRole, assigned *[]string) (ids *[]uuid.UUID, legacy bool, err error) {
	if old != nil && assigned != nil && len(*old) > 0 && len(*assigned) > 0 {
		return nil, false, cloud.Errorf(cloud.Invalid, "roles: expected either roles or assignedRoleIds, got both")
	}
	if old == nil && assigned == nil {
		return nil, false, nil
	}
	if err := checkRoleCount(old, assigned); err != nil {
		return nil, false, err
	}
	list := []uuid.UUID{}
	if old != nil && (assigned == nil || len(*assigned) == 0) {
		for i, r := range *old {
			some, err := cloud.LegacyRole(r).RoleIDs("roles[" + strconv.Itoa(i) + "]")
			if err != nil {
				return nil, false, err
			}
			list = append(list, some...)
		}
		list = cloud.UniqueIDs(list)
		return &list, true, nil
	}
	list, err = readRoleIDs(*assigned)
	return &list, false, err
}

func readRoleIDs(texts []string) ([]uuid.UUID, error) {
	list := []uuid.UUID{}
	for i, text := range texts {
		id, err := parseID("assignedRoleIds["+strconv.Itoa(i)+"]", text)
		if err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return cloud.UniqueIDs(list), nil
}

// readMemberRoles is readRoles for people, who have one role by its old name.
func readMemberRoles(old *memberRole, assigned *[]string) (*[]uuid.UUID, error) {
	if old == nil {
		ids, _, err := readRoles(nil, assigned)
		return ids, err
	}
	if assigned != nil && len(*assigned) > 0 {
		return nil, cloud.Errorf(cloud.Invalid, "role: expected either role or assignedRoleIds, got both")
	}
	ids, err := cloud.LegacyRole(*old).RoleIDs("role")
	return &ids, err
}

// memberRole is the role of a person from before roles had policies.
type memberRole string

// Schema implements huma.SchemaProvider.
func (memberRole) Schema(huma.Registry) *huma.Schema { return textEnum("admin", "developer") }

// oldRole returns the old name that is nearest to the roles: every person has one.
func oldRole(roleIDs []uuid.UUID) memberRole {
	if slices.Contains(roleIDs, cloud.AdminRoleID) {
		return memberRole(cloud.LegacyAdmin)
	}
	return memberRole(cloud.LegacyDeveloper)
}

// checkRoleCount bounds the work of telling roles apart, for which nobody has been authorised yet.
func checkRoleCount(old *[]legacyRole, assigned *[]string) error {
	if old != nil && len(*old) > cloud.MaxKeyRoles {
		return cloud.Errorf(cloud.Invalid, "roles: expected at most %d roles, got %d", cloud.MaxKeyRoles, len(*old))
	}
	if assigned != nil && len(*assigned) > cloud.MaxKeyRoles {
		return cloud.Errorf(cloud.Invalid, "assignedRoleIds: expected at most %d roles, got %d", cloud.MaxKeyRoles, len(*assigned))
	}
	return nil
}
