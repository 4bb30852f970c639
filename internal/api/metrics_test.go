package api_test

import (
	"strings"
	"testing"
)

// The metrics count answers by route and status, and attempts to sign in by
// outcome; no label holds anything that a client chose or that names a thing.
func TestMetricsNameRoutesAndNothingElse(t *testing.T) {
	h := onSQLite(t)
	const marker = "marker-9f8e7d6c"
	h.admin.get("~/keys/" + h.admin.id).ok()
	h.admin.get("~/quotas/" + marker)
	h.admin.get("/v1/" + marker)
	h.admin.get("~/postgres?" + marker)
	h.nobody().with("User-Agent", marker).get("~")
	guess := h.admin
	guess.secret = marker
	guess.get("~")
	h.admin.key(`"name":"a key","ipAccessList":[]`).get("~")
	text := h.metrics()
	for _, want := range []string{
		`gatehouse_http_request_duration_seconds_count{route="GET /v1/organizations/{organizationId}/keys/{keyId}",status="200"} 1`,
		`gatehouse_http_request_duration_seconds_count{route="GET /v1/organizations/{organizationId}/quotas/{quotaCode}",status="404"} 1`,
		`gatehouse_http_request_duration_seconds_count{route="GET /v1/organizations/{organizationId}/postgres",status="501"} 1`,
		`gatehouse_http_request_duration_seconds_count{route="none",status="404"} 1`,
		`gatehouse_http_request_duration_seconds_count{route="GET /v1/organizations/{organizationId}",status="401"} 2`,
		`gatehouse_authentications_total{outcome="admitted"} 4`,
		`gatehouse_authentications_total{outcome="refused"} 2`,
		`gatehouse_authentications_total{outcome="forbidden address"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the metrics lack %s", want)
		}
	}
	for _, never := range []string{marker, h.id, h.admin.id} {
		if strings.Contains(text, never) {
			t.Errorf("the metrics have %q", never)
		}
	}
}
