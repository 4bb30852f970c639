package engine_test

// sqlAttack is what a tenant may try with SQL, step by step. It has succeeded if the
// last step is answered without an error, or any answer has the canary of what is attacked in it.
type sqlAttack struct {
	name  string
	steps []string
	// canary is what an answer must not have in it; by default that of the target.
	canary string
	// works says that it must succeed without a jail and with all grants: so it is
	// seen that what the jail refuses is the attack, and not a mistake in it.
	works bool
	// quiet says that it is answered also when it has found nothing: then the canary counts alone.
	quiet bool
	// public says that everybody may do it to what is the machine's.
	public bool
	// moves says that the target goes away, some time after the answer.
	moves bool
	// slow says that it is not answered soon, if at all, and that one target is enough.
	slow bool
}

// line is how a file is read line by line.
const line = "'LineAsString', 'line String'"

// modernAttacks are for ClickHouse as it is today, each on every target.
var modernAttacks = []sqlAttack{
	// Files by their names.
	{name: "file()", steps: []string{`SELECT * FROM file('{path}', ` + line + `)`}, works: true},
	{name: "file(), relative", steps: []string{`SELECT * FROM file('{rel}', ` + line + `)`}, works: true},
	{name: "file(), every way to read", steps: []string{
		`SELECT * FROM file('{path}', ` + line + `) SETTINGS storage_file_read_method='mmap'`,
		`SELECT * FROM file('{path}', ` + line + `) SETTINGS storage_file_read_method='read'`,
		`SELECT * FROM file('{path}', ` + line + `) SETTINGS local_filesystem_read_method='io_uring'`,
		`SELECT * FROM file('{path}', ` + line + `) SETTINGS local_filesystem_read_method='pread_threadpool'`,
	}, works: true},
	{name: "names in a folder by file()", steps: []string{`SELECT _path FROM file('{dir}/*', 'One')`}, canary: "{dir}/{base}", works: true, quiet: true, public: true},
	{name: "file() of a link", steps: []string{`SELECT * FROM file('{own}/data/user_files/link{target}', ` + line + `)`}, works: true},
	{name: "file() by a link to a folder", steps: []string{`SELECT * FROM file('{own}/data/user_files/folder{target}/{base}', ` + line + `)`}, works: true},
	{name: "file() by /proc/self/root", steps: []string{`SELECT * FROM file('/proc/self/root{path}', ` + line + `)`}, works: true},
	{name: "file() by the root of another service", steps: []string{`SELECT * FROM file('/proc/{prey}/root{path}', ` + line + `)`}, works: true},
	{name: "file() by the root of Gatehouse", steps: []string{`SELECT * FROM file('/proc/{gatehouse}/root{path}', ` + line + `)`}},
	{name: "file() with -", steps: []string{`SELECT * FROM file('-', ` + line + `)`}, slow: true},
	{name: "file() of standard input", steps: []string{`SELECT * FROM file('/dev/stdin', ` + line + `)`}, slow: true},
	{name: "function file", steps: []string{`SELECT file('{path}')`}, works: true},
	{name: "fileCluster()", steps: []string{`SELECT * FROM fileCluster('default', '{path}', ` + line + `)`}},
	{name: "filesystem()", steps: []string{`SELECT name, content FROM filesystem('{dir}')`}, works: true, quiet: true},
	{name: "url() of a file", steps: []string{`SELECT * FROM url('file://{path}', ` + line + `)`}, works: true},
	{name: "loop() of a file", steps: []string{`SELECT * FROM loop(file('{path}', ` + line + `)) LIMIT 3`}, works: true},
	{name: "view of a file", steps: []string{`CREATE VIEW v{id} AS SELECT * FROM file('{path}', ` + line + `)`, `SELECT * FROM v{id}`}, works: true},
	{name: "table of the engine File", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = File(LineAsString, '{path}')`, `SELECT * FROM t{id}`}, works: true},
	{name: "table of the engine URL", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = URL('file://{path}', LineAsString)`, `SELECT * FROM t{id}`}, works: true},
	{name: "table of the engine FileLog", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = FileLog('{dir}', 'LineAsString')`, `SELECT * FROM t{id} SETTINGS stream_like_engine_allow_direct_select=1`}},
	{name: "table of the engine EmbeddedRocksDB", steps: []string{`CREATE TABLE t{id} (k String) ENGINE = EmbeddedRocksDB(0, '{dir}/rocks{id}') PRIMARY KEY k`, `INSERT INTO t{id} VALUES ('taken over')`}, works: true},
	{name: "database of the engine Filesystem", steps: []string{`CREATE DATABASE d{id} ENGINE = Filesystem('{dir}')`, "SELECT * FROM d{id}.`{base}`"}, works: true},
	{name: "database of the engine Overlay", steps: []string{`CREATE DATABASE d{id} ENGINE = Overlay('a', '{dir}')`}},
	{name: "named collection", steps: []string{`CREATE NAMED COLLECTION c{id} AS url = 'file://{path}', format = 'LineAsString', structure = 'line String'`, `SELECT * FROM url(c{id})`}, works: true},
	{name: "FROM INFILE", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = Memory`, `INSERT INTO t{id} FROM INFILE '{path}' FORMAT LineAsString`}, works: true},

	// Writing.
	{name: "INSERT INTO FUNCTION file()", steps: []string{`INSERT INTO FUNCTION file('{path}', ` + line + `) SETTINGS engine_file_truncate_on_insert=1 VALUES ('taken over')`}, works: true},
	{name: "a new file by file()", steps: []string{`INSERT INTO FUNCTION file('{dir}/new{id}', ` + line + `) VALUES ('taken over')`}, works: true},
	{name: "INSERT into the engine File", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = File(LineAsString, '{path}')`, `INSERT INTO t{id} VALUES ('taken over')`}, works: true},
	{name: "TRUNCATE of the engine File", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = File(LineAsString, '{path}')`, `TRUNCATE TABLE t{id}`}, works: true},
	{name: "INSERT INTO FUNCTION url() of a file", steps: []string{`INSERT INTO FUNCTION url('file://{path}', ` + line + `) VALUES ('taken over')`}, works: true},
	{name: "INTO OUTFILE", steps: []string{`SELECT 1 INTO OUTFILE '{path}'`, `SELECT 1 INTO OUTFILE '{dir}/new{id}'`}},
	{name: "rename after reading", steps: []string{`SELECT * FROM file('{path}', ` + line + `) SETTINGS rename_files_after_processing='taken_%f'`}, works: true, moves: true},

	// SQLite.
	{name: "sqlite()", steps: []string{`SELECT * FROM sqlite('{db}', 'control_state')`}, works: true},
	{name: "table of the engine SQLite", steps: []string{`CREATE TABLE t{id} (epoch Int64) ENGINE = SQLite('{db}', 'control_state')`, `INSERT INTO t{id} VALUES (7)`}},
	{name: "database of the engine SQLite", steps: []string{`CREATE DATABASE d{id} ENGINE = SQLite('{db}')`, `SELECT * FROM d{id}.control_state`}, works: true},
	{name: "a new file by SQLite", steps: []string{`CREATE DATABASE d{id} ENGINE = SQLite('{dir}/new{id}')`, `SHOW TABLES FROM d{id}`}, works: true},

	// Programs and libraries.
	{name: "executable()", steps: []string{`SELECT * FROM executable('steal.sh {path}', 'LineAsString', 'line String')`}, works: true, quiet: true},
	{name: "table of the engine Executable", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = Executable('steal.sh {path}', 'LineAsString')`, `SELECT * FROM t{id}`}, works: true, quiet: true},
	{name: "table of the engine ExecutablePool", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = ExecutablePool('steal.sh {path}', 'LineAsString')`, `SELECT * FROM t{id}`}, works: true},
	{name: "dictionary of a program", steps: []string{
		`CREATE DICTIONARY y{id} (line String) PRIMARY KEY line SOURCE(EXECUTABLE(COMMAND 'cat {path}' FORMAT 'LineAsString')) LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(0)`,
		`SELECT * FROM dictionary(y{id})`,
	}, works: true},
	{name: "dictionary of a library", steps: []string{
		`CREATE DICTIONARY y{id} (k UInt64) PRIMARY KEY k SOURCE(LIBRARY(PATH '{path}')) LAYOUT(FLAT()) LIFETIME(0)`,
		`SELECT * FROM dictionary(y{id})`,
	}},
	{name: "odbc()", steps: []string{`SELECT * FROM odbc('Driver={path}', 'a', 'b')`}, slow: true},
	{name: "jdbc()", steps: []string{`SELECT * FROM jdbc('jdbc:sqlite:{db}', 'control_state')`}, slow: true},
	{name: "catboostEvaluate()", steps: []string{`SELECT catboostEvaluate('{path}', 1)`}},
	{name: "python()", steps: []string{`SELECT * FROM python('{path}')`, `SELECT * FROM Python(x)`}},

	// Dictionaries of files.
	{name: "dictionary of a file", steps: []string{
		`CREATE DICTIONARY y{id} (line String) PRIMARY KEY line SOURCE(FILE(PATH '{path}' FORMAT 'LineAsString')) LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(0)`,
		`SELECT * FROM dictionary(y{id})`,
	}},
	{name: "dictionary of a YAML file", steps: []string{
		`CREATE DICTIONARY y{id} (regexp String) PRIMARY KEY regexp SOURCE(YAMLRegExpTree(PATH '{path}')) LAYOUT(regexp_tree) LIFETIME(0)`,
		`SELECT * FROM dictionary(y{id})`,
	}},

	// Formats that read files of their own.
	{name: "FORMAT Template", steps: []string{`SELECT 1 AS a FORMAT Template SETTINGS format_template_resultset='{path}'`, `SELECT 1 AS a FORMAT Template SETTINGS format_template_row='{path}'`}, works: true},
	{name: "FORMAT Template, relative", steps: []string{`SELECT 1 AS a FORMAT Template SETTINGS format_template_resultset='{rel}'`}, works: true},
	{name: "schema of FORMAT Protobuf", steps: []string{`SELECT 1 AS a FORMAT Protobuf SETTINGS format_schema='{path}:M'`, `SELECT 1 AS a FORMAT Protobuf SETTINGS format_schema='{rel}:M'`}},

	// Disks, backups and parts.
	{name: "disk of the type local", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = local, path = '{dir}/disk{id}/')`, `INSERT INTO t{id} VALUES (1)`}},
	{name: "disk of local objects", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = object_storage, object_storage_type = local, metadata_type = plain_rewritable, path = '{dir}/disk{id}/')`, `INSERT INTO t{id} VALUES (1)`}, works: true},
	{name: "disk of local blobs", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = local_blob_storage, path = '{dir}/disk{id}/')`, `INSERT INTO t{id} VALUES (1)`}, works: true},
	{name: "disk of the type cache", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = cache, max_size = '1Mi', path = '{dir}/cache{id}/', disk = disk(type = local_blob_storage, path = '{own}/data/d{id}/'))`, `INSERT INTO t{id} VALUES (1)`}},
	{name: "disk of the type web", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = web, endpoint = 'file://{dir}/')`, `SELECT * FROM t{id}`}},
	{name: "BACKUP to a file", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a`, `BACKUP TABLE t{id} TO File('{dir}/backup{id}')`}},
	{name: "BACKUP to a file, relative", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a`, `BACKUP TABLE t{id} TO File('{reldir}/backup{id}')`}},
	{name: "BACKUP by a link", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a`, `INSERT INTO t{id} VALUES (1)`, `BACKUP TABLE t{id} TO File('folder{target}/backup{id}')`}, works: true},
	{name: "BACKUP to a disk", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a`, `BACKUP TABLE t{id} TO Disk('default', '{reldir}/backup{id}')`}},
	{name: "RESTORE from a file", steps: []string{`RESTORE TABLE rows FROM File('{path}')`, `RESTORE TABLE rows FROM File('link{target}')`, `RESTORE TABLE rows FROM File('{rel}')`}},
	{name: "database of a backup", steps: []string{`CREATE DATABASE d{id} ENGINE = Backup('default', File('{dir}'))`}},
	{name: "ATTACH TABLE FROM", steps: []string{`ATTACH TABLE t{id} FROM '{dir}' (a UInt8) ENGINE = MergeTree ORDER BY a`}},
	{name: "ATTACH TABLE FROM a file", steps: []string{`ATTACH TABLE t{id} FROM '{own}/data/user_files/folder{target}' (line String) ENGINE = File(LineAsString)`, `SELECT * FROM t{id}`}},
	{name: "ATTACH PART", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a`, `ALTER TABLE t{id} ATTACH PART '{reldir}'`}},
	{name: "FREEZE", steps: []string{
		`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a`, `INSERT INTO t{id} VALUES (1)`,
		`ALTER TABLE t{id} FREEZE WITH NAME '{reldir}/frozen{id}'`, `SELECT throwIf(1)`,
	}},

	// Lakes and other storages with local names.
	{name: "icebergLocal()", steps: []string{`SELECT * FROM icebergLocal('{dir}')`}},
	{name: "deltaLakeLocal()", steps: []string{`SELECT * FROM deltaLakeLocal('{dir}')`}},
	{name: "paimonLocal()", steps: []string{`SELECT * FROM paimonLocal('{dir}')`}},
	{name: "table of the engine IcebergLocal", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = IcebergLocal('{dir}/lake{id}') SETTINGS allow_experimental_insert_into_iceberg=1`, `INSERT INTO t{id} VALUES (1)`}},
	{name: "s3() of a file", steps: []string{`SELECT * FROM s3('file://{path}', NOSIGN, ` + line + `)`, `SELECT * FROM s3('{path}', NOSIGN, ` + line + `)`}},
	{name: "hdfs() of a file", steps: []string{`SELECT * FROM hdfs('file://{path}', ` + line + `)`, `SELECT * FROM hdfs('{path}', ` + line + `)`}},

	// What the system knows of other processes.
	{name: "environment of another service", canary: "HOME=", steps: []string{`SELECT * FROM file('/proc/{prey}/environ', 'RawBLOB', 'line String')`}, works: true},
	{name: "environment of Gatehouse", canary: "PATH=", steps: []string{`SELECT * FROM file('/proc/{gatehouse}/environ', 'RawBLOB', 'line String')`}},
	{name: "memory of another service", canary: "r-xp", steps: []string{`SELECT * FROM file('/proc/{prey}/maps', ` + line + `)`, `SELECT * FROM file('/proc/{prey}/mem', ` + line + `)`}, works: true},
	{name: "descriptors of another service", steps: []string{`SELECT _path FROM file('/proc/{prey}/fd/*', 'One')`, `SELECT * FROM file('/proc/{prey}/fd/1', ` + line + `)`}, works: true},
	{name: "working folder of another service", steps: []string{`SELECT * FROM file('/proc/{prey}/cwd/rows.csv', ` + line + `)`}, works: true},
	{name: "descriptors of Gatehouse", steps: []string{`SELECT * FROM file('/proc/{gatehouse}/fd/1', ` + line + `)`}},

	// The sockets of others.
	{name: "mysql by a socket", steps: []string{
		`CREATE DICTIONARY y{id} (k UInt64) PRIMARY KEY k SOURCE(MYSQL(HOST 'localhost' PORT 0 SOCKET '{data}/control.sock' USER 'a' PASSWORD 'b' DB 'c' TABLE 'd')) LAYOUT(FLAT()) LIFETIME(0)`,
		`SELECT * FROM dictionary(y{id})`,
	}, works: true},
	{name: "mongodb by a socket", steps: []string{`SELECT * FROM mongodb('mongodb://{percent}/db?serverSelectionTimeoutMS=200', 'c', 'a String')`}, works: true},
	{name: "postgresql by a socket", steps: []string{`SELECT * FROM postgresql('{data}:5432', 'a', 'b', 'c', 'd')`}, works: true},
}

// oldAttacks are for ClickHouse of 2018, which has fewer ways.
var oldAttacks = []sqlAttack{
	{name: "file()", steps: []string{`SELECT * FROM file('{path}', 'CSV', 'line String')`}},
	{name: "file(), relative", steps: []string{`SELECT * FROM file('{rel}', 'CSV', 'line String')`}},
	{name: "file() of a link", steps: []string{`SELECT * FROM file('link{target}', 'CSV', 'line String')`}, works: true},
	{name: "file() by a link to a folder", steps: []string{`SELECT * FROM file('folder{target}/{base}', 'CSV', 'line String')`}, works: true},
	{name: "file() by /proc/self/root", steps: []string{`SELECT * FROM file('/proc/self/root{path}', 'CSV', 'line String')`}},
	{name: "file() by the root of another service", steps: []string{`SELECT * FROM file('/proc/{prey}/root{path}', 'CSV', 'line String')`}},
	{name: "INSERT INTO FUNCTION file()", steps: []string{`INSERT INTO FUNCTION file('{path}', 'CSV', 'line String') VALUES ('taken over')`, `INSERT INTO FUNCTION file('link{target}', 'CSV', 'line String') VALUES ('taken over')`}, works: true},
	{name: "table of the engine File", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = File(CSV, '{path}')`, `SELECT * FROM t{id}`}},
	{name: "table of the engine File, relative", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = File(CSV, 'link{target}')`, `SELECT * FROM t{id}`}},
	{name: "table of the engine File of a descriptor", steps: []string{`CREATE TABLE t{id} (line String) ENGINE = File(CSV, 4)`, `SELECT * FROM t{id}`}},
	{name: "url() of a file", steps: []string{`SELECT * FROM url('file://{path}', 'CSV', 'line String')`}},
	{name: "schema of FORMAT CapnProto", steps: []string{`SELECT 1 AS a FORMAT CapnProto SETTINGS format_schema='{path}:M'`, `SELECT 1 AS a FORMAT CapnProto SETTINGS format_schema='{rel}:M'`}},
	{name: "ATTACH TABLE FROM", steps: []string{`ATTACH TABLE t{id} FROM '{dir}' (a UInt8) ENGINE = MergeTree ORDER BY a`}},
	{name: "ATTACH PART", steps: []string{`CREATE TABLE t{id} (a UInt8) ENGINE = MergeTree ORDER BY a`, `ALTER TABLE t{id} ATTACH PART '{reldir}'`}},
	{name: "FREEZE", steps: []string{
		`CREATE TABLE t{id} (d Date, a UInt8) ENGINE = MergeTree PARTITION BY d ORDER BY a`, `INSERT INTO t{id} VALUES ('2018-01-01', 1)`,
		`ALTER TABLE t{id} FREEZE PARTITION '2018-01-01' WITH NAME '{reldir}/frozen{id}'`, `SELECT throwIf(1)`,
	}},
	{name: "INTO OUTFILE", steps: []string{`SELECT 1 INTO OUTFILE '{path}'`}},
	{name: "odbc()", steps: []string{`SELECT * FROM odbc('Driver={path}', 'a', 'b')`}, slow: true},
	{name: "hdfs() of a file", steps: []string{`SELECT * FROM hdfs('file://{path}', 'CSV', 'line String')`}},
	{name: "modelEvaluate()", steps: []string{`SELECT modelEvaluate('{path}', 1)`}},
}
