package api_test

import (
	"slices"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// The Cloud's three quotas and our two are listed and shown alike, with what is used of them.
func TestQuotasAreShown(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.admin.key(`"name":"second"`)
		list := h.admin.get("~/quotas").ok()
		want := []string{"services-per-organization", "postgres-services-per-organization", "replicas-per-warehouse", "keys-per-organization", "requests-per-window"}
		if got := list.each("quotaCode"); !slices.Equal(got, want) {
			t.Errorf("the codes are %q", got)
		}
		for i, code := range want {
			if got, want := inJSON(h.admin.get("~/quotas/"+code).ok().value("result")), inJSON(list.list("result")[i]); got != want {
				t.Errorf("listed is %s, shown is %s", want, got)
			}
		}
		list.shows(map[string]string{
			"result.0.scope": `"organization"`, "result.0.value": "100", "result.0.usage": "0", "result.2.scope": `"warehouse"`,
			"result.3.value": "1000", "result.3.usage": "2", "result.4.value": "600",
			// Of these numbers --max-keys alone sets one.
			"result.0.adjustable": "false", "result.1.adjustable": "false", "result.2.adjustable": "false", "result.3.adjustable": "true", "result.4.adjustable": "false",
		})
		if list.has("result.2.usage") || list.has("result.4.usage") {
			t.Error("what is not counted is shown as counted")
		}
		for _, code := range []string{"nothing", "KEYS-PER-ORGANIZATION", "keys-per-organization%20", "%00", "%ff"} {
			h.admin.get("~/quotas/"+code).is(404, "NOT_FOUND: Quota not found")
		}
	})
}

// Under the Cloud's limits an organization has 100 keys, disabled ones included:
// the next is refused with the name of the quota, and can be made when one is deleted.
func TestKeyQuotaIsEnforced(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.manyKeys(98)
		last := h.admin.key(`"name":"the hundredth","state":"disabled"`)
		h.admin.get("~/quotas/keys-per-organization").ok().shows(map[string]string{"result.value": "100", "result.usage": "100"})
		const full = "BAD_REQUEST: The organization has 100 API keys, which is its quota keys-per-organization of 100: delete a key first"
		h.admin.post("~/keys", `{"name":"one too many"}`).is(400, full)
		_, _, hashData := ownCredential(h)
		h.admin.post("~/keys", `{"name":"one too many","hashData":`+hashData+`}`).is(400, full)
		h.admin.patchKey(last.id, `{"state":"enabled"}`).ok()
		h.admin.delete("~/keys/" + last.id).ok()
		h.admin.key(`"name":"room again"`)
		h.admin.post("~/keys", `{"name":"one too many"}`).is(400, full)
		h.clock.Advance(10 * time.Second)
		// It is a quota of each organization.
		h.another("Other").admin.key(`"name":"theirs"`)
	}, func(s *settings) { s.limits = cloud.CloudLimits })
}
