package cloud

import "slices"

// NewService describes a service to create (OpenAPI schema ServicePostRequest).
type NewService struct {
	Name     string
	Provider string
	Region   string
	// Addresses are nobody's when nil, unlike those of a key.
	Addresses          AddressList
	Scaling            ScalingPatch   // on the default
	ReleaseChannel     ReleaseChannel // empty: the regular one
	Profile            string         // empty: the default
	Tags               []Tag
	PrivateEndpointIDs []string
	EnableCoreDumps    *bool // nil: true, which the organization may bar
}

// Config returns how the service is to be, or Invalid, which names field and value. limit is
// how many replicas a service may have.
func (n NewService) Config(o Organization, limit int) (c ServiceConfig, err error) {
	if err := CheckServiceName("name", n.Name); err != nil {
		return c, err
	}
	scaling := n.Scaling
	if scaling.MinMemory != nil && scaling.MaxMemory == nil {
		scaling.MaxMemory = scaling.MinMemory
	}
	c = ServiceConfig{Addresses: n.Addresses, ReleaseChannel: n.ReleaseChannel, Profile: n.Profile, EnableCoreDumps: true, CoreDumpsBarred: !o.EnableCoreDumps}
	if c.Scaling, err = scaling.Apply(DefaultScaling(), limit); err != nil {
		return c, err
	}
	if c.Addresses == nil {
		c.Addresses = AddressList{}
	}
	if c.ReleaseChannel == "" {
		c.ReleaseChannel = ChannelDefault
	}
	if c.Profile == "" {
		c.Profile = DefaultProfile
	}
	if err := checkTags("tags", n.Tags); err != nil {
		return c, err
	}
	if c.Tags, err = addTags("tags", nil, n.Tags); err != nil {
		return c, err
	}
	if c.PrivateEndpointIDs, err = editEndpointIDs("privateEndpointIds", nil, n.PrivateEndpointIDs, nil); err != nil {
		return c, err
	}
	if n.EnableCoreDumps != nil {
		c.EnableCoreDumps = *n.EnableCoreDumps
	}
	return c, checkCoreDumps(o, n.EnableCoreDumps)
}

// checkCoreDumps returns Invalid when somebody asks for what the organization does not let
// a service do.
func checkCoreDumps(o Organization, asked *bool) error {
	if asked != nil && *asked && !o.EnableCoreDumps {
		return Errorf(Invalid, "enableCoreDumps: expected false, because the organization has switched core dumps off, got true")
	}
	return nil
}

// CheckServiceRegion returns Invalid, naming field and value, unless the provider has the
// region and it is one of those that are offered; nil offers all.
func CheckServiceRegion(provider, region string, offered []string) error {
	if err := CheckRegion("provider", provider, "region", region); err != nil {
		return err
	}
	if providerOf(region) != provider {
		return Errorf(Invalid, "region: expected a region of %s, which are %s, got %q", provider, listed(RegionsOf(provider)), region)
	}
	if offered != nil && !slices.Contains(offered, region) {
		var places []string
		for _, r := range offered {
			places = append(places, r+" of "+providerOf(r))
		}
		return Errorf(Invalid, "region: expected one that is offered here, which are %s, got %q", listed(places), region)
	}
	return nil
}
