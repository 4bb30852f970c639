package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// servicePostRequest is OpenAPI schema ServicePostRequest.
type servicePostRequest struct {
	Name                            string                   `json:"name" example:"orders" doc:"The name of the service, 1 to 50 characters."`
	Provider                        cloudProvider            `json:"provider" doc:"The cloud provider, kept for clients."`
	Region                          region                   `json:"region" doc:"A region of the provider, one of those that are offered here."`
	Tier                            *serviceTier             `json:"tier,omitempty" deprecated:"true" doc:"Ignored: services are not of tiers."`
	IPAccessList                    *[]ipEntry               `json:"ipAccessList,omitempty" doc:"From where the service can be reached, at most 1000 entries. Absent or empty: from nowhere."`
	MinTotalMemoryGb                *whole                   `json:"minTotalMemoryGb,omitempty" deprecated:"true" doc:"Three times the least memory of a replica: 12 to 1068 in steps of 12. Use minReplicaMemoryGb instead."`
	MaxTotalMemoryGb                *whole                   `json:"maxTotalMemoryGb,omitempty" deprecated:"true" doc:"Three times the most memory of a replica: 12 to 1068 in steps of 12. Use maxReplicaMemoryGb instead."`
	AutoscalingMode                 *autoscalingMode         `json:"autoscalingMode,omitempty" doc:"What is to grow with the load: the memory of each replica (vertical) or their number (horizontal). Absent: vertical."`
	MinReplicaMemoryGb              *whole                   `json:"minReplicaMemoryGb,omitempty" example:"8" doc:"The least memory of each replica, in GiB: 8 to 356 in steps of 4. Absent: 8."`
	MaxReplicaMemoryGb              *whole                   `json:"maxReplicaMemoryGb,omitempty" example:"8" doc:"The most memory of each replica, in GiB: 8 to 356 in steps of 4. Absent: the least."`
	NumReplicas                     *whole                   `json:"numReplicas,omitempty" example:"1" doc:"How many replicas, in the vertical mode: 1 to the quota replicas-per-warehouse. Absent: 1."`
	MinReplicas                     *whole                   `json:"minReplicas,omitempty" example:"1" doc:"The least number of replicas; together with maxReplicas and without numReplicas."`
	MaxReplicas                     *whole                   `json:"maxReplicas,omitempty" example:"3" doc:"The largest number of replicas; together with minReplicas. In the vertical mode the same number."`
	IdleScaling                     *bool                    `json:"idleScaling,omitempty" doc:"Whether the service is stopped when nobody asks it anything, until somebody does. Absent: true."`
	IdleTimeoutMinutes              *whole                   `json:"idleTimeoutMinutes,omitempty" example:"15" doc:"After how many minutes without a query, at least 5. Absent: 15."`
	IsReadonly                      *bool                    `json:"isReadonly,omitempty" doc:"Only false is accepted."`
	DataWarehouseID                 *string                  `json:"dataWarehouseId,omitempty" doc:"Not accepted unless empty: each service has its data to itself."`
	BackupID                        *uuidText                `json:"backupId,omitempty" doc:"Not accepted unless empty: there are no backups to begin with yet."`
	EncryptionKey                   *string                  `json:"encryptionKey,omitempty" doc:"Not accepted unless empty: disks are encrypted by whoever runs Gatehouse."`
	EncryptionAssumedRoleIdentifier *string                  `json:"encryptionAssumedRoleIdentifier,omitempty" doc:"Not accepted unless empty, as encryptionKey."`
	PrivateEndpointIDs              *[]string                `json:"privateEndpointIds,omitempty" deprecated:"true" doc:"The ids of private endpoints, kept for clients."`
	PrivatePreviewTermsChecked      *bool                    `json:"privatePreviewTermsChecked,omitempty" doc:"Ignored: there are no such terms."`
	ReleaseChannel                  *releaseChannel          `json:"releaseChannel,omitempty" doc:"How early the service is to get new versions, kept for clients. Absent: default."`
	ByocID                          *string                  `json:"byocId,omitempty" doc:"Not accepted unless empty: there is no infrastructure in a cloud."`
	HasTransparentDataEncryption    *bool                    `json:"hasTransparentDataEncryption,omitempty" doc:"Only false is accepted."`
	Endpoints                       *[]serviceEndpointChange `json:"endpoints,omitempty" doc:"Endpoints to switch on or off."`
	Profile                         *serviceProfile          `json:"profile,omitempty" doc:"The hardware profile, kept for clients. Absent: v1-default."`
	ComplianceType                  *complianceType          `json:"complianceType,omitempty" doc:"Not accepted unless empty."`
	Tags                            *[]resourceTag           `json:"tags,omitempty" doc:"The tags of the service, at most 50. Of a key that comes twice the last one counts."`
	EnableCoreDumps                 *bool                    `json:"enableCoreDumps,omitempty" doc:"Whether the service may write core dumps, as long as the organization lets it. Absent: true. True is refused as long as the organization has switched it off."`
}

// serviceEndpointChange is OpenAPI schema ServiceEndpointChange.
type serviceEndpointChange struct {
	Protocol string `json:"protocol" enum:"mysql" doc:"The protocol."`
	Enabled  *bool  `json:"enabled,omitempty" doc:"Whether it is to be spoken. No engine here speaks mysql: only false is accepted."`
}

// servicePostResponse is OpenAPI schema ServicePostResponse.
type servicePostResponse struct {
	Service  service `json:"service" doc:"The service."`
	Password string  `json:"password" example:"the 24 characters of the password" doc:"The password of the user default, shown this once."`
}

// servicePatchRequest is OpenAPI schema ServicePatchRequest.
type servicePatchRequest struct {
	Name                           *string                  `json:"name,omitempty" example:"orders" doc:"The new name, 1 to 50 characters."`
	IPAccessList                   *ipAccessListEdit        `json:"ipAccessList,omitempty" doc:"Entries to remove and to add. A list in its place replaces the whole list."`
	PrivateEndpointIDs             *endpointIDsEdit         `json:"privateEndpointIds,omitempty" doc:"Ids of private endpoints to remove and to add, kept for clients."`
	ReleaseChannel                 *releaseChannel          `json:"releaseChannel,omitempty" doc:"How early the service is to get new versions, kept for clients."`
	Endpoints                      *[]serviceEndpointChange `json:"endpoints,omitempty" doc:"Endpoints to switch on or off."`
	TransparentDataEncryptionKeyID *string                  `json:"transparentDataEncryptionKeyId,omitempty" doc:"Not accepted unless empty: disks are encrypted by whoever runs Gatehouse."`
	Tags                           *tagsEdit                `json:"tags,omitempty" doc:"Tags to remove and to add."`
	EnableCoreDumps                *bool                    `json:"enableCoreDumps,omitempty" doc:"Whether the service may write core dumps, as long as the organization lets it. True is refused as long as the organization has switched it off."`
}

// endpointIDsEdit is OpenAPI schema InstancePrivateEndpointsPatch.
type endpointIDsEdit struct {
	Add    []string `json:"add,omitempty" doc:"Ids to add, after remove was carried out."`
	Remove []string `json:"remove,omitempty" doc:"Ids to remove."`
}

// tagsEdit is OpenAPI schema InstanceTagsPatch.
type tagsEdit struct {
	Add    []resourceTag `json:"add,omitempty" doc:"Tags to add, after remove was carried out. One whose key is there gets the new value."`
	Remove []resourceTag `json:"remove,omitempty" doc:"Tags to remove, found by their keys alone."`
}

// serviceStatePatchRequest is OpenAPI schema ServiceStatePatchRequest.
type serviceStatePatchRequest struct {
	Command string `json:"command" enum:"start,stop,awake" doc:"What the service is to do."`
}

// serviceScalingPatchRequest is OpenAPI schema ServiceScalingPatchRequest.
type serviceScalingPatchRequest struct {
	MinTotalMemoryGb   *whole `json:"minTotalMemoryGb,omitempty" deprecated:"true" doc:"Three times the least memory of a replica: 12 to 1068 in steps of 12."`
	MaxTotalMemoryGb   *whole `json:"maxTotalMemoryGb,omitempty" deprecated:"true" doc:"Three times the most memory of a replica: 12 to 1068 in steps of 12."`
	NumReplicas        *whole `json:"numReplicas,omitempty" example:"1" doc:"How many replicas: 1 to the quota replicas-per-warehouse."`
	IdleScaling        *bool  `json:"idleScaling,omitempty" doc:"Whether the service is stopped when nobody asks it anything, until somebody does."`
	IdleTimeoutMinutes *whole `json:"idleTimeoutMinutes,omitempty" example:"15" doc:"After how many minutes without a query, at least 5."`
}

// serviceReplicaScalingPatchRequest is OpenAPI schema ServiceReplicaScalingPatchRequest.
type serviceReplicaScalingPatchRequest struct {
	MinReplicaMemoryGb *whole           `json:"minReplicaMemoryGb,omitempty" example:"8" doc:"The least memory of each replica, in GiB: 8 to 356 in steps of 4."`
	MaxReplicaMemoryGb *whole           `json:"maxReplicaMemoryGb,omitempty" example:"16" doc:"The most memory of each replica, in GiB: 8 to 356 in steps of 4. In the horizontal mode the same as the least."`
	AutoscalingMode    *autoscalingMode `json:"autoscalingMode,omitempty" doc:"The mode. Absent: as it is."`
	NumReplicas        *whole           `json:"numReplicas,omitempty" example:"1" doc:"How many replicas, in the vertical mode: 1 to the quota replicas-per-warehouse."`
	MinReplicas        *whole           `json:"minReplicas,omitempty" example:"1" doc:"The least number of replicas; together with maxReplicas and without numReplicas."`
	MaxReplicas        *whole           `json:"maxReplicas,omitempty" example:"3" doc:"The largest number of replicas; together with minReplicas. In the vertical mode the same number."`
	IdleScaling        *bool            `json:"idleScaling,omitempty" doc:"Whether the service is stopped when nobody asks it anything, until somebody does."`
	IdleTimeoutMinutes *whole           `json:"idleTimeoutMinutes,omitempty" example:"15" doc:"After how many minutes without a query, at least 5."`
}

// servicePasswordPatchRequest is OpenAPI schema ServicePasswordPatchRequest.
type servicePasswordPatchRequest struct {
	NewPasswordHash   *string `json:"newPasswordHash,omitempty" example:"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=" doc:"Standard Base64 of the SHA-256 of a password that the client made itself, 44 characters. Absent: a password is generated."`
	NewDoubleSha1Hash *string `json:"newDoubleSha1Hash,omitempty" example:"94bdcebe19083ce2a1f959fd02f964c7af4cfc29" doc:"The hexadecimal digits of SHA-1 of SHA-1 of the same password, for the MySQL protocol. Ignored without newPasswordHash."`
}

// servicePasswordPatchResponse is OpenAPI schema ServicePasswordPatchResponse.
type servicePasswordPatchResponse struct {
	Password string `json:"password,omitempty" example:"the 24 characters of the password" doc:"The password of the user default, shown this once; absent when the client brought its hash."`
}

// servicePrivateEndpointConfig is OpenAPI schema PrivateEndpointConfig.
type servicePrivateEndpointConfig struct {
	EndpointServiceID  string `json:"endpointServiceId" doc:"A name in the form that the provider has for endpoint services. Gatehouse makes no private endpoints: it leads nowhere."`
	PrivateDNSHostname string `json:"privateDnsHostname" doc:"The name that the service would have there."`
}

// servicePrivateEndpointPostRequest is OpenAPI schema ServicPrivateEndpointePostRequest.
type servicePrivateEndpointPostRequest struct {
	ID          string `json:"id" example:"vpce-0d5f3a1b2c4e6f789" doc:"The id of the endpoint at its cloud provider."`
	Description string `json:"description,omitempty" example:"analytics VPC" doc:"What the endpoint is for."`
}

// uuidText is a text whose form is told to readers only: the empty one is allowed beside it.
type uuidText string

// Schema implements huma.SchemaProvider.
func (uuidText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Extensions: map[string]any{"format": "uuid"}}
}

// newService returns what the request asks for, or Invalid.
func (r servicePostRequest) newService() (n cloud.NewService, err error) {
	if err := r.checkAbsent(); err != nil {
		return n, err
	}
	if err := checkEndpointChanges(r.Endpoints); err != nil {
		return n, err
	}
	n = cloud.NewService{Name: r.Name, Provider: string(r.Provider), Region: string(r.Region), EnableCoreDumps: r.EnableCoreDumps}
	addresses, err := readAddresses(r.IPAccessList)
	if err != nil {
		return n, err
	}
	if addresses != nil {
		n.Addresses = *addresses
	}
	if n.Scaling, err = r.scaling(); err != nil {
		return n, err
	}
	if r.ReleaseChannel != nil {
		n.ReleaseChannel = cloud.ReleaseChannel(*r.ReleaseChannel)
	}
	if r.Profile != nil {
		n.Profile = string(*r.Profile)
	}
	if r.Tags != nil {
		n.Tags = readTags(*r.Tags)
	}
	if r.PrivateEndpointIDs != nil {
		n.PrivateEndpointIDs = *r.PrivateEndpointIDs
	}
	return n, nil
}

// checkAbsent returns Invalid for what the Cloud can do and Gatehouse cannot, to ignore which
// would pretend that it was done, and for a tier that does not exist.
func (r servicePostRequest) checkAbsent() error {
	for _, f := range []struct {
		field, value, why string
	}{
		{"dataWarehouseId", text(r.DataWarehouseID), "each service has its data to itself"},
		{"backupId", text(r.BackupID), "there are no backups to begin with yet"},
		{"encryptionKey", text(r.EncryptionKey), "disks are encrypted by whoever runs Gatehouse"},
		{"encryptionAssumedRoleIdentifier", text(r.EncryptionAssumedRoleIdentifier), "disks are encrypted by whoever runs Gatehouse"},
		{"byocId", text(r.ByocID), "there is no infrastructure in a cloud"},
		{"complianceType", text(r.ComplianceType), "Gatehouse is not certified"},
	} {
		if f.value != "" {
			return cloud.Errorf(cloud.Invalid, "%s: expected none, because %s, got %q", f.field, f.why, cloud.FirstCharacters(f.value))
		}
	}
	if tier := text(r.Tier); tier != "" && !slices.Contains(serviceTiers, tier) {
		return cloud.Errorf(cloud.Invalid, "tier: expected one of %s, got %q", strings.Join(serviceTiers, ", "), cloud.FirstCharacters(tier))
	}
	if r.IsReadonly != nil && *r.IsReadonly {
		return cloud.Errorf(cloud.Invalid, "isReadonly: expected false, because each service has its data to itself, got true")
	}
	if r.HasTransparentDataEncryption != nil && *r.HasTransparentDataEncryption {
		return cloud.Errorf(cloud.Invalid, "hasTransparentDataEncryption: expected false, because disks are encrypted by whoever runs Gatehouse, got true")
	}
	return nil
}

func text[T ~string](value *T) string {
	if value == nil {
		return ""
	}
	return string(*value)
}

func checkEndpointChanges(changes *[]serviceEndpointChange) error {
	if changes == nil {
		return nil
	}
	for i, c := range *changes {
		if c.Enabled != nil && *c.Enabled {
			return cloud.Errorf(cloud.Invalid, "endpoints[%d].enabled: expected false, because no engine here speaks the MySQL protocol, got true", i)
		}
	}
	return nil
}

// scaling returns what the request says of it, or Invalid. The totals count where there is
// nothing newer.
func (r servicePostRequest) scaling() (p cloud.ScalingPatch, err error) {
	p = cloud.ScalingPatch{
		Mode: (*cloud.AutoscalingMode)(r.AutoscalingMode), MinMemory: r.MinReplicaMemoryGb.number(), MaxMemory: r.MaxReplicaMemoryGb.number(),
		NumReplicas: r.NumReplicas.number(), MinReplicas: r.MinReplicas.number(), MaxReplicas: r.MaxReplicas.number(),
		Idle: r.IdleScaling, IdleMinutes: r.IdleTimeoutMinutes.number(),
	}
	if p.MinMemory != nil || p.MaxMemory != nil {
		return p, nil
	}
	p.MinMemory, p.MaxMemory, err = readTotals(r.MinTotalMemoryGb, r.MaxTotalMemoryGb)
	return p, err
}

func (r serviceReplicaScalingPatchRequest) patch() cloud.ScalingPatch {
	return cloud.ScalingPatch{
		Mode: (*cloud.AutoscalingMode)(r.AutoscalingMode), MinMemory: r.MinReplicaMemoryGb.number(), MaxMemory: r.MaxReplicaMemoryGb.number(),
		NumReplicas: r.NumReplicas.number(), MinReplicas: r.MinReplicas.number(), MaxReplicas: r.MaxReplicas.number(),
		Idle: r.IdleScaling, IdleMinutes: r.IdleTimeoutMinutes.number(),
	}
}

func (r serviceScalingPatchRequest) patch() (p cloud.ScalingPatch, err error) {
	p = cloud.ScalingPatch{NumReplicas: r.NumReplicas.number(), Idle: r.IdleScaling, IdleMinutes: r.IdleTimeoutMinutes.number()}
	p.MinMemory, p.MaxMemory, err = readTotals(r.MinTotalMemoryGb, r.MaxTotalMemoryGb)
	return p, err
}

// readTotals returns the memory of one replica for the deprecated totals, or Invalid.
func readTotals(least, most *whole) (minMemory, maxMemory *int, err error) {
	if minMemory, err = readTotal("minTotalMemoryGb", least); err != nil {
		return nil, nil, err
	}
	maxMemory, err = readTotal("maxTotalMemoryGb", most)
	return minMemory, maxMemory, err
}

func readTotal(field string, total *whole) (*int, error) {
	const step, most = memoryOfTotals * cloud.ReplicaMemoryStep, memoryOfTotals * cloud.MaxReplicaMemory
	if total == nil {
		return nil, nil
	}
	// The contract begins at 24, but clients send 12 for the smallest service.
	if *total < step || *total > most || *total%step != 0 {
		return nil, cloud.Errorf(cloud.Invalid, "%s: expected %d to %d in steps of %d, got %d", field, step, most, step, *total)
	}
	memory := max(int(*total)/memoryOfTotals, cloud.MinReplicaMemory)
	return &memory, nil
}

func readTags(in []resourceTag) (out []cloud.Tag) {
	for _, t := range in {
		out = append(out, cloud.Tag(t))
	}
	return out
}

// patch returns what the request asks for, or Invalid.
func (r servicePatchRequest) patch() (p cloud.ServicePatch, err error) {
	if key := text(r.TransparentDataEncryptionKeyID); key != "" {
		return p, cloud.Errorf(cloud.Invalid, "transparentDataEncryptionKeyId: expected none, because disks are encrypted by whoever runs Gatehouse, got %q", cloud.FirstCharacters(key))
	}
	if err := checkEndpointChanges(r.Endpoints); err != nil {
		return p, err
	}
	p = cloud.ServicePatch{Name: r.Name, ReleaseChannel: (*cloud.ReleaseChannel)(r.ReleaseChannel), EnableCoreDumps: r.EnableCoreDumps}
	if r.IPAccessList != nil {
		if p.Addresses, p.AddAddresses, p.RemoveAddresses, err = r.IPAccessList.read(); err != nil {
			return p, err
		}
	}
	if r.PrivateEndpointIDs != nil {
		p.AddEndpointIDs, p.RemoveEndpointIDs = r.PrivateEndpointIDs.Add, r.PrivateEndpointIDs.Remove
	}
	if r.Tags != nil {
		p.AddTags, p.RemoveTags = readTags(r.Tags.Add), readTags(r.Tags.Remove)
	}
	return p, nil
}

// hashed returns the password that the request brings, nil when one is to be made, or Invalid.
func (r servicePasswordPatchRequest) hashed() (*cloud.ServicePassword, error) {
	if text(r.NewPasswordHash) == "" {
		return nil, nil
	}
	password, err := cloud.ParseServicePassword(*r.NewPasswordHash, text(r.NewDoubleSha1Hash))
	return &password, err
}

func readFilter(in []string) (out []cloud.TagFilter, err error) {
	for i, text := range in {
		f, err := cloud.ParseTagFilter(fmt.Sprintf("filter[%d]", i), text)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}
