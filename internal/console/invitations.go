package console

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ownInvitation is an invitation as the invited person sees it.
type ownInvitation struct {
	ID           uuid.UUID `json:"id"`
	Organization string    `json:"organization"` // its name
	Roles        []string  `json:"roles"`        // names
	InvitedBy    string    `json:"invitedBy"`
	ExpireAt     time.Time `json:"expireAt"`
}

// routeInvitations lets the invited person accept. Who has no account makes one with the
// link; who has one signs in first, and needs no link then.
func (s *server) routeInvitations(mux *http.ServeMux) {
	s.handle(mux, "POST /auth/invitation", func(w http.ResponseWriter, r *http.Request) (any, error) {
		var in struct {
			Token    string `json:"token"`
			Name     string `json:"name"`
			Password string `json:"password"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		signedIn, err := s.Control.Accept(r.Context(), visitor(r), in.Token, in.Name, in.Password)
		return s.begin(w, r, signedIn, err)
	})
	s.handleSignedIn(mux, "GET /auth/invitations", func(_ http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		invitations, err := s.Control.InvitationsToMe(r.Context(), p)
		list := []ownInvitation{}
		for _, i := range invitations {
			shown := ownInvitation{ID: i.ID, Organization: i.Organization, Roles: []string{}, InvitedBy: i.InvitedBy.Details, ExpireAt: i.ExpireAt}
			for _, role := range s.Control.AssignedRoles(i.OrganizationID, i.RoleIDs) {
				shown.Roles = append(shown.Roles, role.Name)
			}
			list = append(list, shown)
		}
		return map[string]any{"invitations": list}, err
	})
	s.handleSignedIn(mux, "POST /auth/invitations/accept", s.acceptInvitation)
}

// acceptInvitation accepts by the link or, when it is to the person who is signed in, by
// its id. It answers who is signed in and what they may do then.
func (s *server) acceptInvitation(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
	var in struct {
		Token string `json:"token"`
		ID    string `json:"id"`
	}
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	accept := func() error { return s.Control.AcceptAs(r.Context(), p, in.Token) }
	if in.ID != "" {
		id, err := uuid.Parse(in.ID)
		if err != nil {
			return nil, cloud.Errorf(cloud.Invalid, "id: expected a UUID, got %q", in.ID)
		}
		accept = func() error { return s.Control.AcceptInvitation(r.Context(), p, id) }
	}
	if err := accept(); err != nil {
		return nil, err
	}
	p, err := s.principal(r)
	if err != nil {
		return nil, err
	}
	return s.answer(r, p)
}
