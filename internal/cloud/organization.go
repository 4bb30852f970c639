package cloud

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Organization is a tenant: its keys, roles and services are its own (OpenAPI schema Organization).
type Organization struct {
	ID               uuid.UUID
	Name             string
	CreatedAt        time.Time
	EnableCoreDumps  bool
	PrivateEndpoints []PrivateEndpoint
}

// PrivateEndpoint is a cloud provider's private endpoint (OpenAPI schema
// OrganizationPrivateEndpoint). Gatehouse keeps it for clients and does nothing with it.
type PrivateEndpoint struct {
	ID            string `json:"id"`
	Description   string `json:"description,omitempty"`
	CloudProvider string `json:"cloudProvider"`
	Region        string `json:"region"`
}

// MaxPrivateEndpoints is the longest list of private endpoints of an organization.
const MaxPrivateEndpoints = 1000

// OrganizationPatch changes what is not nil (OpenAPI schema OrganizationPatchRequest).
type OrganizationPatch struct {
	Name            *string
	EnableCoreDumps *bool
	// AddPrivateEndpoints is carried out after RemovePrivateEndpoints, which matches by id.
	AddPrivateEndpoints    []PrivateEndpoint
	RemovePrivateEndpoints []PrivateEndpoint
}

// Apply returns the organization with the patch applied, or Invalid.
func (p OrganizationPatch) Apply(org Organization) (Organization, error) {
	if p.Name != nil {
		if err := CheckName("name", *p.Name); err != nil {
			return org, err
		}
		org.Name = *p.Name
	}
	if p.EnableCoreDumps != nil {
		org.EnableCoreDumps = *p.EnableCoreDumps
	}
	if n := len(p.AddPrivateEndpoints); n > MaxPrivateEndpoints {
		return org, Errorf(Invalid, "privateEndpoints.add: expected at most %d entries, got %d", MaxPrivateEndpoints, n)
	}
	endpoints := slices.DeleteFunc(slices.Clone(org.PrivateEndpoints), func(e PrivateEndpoint) bool {
		return slices.ContainsFunc(p.RemovePrivateEndpoints, func(r PrivateEndpoint) bool { return r.ID == e.ID })
	})
	for _, add := range p.AddPrivateEndpoints {
		if err := add.check("privateEndpoints.add[]."); err != nil {
			return org, err
		}
		endpoints = slices.DeleteFunc(endpoints, func(e PrivateEndpoint) bool { return e.ID == add.ID })
		endpoints = append(endpoints, add)
	}
	if len(endpoints) > MaxPrivateEndpoints {
		return org, Errorf(Invalid, "privateEndpoints.add: expected at most %d private endpoints in all, got %d", MaxPrivateEndpoints, len(endpoints))
	}
	org.PrivateEndpoints = endpoints
	return org, nil
}

// WithPrivateEndpoint returns the organization with the endpoint, which takes the place of
// one with its id, or Invalid.
func (o Organization) WithPrivateEndpoint(add PrivateEndpoint) (Organization, error) {
	if err := add.check(""); err != nil {
		return o, err
	}
	o.PrivateEndpoints = slices.Clone(o.PrivateEndpoints)
	if i := slices.IndexFunc(o.PrivateEndpoints, func(e PrivateEndpoint) bool { return e.ID == add.ID }); i >= 0 {
		o.PrivateEndpoints[i] = add
		return o, nil
	}
	if len(o.PrivateEndpoints) >= MaxPrivateEndpoints {
		return o, Errorf(Invalid, "id: the organization has %d private endpoints, which is as many as it can have: remove one first", len(o.PrivateEndpoints))
	}
	o.PrivateEndpoints = append(o.PrivateEndpoints, add)
	return o, nil
}

// check names fields with the prefix before them.
func (e PrivateEndpoint) check(prefix string) error {
	if err := CheckName(prefix+"id", e.ID); err != nil {
		return err
	}
	if err := checkText(prefix+"description", e.Description, MaxNameLength); err != nil {
		return err
	}
	return CheckRegion(prefix+"cloudProvider", e.CloudProvider, prefix+"region", e.Region)
}

// CloudProviders are the providers that the Cloud runs on, in the order of its contract.
var CloudProviders = []string{"gcp", "aws", "azure"}

// Regions are the regions that the Cloud runs in, in the order of its contract.
var Regions = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1",
	"eu-west-1", "eu-west-2", "il-central-1", "us-east-1", "us-east-2", "us-west-2", "us-east1", "us-central1", "europe-west2",
	"europe-west4", "asia-southeast1", "asia-northeast1", "eastus", "eastus2", "westus3", "germanywestcentral", "centralus",
}

// CheckRegion returns Invalid, naming field and value, unless provider and region exist.
func CheckRegion(providerField, provider, regionField, region string) error {
	if !slices.Contains(CloudProviders, provider) {
		return Errorf(Invalid, "%s: expected one of aws, gcp, azure, got %q", providerField, provider)
	}
	if !slices.Contains(Regions, region) {
		return Errorf(Invalid, "%s: expected a region of the Cloud such as eu-central-1, got %q", regionField, region)
	}
	return nil
}
