package apidocs

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

type envelope[T any] struct {
	Status    float64 `json:"status" doc:"HTTP status code."`
	RequestID string  `json:"requestId" format:"uuid" doc:"The request's own id."`
	Result    T       `json:"result"`
}

type problem struct {
	Code    int    `json:"status" doc:"HTTP status code."`
	Message string `json:"error" doc:"A code and one sentence that says what is wrong." example:"NOT_FOUND: Key not found"`
}

func (p *problem) Error() string             { return p.Message }
func (p *problem) GetStatus() int            { return p.Code }
func (*problem) ContentType(_ string) string { return "application/json" }

type organization struct {
	ID        string    `json:"id" format:"uuid" doc:"ID of the organization."`
	CreatedAt time.Time `json:"createdAt" doc:"When it was created."`
	Name      string    `json:"name" doc:"Name of the organization."`
	Condition condition `json:"condition,omitempty" doc:"When it is open."`
}

type condition struct {
	Operator string      `json:"operator" enum:"and,or,is"`
	Parts    []condition `json:"parts,omitempty" doc:"Conditions to join."`
}

type key struct {
	ID       string     `json:"id" format:"uuid" doc:"UUID of the key."`
	Name     string     `json:"name" doc:"Name of the key."`
	ExpireAt *time.Time `json:"expireAt" doc:"When it stops being accepted."`
}

type hashData struct {
	KeyIDHash   string `json:"keyIdHash" minLength:"44" maxLength:"44" doc:"Hash of the key ID."`
	KeyIDSuffix string `json:"keyIdSuffix" minLength:"4" maxLength:"4" doc:"Last four characters of the key ID."`
}

type keyCreate struct {
	Name            string     "json:\"name\" minLength:\"1\" maxLength:\"50\" doc:\"Name of the key.\" example:\"ci-deployer\""
	ExpireAt        *time.Time "json:\"expireAt,omitempty\" nullable:\"true\" doc:\"When the key stops being accepted. Leave it out or send `null` for never.\""
	State           string     `json:"state,omitempty" enum:"enabled,disabled" default:"enabled" doc:"State to begin with."`
	HashData        *hashData  `json:"hashData,omitempty" doc:"Hashes you made yourself."`
	Roles           []string   `json:"roles,omitempty" enum:"admin,developer" deprecated:"true" doc:"Old roles."`
	AssignedRoleIDs []string   `json:"assignedRoleIds,omitempty" format:"uuid" doc:"IDs of the roles of the key."`
}

// InOrganization is exported because huma reads only exported embedded structs.
type InOrganization struct {
	OrganizationID string `path:"organizationId" format:"uuid" doc:"ID of the organization."`
}

// InKey is exported for the same reason.
type InKey struct {
	InOrganization
	KeyID string `path:"keyId" format:"uuid" doc:"UUID of the key."`
}

type answerOf[T any] struct{ Body T }

// sampleAPI returns the document of an API like the real one, built anew.
func sampleAPI(t *testing.T) *huma.OpenAPI {
	t.Helper()
	newError := huma.NewError
	t.Cleanup(func() { huma.NewError = newError })
	huma.NewError = func(status int, message string, _ ...error) huma.StatusError { return &problem{status, message} }

	config := huma.DefaultConfig("Gatehouse API", "1.0")
	config.CreateHooks = nil
	config.Info.Description = "Manages keys.\n\nThe document is at [`/v1`](/v1)."
	config.Servers = []*huma.Server{{URL: "https://gatehouse.example.com"}}
	config.Tags = []*huma.Tag{{Name: "Organization"}, {Name: "API keys", Description: "A key belongs to one organization."}}
	config.Security = []map[string][]string{{"basicAuth": {}}}
	api := humago.New(http.NewServeMux(), config)

	const keys = "/v1/organizations/{organizationId}/keys"
	public := sampleOperation("documentGet", http.MethodGet, "/v1", "Unlisted tag")
	public.Security = []map[string][]string{}
	register[struct{}, answerOf[map[string]any]](api, public)
	register[struct{}, answerOf[envelope[[]organization]]](api, sampleOperation("organizationGetList", http.MethodGet, "/v1/organizations", "Organization"))
	register[InOrganization, answerOf[envelope[[]key]]](api, sampleOperation("openapiKeyGetList", http.MethodGet, keys, "API keys"))

	create := sampleOperation("openapiKeyCreate", http.MethodPost, keys, "API keys")
	create.Summary = "Create key"
	create.Extensions = map[string]any{"x-required-permissions": []string{"control-plane:organization:create-api-keys"}}
	register[struct {
		InOrganization
		Body keyCreate
	}, answerOf[envelope[key]]](api, create)
	register[InKey, answerOf[envelope[key]]](api, sampleOperation("openapiKeyGet", http.MethodGet, keys+"/{keyId}", "API keys"))
	register[struct {
		InKey
		Note string `query:"note" required:"true" example:"a b&c"`
		Body struct {
			Name     string     "json:\"name\" example:\"it's <\\\"mine\\\"> & `yours` $HOME\""
			ExpireAt *time.Time `json:"expireAt,omitempty"`
		}
	}, answerOf[envelope[key]]](api, sampleOperation("openapiKeyUpdate", http.MethodPatch, keys+"/{keyId}", "API keys"))
	register[InKey, answerOf[struct {
		Status    float64 `json:"status"`
		RequestID string  `json:"requestId" format:"uuid"`
	}]](api, sampleOperation("openapiKeyDelete", http.MethodDelete, keys+"/{keyId}", "API keys"))

	rotate := sampleOperation("openapiKeyRotate", http.MethodPost, keys+"/{keyId}/rotations", "API keys")
	rotate.Extensions = map[string]any{"x-gatehouse": true, "x-badges": []map[string]string{{"name": "Beta"}}}
	register[InKey, answerOf[envelope[key]]](api, rotate)
	return api.OpenAPI()
}

func sampleOperation(id, method, path, tag string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Tags: []string{tag},
		Summary: strings.ToUpper(id[:1]) + id[1:], Description: "Does what its name says.",
		Errors: []int{400, 404, 500},
	}
}

func register[In, Out any](api huma.API, op huma.Operation) {
	huma.Register(api, op, func(context.Context, *In) (*Out, error) { return nil, nil })
}
