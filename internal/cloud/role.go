package cloud

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// RoleType tells the roles that come with Gatehouse from those a customer made.
type RoleType string

// The types of roles (OpenAPI schema RBACRole).
const (
	SystemRole RoleType = "system"
	CustomRole RoleType = "custom"
)

// Effect is what a policy does with the permissions it names.
type Effect string

// The effects of a policy (OpenAPI schema RBACPolicy, field allowDeny).
const (
	Allow Effect = "ALLOW"
	Deny  Effect = "DENY"
)

// Role is a named set of policies (OpenAPI schema RBACRole).
type Role struct {
	ID             uuid.UUID
	OrganizationID uuid.UUID
	Name           string
	Type           RoleType
	Policies       []Policy
	Actors         []ActorRef
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Assigned returns the role as the things it is assigned to show it.
func (r Role) Assigned() AssignedRole { return AssignedRole{ID: r.ID, Name: r.Name, Type: r.Type} }

// AssignedRole is a role as a key or a member shows it (OpenAPI schema AssignedRole).
type AssignedRole struct {
	ID   uuid.UUID
	Name string
	Type RoleType
}

// Policy allows or denies permissions on resources (OpenAPI schema RBACPolicy).
type Policy struct {
	ID          uuid.UUID
	Effect      Effect
	Permissions []Permission
	Resources   []Resource
	Tags        PolicyTags
}

// PolicyTags say with which rights DatabaseAccess enters a database (OpenAPI schema RBACPolicyTags).
type PolicyTags struct {
	SQLConsole SQLConsoleRole
	Grants     []string
}

// SQLConsoleRole is the database role of somebody who comes through the SQL console.
type SQLConsoleRole string

// The roles of the SQL console (OpenAPI schema RBACPolicyTags, field roleV2).
const (
	NoSQLConsole       SQLConsoleRole = ""
	SQLConsoleReadOnly SQLConsoleRole = "sql-console-readonly"
	SQLConsoleAdmin    SQLConsoleRole = "sql-console-admin"
)

// UniqueIDs returns ids without those that come again, in order.
func UniqueIDs(ids []uuid.UUID) []uuid.UUID {
	out := make([]uuid.UUID, 0, len(ids))
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
