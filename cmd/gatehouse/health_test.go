package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// /healthz and /readyz need no key, and the metrics are on their own listener only:
// they count what was answered and refused there, with no text of a client.
func TestHealthAndMetricsAreWhereTheyBelong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	metrics := "http://localhost:" + freePort(t)
	keyFile := filepath.Join(dir, "admin.env")
	p := startProcess(t, "--data", filepath.Join(dir, "data"), "--init-key", keyFile, "--metrics-listen", strings.TrimPrefix(metrics, "http://"))
	admin := readKeyFile(t, keyFile)
	status := func(c credential, url string) int {
		t.Helper()
		status, err := call(t.Context(), http.DefaultClient, c, http.MethodGet, url, nil, nil)
		if err != nil && status != http.StatusOK { // what is no JSON cannot be decoded
			t.Fatal(err)
		}
		return status
	}
	for _, c := range []struct {
		who  credential
		url  string
		want int
	}{
		{credential{}, p.url + "/healthz", http.StatusOK},
		{credential{}, p.url + "/readyz", http.StatusOK},
		{admin, p.url + "/v1/organizations", http.StatusOK},
		{credential{"nobody", "wrong"}, p.url + "/v1/organizations", http.StatusUnauthorized},
		{admin, p.url + "/no-such-route-of-ours", http.StatusNotFound},
		{credential{}, p.url + "/metrics", http.StatusNotFound},
		{credential{}, metrics + "/v1/organizations", http.StatusNotFound},
		{credential{}, metrics + "/healthz", http.StatusNotFound},
		{credential{}, metrics + "/metrics", http.StatusOK},
	} {
		if got := status(c.who, c.url); got != c.want {
			t.Errorf("GET %s: %d, want %d", c.url, got, c.want)
		}
	}
	text := string(fetch(t, metrics+"/metrics"))
	for _, want := range []string{
		`gatehouse_authentications_total{outcome="admitted"} 1`, `gatehouse_authentications_total{outcome="refused"} 1`,
		`gatehouse_http_request_duration_seconds_count{route="GET /v1/organizations",status="200"} 1`,
		`gatehouse_http_request_duration_seconds_count{route="GET /v1/organizations",status="401"} 1`, "go_goroutines", "process_open_fds",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
	if strings.Contains(text, "no-such-route") || strings.Contains(text, "nobody") {
		t.Error("a text of a client is a label")
	}
}
