package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// PrivateEndpointConfig returns the private endpoint service of a region. The Cloud
// has one where the organization has a service; without any it answers Invalid.
func (c *Control) PrivateEndpointConfig(ctx context.Context, p access.Principal, organization uuid.UUID, provider, region string) (service string, err error) {
	if err := c.authorize(p, OrganizationPrivateEndpointConfigGetList, organization); err != nil {
		return "", err
	}
	if err := cloud.CheckRegion("cloud_provider", provider, "region_id", region); err != nil {
		return "", err
	}
	var services []cloud.Service
	err = c.store.Read(ctx, func(r *store.Reader) error {
		services, err = r.Services(ctx, organization)
		return err
	})
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(services, func(s cloud.Service) bool { return s.Provider == provider && s.Region == region }) {
		return "", cloud.Errorf(cloud.Invalid, "region_id: there are no created instances in the region %s of %s", region, provider)
	}
	return endpointService(organization, provider, region), nil
}

// ServicePrivateEndpointConfig returns to which endpoint service a private endpoint of the
// service would be connected, and the name that the service would have there. Gatehouse
// makes no private endpoints: the names are its own, and lead nowhere.
func (c *Control) ServicePrivateEndpointConfig(ctx context.Context, p access.Principal, organization, id uuid.UUID) (service, host string, err error) {
	s, err := c.readService(ctx, p, InstancePrivateEndpointConfigGet, organization, id)
	if err != nil {
		return "", "", err
	}
	label := map[string]string{"aws": "vpce", "gcp": "p", "azure": "privatelink"}[s.Provider]
	return endpointService(organization, s.Provider, s.Region), s.Label() + "." + s.Region + "." + label + "." + s.Provider + ".gatehouse.internal", nil
}

// endpointService returns a name in the form that the provider has for such services, the
// same one for as long as the organization lasts.
func endpointService(organization uuid.UUID, provider, region string) string {
	sum := sha256.Sum256([]byte(organization.String() + " " + provider + " " + region))
	own := hex.EncodeToString(sum[:])[:17]
	switch provider {
	case "gcp":
		return "projects/gatehouse/regions/" + region + "/serviceAttachments/gatehouse-" + own
	case "azure":
		return "gatehouse-" + own + "." + region + ".privatelinkservice.gatehouse.internal"
	default:
		return "internal.gatehouse.vpce." + region + ".vpce-svc-" + own
	}
}

// CreatePrivateEndpoint adds a private endpoint to the organization, with the provider and
// the region of the service, and attaches it to the service. Gatehouse keeps it for clients
// and does nothing with it. One that is there already gets the new description.
func (c *Control) CreatePrivateEndpoint(ctx context.Context, p access.Principal, organization, id uuid.UUID, endpointID, description string) (endpoint cloud.PrivateEndpoint, err error) {
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		p, before, err := c.serviceToChange(ctx, tx, p, InstancePrivateEndpointCreate.Requires(), organization, id)
		if err != nil {
			return change{}, err
		}
		if before.Deleting() {
			return change{}, errDeleting(before)
		}
		was, err := tx.Organization(ctx, organization)
		if err != nil {
			return change{}, err
		}
		endpoint = cloud.PrivateEndpoint{ID: endpointID, Description: description, CloudProvider: before.Provider, Region: before.Region}
		owner, err := was.WithPrivateEndpoint(endpoint)
		if err != nil {
			return change{}, err
		}
		s := before.Clone()
		if err := (cloud.ServicePatch{AddEndpointIDs: []string{endpointID}}).Apply(&s, owner); err != nil {
			return change{}, err
		}
		made, err := c.updateService(ctx, tx, p.Actor(), before, &s, serviceChanges(before, s))
		if err != nil && !errors.Is(err, store.ErrUnchanged) {
			return change{}, err
		}
		if types := organizationChanges(was, owner); len(types) == 0 {
			return made, err // ErrUnchanged when neither has changed
		}
		if err := tx.UpdateOrganization(ctx, owner); err != nil {
			return change{}, err
		}
		made.organizations = []cloud.Organization{owner}
		return made, c.record(ctx, tx, organization, p.Actor(), cloud.Activity{Type: cloud.OrganizationEndpointsChanged})
	})
	return endpoint, err
}
