package cloud

import "time"

// QuotaCode names a quota.
type QuotaCode string

// The quotas. The first three are the Cloud's (OpenAPI schema OrganizationQuota), the others are ours.
const (
	QuotaServices         QuotaCode = "services-per-organization"
	QuotaPostgresServices QuotaCode = "postgres-services-per-organization"
	QuotaReplicas         QuotaCode = "replicas-per-warehouse"
	QuotaKeys             QuotaCode = "keys-per-organization"
	QuotaRequests         QuotaCode = "requests-per-window"
)

// QuotaScope says what a quota is counted for.
type QuotaScope string

// The scopes of quotas.
const (
	PerOrganization QuotaScope = "organization"
	PerWarehouse    QuotaScope = "warehouse"
)

// Quota is a limit with its use (OpenAPI schema OrganizationQuota).
type Quota struct {
	Code        QuotaCode
	Name        string
	Description string
	Scope       QuotaScope
	Value       int
	Usage       *int // nil where it is not counted
	Adjustable  bool // whoever runs Gatehouse can set it to a number of their own
}

// Limits are what one organization and one key may use.
type Limits struct {
	Services         int
	PostgresServices int
	Replicas         int // of a warehouse
	Keys             int
	Requests         int // of a key in a Window
	Window           time.Duration
}

// CloudLimits are those of ClickHouse Cloud.
var CloudLimits = Limits{Services: 20, PostgresServices: 0, Replicas: 20, Keys: 100, Requests: 10, Window: 10 * time.Second}

// RelaxedLimits are for people who run their own machines.
var RelaxedLimits = Limits{Services: 100, PostgresServices: 0, Replicas: 20, Keys: 1000, Requests: 600, Window: 10 * time.Second}
