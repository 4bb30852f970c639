package api

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// serviceQueryEndpoint is OpenAPI schema ServiceQueryAPIEndpoint.
type serviceQueryEndpoint struct {
	ID             uuid.UUID   `json:"id" format:"uuid" doc:"Unique id of the query endpoint. It stays when the rest is replaced."`
	OpenAPIKeys    []uuid.UUID `json:"openApiKeys" doc:"The ids of the API keys that may run SQL, in the order they were given in."`
	Roles          []queryRole `json:"roles" doc:"The database roles that they run it with, in the order they were given in."`
	AllowedOrigins string      `json:"allowedOrigins" example:"https://app.example.com" doc:"From which pages browsers may ask, with commas between them; * for all. Empty: from none."`
}

// queryEndpointPostRequest is OpenAPI schema InstanceServiceQueryApiEndpointsPostRequest.
type queryEndpointPostRequest struct {
	Roles          []queryRole `json:"roles,omitempty" doc:"The database roles. Absent: none."`
	OpenAPIKeys    []string    `json:"openApiKeys,omitempty" example:"8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"The ids of API keys of the organization, as paths have them: at most 1000. Absent: none."`
	AllowedOrigins string      `json:"allowedOrigins,omitempty" example:"https://app.example.com" doc:"Origins with commas between them, at most 100, or *. Absent or empty: none."`
}

type queryRole string

// Schema implements huma.SchemaProvider.
func (queryRole) Schema(huma.Registry) *huma.Schema { return textEnum(cloud.QueryEndpointRoles...) }

func showQueryEndpoint(q cloud.QueryEndpoint) serviceQueryEndpoint {
	return serviceQueryEndpoint{
		ID: q.ID, OpenAPIKeys: append([]uuid.UUID{}, q.KeyIDs...), AllowedOrigins: q.AllowedOrigins,
		Roles: shown(q.Roles, func(role string) queryRole { return queryRole(role) }),
	}
}

func (s *server) registerQueryEndpoint() {
	const path = pathService + "/serviceQueryEndpoint"
	register(s, spec{
		id: control.InstanceQueryEndpointGet, method: http.MethodGet, path: path, tag: tagServices,
		summary: "Get the query endpoint", description: "Returns which API keys may run SQL on the service. When there is no query endpoint, the answer is 404.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (result[serviceQueryEndpoint], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[serviceQueryEndpoint]{}, err
		}
		endpoint, err := s.Control.QueryEndpoint(ctx, p, organization, id)
		return answer(ctx, showQueryEndpoint(endpoint)), err
	})
	register(s, spec{
		id: control.InstanceQueryEndpointUpsert, method: http.MethodPost, path: path, tag: tagServices, conflicts: true,
		summary: "Create or replace the query endpoint",
		description: "Says which API keys may run SQL on the service, in place of all that was said. A key that is deleted leaves the list. Gatehouse keeps it " +
			"for clients: SQL cannot be run this way yet.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body queryEndpointPostRequest
	},
	) (result[serviceQueryEndpoint], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[serviceQueryEndpoint]{}, err
		}
		wanted, err := in.Body.endpoint()
		if err != nil {
			return result[serviceQueryEndpoint]{}, err
		}
		endpoint, err := s.Control.SetQueryEndpoint(ctx, p, organization, id, wanted)
		return answer(ctx, showQueryEndpoint(endpoint)), err
	})
	register(s, spec{
		id: control.InstanceQueryEndpointDelete, method: http.MethodDelete, path: path, tag: tagServices, conflicts: true,
		summary: "Delete the query endpoint", description: "Lets nobody run SQL on the service this way. When there is no query endpoint, the answer is 404.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteQueryEndpoint(ctx, p, organization, id)
	})
}

// endpoint returns what the request asks for, or Invalid.
func (r queryEndpointPostRequest) endpoint() (cloud.QueryEndpoint, error) {
	q := cloud.QueryEndpoint{KeyIDs: []uuid.UUID{}, Roles: []string{}, AllowedOrigins: r.AllowedOrigins}
	for _, role := range r.Roles {
		q.Roles = append(q.Roles, string(role))
	}
	if len(r.OpenAPIKeys) > cloud.MaxQueryEndpointKeys {
		return q, cloud.Errorf(cloud.Invalid, "openApiKeys: expected at most %d keys, got %d", cloud.MaxQueryEndpointKeys, len(r.OpenAPIKeys))
	}
	for i, text := range r.OpenAPIKeys {
		id, err := parseID("openApiKeys", text)
		if err != nil {
			return q, cloud.Errorf(cloud.Invalid, "openApiKeys[%d]: expected the id of an API key as paths have it, a UUID, got %s", i, shownKey(text))
		}
		q.KeyIDs = append(q.KeyIDs, id)
	}
	return q, nil
}

// credential is what key IDs and secrets have in them, also when they are given together or
// encoded, or cut, and no UUID has.
var credential = regexp.MustCompile(`[0-9A-Za-z]{16,}`)

// shownKey repeats what was given in place of the id of a key, but for a key ID or a secret: what
// is wrong with a request may be kept in logs.
func shownKey(text string) string {
	if credential.MatchString(text) {
		return fmt.Sprintf("%d characters that may be a key ID or a secret", len(text))
	}
	return strconv.Quote(cloud.FirstCharacters(text))
}
