package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A body makes a service, changes one, or is refused and changes nothing; what was answered
// is what is shown afterwards, and nobody is let in whom the list does not name.
func FuzzServiceRequestBody(f *testing.F) {
	h := fuzzHouse(f)
	target := h.admin.service()
	paths := []string{"~/services", "", "/replicaScaling", "/scaling", "/password", "/state", "/privateEndpoint"}
	for i := range paths {
		for _, seed := range []string{
			`{}`, `[]`, `null`, `{"name":"a","provider":"aws","region":"us-east-1"}`, `{"name":"a","provider":"gcp","region":"us-east1","numReplicas":3.0,"tags":[{"key":"a","value":"b"}],"ipAccessList":[{"source":"::/0"}]}`,
			`{"name":"\ud800","ipAccessList":[{"source":"0.0.0.0/0"}],"tags":{"add":[{"key":"a"}],"remove":[{"key":"b"}]}}`, `{"ipAccessList":{"add":[{"source":"10.0.0.0/8"}],"remove":[null]}}`, `{"ipAccessList":[5]}`,
			`{"autoscalingMode":"horizontal","minReplicas":1,"maxReplicas":2,"minReplicaMemoryGb":8,"maxReplicaMemoryGb":8,"idleScaling":false}`, `{"minTotalMemoryGb":12,"maxTotalMemoryGb":1e400}`,
			`{"newPasswordHash":"XohImNooBHFR0OVvjcYpJ3NgPQ1qq73WKhHvch0VQtg=","newDoubleSha1Hash":"2470c0c06dee42fd1618bb99005adca2ec9d1e19"}`, `{"command":"stop"}`, `{"command":"awake"}`,
			`{"id":"vpce-1","description":"a"}`, `{"privateEndpointIds":{"add":["a","a"],"remove":["a"]},"releaseChannel":"slow","enableCoreDumps":null}`, `{"endpoints":[{"protocol":"mysql","enabled":false}]}`,
			`{"dataWarehouseId":"","backupId":null,"byocId":"x"}`, `{"numReplicas":-0,"idleTimeoutMinutes":5.5}`,
		} {
			f.Add(seed, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, body string, which byte) {
		h := h.in(t)
		what := paths[int(which)%len(paths)]
		method, path := http.MethodPatch, "~/services/"+target+what
		switch what {
		case "~/services":
			method, path = http.MethodPost, what
		case "/privateEndpoint":
			method = http.MethodPost
		}
		h.bring(target, cloud.GoalRunning, cloud.ServiceRunning)
		r := h.admin.request(method, path, body)
		r.Header.Set("Content-Type", "application/json")
		before := h.revision()
		a := h.fuzzed(r)
		if a.status != http.StatusOK {
			if h.revision() != before {
				t.Errorf("a refused request changed something: %d %s", a.status, a.error())
			}
			return
		}
		answered, shown := inJSON(a.value("result")), "~/services/"+target
		if what == "~/services" {
			answered, shown = inJSON(a.value("result.service")), "~/services/"+a.text("result.service.id")
		}
		if got := inJSON(h.fuzzed(h.admin.request(http.MethodGet, shown, "")).value("result")); !strings.HasPrefix(what, "/p") && got != answered {
			t.Errorf("answered is %s\nthen shown %s", answered, got)
		}
		for _, s := range h.state().Services {
			if s.Addresses.Anywhere() {
				t.Errorf("the service %s has no list", s.Name)
			}
		}
		if what == "~/services" {
			h.fuzzed(h.admin.request(http.MethodDelete, shown, "")).ok()
			h.run()
		}
	})
}
