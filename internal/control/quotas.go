package control

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Quotas returns the limits of the organization with what is used of them.
func (c *Control) Quotas(ctx context.Context, p access.Principal, organization uuid.UUID) ([]cloud.Quota, error) {
	return c.quotas(ctx, p, OrganizationQuotasGetList, organization)
}

// Quota returns one limit, or NotFound for a code that does not exist.
func (c *Control) Quota(ctx context.Context, p access.Principal, organization uuid.UUID, code string) (cloud.Quota, error) {
	quotas, err := c.quotas(ctx, p, OrganizationQuotaGet, organization)
	if err != nil {
		return cloud.Quota{}, err
	}
	i := slices.IndexFunc(quotas, func(q cloud.Quota) bool { return string(q.Code) == code })
	if i < 0 {
		return cloud.Quota{}, cloud.Errorf(cloud.NotFound, "Quota not found")
	}
	return quotas[i], nil
}

func (c *Control) quotas(ctx context.Context, p access.Principal, o Operation, organization uuid.UUID) ([]cloud.Quota, error) {
	if err := c.authorize(p, o, organization); err != nil {
		return nil, err
	}
	keys, services := 0, 0
	err := c.store.Read(ctx, func(r *store.Reader) (err error) {
		if keys, err = r.CountKeys(ctx, organization); err != nil {
			return err
		}
		services, err = r.CountServices(ctx, organization)
		return err
	})
	if err != nil {
		return nil, err
	}
	none := 0
	return []cloud.Quota{
		{
			Code: cloud.QuotaServices, Name: "Services per organization", Scope: cloud.PerOrganization,
			Description: "How many ClickHouse services the organization may have at a time.",
			Value:       c.limits.Services, Usage: &services,
		},
		{
			Code: cloud.QuotaPostgresServices, Name: "Postgres services per organization", Scope: cloud.PerOrganization,
			Description: "How many managed Postgres services the organization may have at a time. Gatehouse has none.",
			Value:       c.limits.PostgresServices, Usage: &none,
		},
		{
			Code: cloud.QuotaReplicas, Name: "Replicas per warehouse", Scope: cloud.PerWarehouse,
			Description: "How many replicas the services of one warehouse may have together.",
			Value:       c.limits.Replicas,
		},
		{
			Code: cloud.QuotaKeys, Name: "API keys per organization", Scope: cloud.PerOrganization,
			Description: "How many API keys the organization may have at a time, disabled and expired ones included.",
			Value:       c.limits.Keys, Usage: &keys, Adjustable: true,
		},
		{
			Code: cloud.QuotaRequests, Name: "Requests per window", Scope: cloud.PerOrganization,
			Description: fmt.Sprintf("How many requests each API key of the organization may make in a window of %d seconds.", int(c.limits.Window.Seconds())),
			Value:       c.limits.Requests,
		},
	}, nil
}
