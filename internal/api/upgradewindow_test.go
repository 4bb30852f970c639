package api_test

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// An upgrade window is set, read, replaced and deleted as the Terraform provider's resource
// clickhouse_service_upgrade_window does it; without one the answer is 404.
func TestUpgradeWindow(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service() + "/upgradeWindow"
		h.admin.get(path).is(404, "NOT_FOUND: Upgrade window not found")
		h.admin.delete(path).is(404, "NOT_FOUND: Upgrade window not found")
		h.admin.put(path, `{"weekday":0,"startHourUtc":18}`).ok().shows(map[string]string{"result": `{"duration":6,"startHourUtc":18,"weekday":0}`})
		h.admin.put(path, `{"weekday":0.0,"startHourUtc":18.0,"duration":6}`).ok()
		h.admin.get(path).ok().shows(map[string]string{"result": `{"duration":6,"startHourUtc":18,"weekday":0}`})
		h.admin.put(path, `{"weekday":6,"startHourUtc":0}`).ok().shows(map[string]string{"result": `{"duration":6,"startHourUtc":0,"weekday":6}`})
		h.admin.delete(path).ok()
		h.admin.get(path).is(404, "NOT_FOUND: Upgrade window not found")
		h.recordedLast(t, cloud.ServiceUpgradeWindowChanged, 3)
	})
}

// What is wrong of an upgrade window is named, and nothing is changed.
func TestWrongUpgradeWindowIsRefused(t *testing.T) {
	h := onSQLite(t)
	path := "~/services/" + h.admin.service() + "/upgradeWindow"
	before := h.revision()
	for body, want := range map[string]string{
		`{"weekday":7,"startHourUtc":0}`:             "BAD_REQUEST: weekday: expected 0 for Sunday to 6 for Saturday, got 7",
		`{"weekday":-1,"startHourUtc":0}`:            "BAD_REQUEST: weekday: expected 0 for Sunday to 6 for Saturday, got -1",
		`{"weekday":1,"startHourUtc":7}`:             "BAD_REQUEST: startHourUtc: expected one of 0, 6, 12, 18, got 7",
		`{"weekday":1}`:                              "BAD_REQUEST: body: expected required property startHourUtc to be present",
		`{"weekday":1.5,"startHourUtc":0}`:           "BAD_REQUEST: weekday: expected integer, got 1.5",
		`{"weekday":"1","startHourUtc":0}`:           `BAD_REQUEST: weekday: expected integer, got "1"`,
		`{"weekday":null,"startHourUtc":0}`:          "BAD_REQUEST: weekday: expected integer, got null",
		`{"weekday":1e99,"startHourUtc":0}`:          "",
		`[]`:                                         "BAD_REQUEST: body: expected object, got an array",
		`{"weekday":1,"startHourUtc":0,"we`:          "",
		`{"weekday":1,"weekday":2,"startHourUtc":0}`: "",
	} {
		a := h.admin.put(path, body)
		if want == "" {
			a.says(400, "BAD_REQUEST: ")
			continue
		}
		a.is(400, want)
	}
	if h.revision() != before {
		t.Error("a refused window changed something")
	}
	h.admin.get("~/services/not-a-uuid/upgradeWindow").says(400, "serviceId: expected")
}
