package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/api"
)

// The operator, who has the data directory, needs no key and is in every
// organization; what the operator changes is recorded as the system's, and the
// rules are the same: the last usable Admin stays.
func TestOperatorIsInEveryOrganization(t *testing.T) {
	operator := func(s *settings) {
		s.identify = func(next api.Identifier) api.Identifier {
			return api.Operator(func(*http.Request) string { return "ada" })
		}
	}
	onEachStore(t, func(t *testing.T, h *house) {
		h.clock.Advance(time.Second)
		other := h.another("Other")
		ada := h.nobody()
		ada.whoami().ok().shows(map[string]string{"result": `{"actorType":"operator","name":"ada"}`})
		ada.get("/v1/organizations").ok().shows(map[string]string{"result.0.id": inJSON(h.id), "result.1.id": inJSON(other.id), "result.2": "null"})
		for _, org := range []organization{h.organization, other} {
			key := ada
			key.organization = org.id
			made := key.post("~/keys", `{"name":"by hand","roles":["admin"]}`).ok()
			made.shows(map[string]string{"result.key.createdBy": `{"actorDetails":"operator ada","actorType":"system"}`})
			list := key.get("~/activities").ok()
			list.shows(map[string]string{
				"result.0.type": `"key_create"`, "result.0.actorType": `"system"`, "result.0.actorId": `""`, "result.0.actorDetails": `"operator ada"`,
				"result.0.targetKeyId": inJSON(made.text("result.key.id")),
			})
			if list.has("result.0.actorIpAddress") {
				t.Error("who comes by the socket has an address")
			}
			key.delete("~/keys/" + org.admin.id).ok()
			key.delete("~/keys/"+made.text("result.key.id")).says(409, "CONFLICT: The key \"by hand\" is the last usable one")
		}
		if a := ada.get("/v1/organizations"); a.header.Get("X-RateLimit-Limit") != "" {
			t.Error("the operator has a limit")
		}
		for _, path := range []string{"", "/keys", "/roles", "/activities", "/quotas", "/privateEndpointConfig?cloud_provider=aws&region_id=eu-west-1"} {
			ada.get("/v1/organizations/"+uuid.NewString()+path).is(404, "NOT_FOUND: Organization not found")
		}
		ada.post("/v1/organizations/"+uuid.NewString()+"/keys", `{"name":"nobody's"}`).is(404, "NOT_FOUND: Organization not found")
	}, operator)
}
