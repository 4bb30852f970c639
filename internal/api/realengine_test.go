package api_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// asReal lets the one service of the house run a real engine, and returns its path.
func (h *house) asReal(s *engine.Server) string {
	h.t.Helper()
	h.fleet.running = s.Version()
	h.fleet.query = func(sql string, w io.Writer) error { return s.Query(h.t.Context(), sql, w) }
	h.fleet.scrape = func(ctx context.Context, _ uuid.UUID, w io.Writer) error { return s.Metrics(ctx, w) }
	path := "~/services/" + h.admin.service()
	h.run()
	return path
}

// A real engine takes the settings that the Cloud's own tests set, and each default of its schema
// is a value that is accepted; a value that it does not know is refused in its own words.
func TestSettingsOfARealEngine(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		h := houseOnSQLite(t, withoutLimit)
		password := cloud.NewServicePassword().Reveal()
		spec := enginetest.Spec(t, password)
		server := enginetest.Start(t, e, spec)
		path := h.asReal(server) + "/clickhouseSettings"
		schema := map[string]map[string]any{}
		for _, s := range h.admin.get(path + "/schema").ok().list("result.settings") {
			entry := s.(map[string]any)
			schema[entry["name"].(string)] = entry
		}
		if len(schema) < 150 {
			t.Fatalf("the schema has %d settings", len(schema))
		}
		update := func() (restart bool) {
			t.Helper()
			h.fleet.mu.Lock()
			spec.Settings, spec.ServerSettings = h.fleet.applied[len(h.fleet.applied)-1].EngineSettings()
			h.fleet.mu.Unlock()
			restart, err := server.Update(t.Context(), spec)
			if err != nil {
				t.Errorf("the engine does not take %v and %v: %v", spec.Settings, spec.ServerSettings, err)
			}
			return restart
		}
		for _, name := range []string{
			"max_concurrent_queries_for_user", "max_threads", "max_memory_usage_for_user", "max_insert_block_size", "min_insert_block_size_rows", "min_insert_block_size_bytes",
			"max_partitions_per_insert_block", "max_block_size", "max_concurrent_queries", "max_concurrent_select_queries", "max_concurrent_insert_queries",
			"max_execution_time", "max_result_rows", "max_query_size", "log_queries", "keep_alive_timeout", "max_connections", "mark_cache_size", "uncompressed_cache_size",
		} {
			if schema[name] == nil {
				if !strings.HasPrefix(server.Version(), "18.") {
					t.Errorf("the schema lacks %s", name)
				}
				continue
			}
			value := `1000000`
			if schema[name]["type"] == "boolean" || name == "log_queries" {
				value = `true`
			}
			h.admin.patch(path, `{"settings":{"`+name+`":`+value+`}}`).ok()
			if restart := update(); restart != (schema[name]["warning"] != nil) && restart {
				t.Errorf("%s takes a restart, of which nothing was said", name)
			}
			h.admin.delete(path + "/" + name).ok()
		}
		for _, name := range []string{"load_balancing", "totals_mode", "join_algorithm"} {
			if schema[name] != nil {
				h.admin.patch(path, `{"settings":{"`+name+`":"bogus"}}`).says(400, "settings."+name+`: ClickHouse does not take "bogus": `, "'bogus'")
			}
		}
		if schema["max_execution_time"]["type"] == "number" { // which may have fractions
			for _, value := range []string{"0.1", "2147483647", "1.5"} {
				h.admin.patch(path, `{"settings":{"max_execution_time":`+value+`}}`).ok().shows(map[string]string{"result.settings.max_execution_time": value})
				if update() {
					t.Errorf("max_execution_time = %s takes a restart", value)
				}
				if got := asDefault(t, server, password, "SELECT value FROM system.settings WHERE name = 'max_execution_time'"); got != value {
					t.Errorf("max_execution_time = %s is %q in a session", value, got)
				}
			}
			h.admin.delete(path + "/max_execution_time").ok()
		}
		refused := 0
		for name, entry := range schema {
			example, has := entry["example"].(string)
			if !has || strings.ContainsFunc(example, unicode.IsControl) { // a delimiter that a file of settings cannot hold
				continue
			}
			if a := h.admin.patch(path, `{"settings":{`+inJSON(name)+`:`+inJSON(example)+`}}`); a.status != 200 {
				t.Errorf("the default %q of %s is refused: %s", example, name, a.error())
				if refused++; refused > 20 {
					t.Fatal("and so on")
				}
			}
			h.admin.delete(path + "/" + name).ok()
		}
		h.admin.delete(path + "/compatibility") // which an old one does not have
		h.admin.patch(path, `{"settings":{"max_threads":2}}`).ok()
		update()
	})
}

// asDefault returns what the server answers its user default.
func asDefault(t *testing.T, s *engine.Server, password, sql string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.HTTP()+"/", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("default", password)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %s (%v)", sql, answer.Status, text, err)
	}
	return strings.TrimSpace(string(text))
}

// The metrics of a real engine are what Prometheus reads, and the filtered ones are among them.
func TestMetricsOfARealEngine(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		h := houseOnSQLite(t)
		server := enginetest.Start(t, e, enginetest.Spec(t, cloud.NewServicePassword().Reveal()))
		path := h.asReal(server) + "/prometheus"
		all, watched := scrapes(t, h.admin.get(path)), scrapes(t, h.admin.get(path+"?filtered_metrics=true"))
		for _, name := range []string{"ClickHouse_ServiceInfo", "ClickHouseProfileEvents_Query", "ClickHouseMetrics_Query", "ClickHouseMetrics_MemoryTracking"} {
			if len(all[name].GetMetric()) != 1 || len(watched[name].GetMetric()) != 1 {
				t.Errorf("%s is there %d times, filtered %d times", name, len(all[name].GetMetric()), len(watched[name].GetMetric()))
			}
		}
		if !strings.HasSuffix(labels(all["ClickHouse_ServiceInfo"].GetMetric()[0]), "scrape=full") {
			t.Error("the scrape is not full")
		}
		if len(all) < 50 || len(watched) < 10 || len(watched) > 60 {
			t.Errorf("there are %d metrics, filtered %d", len(all), len(watched))
		}
		var names []string
		for name := range watched {
			names = append(names, name)
		}
		slices.Sort(names)
		t.Logf("ClickHouse %s: %d metrics, filtered %d: %s", server.Version(), len(all), len(watched), strings.Join(names, " "))
	})
}
