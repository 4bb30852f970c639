package api_test

import (
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func (c caller) put(path, body string) *answer { c.house.t.Helper(); return c.ask("PUT", path, body) }

// A schedule is shown as it was given: in its order, with each field that was sent and no other;
// a fixed number of replicas is a band of one number. The entry of this hour is active.
func TestScheduleIsShownAsItWasGiven(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service(`"name":"orders"`, `"minReplicaMemoryGb":8`, `"maxReplicaMemoryGb":16`) + "/scalingSchedule"
		h.admin.get(path).is(404, "NOT_FOUND: Scaling schedule not found")
		h.admin.delete(path).is(404, "NOT_FOUND: Scaling schedule not found")
		made := h.admin.post(path, `{"entries":[
			{"name":"Sunday noon","weekdays":[0],"startHourUtc":12.0,"endHourUtc":13,"numReplicas":3.0,"minReplicaMemoryGb":16.0,"maxReplicaMemoryGb":32},
			{"name":"nights","weekdays":[5,1],"startHourUtc":22,"endHourUtc":6,"autoscalingMode":"horizontal","minReplicas":2,"maxReplicas":4,"minReplicaMemoryGb":8,"maxReplicaMemoryGb":8,"idleScaling":false},
			{"name":"bare","weekdays":[3],"startHourUtc":0,"endHourUtc":24,"idleTimeoutMinutes":30}]}`).ok()
		first := made.text("result.entries.0.id")
		made.shows(map[string]string{
			"result.entries.0": `{"autoscalingMode":"vertical","endHourUtc":13,"id":` + inJSON(first) + `,"isActiveNow":true,"maxReplicaMemoryGb":32,"maxReplicas":3,` +
				`"minReplicaMemoryGb":16,"minReplicas":3,"name":"Sunday noon","startHourUtc":12,"weekdays":[0]}`,
			"result.entries.1": `{"autoscalingMode":"horizontal","endHourUtc":6,"id":` + inJSON(made.text("result.entries.1.id")) + `,"idleScaling":false,"isActiveNow":false,` +
				`"maxReplicaMemoryGb":8,"maxReplicas":4,"minReplicaMemoryGb":8,"minReplicas":2,"name":"nights","startHourUtc":22,"weekdays":[5,1]}`,
			"result.entries.2": `{"autoscalingMode":"vertical","endHourUtc":24,"id":` + inJSON(made.text("result.entries.2.id")) + `,"idleTimeoutMinutes":30,"isActiveNow":false,` +
				`"name":"bare","startHourUtc":0,"weekdays":[3]}`,
			"result.baseConfig":    `{"autoscalingMode":"vertical","idleScaling":true,"idleTimeoutMinutes":15,"maxReplicaMemoryGb":16,"maxReplicas":1,"minReplicaMemoryGb":8,"minReplicas":1}`,
			"result.activeEntryId": inJSON(first),
		})
		if got := h.admin.get(path).ok(); got.bytes() != made.bytes() {
			t.Errorf("the schedule is read as\n%s\nand was answered as\n%s", got.bytes(), made.bytes())
		}
		if in := h.admin.get(strings.TrimSuffix(path, "/scalingSchedule")).ok(); inJSON(in.value("result.scalingSchedule")) != inJSON(made.value("result")) {
			t.Errorf("the service shows the schedule as %v", in.value("result.scalingSchedule"))
		}
	})
}

// A schedule replaces the one before. Entries that are sent again as they are keep their ids, and
// nothing is recorded; others are new. An empty list, or deleting it, leaves none.
func TestScheduleIsReplaced(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service() + "/scalingSchedule"
		const night = `{"name":"night","weekdays":[1],"startHourUtc":22,"endHourUtc":6}`
		one := h.admin.post(path, `{"entries":[`+night+`]}`).ok()
		before := h.revision()
		if again := h.admin.post(path, `{"entries":[`+night+`]}`).ok(); again.bytes() != one.bytes() || h.revision() != before {
			t.Errorf("sent again as it is, the schedule became %s", again.bytes())
		}
		two := h.admin.post(path, `{"entries":[`+night+`,{"name":"day","weekdays":[2],"startHourUtc":9,"endHourUtc":17}]}`).ok()
		if two.text("result.entries.0.id") == one.text("result.entries.0.id") || len(two.list("result.entries")) != 2 {
			t.Errorf("the schedule was not replaced: %s", two.bytes())
		}
		h.admin.post(path, `{"entries":[]}`).ok().shows(map[string]string{"result": `{"baseConfig":{},"entries":[]}`})
		h.admin.get(path).is(404, "NOT_FOUND: Scaling schedule not found")
		h.admin.post(path, `{"entries":[`+night+`]}`).ok()
		h.admin.delete(path).ok().shows(map[string]string{"result": "null"})
		h.admin.get(path).is(404, "NOT_FOUND: Scaling schedule not found")
		h.admin.delete(path).is(404, "NOT_FOUND: Scaling schedule not found")
		h.recordedLast(t, cloud.ServiceScheduleChanged, 5)
	})
}

// recordedLast fails the test unless the last n activities are of this type and no other of it is
// recorded.
func (h *house) recordedLast(t *testing.T, kind cloud.ActivityType, n int) {
	t.Helper()
	all := h.activities(h.id)
	found := 0
	for _, a := range all {
		if a.Type == kind {
			found++
		}
	}
	for _, a := range all[max(len(all)-n, 0):] {
		if a.Type != kind || a.Target.Type != cloud.TargetService {
			t.Errorf("recorded %s about %+v, want %s", a.Type, a.Target, kind)
		}
	}
	if found != n {
		t.Errorf("%s is recorded %d times, want %d", kind, found, n)
	}
}

// What is wrong of a schedule is named with its entry, and then nothing of it is kept. How many
// replicas the service may have is looked at when an entry begins.
func TestWrongScheduleIsRefused(t *testing.T) {
	h := onSQLite(t)
	path := "~/services/" + h.admin.service() + "/scalingSchedule"
	before := h.revision()
	entry := func(more string) string {
		return `{"name":"a","weekdays":[1],"startHourUtc":9,"endHourUtc":17` + more + `}`
	}
	for body, parts := range map[string][]string{
		`{}`:                         {"expected required property entries to be present"},
		`{"entries":null}`:           {"entries: "},
		`{"entries":[{"name":"a"}]}`: {"entries[0]: expected required property"},
		`{"entries":[` + strings.ReplaceAll(entry(""), "[1]", "[]") + `]}`:                    {"entries[0].weekdays: expected at least 1 entry, got 0"},
		`{"entries":[` + strings.ReplaceAll(entry(""), "[1]", "[2,1,2]") + `]}`:               {"entries[0].weekdays: expected each day once, got 2 twice"},
		`{"entries":[` + strings.ReplaceAll(entry(""), "[1]", "[7]") + `]}`:                   {"entries[0].weekdays: expected 0 for Sunday to 6 for Saturday, got 7"},
		`{"entries":[` + strings.ReplaceAll(entry(""), "[1]", "[0.5]") + `]}`:                 {"entries[0].weekdays"},
		`{"entries":[` + strings.ReplaceAll(entry(""), "17", "9") + `]}`:                      {"entries[0].endHourUtc: expected 1 to 24 and not startHourUtc, got 9"},
		`{"entries":[` + strings.ReplaceAll(entry(""), "17", "25") + `]}`:                     {"entries[0].endHourUtc"},
		`{"entries":[` + strings.ReplaceAll(entry(""), `:9`, `:24`) + `]}`:                    {"entries[0].startHourUtc"},
		`{"entries":[` + strings.ReplaceAll(entry(""), `"a"`, `" "`) + `]}`:                   {"entries[0].name"},
		`{"entries":[` + entry(`,"minReplicaMemoryGb":16`) + `]}`:                             {"entries[0].minReplicaMemoryGb: expected minReplicaMemoryGb and maxReplicaMemoryGb together, got only 16"},
		`{"entries":[` + entry(`,"minReplicaMemoryGb":16,"maxReplicaMemoryGb":8`) + `]}`:      {"entries[0].minReplicaMemoryGb"},
		`{"entries":[` + entry(`,"minReplicaMemoryGb":9,"maxReplicaMemoryGb":9`) + `]}`:       {"entries[0].minReplicaMemoryGb", "steps of 4, got 9"},
		`{"entries":[` + entry(`,"numReplicas":2,"minReplicas":2,"maxReplicas":2`) + `]}`:     {"entries[0].numReplicas: expected none beside minReplicas and maxReplicas, got 2"},
		`{"entries":[` + entry(`,"numReplicas":2,"autoscalingMode":"horizontal"`) + `]}`:      {"entries[0].numReplicas"},
		`{"entries":[` + entry(`,"numReplicas":0`) + `]}`:                                     {"entries[0].numReplicas: expected at least 1 replica, got 0"},
		`{"entries":[` + entry(`,"minReplicas":2`) + `]}`:                                     {"entries[0].minReplicas", "together"},
		`{"entries":[` + entry(`,"minReplicas":2,"maxReplicas":3`) + `]}`:                     {"entries[0].maxReplicas"},
		`{"entries":[` + entry(`,"autoscalingMode":"both"`) + `]}`:                            {"entries[0].autoscalingMode"},
		`{"entries":[` + entry(`,"idleTimeoutMinutes":4`) + `]}`:                              {"entries[0].idleTimeoutMinutes", "got 4"},
		`{"entries":[` + entry("") + `,` + strings.ReplaceAll(entry(""), `"a"`, `"b"`) + `]}`: {`entries[1]`, `the entries "a" and "b" are both about Monday 9:00 UTC`},
		`{"entries":[` + strings.Repeat(entry("")+",", 10) + entry("") + `]}`:                 {"entries: expected at most 10 entries"},
	} {
		h.admin.post(path, body).says(400, append(parts, "BAD_REQUEST: ")...)
	}
	if h.revision() != before {
		t.Error("a refused schedule changed something")
	}
	h.admin.post(path, `{"entries":[`+entry(`,"numReplicas":50`)+`]}`).ok().shows(map[string]string{"result.entries.0.maxReplicas": "50"})
}

// The resource clickhouse_service_scheduled_scaling of the Terraform provider: it looks whether
// there is a schedule, makes one, reads it, replaces it and deletes it.
func TestTerraformScheduledScalingResource(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service() + "/scalingSchedule"
		h.admin.get(path).says(404, "NOT_FOUND: ")
		const body = `{"entries":[{"name":"business","weekdays":[1,2,3,4,5],"startHourUtc":8,"endHourUtc":18,"autoscalingMode":"vertical","minReplicaMemoryGb":16,"maxReplicaMemoryGb":16,"minReplicas":1,"maxReplicas":1,"idleScaling":true,"idleTimeoutMinutes":10}]}`
		made := h.admin.post(path, body).ok()
		read := h.admin.get(path).ok()
		if made.bytes() != read.bytes() {
			t.Errorf("the provider would find %s and was told %s", read.bytes(), made.bytes())
		}
		made.shows(map[string]string{"result.entries.0.idleTimeoutMinutes": "10", "result.entries.0.minReplicas": "1", "result.entries.0.idleScaling": "true"})
		h.admin.post(path, strings.ReplaceAll(body, "18", "20")).ok().shows(map[string]string{"result.entries.0.endHourUtc": "20"})
		h.admin.delete(path).ok()
		h.admin.get(path).says(404, "NOT_FOUND: ")
	})
}

// A service that is being deleted keeps what it has.
func TestServiceOnItsWayOutIsNotChanged(t *testing.T) {
	h := onSQLite(t)
	path := "~/services/" + h.admin.service()
	h.admin.post(path+"/scalingSchedule", `{"entries":[{"name":"night","weekdays":[1],"startHourUtc":22,"endHourUtc":6}]}`).ok()
	h.admin.put(path+"/upgradeWindow", `{"weekday":3,"startHourUtc":6}`).ok()
	h.admin.delete(path).ok()
	const sentence = `CONFLICT: The service "orders" is being deleted`
	h.admin.delete(path+"/scalingSchedule").is(409, sentence)
	h.admin.post(path+"/scalingSchedule", `{"entries":[]}`).is(409, sentence)
	h.admin.put(path+"/upgradeWindow", `{"weekday":3,"startHourUtc":6}`).is(409, sentence)
	h.admin.post(path+"/serviceQueryEndpoint", `{}`).is(409, sentence)
	h.admin.patch(path+"/backupConfiguration", `{}`).is(409, sentence)
	h.admin.patch(path+"/clickhouseSettings", `{"settings":{"max_threads":8}}`).is(409, sentence)
	h.admin.delete(path+"/clickhouseSettings/max_threads").is(409, sentence)
	h.admin.get(path + "/upgradeWindow").ok().shows(map[string]string{"result.weekday": "3"})
}
