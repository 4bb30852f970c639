package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// target is an entry as Prometheus' http_sd_config reads it.
type target struct {
	Targets []string
	Labels  map[string]string
}

func targetsOf(t *testing.T, a *answer) (list []target) {
	t.Helper()
	a.ok()
	if got := a.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("the content type is %q, which Prometheus refuses", got)
	}
	if err := json.Unmarshal(a.body, &list); err != nil {
		t.Fatalf("Prometheus could not read %s: %v", a.body, err)
	}
	return list
}

// Discovery answers with a bare list: a target for each service that one may view, at the address
// that was asked, whose labels lead Prometheus to the service's metrics.
func TestPrometheusDiscovery(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		if a := h.admin.get("~/prometheus/discovery").ok(); strings.TrimSpace(string(a.body)) != "[]" {
			t.Errorf("without services: %s", a.body)
		}
		id := h.admin.service(`"name":"orders"`, `"tags":[{"key":"cost.center-1","value":"42"},{"key":"isActive"}]`)
		leaving := h.admin.service()
		h.bring(leaving, cloud.GoalDeleted, cloud.ServiceTerminating)
		list := targetsOf(t, h.admin.get("~/prometheus/discovery"))
		want := target{Targets: []string{strings.TrimPrefix(h.url, "http://")}, Labels: map[string]string{
			"__scheme__": "http", "__metrics_path__": "/v1/organizations/" + h.id + "/services/" + id + "/prometheus", "__param_filtered_metrics": "true",
			"clickhouse_org_id": h.id, "clickhouse_service_id": id, "clickhouse_discovery_service_name": "orders",
			"__meta_clickhouse_region": "eu-central-1", "__meta_clickhouse_provider": "aws",
			"__meta_clickhouse_tag_cost_center_1": "42", "__meta_clickhouse_tagpresent_cost_center_1": "true",
			"__meta_clickhouse_tag_isActive": "", "__meta_clickhouse_tagpresent_isActive": "true",
		}}
		if len(list) != 1 || inJSON(list[0]) != inJSON(want) {
			t.Errorf("the targets are\n%s, want\n%s", inJSON(list), inJSON(want))
		}
		if got := targetsOf(t, h.admin.get("~/prometheus/discovery?filtered_metrics=false"))[0].Labels["__param_filtered_metrics"]; got != "false" {
			t.Errorf("filtered_metrics is %s", got)
		}
		h.admin.get(list[0].Labels["__metrics_path__"] + "?filtered_metrics=true").ok() // where it leads
	})
}

// Who asks through a proxy by HTTPS is led back by HTTPS.
func TestPrometheusDiscoveryBehindAProxy(t *testing.T) {
	h := onSQLite(t, behindProxies("127.0.0.0/8"))
	h.admin.service()
	list := targetsOf(t, h.admin.with("X-Forwarded-Proto", "https").with("X-Forwarded-For", "203.0.113.9").get("~/prometheus/discovery"))
	if got := list[0].Labels["__scheme__"]; got != "https" {
		t.Errorf("the scheme is %s", got)
	}
}

// There are no hardware profiles to choose from; what the Cloud does not have is refused.
func TestServiceProfiles(t *testing.T) {
	h := onSQLite(t)
	h.admin.get("~/serviceProfiles?region_id=eu-central-1").ok().shows(map[string]string{"result": "[]"})
	h.admin.get("~/serviceProfiles?region_id=mars").is(400, `BAD_REQUEST: region_id: expected a region of the Cloud such as eu-central-1, got "mars"`)
	h.admin.get("~/serviceProfiles").says(400, "region_id: ")
	h.admin.get("~/serviceProfiles?region_id=").says(400, "region_id: ")
	h.admin.get("~/serviceProfiles?region_id=eu-central-1&byoc_id="+h.id).is(404, "NOT_FOUND: BYOC infrastructure not found")
	h.admin.get("~/serviceProfiles?region_id=eu-central-1&byoc_id=x").says(400, "byoc_id: expected a UUID")
}
