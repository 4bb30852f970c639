// Package engine runs one ClickHouse server process from a description: a data
// folder, a password, settings, a memory limit. It knows two ways: the official
// binary, and libchdb.so, the same ClickHouse as a library.
//
// Between Gatehouse and its ClickHouse stands the host: a child of our own binary
// (`gatehouse engine-host DIR`) that holds the lock of the data folder, jails itself,
// has the library in itself or the official server as its child, and answers at a
// socket in the data folder. The host outlives Gatehouse, so a restart or an upgrade
// of Gatehouse adopts what runs and interrupts no query.
//
// A data folder DIR has
//
//	lock      held by the host all its life
//	data/     what ClickHouse keeps, and which has kept it last; it works there: a core may be among it
//	conf/     the configuration of a run
//	log/      host.log, clickhouse.log and their older parts
//	run/      control.sock and state.json, by which a run is adopted
//	tmp/      what ClickHouse writes while it works
//	backups/  the only place where BACKUP … TO File may write
//
// DIR itself belongs to Gatehouse and the folders in it to the user of the engine,
// which can therefore not put links where Gatehouse expects its folders.
package engine
