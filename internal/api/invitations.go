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

// invitation is OpenAPI schema Invitation.
type invitation struct {
	ID            uuid.UUID      `json:"id" format:"uuid" doc:"Unique id of the invitation."`
	Email         string         `json:"email" format:"idn-email" example:"grace@example.com" doc:"Who is invited, in lower case. Only a person with this address can accept."`
	Role          memberRole     `json:"role" deprecated:"true" doc:"The old name that is nearest to the assigned roles. See assignedRoles."`
	CreatedAt     time.Time      `json:"createdAt" doc:"When the invitation was made."`
	ExpireAt      time.Time      `json:"expireAt" doc:"Until when it can be accepted."`
	AssignedRoles []assignedRole `json:"assignedRoles" doc:"The roles that the person gets."`
	InvitedBy     createdBy      `json:"invitedBy" doc:"Who made the invitation."`
	MailState     string         `json:"mailState" enum:"off,sent,failed" doc:"What became of the mail with the link: off when Gatehouse sends none, failed when the mail server did not take it."`
}

// TransformSchema implements huma.SchemaTransformer: it marks what the Cloud does not have.
func (invitation) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return markAddition(s, "invitedBy", "mailState")
}

// invitationPostRequest is OpenAPI schema InvitationPostRequest.
type invitationPostRequest struct {
	Email           string      `json:"email" example:"grace@example.com" doc:"Who is invited. It is kept in lower case."`
	Role            *memberRole `json:"role,omitempty" deprecated:"true" doc:"The role by its old name. Use assignedRoleIds instead."`
	AssignedRoleIDs *[]string   `json:"assignedRoleIds,omitempty" doc:"The ids of the roles that the person gets, at most 100."`
}

// TransformSchema implements huma.SchemaTransformer. The format is told to readers only:
// what is no address is refused here, with its field.
func (invitationPostRequest) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["email"].Extensions = map[string]any{"format": "idn-email"}
	return s
}

// invitationLink is a link that is shown once.
type invitationLink struct {
	URL      string    `json:"url" example:"https://gatehouse.example.com/invitation#the-token" doc:"The link. Whoever has it can become the invited person."`
	ExpireAt time.Time `json:"expireAt" doc:"Until when the link works."`
}

// InvitationPath is the part of a request that names an invitation.
type InvitationPath struct {
	OrganizationPath
	InvitationID string `path:"invitationId" format:"uuid" doc:"The invitation."`
}

func (p InvitationPath) ids() (organization, invitation uuid.UUID, err error) {
	return p.and("invitationId", p.InvitationID)
}

func (s *server) registerInvitations() {
	const list, one = "/v1/organizations/{organizationId}/invitations", "/v1/organizations/{organizationId}/invitations/{invitationId}"
	register(s, spec{
		id: control.InvitationGetList, method: http.MethodGet, path: list, tag: tagUsers,
		summary: "List invitations", description: "Returns the invitations that can be accepted, oldest first.",
	}, func(ctx context.Context, p access.Principal, in *OrganizationPath) (result[[]invitation], error) {
		organization, err := in.id()
		if err != nil {
			return result[[]invitation]{}, err
		}
		invitations, err := s.Control.Invitations(ctx, p, organization)
		return answer(ctx, shown(invitations, s.showInvitation)), err
	})
	register(s, spec{
		id: control.InvitationCreate, method: http.MethodPost, path: list, tag: tagUsers, conflicts: true,
		summary: "Create an invitation",
		description: "Invites somebody to join the organization, for 7 days, and sends them a mail when Gatehouse is set up to. Who is a member or " +
			"invited already cannot be invited. Nobody can give a role that allows more than they may do.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		Body invitationPostRequest
	},
	) (result[invitation], error) {
		organization, err := in.id()
		if err != nil {
			return result[invitation]{}, err
		}
		n, err := in.Body.newInvitation()
		if err != nil {
			return result[invitation]{}, err
		}
		i, err := s.Control.Invite(ctx, p, organization, n)
		return answer(ctx, s.showInvitation(i)), err
	})
	register(s, spec{
		id: control.InvitationGet, method: http.MethodGet, path: one, tag: tagUsers,
		summary: "Get an invitation", description: "Returns an invitation. One that was accepted or revoked, or has expired, does not exist any more.",
	}, func(ctx context.Context, p access.Principal, in *InvitationPath) (result[invitation], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[invitation]{}, err
		}
		i, err := s.Control.Invitation(ctx, p, organization, id)
		return answer(ctx, s.showInvitation(i)), err
	})
	register(s, spec{
		id: control.InvitationDelete, method: http.MethodDelete, path: one, tag: tagUsers,
		summary: "Revoke an invitation", description: "Revokes an invitation: from the moment of the answer none of its links works. It never removes a member.",
	}, func(ctx context.Context, p access.Principal, in *InvitationPath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteInvitation(ctx, p, organization, id)
	})
	s.registerInvitationLinks(one)
}

// registerInvitationLinks adds what the Cloud does not have.
func (s *server) registerInvitationLinks(one string) {
	register(s, spec{
		id: control.InvitationLinkCreate, method: http.MethodPost, path: one + "/link", tag: tagUsers, addition: true,
		summary: "Create an invitation link",
		description: "Creates a link that accepts the invitation, to be handed over to the invited person. It is in this answer and nowhere afterwards. " +
			"Earlier links go on working, the ten newest of them, until the invitation is accepted, revoked or expires. Only who may do all that " +
			"the roles of the invitation allow can create one.",
	}, func(ctx context.Context, p access.Principal, in *InvitationPath) (result[invitationLink], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[invitationLink]{}, err
		}
		link, i, err := s.Control.NewInvitationLink(ctx, p, organization, id)
		return answer(ctx, invitationLink{link.Reveal(), i.ExpireAt}), err
	})
	register(s, spec{
		id: control.InvitationResend, method: http.MethodPost, path: one + "/resend", tag: tagUsers, addition: true,
		summary: "Send an invitation again",
		description: "Sends the mail with a link again and lets the 7 days begin anew. Look at mailState for whether the mail server took it. It is " +
			"refused with 400 when Gatehouse sends no mail.",
	}, func(ctx context.Context, p access.Principal, in *InvitationPath) (result[invitation], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[invitation]{}, err
		}
		i, err := s.Control.ResendInvitation(ctx, p, organization, id)
		return answer(ctx, s.showInvitation(i)), err
	})
}

// newInvitation returns what the request asks for, or Invalid.
func (r invitationPostRequest) newInvitation() (n cloud.NewInvitation, err error) {
	if n.Email, err = cloud.ParseEmail("email", r.Email); err != nil {
		return n, err
	}
	roleIDs, err := readMemberRoles(r.Role, r.AssignedRoleIDs)
	if roleIDs != nil {
		n.RoleIDs = *roleIDs
	}
	return n, err
}

func (s *server) showInvitation(i cloud.Invitation) invitation {
	return invitation{
		ID: i.ID, Email: i.Email, Role: oldRole(i.RoleIDs), CreatedAt: i.CreatedAt, ExpireAt: i.ExpireAt,
		AssignedRoles: showAssigned(s.Control.AssignedRoles(i.OrganizationID, i.RoleIDs)),
		InvitedBy:     createdBy{actorType(i.InvitedBy.Type), i.InvitedBy.ID, i.InvitedBy.Details}, MailState: string(i.Mail),
	}
}
