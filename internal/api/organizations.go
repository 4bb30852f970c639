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

// OrganizationPath is the part of a request that names its organization.
type OrganizationPath struct {
	OrganizationID string `path:"organizationId" format:"uuid" doc:"The organization."`
}

func (p OrganizationPath) id() (uuid.UUID, error) { return parseID("organizationId", p.OrganizationID) }

// and returns the organization, and the id of something in it that a field of the path names.
func (p OrganizationPath) and(field, text string) (organization, id uuid.UUID, err error) {
	if organization, err = p.id(); err != nil {
		return organization, id, err
	}
	id, err = parseID(field, text)
	return organization, id, err
}

// organization is OpenAPI schema Organization.
type organization struct {
	ID               uuid.UUID         `json:"id" format:"uuid" doc:"Unique id of the organization."`
	CreatedAt        time.Time         `json:"createdAt" doc:"When the organization was created."`
	Name             string            `json:"name" example:"Data platform" doc:"The name of the organization."`
	PrivateEndpoints []privateEndpoint `json:"privateEndpoints" doc:"Private endpoints, kept for clients; Gatehouse does nothing with them."`
	ByocConfig       []byocConfig      `json:"byocConfig" doc:"Infrastructure of the organization's own in a cloud. Gatehouse has none: always empty."`
	EnableCoreDumps  bool              `json:"enableCoreDumps" doc:"Whether services may write core dumps. As long as this is off, no service does and none can switch it on; when it is on again, each has what it had."`
}

// privateEndpoint is OpenAPI schema OrganizationPrivateEndpoint.
type privateEndpoint struct {
	ID            string        `json:"id" example:"vpce-0d5f3a1b2c4e6f789" doc:"The id of the endpoint at its cloud provider."`
	Description   string        `json:"description,omitempty" example:"analytics VPC" doc:"What the endpoint is for."`
	CloudProvider cloudProvider `json:"cloudProvider" doc:"The cloud provider of the endpoint."`
	Region        region        `json:"region" doc:"The region of the endpoint."`
}

// byocConfig is OpenAPI schema ByocConfig.
type byocConfig struct {
	ID            string        `json:"id" doc:"Unique id of the infrastructure."`
	State         string        `json:"state" enum:"infra-ready,infra-provisioning,infra-terminated" doc:"The state of the infrastructure."`
	AccountName   string        `json:"accountName" doc:"The name of the account at the cloud provider."`
	RegionID      region        `json:"regionId" doc:"The region of the infrastructure."`
	CloudProvider cloudProvider `json:"cloudProvider" doc:"The cloud provider of the infrastructure."`
	DisplayName   string        `json:"displayName" doc:"The name for people."`
}

type cloudProvider string

// Schema implements huma.SchemaProvider.
func (cloudProvider) Schema(huma.Registry) *huma.Schema { return textEnum(cloud.CloudProviders...) }

type region string

// Schema implements huma.SchemaProvider.
func (region) Schema(huma.Registry) *huma.Schema { return textEnum(cloud.Regions...) }

// organizationPatchRequest is OpenAPI schema OrganizationPatchRequest.
type organizationPatchRequest struct {
	Name             *string                    `json:"name,omitempty" example:"Data platform" doc:"The new name, 1 to 255 characters."`
	PrivateEndpoints *organizationEndpointsEdit `json:"privateEndpoints,omitempty" doc:"Private endpoints to remove and to add."`
	EnableCoreDumps  *bool                      `json:"enableCoreDumps,omitempty" doc:"Whether services may write core dumps."`
}

// organizationEndpointsEdit is OpenAPI schema OrganizationPrivateEndpointsPatch.
type organizationEndpointsEdit struct {
	Add    []endpointEdit `json:"add,omitempty" maxItems:"1000" deprecated:"true" doc:"Endpoints to add, after remove was carried out."`
	Remove []endpointEdit `json:"remove,omitempty" maxItems:"1000" doc:"Endpoints to remove, found by id."`
}

// endpointEdit is OpenAPI schema OrganizationPatchPrivateEndpoint.
type endpointEdit struct {
	ID            string        `json:"id" example:"vpce-0d5f3a1b2c4e6f789" doc:"The id of the endpoint at its cloud provider."`
	Description   string        `json:"description,omitempty" example:"analytics VPC" doc:"What the endpoint is for."`
	CloudProvider cloudProvider `json:"cloudProvider,omitempty" doc:"The cloud provider of the endpoint; needed to add one."`
	Region        region        `json:"region,omitempty" doc:"The region of the endpoint; needed to add one."`
}

// privateEndpointConfig is OpenAPI schema OrganizationCloudRegionPrivateEndpointConfig.
type privateEndpointConfig struct {
	EndpointServiceID string `json:"endpointServiceId" doc:"The endpoint service to connect a private endpoint to."`
}

func (s *server) registerOrganizations() {
	register(s, spec{
		id: control.OrganizationGetList, method: http.MethodGet, path: "/v1/organizations", tag: tagOrganization,
		summary:     "List organizations",
		description: "Returns the organizations that the caller is in. A key is in exactly one.",
	}, func(ctx context.Context, p access.Principal, _ *struct{}) (result[[]organization], error) {
		list := []organization{}
		for _, o := range s.Control.Organizations(p) {
			list = append(list, showOrganization(o))
		}
		return answer(ctx, list), nil
	})
	register(s, spec{
		id: control.OrganizationGet, method: http.MethodGet, path: "/v1/organizations/{organizationId}", tag: tagOrganization,
		summary:     "Get an organization",
		description: "Returns the organization of the caller.",
	}, func(ctx context.Context, p access.Principal, in *OrganizationPath) (result[organization], error) {
		id, err := in.id()
		if err != nil {
			return result[organization]{}, err
		}
		o, err := s.Control.Organization(p, id)
		return answer(ctx, showOrganization(o)), err
	})
	register(s, spec{
		id: control.OrganizationUpdate, method: http.MethodPatch, path: "/v1/organizations/{organizationId}", tag: tagOrganization,
		summary:     "Update an organization",
		description: "Changes the fields that are given and returns the whole organization.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		Body organizationPatchRequest
	},
	) (result[organization], error) {
		id, err := in.id()
		if err != nil {
			return result[organization]{}, err
		}
		o, err := s.Control.UpdateOrganization(ctx, p, id, in.Body.patch())
		return answer(ctx, showOrganization(o)), err
	})
	register(s, spec{
		id: control.OrganizationPrivateEndpointConfigGetList, method: http.MethodGet,
		path: "/v1/organizations/{organizationId}/privateEndpointConfig", tag: tagOrganization, deprecated: true,
		summary:     "Get the private endpoint configuration of a region",
		description: "Returns the endpoint service of a region in which the organization has a service. Elsewhere the answer is 400.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		CloudProvider string `query:"cloud_provider" required:"true" example:"aws" doc:"The cloud provider: aws, gcp or azure."`
		RegionID      string `query:"region_id" required:"true" example:"eu-central-1" doc:"The region of the cloud provider."`
	},
	) (result[privateEndpointConfig], error) {
		id, err := in.id()
		if err != nil {
			return result[privateEndpointConfig]{}, err
		}
		service, err := s.Control.PrivateEndpointConfig(ctx, p, id, in.CloudProvider, in.RegionID)
		return answer(ctx, privateEndpointConfig{service}), err
	})
}

func (r organizationPatchRequest) patch() cloud.OrganizationPatch {
	p := cloud.OrganizationPatch{Name: r.Name, EnableCoreDumps: r.EnableCoreDumps}
	if r.PrivateEndpoints != nil {
		p.AddPrivateEndpoints = readEndpoints(r.PrivateEndpoints.Add)
		p.RemovePrivateEndpoints = readEndpoints(r.PrivateEndpoints.Remove)
	}
	return p
}

func readEndpoints(in []endpointEdit) (out []cloud.PrivateEndpoint) {
	for _, e := range in {
		out = append(out, cloud.PrivateEndpoint{
			ID: e.ID, Description: e.Description, CloudProvider: string(e.CloudProvider), Region: string(e.Region),
		})
	}
	return out
}

func showOrganization(o cloud.Organization) organization {
	shown := organization{
		ID: o.ID, CreatedAt: o.CreatedAt, Name: o.Name, PrivateEndpoints: []privateEndpoint{}, ByocConfig: []byocConfig{},
		EnableCoreDumps: o.EnableCoreDumps,
	}
	for _, e := range o.PrivateEndpoints {
		shown.PrivateEndpoints = append(shown.PrivateEndpoints, showEndpoint(e))
	}
	return shown
}

func showEndpoint(e cloud.PrivateEndpoint) privateEndpoint {
	return privateEndpoint{ID: e.ID, Description: e.Description, CloudProvider: cloudProvider(e.CloudProvider), Region: region(e.Region)}
}
