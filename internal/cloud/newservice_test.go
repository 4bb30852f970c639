package cloud_test

import (
	"slices"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestNewServiceHasDefaults(t *testing.T) {
	// A service for which nothing was asked can be reached by nobody, is of the smallest size, rests
	// after 15 minutes, and writes core dumps as soon as the organization lets it.
	for _, dumps := range []bool{true, false} {
		c, err := cloud.NewService{Name: "a"}.Config(cloud.Organization{EnableCoreDumps: dumps}, 20)
		want := cloud.ServiceConfig{Scaling: cloud.DefaultScaling(), Addresses: cloud.AddressList{}, ReleaseChannel: cloud.ChannelDefault, Profile: cloud.DefaultProfile, EnableCoreDumps: true, CoreDumpsBarred: !dumps}
		if err != nil || !(cloud.Service{ServiceConfig: c}).Equal(cloud.Service{ServiceConfig: want}) {
			t.Errorf("the service is %+v: %v", c, err)
		}
		if c.CoreDumps() != dumps {
			t.Errorf("the organization lets services write core dumps: %v, and this one does: %v", dumps, c.CoreDumps())
		}
		if c.Addresses.Anywhere() || !c.Addresses.Set().Empty() {
			t.Error("somebody can reach the service")
		}
	}
}

func TestRegionsAreOffered(t *testing.T) {
	// A region must be one of its provider, and one that is offered; nil offers all.
	for _, p := range cloud.CloudProviders {
		for _, r := range cloud.Regions {
			err := cloud.CheckServiceRegion(p, r, nil)
			if own := slices.Contains(cloud.RegionsOf(p), r); own != (err == nil) {
				t.Errorf("%s of %s: %v", r, p, err)
			}
		}
	}
	if err := cloud.CheckServiceRegion("gcp", "us-east1", []string{"us-east1"}); err != nil {
		t.Error(err)
	}
	refusedWith(t, cloud.CheckServiceRegion("aws", "us-east-1", []string{"us-east1", "eastus"}), `region: expected one that is offered here, which are us-east1 of gcp, eastus of azure, got "us-east-1"`)
	refusedWith(t, cloud.CheckServiceRegion("aws", "us-east-1", []string{}), "region: expected one that is offered here")
	refusedWith(t, cloud.CheckServiceRegion("", "", nil), "provider: ")
	refusedWith(t, cloud.CheckServiceRegion("aws", "", nil), "region: ")
}
