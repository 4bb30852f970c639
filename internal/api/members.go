package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// member is OpenAPI schema Member.
type member struct {
	UserID        string         `json:"userId" example:"8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"The id of the person, the same in every organization."`
	Name          string         `json:"name" example:"Ada Lovelace" doc:"The name that the person chose."`
	Email         string         `json:"email" format:"idn-email" example:"ada@example.com" doc:"The e-mail address of the person, in lower case."`
	Role          memberRole     `json:"role" deprecated:"true" doc:"The old name that is nearest to the assigned roles: admin for Admin, developer for everything else. See assignedRoles."`
	JoinedAt      time.Time      `json:"joinedAt" doc:"When the person joined the organization."`
	AssignedRoles []assignedRole `json:"assignedRoles" doc:"The roles of the person in the organization."`
	LastSignInAt  *time.Time     `json:"lastSignInAt,omitempty" doc:"When the person last signed in; absent when they never did."`
	SecondFactor  bool           `json:"secondFactor" doc:"Whether signing in with a password needs a code, too."`
}

// TransformSchema implements huma.SchemaTransformer: it marks what the Cloud does not have.
func (member) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return markAddition(s, "lastSignInAt", "secondFactor")
}

// memberPatchRequest is OpenAPI schema MemberPatchRequest.
type memberPatchRequest struct {
	Role            *memberRole `json:"role,omitempty" deprecated:"true" doc:"The role by its old name, in place of all roles. Use assignedRoleIds instead."`
	AssignedRoleIDs *[]string   `json:"assignedRoleIds,omitempty" doc:"The ids of the roles of the person, in place of all roles."`
}

// passwordResetLink is a link that is shown once.
type passwordResetLink struct {
	URL      string    `json:"url" example:"https://gatehouse.example.com/setup#the-token" doc:"The link. It works once."`
	ExpireAt time.Time `json:"expireAt" doc:"Until when the link works."`
}

// MemberPath is the part of a request that names a member.
type MemberPath struct {
	OrganizationPath
	UserID string `path:"userId" format:"uuid" doc:"The member."`
}

func (p MemberPath) ids() (organization, person uuid.UUID, err error) {
	return p.and("userId", p.UserID)
}

func (s *server) registerMembers() {
	const list, one = "/v1/organizations/{organizationId}/members", "/v1/organizations/{organizationId}/members/{userId}"
	register(s, spec{
		id: control.MemberGetList, method: http.MethodGet, path: list, tag: tagUsers,
		summary: "List members", description: "Returns the people of the organization, in the order in which they joined.",
	}, func(ctx context.Context, p access.Principal, in *OrganizationPath) (result[[]member], error) {
		organization, err := in.id()
		if err != nil {
			return result[[]member]{}, err
		}
		members, err := s.Control.Members(ctx, p, organization)
		return answer(ctx, shown(members, s.showMember)), err
	})
	register(s, spec{
		id: control.MemberGet, method: http.MethodGet, path: one, tag: tagUsers,
		summary: "Get a member", description: "Returns a person of the organization.",
	}, func(ctx context.Context, p access.Principal, in *MemberPath) (result[member], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[member]{}, err
		}
		m, err := s.Control.Member(ctx, p, organization, id)
		return answer(ctx, s.showMember(m)), err
	})
	register(s, spec{
		id: control.MemberUpdate, method: http.MethodPatch, path: one, tag: tagUsers, conflicts: true,
		summary: "Update a member",
		description: "Changes the roles of a person and returns them. What is taken away is refused from the moment of the answer, in all their " +
			"sessions. Nobody can give a role that allows more than they may do, and at least one person keeps the role Admin.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		MemberPath
		Body memberPatchRequest
	},
	) (result[member], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[member]{}, err
		}
		roleIDs, err := readMemberRoles(in.Body.Role, in.Body.AssignedRoleIDs)
		if err != nil {
			return result[member]{}, err
		}
		m, err := s.Control.UpdateMember(ctx, p, organization, id, roleIDs)
		return answer(ctx, s.showMember(m)), err
	})
	register(s, spec{
		id: control.MemberDelete, method: http.MethodDelete, path: one, tag: tagUsers, conflicts: true,
		summary: "Remove a member",
		description: "Ends the membership of a person: from the moment of the answer their sessions do not reach the organization. The keys that " +
			"they made stay. At least one person keeps the role Admin.",
	}, func(ctx context.Context, p access.Principal, in *MemberPath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteMember(ctx, p, organization, id)
	})
	register(s, spec{
		id: control.MemberPasswordResetLinkCreate, method: http.MethodPost, path: one + "/passwordResetLink", tag: tagUsers, addition: true,
		summary: "Create a password reset link",
		description: "Creates a link by which a person chooses a new password, to be handed over to them. It is in this answer and nowhere " +
			"afterwards, and takes the place of an earlier one. Using it removes the second factor and ends all sessions of the person. Only who " +
			"may do all that the person may, in each of their organizations, can create one.",
	}, func(ctx context.Context, p access.Principal, in *MemberPath) (result[passwordResetLink], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[passwordResetLink]{}, err
		}
		link, expireAt, err := s.Control.NewMemberResetLink(ctx, p, organization, id)
		return answer(ctx, passwordResetLink{link.Reveal(), expireAt}), err
	})
}

func (s *server) showMember(m cloud.Member) member {
	shown := member{
		UserID: m.ID.String(), Name: m.Name, Email: m.Email, Role: oldRole(m.RoleIDs), JoinedAt: m.JoinedAt,
		AssignedRoles: showAssigned(s.Control.AssignedRoles(m.OrganizationID, m.RoleIDs)), SecondFactor: m.SecondFactor,
	}
	if !m.LastSignInAt.IsZero() {
		shown.LastSignInAt = &m.LastSignInAt
	}
	return shown
}
