package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/api/contract"
)

// Each operation of the Cloud that is not built answers 501 with its name, so that
// a client tells it from a route that does not exist and from a thing that is gone.
func TestOperationThatIsNotBuiltSaysSo(t *testing.T) {
	h := onSQLite(t, withoutLimit)
	built := map[string]bool{}
	for _, o := range documentedOperations(t) {
		built[o.id] = true
	}
	notBuilt := 0
	for _, o := range contract.Operations() {
		if built[o.ID] {
			continue
		}
		notBuilt++
		path := o.Path
		for step := range strings.SplitSeq(o.Path, "/") {
			if strings.HasPrefix(step, "{") {
				path = strings.Replace(path, step, h.id, 1)
			}
		}
		body := ""
		if o.Method != http.MethodGet && o.Method != http.MethodDelete {
			body = "{}"
		}
		h.admin.ask(o.Method, path, body).is(501, "NOT_IMPLEMENTED: The operation "+o.ID+" ("+o.Method+" "+o.Path+") is not built in Gatehouse yet")
		h.nobody().ask(o.Method, path, body).says(401, "UNAUTHORIZED")
		h.clock.Advance(time.Minute) // so that the refusals are not slowed
	}
	if notBuilt == 0 {
		t.Skip("all operations of the Cloud are built")
	}
}

// A route that neither the Cloud nor Gatehouse has is a 404 that is not JSON, with
// a key and without one: a client would take a JSON 404 for a thing that is gone.
func TestUnknownRouteIs404WithoutJSON(t *testing.T) {
	h := onSQLite(t)
	for _, c := range []struct{ method, path string }{
		{"GET", "/"},
		{"GET", "/v1/nothing"},
		{"GET", "/v2/organizations"},
		{"GET", "/V1/organizations"},
		{"GET", "/v1/Organizations"},
		{"GET", "/organizations"},
		{"GET", "~/nothing"},
		{"GET", "~/keys/" + h.admin.id + "/nothing"},
		{"GET", "~/Keys"},
		{"POST", "/v1/organizations"},
		{"PUT", "~"},
		{"DELETE", "~"},
		{"PUT", "~/keys/" + h.admin.id},
		{"POST", "~/keys/" + h.admin.id},
		{"PATCH", "~/keys"},
		{"OPTIONS", "~/keys"},
		{"POST", "/v1"},
		{"POST", "/v1/whoami"},
		{"GET", "/v1/organizations%2f" + h.id},
		{"GET", "~/../" + h.id},
		{"GET", "~/./keys"},
		{"GET", "/v1/../v1/organizations"},
		{"GET", "/v1organizations"},
	} {
		for _, as := range []caller{h.admin, h.nobody()} {
			a := as.ask(c.method, c.path, "")
			if a.status != http.StatusNotFound || strings.Contains(a.header.Get("Content-Type"), "json") || strings.HasPrefix(string(a.body), "{") {
				t.Errorf("%s answered %d %s %s", a.request, a.status, a.header.Get("Content-Type"), a.body)
			}
		}
	}
}

// Slashes that are repeated or trail, as clients send them, do no harm: the same is
// answered and done, without a redirect.
func TestSlashesAreForgiven(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		want := h.admin.get("/v1/organizations/" + h.id).ok().bytes()
		for _, path := range []string{
			"/v1/organizations/" + h.id + "/", "/v1//organizations/" + h.id, "//v1/organizations/" + h.id, "/v1/organizations//" + h.id + "//", "///v1///organizations///" + h.id + "///",
		} {
			if got := h.admin.get(path).bytes(); got != want {
				t.Errorf("%s answered %s", path, got)
			}
		}
		h.admin.get("/v1//organizations/" + h.id + "//keys/?limit=1").ok().shows(map[string]string{"limit": "1"})
		id := h.admin.post("~//keys/", `{"name":"a key"}`).ok().text("result.key.id")
		h.admin.patch("~/keys//"+id+"/", `{"name":"renamed"}`).ok()
		h.admin.get("~/keys/" + id + "/").ok().shows(map[string]string{"result.name": `"renamed"`})
		h.admin.delete("//v1/organizations/" + h.id + "/keys/" + id + "//").ok()
		h.admin.get("~/keys/"+id).says(404, "Key not found")
		h.admin.get("~/postgres/").says(501, "postgresServiceGetList")
		if a := h.nobody().get("/v1/"); a.status != 200 {
			t.Errorf("the document at /v1/ answered %d", a.status)
		}
	})
}

// Every answer names its request, by a new id in header and body alike.
func TestEveryAnswerNamesItsRequest(t *testing.T) {
	h := onSQLite(t)
	seen := map[string]bool{}
	for _, a := range []*answer{
		h.admin.get("~"), h.admin.get("~/keys?limit=0"), h.nobody().get("~"), h.admin.get("~/services"), h.admin.get("~/keys/" + h.id), h.admin.post("~/keys", "{"),
		h.admin.with("X-Request-Id", "mine").get("~"),
	} {
		id := a.text("requestId")
		if seen[id] || a.header.Get("X-Request-Id") != id {
			t.Errorf("%s: the body names %s, the header %s", a.request, id, a.header.Get("X-Request-Id"))
		}
		seen[id] = true
	}
	if a := h.nobody().get("/v1/nothing"); a.header.Get("X-Request-Id") == "" {
		t.Error("an unknown route does not name its request")
	}
}
