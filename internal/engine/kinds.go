package engine

// Kind says in which way ClickHouse runs.
type Kind string

// The kinds of engines.
const (
	KindClickHouse Kind = "clickhouse" // the official binary, as a child of the host
	KindCHDB       Kind = "chdb"       // libchdb.so, within the host
)

// Engine is an engine that is installed: a binary or a library.
type Engine struct {
	kind    Kind
	path    string
	version string
}

// Kind says in which way this engine runs ClickHouse.
func (e *Engine) Kind() Kind { return e.kind }

// Path returns the absolute path of the binary or library.
func (e *Engine) Path() string { return e.path }

// Version returns the version of ClickHouse in it, such as "26.7.2.1". A running
// server says it more exactly: see Server.Version.
func (e *Engine) Version() string { return e.version }

// Capabilities returns what this engine can do.
func (e *Engine) Capabilities() Capabilities { return capabilitiesOf(e.kind, e.version) }

// Capabilities are what an engine can do as it is started here, so that what it cannot
// is declared and refused with a sentence, not found out by a tenant.
type Capabilities struct {
	MySQL           bool // speaks the MySQL protocol: no engine is started so yet
	ReloadsLimits   bool // takes a new memory limit without a restart
	Backups         bool // BACKUP and RESTORE
	QueryParameters bool // {name:Type} in a query, param_name beside it
	SQLUsers        bool // CREATE USER, ROLE, ROW POLICY …
	Grants          bool // the rights of a user can be less than everything: GRANT and REVOKE
	AtomicDatabases bool // the database engine Atomic: CREATE OR REPLACE, EXCHANGE, RENAME without a wait
	CurrentClients  bool // today's drivers can insert and select; else only log in and run simple queries
}

// capabilitiesOf knows what was measured or documented for a kind and version. What
// is not known of a version is taken for a modern one.
func capabilitiesOf(kind Kind, version string) Capabilities {
	if kind == KindCHDB {
		// clickhouse-local, which the library is, honours users.xml alone and reads its
		// configuration once; its listeners speak HTTP and the native protocol.
		return Capabilities{Backups: true, QueryParameters: true, Grants: true, AtomicDatabases: true, CurrentClients: true}
	}
	modern := atLeast(version, 23, 2) // the first with <grants> in users.xml
	return Capabilities{
		ReloadsLimits:   true,
		Backups:         atLeast(version, 22, 8),
		QueryParameters: atLeast(version, 19, 14),
		SQLUsers:        modern,
		Grants:          modern,
		AtomicDatabases: atLeast(version, 20, 10),
		CurrentClients:  atLeast(version, 20, 3),
	}
}
