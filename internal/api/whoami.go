package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/control"
)

// whoami is the Cloud's answer to who is asking, as far as keys go; the operator
// is an addition, who never comes by network.
type whoami struct {
	ActorType      callerType `json:"actorType" doc:"What kind of caller it is: apiKey, or operator on the socket in the data directory."`
	KeyID          *uuid.UUID `json:"keyId,omitempty" format:"uuid" doc:"The id of the key in paths; absent for the operator."`
	Name           string     `json:"name" example:"ci" doc:"The name of the key or of the operator's account."`
	OrganizationID *uuid.UUID `json:"organizationId,omitempty" format:"uuid" doc:"The organization of the key; absent for the operator."`
}

type callerType string

const (
	callerKey      callerType = "apiKey"
	callerOperator callerType = "operator"
)

// Schema implements huma.SchemaProvider.
func (callerType) Schema(huma.Registry) *huma.Schema {
	return openEnum([]string{string(callerKey)}, ours(string(callerOperator)))
}

func (s *server) registerWhoami() {
	register(s, spec{
		id: control.WhoamiGet, method: http.MethodGet, path: "/v1/whoami", tag: tagUsers, beta: true,
		summary: "Get who is asking", description: "Returns the key that the request signed in with.",
	}, func(ctx context.Context, p access.Principal, _ *struct{}) (result[whoami], error) {
		if p.Kind() == access.KindOperator {
			return answer(ctx, whoami{ActorType: callerOperator, Name: p.Name()}), nil
		}
		key := p.KeyID()
		organization, _ := p.Organization()
		return answer(ctx, whoami{ActorType: callerKey, KeyID: &key, Name: p.Name(), OrganizationID: &organization}), nil
	})
}
