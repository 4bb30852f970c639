package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A service that runs for the first time has the defaults of its ClickHouse, pinned, and lists the
// setting that the Cloud's own tests begin with.
func TestFreshServiceListsSettings(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.asClickHouse("26.7.2.1")
		path := "~/services/" + h.admin.service() + "/clickhouseSettings"
		h.admin.get(path).ok().shows(map[string]string{"result": `{"settings":[]}`})
		h.run()
		h.admin.get(path).ok().shows(map[string]string{
			"result": `{"settings":[{"name":"compatibility","value":"26.7"},{"name":"max_concurrent_queries_for_user","value":"0"}]}`,
		})
		h.admin.get(path + "/compatibility").ok().shows(map[string]string{"result": `{"name":"compatibility","value":"26.7"}`})
	})
}

// Settings are set by an object or by a text that holds one; a value keeps the JSON type that it
// was given as, and its place; null takes it away; a text of a number is a text.
func TestSettingsKeepTheirTypes(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := h.runningService() + "/clickhouseSettings"
		h.admin.patch(path, `{"settings":{"max_query_size":300000.0,"max_threads":"8","async_insert":false,"max_result_rows":18446744073709551615,"max_bytes_ratio_before_external_group_by":0.25}}`).
			ok().shows(map[string]string{"result.warnings": "[]", "result.settings.max_threads": `"8"`, "result.settings.max_query_size": "300000", "result.settings.async_insert": "false"})
		a := h.admin.get(path).ok()
		if !strings.Contains(string(a.body), `"settings":[{"name":"compatibility","value":"26.7"},{"name":"max_query_size","value":300000},{"name":"max_threads","value":"8"},`+
			`{"name":"async_insert","value":false},{"name":"max_result_rows","value":18446744073709551615},{"name":"max_bytes_ratio_before_external_group_by","value":0.25},`) {
			t.Errorf("the settings are %s", a.body)
		}
		h.admin.patch(path, `{"settings":"{\"max_threads\":4,\"async_insert\":null,\"session_timezone\":\"Europe/Berlin\"}"}`).ok().
			shows(map[string]string{"result.settings": `{"max_threads":4,"session_timezone":"Europe/Berlin"}`})
		h.admin.get(path).ok().shows(map[string]string{"result.settings.2": `{"name":"max_threads","value":4}`, "result.settings.3.name": `"max_result_rows"`})
		h.admin.get(path + "/async_insert").ok().shows(map[string]string{"result.value": `"1"`}) // its default
		h.admin.delete(path + "/max_threads").ok()
		h.admin.get(path + "/max_threads").ok().shows(map[string]string{"result": `{"name":"max_threads","value":"8"}`})
		before := h.revision()
		h.admin.delete(path + "/max_threads").ok()
		h.admin.delete(path + "/max_block_size").ok()
		h.admin.patch(path, `{"settings":{"session_timezone":"Europe/Berlin","max_threads":null}}`).ok()
		if h.revision() != before {
			t.Error("what was so already changed something")
		}
		h.recordedLast(t, cloud.ServiceSettingsChanged, 3)
	})
}

// The engine is told of settings as it takes them, those of queries and those of the server apart.
func TestSettingsReachTheFleet(t *testing.T) {
	h := onSQLite(t)
	path := h.runningService()
	h.admin.patch(path+"/clickhouseSettings", `{"settings":{"async_insert":true,"max_concurrent_queries":50,"max_threads":2}}`).ok()
	profile, server := h.fleet.applied[len(h.fleet.applied)-1].EngineSettings()
	if fmt.Sprint(profile) != "map[async_insert:1 compatibility:26.7 max_threads:2]" || fmt.Sprint(server) != "map[max_concurrent_queries:50]" {
		t.Errorf("the fleet was told %v and %v", profile, server)
	}
}

// What ClickHouse does not have or take, and what no service may have, is refused by name, and then
// nothing is set.
func TestWrongSettingsAreRefused(t *testing.T) {
	h := onSQLite(t)
	path := h.runningService() + "/clickhouseSettings"
	before := h.revision()
	const form = "settings must be a non-empty object"
	for settings, part := range map[string]string{
		`{}`:                      "BAD_REQUEST: " + form + ", got an empty one",
		`[]`:                      form + ", got an array",
		`null`:                    form + ", got null",
		`5`:                       form + ", got a number",
		`""`:                      form + ", got a string that holds none",
		`"{}"`:                    form,
		`"{"`:                     form,
		`"[1]"`:                   form,
		`"{\"max_threads\":8} x"`: form,
		`"{\"max_threads\":8,\"max_threads\":9}"`:      form,
		`{"max_threads":[8]}`:                          "settings.max_threads: expected a text, a number, true, false or null",
		`{"max_threads":{}}`:                           "settings.max_threads: expected a text",
		`{"no_such":1}`:                                "settings.no_such: ClickHouse 26.7.2.1 has no such setting",
		`{"no_such":null}`:                             "settings.no_such: ",
		`{"user_files_path":"/"}`:                      "settings.user_files_path: ",
		`{"max_server_memory_usage":0}`:                "settings.max_server_memory_usage: ",
		`{"readonly":1}`:                               "settings.readonly: no service can have this setting: ",
		`{"input_format_record_errors_file_path":"x"}`: "it names a file",
		`{"max_threads":-1}`:                           "settings.max_threads: expected an integer of at least 0, got -1",
		`{"max_threads":8,"max_block_size":0}`:         "settings.max_block_size: expected a positive integer, got 0",
		`{"max_query_size":10}`:                        "at least 1024, got 10",
		`{"max_concurrent_queries":1}`:                 "settings.max_concurrent_queries: expected 0 or an integer of at least 10, got 1",
		`{"async_insert":2}`:                           "settings.async_insert: expected true or false, got 2",
		`{"compatibility":"abc"}`:                      `settings.compatibility: expected a version of ClickHouse such as 24.8, got "abc"`,
		`{"compatibility":24.8}`:                       "settings.compatibility: expected a text, got 24.8",
		`{"join_algorithm":"bogus"}`:                   `settings.join_algorithm: ClickHouse does not take "bogus": Unexpected value of JoinAlgorithm: 'bogus'. Must be one of ['hash', 'auto'].`,
		`{"":1}`:                                       "settings.: ",
		`{"log_comment":"a\u0000b"}`:                   "settings.log_comment: control characters",
	} {
		h.admin.patch(path, `{"settings":`+settings+`}`).says(400, "BAD_REQUEST: ", part)
	}
	h.admin.patch(path, `{}`).is(400, "BAD_REQUEST: body: expected required property settings to be present")
	many := make([]string, 501)
	for i := range many {
		many[i] = fmt.Sprintf(`"s%d":1`, i)
	}
	h.admin.patch(path, `{"settings":{`+strings.Join(many, ",")+`}}`).says(400, "settings: expected at most 500 settings")
	for _, name := range []string{"no_such", "readonly", "user_files_path", "a%20b", "%2e%2e%2f", strings.Repeat("x", 300)} {
		h.admin.get(path+"/"+name).is(404, "NOT_FOUND: ClickHouse setting not found")
		h.admin.delete(path+"/"+name).is(404, "NOT_FOUND: ClickHouse setting not found")
	}
	if h.revision() != before {
		t.Error("a refused change changed something")
	}
}

// A setting of the whole server is set with a warning that ClickHouse restarts.
func TestServerSettingsWarn(t *testing.T) {
	h := onSQLite(t)
	path := h.runningService() + "/clickhouseSettings"
	a := h.admin.patch(path, `{"settings":{"keep_alive_timeout":60,"max_threads":4,"compatibility":"25.8"}}`).ok()
	a.shows(map[string]string{"result.warnings.0.name": `"keep_alive_timeout"`, "result.warnings.1.name": `"compatibility"`, "result.warnings.2": "null"})
	if !strings.Contains(a.text("result.warnings.0.message"), "restart") {
		t.Errorf("the warning says %q", a.text("result.warnings.0.message"))
	}
	h.admin.patch(path, `{"settings":{"keep_alive_timeout":null}}`).ok().shows(map[string]string{"result.settings": "{}", "result.warnings": "[]"})
}

// The schema is what the engine says of itself, without what no service may have: types, warnings,
// defaults. It is asked for once, not with each request, and not by each service.
func TestSchemaIsTheEnginesOwn(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		asked := h.asClickHouse("26.7.2.1")
		first, second := "~/services/"+h.admin.service()+"/clickhouseSettings/schema", "~/services/"+h.admin.service()+"/clickhouseSettings/schema"
		h.admin.get(first).is(409, "CONFLICT: The service has not run yet: which settings its ClickHouse has is known once it has")
		h.run()
		a := h.admin.get(first).ok()
		entries := map[string]map[string]any{}
		for _, e := range a.list("result.settings") {
			entry := e.(map[string]any)
			entries[entry["name"].(string)] = entry
		}
		for name, kind := range map[string]string{
			"max_threads": "integer", "max_block_size": "integer", "compatibility": "string", "async_insert": "boolean", "join_algorithm": "string",
			"max_bytes_ratio_before_external_group_by": "number", "max_concurrent_queries": "integer", "session_timezone": "string", "insert_quorum": "integer",
		} {
			if entries[name]["type"] != kind {
				t.Errorf("%s is of type %v, want %s", name, entries[name]["type"], kind)
			}
		}
		for _, name := range []string{"readonly", "allow_ddl", "dialect", "user_files_path", "path", "max_server_memory_usage", "input_format_record_errors_file_path"} {
			if entries[name] != nil {
				t.Errorf("the schema offers %s", name)
			}
		}
		if e := entries["max_concurrent_queries"]; e["warning"] == nil || e["example"] != "0" || e["description"] == "" {
			t.Errorf("max_concurrent_queries: %v", e)
		}
		if e := entries["merge_tree_clear_old_temporary_directories_interval_seconds"]; e["deprecationNotice"] == nil || e["warning"] != nil {
			t.Errorf("an obsolete setting: %v", e)
		}
		if e := entries["async_insert"]; inJSON(e["enum"]) != "[0,1]" || e["deprecationNotice"] != nil {
			t.Errorf("async_insert: %v", e)
		}
		h.admin.get(second).ok()
		h.admin.get(first).ok()
		if *asked != 1 {
			t.Errorf("the engine was asked %d times", *asked)
		}
	})
}

// What a version of ClickHouse can be set is known while its services rest, after a restart of
// Gatehouse too; a value that only ClickHouse can check waits until it runs.
func TestSchemaOfAServiceThatRests(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		asked := h.asClickHouse("26.7.2.1")
		id := h.admin.service()
		h.run()
		if err := h.control.LearnSettings(t.Context()); err != nil { // as is done now and then
			t.Fatal(err)
		}
		h.bring(id, cloud.GoalIdle, cloud.ServiceIdle)
		h.restart()
		path := "~/services/" + id + "/clickhouseSettings"
		if n := len(h.admin.get(path + "/schema").ok().list("result.settings")); n < 25 || *asked != 1 {
			t.Errorf("%d settings are known, and the engine was asked %d times", n, *asked)
		}
		h.admin.patch(path, `{"settings":{"max_threads":4,"session_timezone":null}}`).ok()
		h.admin.patch(path, `{"settings":{"join_algorithm":"hash"}}`).says(409, "CONFLICT: settings.join_algorithm: only ClickHouse can say whether it takes \"hash\"", "wake the service")
		h.bring(id, cloud.GoalRunning, cloud.ServiceRunning)
		h.admin.patch(path, `{"settings":{"join_algorithm":"hash"}}`).ok()
		h.bring(id, cloud.GoalStopped, cloud.ServiceStopped)
		h.admin.patch(path, `{"settings":{"join_algorithm":"hash","max_threads":2}}`).ok() // it was taken once
		h.admin.delete(path + "/join_algorithm").ok()
	})
}

// Where the settings are not known and nobody can be asked, nothing is guessed, and what is set
// can still be read and taken away.
func TestSettingsOfAnUnknownVersion(t *testing.T) {
	h := onSQLite(t)
	path := h.runningService()
	h.fleet.query = nil
	h.observe(uuidOf(path), func(s *cloud.Service) {
		s.Goal, s.State, s.Version = cloud.GoalStopped, cloud.ServiceStopped, "26.9.1.1"
	})
	h.admin.get(path+"/clickhouseSettings/schema").says(409, "CONFLICT: ClickHouse 26.9.1.1 has not said yet which settings it has")
	h.admin.patch(path+"/clickhouseSettings", `{"settings":{"max_threads":4}}`).says(409, "has not said yet")
	h.admin.get(path + "/clickhouseSettings").ok().shows(map[string]string{"result.settings": `[{"name":"compatibility","value":"26.7"}]`})
	h.admin.get(path + "/clickhouseSettings/compatibility").ok()
	h.admin.get(path+"/clickhouseSettings/max_threads").says(409, "has not said yet")
	h.admin.delete(path + "/clickhouseSettings/max_threads").ok()
	h.admin.delete(path + "/clickhouseSettings/compatibility").ok()
	h.admin.get(path + "/clickhouseSettings").ok().shows(map[string]string{"result.settings": "[]"})
}

// An old ClickHouse tells neither types nor settings of the server: what it has is offered, and
// every value is checked by it.
func TestSettingsOfAnOldClickHouse(t *testing.T) {
	h := onSQLite(t)
	h.asClickHouse("18.16.1")
	path := "~/services/" + h.admin.service() + "/clickhouseSettings"
	h.run()
	h.admin.get(path).ok().shows(map[string]string{"result.settings": `[{"name":"max_concurrent_queries_for_user","value":"0"}]`})
	schema := string(h.admin.get(path + "/schema").ok().body)
	for name, offered := range map[string]bool{"max_threads": true, "max_connections": true, "max_concurrent_select_queries": false, "compatibility": false, "readonly": false} {
		if strings.Contains(schema, `"name":"`+name+`"`) != offered {
			t.Errorf("%s is offered: %v", name, !offered)
		}
	}
	h.admin.patch(path, `{"settings":{"max_threads":4,"log_queries":true,"load_balancing":"random","max_concurrent_queries":20}}`).ok()
	h.admin.patch(path, `{"settings":{"load_balancing":"bogus"}}`).says(400, "settings.load_balancing: ClickHouse does not take")
}

// The settings of the Cloud's own test suite, in its order: the schema, the list, an update as a
// text that holds JSON, the setting as it is then, and back.
func TestCommandLineSuiteOfSettings(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := h.runningService() + "/clickhouseSettings"
		schema := string(h.admin.get(path + "/schema").ok().body)
		for _, name := range []string{
			"max_concurrent_queries_for_user", "max_threads", "max_memory_usage_for_user", "min_insert_block_size_rows", "min_insert_block_size_bytes", "max_insert_block_size",
			"max_partitions_per_insert_block", "max_block_size", "max_concurrent_queries", "max_concurrent_select_queries", "max_concurrent_insert_queries",
			"max_execution_time", "max_result_rows", "max_query_size", "compatibility",
		} {
			if !strings.Contains(schema, `"name":"`+name+`"`) {
				t.Errorf("the schema lacks %s", name)
			}
			if name != "compatibility" {
				h.admin.patch(path, `{"settings":{"`+name+`":100000}}`).ok()
				h.admin.get(path + "/" + name).ok().shows(map[string]string{"result.value": "100000"})
				h.admin.delete(path + "/" + name).ok()
			}
		}
		original := ""
		for i, name := range []string{"compatibility", "max_concurrent_queries_for_user"} {
			if h.admin.get(path).ok().text(fmt.Sprintf("result.settings.%d.name", i)) == name {
				original = h.admin.get(path).ok().text(fmt.Sprintf("result.settings.%d.value", i))
			}
		}
		h.admin.patch(path, `{"settings":"{\"max_concurrent_queries_for_user\":\"1\"}"}`).ok()
		h.admin.get(path + "/max_concurrent_queries_for_user").ok().shows(map[string]string{"result.value": `"1"`})
		h.admin.patch(path, `{"settings":`+inJSON(`{"max_concurrent_queries_for_user":"`+original+`"}`)+`}`).ok()
		h.admin.get(path + "/max_concurrent_queries_for_user").ok().shows(map[string]string{"result.value": `"0"`})
	})
}
