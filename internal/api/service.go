package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// service is OpenAPI schema Service, and ServiceScalingPatchResponse, which is the same.
type service struct {
	ID                              uuid.UUID         `json:"id" format:"uuid" doc:"Unique id of the service."`
	Name                            string            `json:"name" example:"orders" doc:"The name of the service. Two services may have the same."`
	Provider                        cloudProvider     `json:"provider" doc:"The cloud provider that was asked for. Gatehouse keeps it for clients: services run where Gatehouse does."`
	Region                          region            `json:"region" doc:"The region that was asked for."`
	State                           serviceState      `json:"state" doc:"What the service is doing."`
	StateMessage                    string            `json:"stateMessage,omitempty" example:"Port 21000 is taken by another program, so nobody can reach the service there." doc:"Why the service does not work as it should; absent when it does."`
	ClickhouseVersion               string            `json:"clickhouseVersion,omitempty" example:"26.8.1.1" doc:"The version of ClickHouse that ran last; absent before the first start."`
	Endpoints                       []serviceEndpoint `json:"endpoints" doc:"Where clients reach the service."`
	Tier                            serviceTier       `json:"tier,omitempty" deprecated:"true" doc:"Always absent: services are not of tiers."`
	MinTotalMemoryGb                int               `json:"minTotalMemoryGb,omitempty" deprecated:"true" example:"24" doc:"Three times minReplicaMemoryGb, however many replicas there are; absent in the horizontal mode."`
	MaxTotalMemoryGb                int               `json:"maxTotalMemoryGb,omitempty" deprecated:"true" example:"48" doc:"Three times maxReplicaMemoryGb, however many replicas there are; absent in the horizontal mode."`
	MinReplicaMemoryGb              int               `json:"minReplicaMemoryGb" example:"8" doc:"The least memory of each replica, in GiB."`
	MaxReplicaMemoryGb              int               `json:"maxReplicaMemoryGb" example:"16" doc:"The most memory of each replica, in GiB."`
	NumReplicas                     int               `json:"numReplicas,omitempty" example:"1" doc:"How many replicas were asked for; absent in the horizontal mode."`
	MinReplicas                     int               `json:"minReplicas,omitempty" example:"1" doc:"The least number of replicas; in the horizontal mode only."`
	MaxReplicas                     int               `json:"maxReplicas,omitempty" example:"3" doc:"The largest number of replicas; in the horizontal mode only."`
	AutoscalingMode                 autoscalingMode   `json:"autoscalingMode" doc:"What was asked to grow with the load: the memory of each replica (vertical) or their number (horizontal)."`
	ReplicaMemoryGb                 int               `json:"replicaMemoryGb,omitempty" example:"8" doc:"The memory of each replica, in GiB; in the horizontal mode only."`
	IdleScaling                     bool              `json:"idleScaling" doc:"Whether the service is stopped when nobody asks it anything, until somebody does."`
	IdleTimeoutMinutes              int               `json:"idleTimeoutMinutes" example:"15" doc:"After how many minutes without a query."`
	IPAccessList                    []ipEntry         `json:"ipAccessList" doc:"From where the service can be reached, in the order in which it was given. Empty: from nowhere."`
	CreatedAt                       time.Time         `json:"createdAt" doc:"When the service was created."`
	EncryptionKey                   string            `json:"encryptionKey,omitempty" doc:"Always absent: disks are encrypted by whoever runs Gatehouse."`
	EncryptionAssumedRoleIdentifier string            `json:"encryptionAssumedRoleIdentifier,omitempty" doc:"Always absent."`
	IAMRole                         string            `json:"iamRole" example:"arn:aws:iam::000000000000:role/CH-S3-ab12cd34ef-us-east-1-00-Role" doc:"A name in the form of the Cloud, kept for clients. It is nobody's role."`
	PrivateEndpointIDs              []string          `json:"privateEndpointIds" doc:"The ids of private endpoints, kept for clients; Gatehouse does nothing with them."`
	AvailablePrivateEndpointIDs     []string          `json:"availablePrivateEndpointIds" doc:"The ids of the organization's private endpoints in the region of the service."`
	DataWarehouseID                 string            `json:"dataWarehouseId" doc:"The id of the service: each has its data to itself."`
	IsPrimary                       bool              `json:"isPrimary" doc:"Always true."`
	IsReadonly                      bool              `json:"isReadonly" doc:"Always false."`
	ReleaseChannel                  releaseChannel    `json:"releaseChannel" doc:"How early the service is to get new versions, kept for clients: whoever runs Gatehouse chooses the version."`
	ByocID                          string            `json:"byocId,omitempty" doc:"Always absent."`
	HasTransparentDataEncryption    bool              `json:"hasTransparentDataEncryption" doc:"Always false."`
	Profile                         serviceProfile    `json:"profile" doc:"The hardware profile that was asked for, kept for clients."`
	TransparentDataEncryptionKeyID  string            `json:"transparentDataEncryptionKeyId,omitempty" doc:"Always absent."`
	EncryptionRoleID                string            `json:"encryptionRoleId,omitempty" doc:"Always absent."`
	ComplianceType                  complianceType    `json:"complianceType,omitempty" doc:"Always absent."`
	Tags                            []resourceTag     `json:"tags" doc:"The tags of the service."`
	EnableCoreDumps                 bool              `json:"enableCoreDumps" doc:"Whether the kernel may write a core dump, which holds data of the service, when a process of it crashes: false as long as the organization has switched that off, whatever the service has."`
	ScalingSchedule                 *scalingSchedule  `json:"scalingSchedule,omitempty" doc:"How the service is scaled at certain hours; absent without a schedule."`
	CurrentScaling                  currentScaling    `json:"currentScaling" doc:"How the service is really scaled now, which may be less than what was asked for."`
}

// TransformSchema implements huma.SchemaTransformer: it marks what the Cloud does not have.
func (service) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return markAddition(s, "stateMessage")
}

// serviceEndpoint is OpenAPI schema ServiceEndpoint.
type serviceEndpoint struct {
	Protocol endpointProtocol `json:"protocol" doc:"What is spoken there, always over TLS. No engine here speaks mysql."`
	Host     string           `json:"host" example:"localhost" doc:"The name of the host."`
	Port     int              `json:"port" example:"9440" doc:"The port; 0 while none could be had."`
	Username *string          `json:"username" nullable:"true" doc:"The user to sign in as, where it is not the user default; else null."`
}

// resourceTag is OpenAPI schema ResourceTagsV1.
type resourceTag struct {
	Key   string `json:"key" example:"Environment" doc:"1 to 128 letters, digits, dots, dashes and underscores."`
	Value string `json:"value,omitempty" example:"staging" doc:"At most 256 letters, digits, dots, dashes and underscores. Absent: a tag without a value."`
}

// currentScaling is OpenAPI schema CurrentScaling.
type currentScaling struct {
	EffectiveAutoscalingMode    autoscalingMode `json:"effectiveAutoscalingMode" doc:"The mode that is in force."`
	EffectiveMinReplicaMemoryGb int             `json:"effectiveMinReplicaMemoryGb" doc:"The least memory of each replica, in GiB."`
	EffectiveMaxReplicaMemoryGb int             `json:"effectiveMaxReplicaMemoryGb" doc:"The most memory of each replica, in GiB."`
	EffectiveMinReplicas        int             `json:"effectiveMinReplicas" doc:"The least number of replicas that are run."`
	EffectiveMaxReplicas        int             `json:"effectiveMaxReplicas" doc:"The largest number of replicas that are run."`
	EffectiveIdleScaling        bool            `json:"effectiveIdleScaling" doc:"Whether the service is stopped when nobody asks it anything."`
	EffectiveIdleTimeoutMinutes int             `json:"effectiveIdleTimeoutMinutes" doc:"After how many minutes without a query."`
	ActiveEntryID               *uuid.UUID      `json:"activeEntryId,omitempty" format:"uuid" doc:"The entry of the scaling schedule that is active; absent for the baseline."`
}

type serviceState string

// Schema implements huma.SchemaProvider.
func (serviceState) Schema(huma.Registry) *huma.Schema {
	return textEnum(textsOf(cloud.ServiceStates)...)
}

type endpointProtocol string

// Schema implements huma.SchemaProvider.
func (endpointProtocol) Schema(huma.Registry) *huma.Schema {
	return textEnum("https", "nativesecure", "mysql")
}

type autoscalingMode string

// Schema implements huma.SchemaProvider.
func (autoscalingMode) Schema(huma.Registry) *huma.Schema {
	return textEnum(string(cloud.Vertical), string(cloud.Horizontal))
}

type releaseChannel string

// Schema implements huma.SchemaProvider.
func (releaseChannel) Schema(huma.Registry) *huma.Schema {
	return textEnum(string(cloud.ChannelSlow), string(cloud.ChannelDefault), string(cloud.ChannelFast))
}

type serviceProfile string

// Schema implements huma.SchemaProvider.
func (serviceProfile) Schema(huma.Registry) *huma.Schema { return textEnum(cloud.ServiceProfiles...) }

// serviceTier is checked and then ignored: what it says was replaced by sizes. It may be empty.
type serviceTier string

// serviceTiers are those of the contract.
var serviceTiers = []string{
	"development", "production", "dedicated_high_mem", "dedicated_high_cpu", "dedicated_standard", "dedicated_standard_n2d_standard_4",
	"dedicated_standard_n2d_standard_8", "dedicated_standard_n2d_standard_32", "dedicated_standard_n2d_standard_128",
	"dedicated_standard_n2d_standard_32_16SSD", "dedicated_standard_n2d_standard_64_24SSD",
}

// Schema implements huma.SchemaProvider.
func (serviceTier) Schema(huma.Registry) *huma.Schema { return choice(serviceTiers) }

type complianceType string

// Schema implements huma.SchemaProvider.
func (complianceType) Schema(huma.Registry) *huma.Schema { return choice([]string{"hipaa", "pci"}) }

// memoryOfTotals is by how much the deprecated total is more than the memory of a replica.
const memoryOfTotals = 3

// showService returns the service as it is now.
func (s *server) showService(stored cloud.Service) service {
	r := s.Control.Reach(stored)
	scaling := r.Scaling
	out := service{
		ID: r.ID, Name: r.Name, Provider: cloudProvider(r.Provider), Region: region(r.Region), State: serviceState(r.State), StateMessage: r.Message,
		ClickhouseVersion: r.Version, Endpoints: showEndpoints(r), MinReplicaMemoryGb: scaling.MinMemory, MaxReplicaMemoryGb: scaling.MaxMemory,
		AutoscalingMode: autoscalingMode(scaling.Mode), IdleScaling: scaling.Idle, IdleTimeoutMinutes: scaling.IdleMinutes,
		IPAccessList: shown(r.Addresses, func(e cloud.AddressEntry) ipEntry { return ipEntry(e) }), CreatedAt: r.CreatedAt,
		IAMRole:            "arn:aws:iam::000000000000:role/CH-S3-" + r.Label() + "-" + r.Region + "-00-Role",
		PrivateEndpointIDs: append([]string{}, r.PrivateEndpointIDs...), AvailablePrivateEndpointIDs: append([]string{}, r.AvailableEndpoint...),
		DataWarehouseID: r.ID.String(), IsPrimary: true, ReleaseChannel: releaseChannel(r.ReleaseChannel), Profile: serviceProfile(r.Profile),
		Tags: shown(r.Tags, func(t cloud.Tag) resourceTag { return resourceTag(t) }), EnableCoreDumps: r.CoreDumps(), CurrentScaling: showCurrent(r),
	}
	if scaling.Mode == cloud.Horizontal {
		out.MinReplicas, out.MaxReplicas, out.ReplicaMemoryGb = scaling.MinReplicas, scaling.MaxReplicas, scaling.MinMemory
	} else {
		out.NumReplicas = scaling.MinReplicas
		out.MinTotalMemoryGb, out.MaxTotalMemoryGb = memoryOfTotals*scaling.MinMemory, memoryOfTotals*scaling.MaxMemory
	}
	if len(r.Schedule) > 0 {
		schedule := showSchedule(r)
		out.ScalingSchedule = &schedule
	}
	return out
}

// showEndpoints begins with the native protocol, as the Cloud does.
func showEndpoints(r control.Reachable) []serviceEndpoint {
	return []serviceEndpoint{{Protocol: "nativesecure", Host: r.Host, Port: r.NativePort}, {Protocol: "https", Host: r.Host, Port: r.HTTPSPort}}
}

func showCurrent(r control.Reachable) currentScaling {
	c := currentScaling{
		EffectiveAutoscalingMode: autoscalingMode(r.Current.Mode), EffectiveMinReplicaMemoryGb: r.Current.MinMemory, EffectiveMaxReplicaMemoryGb: r.Current.MaxMemory,
		EffectiveMinReplicas: r.Current.MinReplicas, EffectiveMaxReplicas: r.Current.MaxReplicas,
		EffectiveIdleScaling: r.Current.Idle, EffectiveIdleTimeoutMinutes: r.Current.IdleMinutes,
	}
	if r.Active != nil {
		c.ActiveEntryID = &r.Active.ID
	}
	return c
}

// textsOf returns the values as texts.
func textsOf[T ~string](values []T) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}
