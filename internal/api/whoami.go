package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/control"
)

// whoami is the Cloud's answer to who is asking; the operator is an addition, who
// never comes by network.
type whoami struct {
	ActorType      callerType            `json:"actorType" doc:"What kind of caller it is: apiKey, user (a person who has signed in), or operator on the socket in the data directory."`
	KeyID          *uuid.UUID            `json:"keyId,omitempty" format:"uuid" doc:"The id of the key in paths; of a key only."`
	UserID         *uuid.UUID            `json:"userId,omitempty" format:"uuid" doc:"The id of the person; of a user only."`
	Email          string                `json:"email,omitempty" example:"ada@example.com" doc:"The e-mail address of the person; of a user only."`
	Name           string                `json:"name" example:"ci" doc:"The name of the key, of the person or of the operator's account."`
	OrganizationID *uuid.UUID            `json:"organizationId,omitempty" format:"uuid" doc:"The organization of the key; of a key only."`
	Organizations  *[]whoamiOrganization `json:"organizations,omitempty" doc:"The organizations that the person is in; of a user only."`
}

type whoamiOrganization struct {
	OrganizationID   uuid.UUID `json:"organizationId" format:"uuid" doc:"The id of the organization."`
	OrganizationName string    `json:"organizationName" example:"My organization" doc:"Its name."`
}

type callerType string

const (
	callerKey      callerType = "apiKey"
	callerUser     callerType = "user"
	callerOperator callerType = "operator"
)

// Schema implements huma.SchemaProvider.
func (callerType) Schema(huma.Registry) *huma.Schema {
	return openEnum([]string{string(callerUser), string(callerKey)}, ours(string(callerOperator)))
}

func (s *server) registerWhoami() {
	register(s, spec{
		id: control.WhoamiGet, method: http.MethodGet, path: "/v1/whoami", tag: tagUsers, beta: true,
		summary: "Get who is asking", description: "Returns the key or the person that the request signed in with.",
	}, func(ctx context.Context, p access.Principal, _ *struct{}) (result[whoami], error) {
		switch p.Kind() {
		case access.KindOperator:
			return answer(ctx, whoami{ActorType: callerOperator, Name: p.Name()}), nil
		case access.KindPerson:
			who, err := s.whoamiUser(ctx, p)
			return answer(ctx, who), err
		default:
			key := p.KeyID()
			organization, _ := p.Organization()
			return answer(ctx, whoami{ActorType: callerKey, KeyID: &key, Name: p.Name(), OrganizationID: &organization}), nil
		}
	})
}

func (s *server) whoamiUser(ctx context.Context, p access.Principal) (whoami, error) {
	profile, err := s.Control.Profile(ctx, p)
	organizations := []whoamiOrganization{}
	for _, o := range s.Control.Organizations(p) {
		organizations = append(organizations, whoamiOrganization{OrganizationID: o.ID, OrganizationName: o.Name})
	}
	return whoami{ActorType: callerUser, UserID: &profile.ID, Email: profile.Email, Name: profile.Name, Organizations: &organizations}, err
}
