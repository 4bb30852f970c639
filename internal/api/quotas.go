package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// organizationQuota is OpenAPI schema OrganizationQuota.
type organizationQuota struct {
	QuotaCode   quotaCode `json:"quotaCode" doc:"The code of the quota, which does not change."`
	Name        string    `json:"name" example:"API keys per organization" doc:"The name for people."`
	Description string    `json:"description" example:"How many API keys the organization may have at a time." doc:"What is limited and how."`
	Scope       string    `json:"scope" enum:"organization,warehouse" doc:"What the limit is counted for."`
	Value       int       `json:"value" minimum:"0" example:"1000" doc:"The limit."`
	Usage       *int      `json:"usage,omitempty" minimum:"0" example:"12" doc:"How much of it is used; absent where it is not counted. It may be more than the limit when the limit was lowered."`
	Adjustable  bool      `json:"adjustable" doc:"Whether whoever runs Gatehouse can set the limit to a number of their own."`
}

type quotaCode string

// Schema implements huma.SchemaProvider.
func (quotaCode) Schema(huma.Registry) *huma.Schema {
	return openEnum(
		[]string{string(cloud.QuotaServices), string(cloud.QuotaPostgresServices), string(cloud.QuotaReplicas)},
		ours(string(cloud.QuotaKeys), string(cloud.QuotaRequests)))
}

func (s *server) registerQuotas() {
	register(s, spec{
		id: control.OrganizationQuotasGetList, method: http.MethodGet, path: "/v1/organizations/{organizationId}/quotas", tag: tagOrganization, beta: true,
		summary: "List quotas", description: "Returns the limits of the organization and how much of them is used.",
	}, func(ctx context.Context, p access.Principal, in *OrganizationPath) (result[[]organizationQuota], error) {
		organization, err := in.id()
		if err != nil {
			return result[[]organizationQuota]{}, err
		}
		quotas, err := s.Control.Quotas(ctx, p, organization)
		list := []organizationQuota{}
		for _, q := range quotas {
			list = append(list, showQuota(q))
		}
		return answer(ctx, list), err
	})
	register(s, spec{
		id: control.OrganizationQuotaGet, method: http.MethodGet, path: "/v1/organizations/{organizationId}/quotas/{quotaCode}", tag: tagOrganization, beta: true,
		summary: "Get a quota", description: "Returns one limit of the organization.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		QuotaCode string `path:"quotaCode" example:"keys-per-organization" doc:"The code of the quota."`
	},
	) (result[organizationQuota], error) {
		organization, err := in.id()
		if err != nil {
			return result[organizationQuota]{}, err
		}
		q, err := s.Control.Quota(ctx, p, organization, in.QuotaCode)
		return answer(ctx, showQuota(q)), err
	})
}

func showQuota(q cloud.Quota) organizationQuota {
	return organizationQuota{quotaCode(q.Code), q.Name, q.Description, string(q.Scope), q.Value, q.Usage, q.Adjustable}
}
