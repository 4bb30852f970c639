package cloud

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ServiceState is what is shown of a service (OpenAPI schema Service).
type ServiceState string

// The states of a service.
const (
	ServiceProvisioning     ServiceState = "provisioning"
	ServiceStarting         ServiceState = "starting"
	ServiceRunning          ServiceState = "running"
	ServicePartiallyRunning ServiceState = "partially_running"
	ServiceDegraded         ServiceState = "degraded"
	ServiceIdle             ServiceState = "idle"
	ServiceAwaking          ServiceState = "awaking"
	ServiceStopping         ServiceState = "stopping"
	ServiceStopped          ServiceState = "stopped"
	ServiceTerminating      ServiceState = "terminating"
	ServiceTerminated       ServiceState = "terminated"
	ServiceSoftDeleting     ServiceState = "softdeleting"
	ServiceSoftDeleted      ServiceState = "softdeleted"
	ServiceFailed           ServiceState = "failed"
)

// ServiceStates are all states, in the order of the contract.
var ServiceStates = []ServiceState{
	ServiceStarting, ServiceStopping, ServiceTerminating, ServiceSoftDeleting, ServiceAwaking, ServicePartiallyRunning, ServiceProvisioning,
	ServiceRunning, ServiceStopped, ServiceTerminated, ServiceSoftDeleted, ServiceDegraded, ServiceFailed, ServiceIdle,
}

// ServiceGoal is what a service is to come to: commands set it, and the fleet makes it so.
type ServiceGoal string

// The goals of a service. Only the fleet sets GoalIdle.
const (
	GoalRunning ServiceGoal = "running"
	GoalIdle    ServiceGoal = "idle"
	GoalStopped ServiceGoal = "stopped"
	GoalDeleted ServiceGoal = "deleted"
)

// Service is a ClickHouse server with its data (OpenAPI schema Service).
type Service struct {
	ID             uuid.UUID
	OrganizationID uuid.UUID
	Name           string
	Provider       string
	Region         string
	CreatedAt      time.Time
	// Goal is what the service is to come to, State what it is.
	Goal  ServiceGoal
	State ServiceState
	// StateSince is when State was last changed.
	StateSince time.Time
	// Message says in one public sentence why the service is degraded or has failed; else it is empty.
	Message string
	// Version is that of the ClickHouse that ran last; empty before the first start.
	Version string
	// Slot is a small number from 1 on that no other service has: its user on the system comes of it.
	Slot int
	// Ports are where the gateway listens for the service; zero where services share ports.
	Ports ServicePorts
	// Password is that of the user default.
	Password ServicePassword
	ServiceConfig
	// Sequence grows with each service that is created: the order of lists.
	Sequence int64
}

// ServicePorts are where the gateway listens for one service. Zero is no port.
type ServicePorts struct {
	HTTPS  int
	Native int
}

// ServicePassword is what is kept of the password of the user default.
type ServicePassword struct {
	// SHA256 is the SHA-256 of the password.
	SHA256 Hash
	// DoubleSHA1 is SHA-1 of SHA-1 of the password, for the MySQL protocol, in hexadecimal
	// digits; empty where it is not known.
	DoubleSHA1 string
}

// ServiceConfig is what people decide of a service and what is kept as it was given.
type ServiceConfig struct {
	Scaling            Scaling          `json:"scaling"`
	Schedule           []ScheduleEntry  `json:"schedule,omitempty"`
	Addresses          AddressList      `json:"addresses"`
	Tags               []Tag            `json:"tags,omitempty"`
	PrivateEndpointIDs []string         `json:"privateEndpointIds,omitempty"`
	ReleaseChannel     ReleaseChannel   `json:"releaseChannel"`
	Profile            string           `json:"profile"`
	EnableCoreDumps    bool             `json:"enableCoreDumps"`           // what was said of the service; see CoreDumps
	CoreDumpsBarred    bool             `json:"coreDumpsBarred,omitempty"` // while the organization has switched them off
	MySQL              bool             `json:"mysql,omitempty"`
	UpgradeWindow      *UpgradeWindow   `json:"upgradeWindow,omitempty"`
	Backups            BackupSchedule   `json:"backups"`
	Settings           []ServiceSetting `json:"settings,omitempty"`
	QueryEndpoint      *QueryEndpoint   `json:"queryEndpoint,omitempty"`
}

// ReleaseChannel says how early a service gets new versions (OpenAPI schema Service).
type ReleaseChannel string

// The release channels.
const (
	ChannelSlow    ReleaseChannel = "slow"
	ChannelDefault ReleaseChannel = "default"
	ChannelFast    ReleaseChannel = "fast"
)

// ServiceProfiles are the hardware profiles of the contract.
var ServiceProfiles = []string{"v1-default", "v1-highmem-xs", "v1-highmem-s", "v1-highmem-m", "v1-highmem-l", "v1-highmem-xl"}

// DefaultProfile is the one that a service has when none was asked for.
const DefaultProfile = "v1-default"

// Tag is a label of a service (OpenAPI schema ResourceTagsV1).
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
}

// UpgradeWindow is when a service is upgraded (OpenAPI schema UpgradeWindow), in UTC.
type UpgradeWindow struct {
	// Weekday is 0 for Sunday to 6 for Saturday.
	Weekday int `json:"weekday"`
	// StartHour is 0, 6, 12 or 18.
	StartHour int `json:"startHour"`
}

// UpgradeWindowHours is how long an upgrade window lasts.
const UpgradeWindowHours = 6

// BackupSchedule says how backups are to be taken (OpenAPI schema BackupConfiguration).
type BackupSchedule struct {
	// PeriodHours is 0 where the default of 24 was not changed.
	PeriodHours int `json:"periodHours,omitempty"`
	// RetentionHours is 0 where the default of 24 was not changed.
	RetentionHours int `json:"retentionHours,omitempty"`
	// StartTime is HH:MM in UTC on the hour; empty for any time.
	StartTime string `json:"startTime,omitempty"`
}

// ServiceSetting is a ClickHouse setting that was set for a service. Its value has the
// JSON type it was given as (the Cloud keeps numbers as numbers).
type ServiceSetting struct {
	Name string `json:"name"`
	// Value is the text of the value, without quotes.
	Value string `json:"value"`
	// Number says that the value was given as a JSON number.
	Number bool `json:"number,omitempty"`
	// Bool says that the value was given as true or false.
	Bool bool `json:"bool,omitempty"`
	// Server says that the setting is one of the whole server rather than of its queries.
	Server bool `json:"server,omitempty"`
}

// QueryEndpoint says who may run SQL on a service through the query host (OpenAPI schema
// ServiceQueryAPIEndpoint).
type QueryEndpoint struct {
	ID             uuid.UUID   `json:"id"`
	KeyIDs         []uuid.UUID `json:"keyIds"`
	Roles          []string    `json:"roles"`
	AllowedOrigins string      `json:"allowedOrigins"`
}

// Label is the part of the service's host name that is its own: 10 letters and digits, the
// first one a letter.
func (s Service) Label() string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	out := make([]byte, 10)
	for i := range out {
		n := len(alphabet)
		if i == 0 {
			n = 26
		}
		// The bytes of a random UUID that are random in all their bits, nearly: 6 and 8 are not.
		out[i] = alphabet[int(s.ID[[]int{0, 1, 2, 3, 4, 5, 9, 10, 11, 12}[i]])%n]
	}
	return string(out)
}

// CoreDumps reports whether the service may write core dumps: it is to say so, and its
// organization must not have switched them off.
func (c ServiceConfig) CoreDumps() bool { return c.EnableCoreDumps && !c.CoreDumpsBarred }

// Deleting reports whether the service is on its way out.
func (s Service) Deleting() bool { return s.Goal == GoalDeleted }

// Equal reports whether both are the same in everything.
func (s Service) Equal(other Service) bool {
	return s.sameConfig(other) && s.ID == other.ID && s.OrganizationID == other.OrganizationID && s.Name == other.Name && s.Provider == other.Provider &&
		s.Region == other.Region && s.CreatedAt.Equal(other.CreatedAt) && s.Goal == other.Goal && s.State == other.State && s.StateSince.Equal(other.StateSince) &&
		s.Message == other.Message && s.Version == other.Version && s.Slot == other.Slot && s.Ports == other.Ports && s.Password == other.Password
}

func (s Service) sameConfig(other Service) bool {
	a, b := s.ServiceConfig, other.ServiceConfig
	return a.Scaling == b.Scaling && slices.EqualFunc(a.Schedule, b.Schedule, ScheduleEntry.Equal) && a.Addresses.Equal(b.Addresses) &&
		slices.Equal(a.Tags, b.Tags) && slices.Equal(a.PrivateEndpointIDs, b.PrivateEndpointIDs) && a.ReleaseChannel == b.ReleaseChannel &&
		a.Profile == b.Profile && a.EnableCoreDumps == b.EnableCoreDumps && a.CoreDumpsBarred == b.CoreDumpsBarred && a.MySQL == b.MySQL &&
		equalPointer(a.UpgradeWindow, b.UpgradeWindow) && a.Backups == b.Backups && slices.Equal(a.Settings, b.Settings) && a.QueryEndpoint.equal(b.QueryEndpoint)
}

func equalPointer[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func (q *QueryEndpoint) equal(other *QueryEndpoint) bool {
	if q == nil || other == nil {
		return q == other
	}
	return q.ID == other.ID && q.AllowedOrigins == other.AllowedOrigins && slices.Equal(q.KeyIDs, other.KeyIDs) && slices.Equal(q.Roles, other.Roles)
}

// MaxServiceName is the longest name of a service, in characters.
const MaxServiceName = 50

// CheckServiceName returns Invalid, naming field and value, unless value can be the name of a service.
func CheckServiceName(field, value string) error {
	if strings.TrimSpace(value) == "" {
		return Errorf(Invalid, "%s: expected a name of 1 to %d characters, got %q", field, MaxServiceName, value)
	}
	return checkText(field, value, MaxServiceName)
}

// RegionsOf returns the regions of a provider, in the order of the contract.
func RegionsOf(provider string) []string {
	var out []string
	for _, r := range Regions {
		if providerOf(r) == provider {
			out = append(out, r)
		}
	}
	return out
}

// providerOf tells by the shape of its name whose region it is: us-east-1 is Amazon's,
// us-east1 Google's, eastus Microsoft's.
func providerOf(region string) string {
	switch {
	case !strings.Contains(region, "-"):
		return "azure"
	case region[len(region)-2] == '-':
		return "aws"
	default:
		return "gcp"
	}
}
