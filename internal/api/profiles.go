package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/control"
)

// availableProfile is OpenAPI schema ServiceProfile.
type availableProfile struct {
	Profile string `json:"profile" example:"v1-default" doc:"The name of the profile."`
}

func (s *server) registerProfiles() {
	register(s, spec{
		id: control.ServiceProfilesList, method: http.MethodGet, path: "/v1/organizations/{organizationId}/serviceProfiles", tag: tagServices, beta: true,
		summary: "List the hardware profiles of a region",
		description: "Returns the hardware profiles that services can have beside the regular one: none, for services run on the machine that Gatehouse runs on, " +
			"in whatever size they have.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		RegionID string `query:"region_id" required:"true" example:"eu-central-1" doc:"The region."`
		ByocID   string `query:"byoc_id" doc:"Infrastructure of the organization's own in a cloud. There is none."`
	},
	) (result[[]availableProfile], error) {
		organization, err := in.id()
		if err != nil {
			return result[[]availableProfile]{}, err
		}
		var infrastructure *uuid.UUID
		if in.ByocID != "" {
			id, err := parseID("byoc_id", in.ByocID)
			if err != nil {
				return result[[]availableProfile]{}, err
			}
			infrastructure = &id
		}
		profiles, err := s.Control.ServiceProfiles(p, organization, in.RegionID, infrastructure)
		return answer(ctx, shown(profiles, func(name string) availableProfile { return availableProfile{name} })), err
	})
}
