package control

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Organizations returns the organizations that the principal is in: that of the
// key, those of the person. It answers from the directory, as of its revision.
func (c *Control) Organizations(p access.Principal) []cloud.Organization {
	if p.Kind() == access.KindOperator {
		return c.directory.Organizations()
	}
	var organizations []cloud.Organization
	for _, id := range p.Organizations() {
		if o, ok := c.directory.Organization(id); ok {
			organizations = append(organizations, o)
		}
	}
	return organizations
}

// Organization returns an organization.
func (c *Control) Organization(p access.Principal, id uuid.UUID) (cloud.Organization, error) {
	if err := c.authorize(p, OrganizationGet, id); err != nil {
		return cloud.Organization{}, err
	}
	return c.organization(id)
}

func (c *Control) organization(id uuid.UUID) (cloud.Organization, error) {
	o, ok := c.directory.Organization(id)
	if !ok {
		return o, cloud.Errorf(cloud.NotFound, "Organization not found")
	}
	return o, nil
}

// UpdateOrganization applies the patch and returns the organization as it is then. Core
// dumps that it switches off are off for all of its services; when it switches them on
// again, each service has what was said of it.
func (c *Control) UpdateOrganization(ctx context.Context, p access.Principal, id uuid.UUID, patch cloud.OrganizationPatch) (cloud.Organization, error) {
	var after cloud.Organization
	err := c.write(ctx, p, OrganizationUpdate, id, func(p access.Principal, tx *store.Tx) (change, error) {
		before, err := tx.Organization(ctx, id)
		if err != nil {
			return change{}, err
		}
		if after, err = patch.Apply(before); err != nil {
			return change{}, err
		}
		types := organizationChanges(before, after)
		if len(types) == 0 {
			return change{}, store.ErrUnchanged
		}
		if err := tx.UpdateOrganization(ctx, after); err != nil {
			return change{}, err
		}
		for _, t := range types {
			if err := c.record(ctx, tx, id, p.Actor(), cloud.Activity{Type: t}); err != nil {
				return change{}, err
			}
		}
		made := change{organizations: []cloud.Organization{after}}
		if before.EnableCoreDumps != after.EnableCoreDumps {
			made.services, err = c.barCoreDumps(ctx, tx, p, after)
		}
		return made, err
	})
	return after, err
}

// barCoreDumps keeps with the services of the organization whether it bars core dumps, and
// returns those that it has changed. What was said of the services themselves stays: nothing
// is recorded about them.
func (c *Control) barCoreDumps(ctx context.Context, tx *store.Tx, p access.Principal, o cloud.Organization) (changed []cloud.Service, err error) {
	services, err := tx.Services(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	for _, before := range services {
		s := before.Clone()
		s.CoreDumpsBarred = !o.EnableCoreDumps
		if s.Equal(before) {
			continue
		}
		made, err := c.updateService(ctx, tx, p.Actor(), before, &s, nil)
		if err != nil {
			return nil, err
		}
		changed = append(changed, made.services...)
	}
	return changed, nil
}

func organizationChanges(before, after cloud.Organization) (types []cloud.ActivityType) {
	if before.Name != after.Name {
		types = append(types, cloud.OrganizationRenamed)
	}
	if before.EnableCoreDumps != after.EnableCoreDumps {
		types = append(types, cloud.OrganizationCoreDumpsChanged)
	}
	if !slices.Equal(before.PrivateEndpoints, after.PrivateEndpoints) {
		types = append(types, cloud.OrganizationEndpointsChanged)
	}
	return types
}
