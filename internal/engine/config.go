package engine

import (
	"encoding/hex"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// internalUser is the one as whom the host asks ClickHouse: for readiness, activity,
// metrics and what Gatehouse wants to know. Nobody else has its password.
const internalUser = "gatehouse"

// Files of the configuration, within the data folder.
const (
	configFile = "conf/config.xml"
	usersFile  = "conf/users.xml"
)

// configuration is what the files of one run are made of.
type configuration struct {
	order
	dir          string // absolute
	http, native int    // ports
	callback     string // where chdb asks for passwords
	internalHash string // SHA-256 of the internal user's password, in hexadecimal; the official server's
	cores        uint64 // how large a core may be, in bytes
}

// server returns config.xml.
//
// Durability: inserts are as durable as ClickHouse makes them by default. A part is
// written and renamed before the insert is acknowledged, and the system writes it to
// the disk later: no acknowledged row is lost when the process is killed (measured:
// none in 23 runs), those of the last seconds may be when the machine loses its
// power. fsync_after_insert=1 with fsync_part_directory=1 closes that gap and halves
// the rate of inserts; whoever wants it asks for it in a table's SETTINGS.
// Asynchronous inserts are acknowledged once they are written (wait_for_async_insert
// is 1, as ClickHouse has it).
func (c configuration) server() element {
	root := section(
		"clickhouse",
		text("path", c.dir+"/data/"),
		text("tmp_path", c.dir+"/tmp/"),
		text("user_files_path", c.dir+"/data/user_files/"),
		text("format_schema_path", c.dir+"/data/format_schemas/"),
		text("listen_host", "127.0.0.1"),
		number("http_port", int64(c.http)),
		number("tcp_port", int64(c.native)),
		text("users_config", filepath.Join(c.dir, usersFile)),
		text("default_profile", "system"), // of what is no user's
		text("timezone", "UTC"),
		number("keep_alive_timeout", 30),
		number("mark_cache_size", markCache(c.Wishes.Memory)),
		section("logger",
			text("level", "warning"),
			text("log", filepath.Join(c.dir, clickhouseLog)),
			number("size", c.Tuning.LogBytes), number("count", logFiles), number("console", 0)),
		section("query_log",
			text("database", "system"), text("table", "query_log"), text("partition_by", "toYYYYMM(event_date)"),
			number("flush_interval_milliseconds", 7500)),
		section("backups", text("allowed_path", c.dir+"/"+backupDir+"/")),
	)
	if c.Engine == KindCHDB {
		root.place("default_database", "_local") // of the session that opens the listeners
		root.place("http_authentication_servers."+callbackServer+".uri", c.callback)
		for _, timeout := range []string{"connection_timeout_ms", "receive_timeout_ms", "send_timeout_ms"} {
			root.place("http_authentication_servers."+callbackServer+"."+timeout, "10000")
		}
	} else {
		root.place("default_database", "default")
		root.place("access_control_path", c.dir+"/data/access/") // users made in SQL
	}
	// It sets its limit by itself, to 1 GiB if it is not told.
	root.place("core_dump.size_limit", strconv.FormatUint(c.cores, 10))
	if atLeast(c.Version, 23, 2) {
		root.place("query_log.ttl", "event_date + INTERVAL 30 DAY DELETE")
	}
	if c.Wishes.Memory > 0 {
		root.place("max_server_memory_usage", decimal(c.Wishes.Memory))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Wishes.ServerSettings)) {
		root.place(name, c.Wishes.ServerSettings[name])
	}
	return root
}

// callbackServer is the host, as chdb knows it.
const callbackServer = "host"

// What is kept of a log: logFiles parts besides the one that is written, of logBytes each.
const (
	logBytes = 10 << 20
	logFiles = 4
)

// markCache returns the size of the cache of marks: ClickHouse takes 5 GiB, which a
// small service does not have.
func markCache(memory int64) int64 {
	const most = 5 << 30
	if memory <= 0 {
		return most
	}
	return min(memory/8, most)
}

// users returns users.xml.
func (c configuration) users() element {
	profile := section("default")
	if c.Engine == KindCHDB { // what clickhouse-local has otherwise than a server
		for _, setting := range localSettings {
			profile.place(setting[0], setting[1])
		}
	} else {
		for _, name := range slices.Sorted(maps.Keys(c.Wishes.Settings)) {
			profile.place(name, c.Wishes.Settings[name])
		}
	}
	if c.Wishes.Memory > 0 && !atLeast(c.Version, 20, 4) {
		// The limit of the server's memory came later; this one is shared by all queries.
		profile.place("max_memory_usage_for_all_queries", decimal(c.Wishes.Memory))
	}
	if !atLeast(c.Version, 19, 1) {
		profile.place("log_queries", "1") // newer ones do without being told
	}
	return section(
		"clickhouse",
		section("profiles", section("system"), profile, section(internalUser, text("log_queries", "0"))),
		section("quotas", section("default", section("interval", number("duration", 3600), number("queries", 0)))),
		section("users", c.user("default", hex.EncodeToString(c.Wishes.PasswordSHA256)), c.user(internalUser, c.internalHash)),
	)
}

// localSettings are those of clickhouse-local that differ from a server's.
var localSettings = [][2]string{
	{"allow_introspection_functions", "0"},
	{"implicit_select", "0"},
	{"storage_file_read_method", "pread"},
}

func (c configuration) user(name, hash string) element {
	user := section(
		name,
		section("networks", text("ip", "::/0")), // the listeners are on 127.0.0.1
		text("profile", profileOf(name)),
		text("quota", "default"),
	)
	if c.Engine == KindCHDB {
		user.place("http_authentication.server", callbackServer)
		user.place("http_authentication.scheme", "basic")
		user.place("default_database", "default")
	} else {
		user.place("password_sha256_hex", hash)
	}
	if capabilitiesOf(c.Engine, c.Version).Grants {
		grants := section("grants")
		for _, statement := range c.grants() {
			grants.within = append(grants.within, text("query", statement))
		}
		user.within = append(user.within, grants)
	}
	return user
}

func profileOf(user string) string {
	if user == internalUser {
		return internalUser
	}
	return "default"
}

// grants are the second line of defence, behind the jail: everything but what reads
// or writes files of the machine, runs programs or signals processes. (In
// clickhouse-local, file() knows no folder that it would be confined to; REVOKE FILE
// alone leaves the table engines.)
func (c configuration) grants() []string {
	if c.Tuning.AllGrants {
		return []string{"GRANT ALL ON *.* WITH GRANT OPTION"}
	}
	statements := []string{
		"GRANT ALL ON *.* WITH GRANT OPTION",
		"REVOKE FILE, SQLITE ON *.*",
		"REVOKE TABLE ENGINE ON File",
		"REVOKE TABLE ENGINE ON SQLite",
		"REVOKE TABLE ENGINE ON Executable",
		"REVOKE TABLE ENGINE ON ExecutablePool",
		"REVOKE SYSTEM SHUTDOWN ON *.*",
	}
	if c.Engine == KindClickHouse { // the library opens its listeners as `default`
		statements = append(statements, "REVOKE SYSTEM LISTEN ON *.*")
	}
	return statements
}

// settingName is what a setting of a user or server may be called.
var settingName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,99}(\.[a-z_][a-z0-9_]{0,99}){0,4}$`)

// ours are the server's settings that the engine chooses.
var ours = []string{
	"path", "tmp_path", "user_files_path", "format_schema_path", "listen_host", "http_port", "tcp_port", "users_config", "user_directories",
	"default_profile", "access_control_path", "logger", "backups", "http_authentication_servers", "max_server_memory_usage", "openssl", "include_from",
	"https_port", "tcp_port_secure", "mysql_port", "postgresql_port", "interserver_http_port", "grpc_port", "prometheus", "keeper_server", "http_handlers",
	"storage_configuration", "core_dump", "core_path", "custom_settings_prefixes", "top_level_domains_path", "dictionaries_config", "user_defined_executable_functions_config", "user_scripts_path",
}

// checkNames returns a BadSetting error for a name that is none, or is for the engine to choose.
func (w wishes) checkNames() error {
	for _, name := range slices.Sorted(maps.Keys(w.Settings)) {
		if !settingName.MatchString(name) || strings.Contains(name, ".") {
			return fail(BadSetting, nil, "%q is no setting of ClickHouse", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.ServerSettings)) {
		first, _, _ := strings.Cut(name, ".")
		if !settingName.MatchString(name) || slices.Contains(ours, first) {
			return fail(BadSetting, nil, "%q is no setting of the server that can be chosen", name)
		}
	}
	return nil
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
