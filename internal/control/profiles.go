package control

import (
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ServiceProfiles returns the hardware profiles that an organization can choose from in a region:
// none, for services run on the machine that Gatehouse runs on, in whatever size they have. It
// returns Invalid for a region that the Cloud does not have, and NotFound for infrastructure of the
// organization's own, because there is none.
func (c *Control) ServiceProfiles(p access.Principal, organization uuid.UUID, region string, infrastructure *uuid.UUID) ([]string, error) {
	if err := c.authorize(p, ServiceProfilesList, organization); err != nil {
		return nil, err
	}
	if infrastructure != nil {
		return nil, cloud.Errorf(cloud.NotFound, "BYOC infrastructure not found")
	}
	if region == "" {
		return nil, cloud.Errorf(cloud.Invalid, "region_id: expected a region, which is needed without byoc_id, got nothing")
	}
	if !slices.Contains(cloud.Regions, region) {
		return nil, cloud.Errorf(cloud.Invalid, "region_id: expected a region of the Cloud such as eu-central-1, got %q", region)
	}
	return []string{}, nil
}
