package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// What the schema refuses is said as people write: whole numbers and lists, one entry rather than
// entries, and what came instead.
func TestSchemaSpeaksInOurWords(t *testing.T) {
	h := onSQLite(t)
	service := "~/services/" + h.admin.service()
	for body, sentence := range map[string]string{
		`"numReplicas":1e300`:        "numReplicas: expected at most 9007199254740991, got 1e+300",
		`"numReplicas":-1e300`:       "numReplicas: expected at least -9007199254740991, got -1e+300",
		`"numReplicas":1e9`:          "numReplicas: expected 1 to 20 replicas, got 1000000000",
		`"numReplicas":[1,2]`:        "numReplicas: expected integer, got an array",
		`"numReplicas":{}`:           "numReplicas: expected integer, got an object",
		`"autoscalingMode":"up"`:     `autoscalingMode: expected one of vertical, horizontal, got "up"`,
		`"idleScaling":"yes"`:        `idleScaling: expected boolean, got "yes"`,
		`"idleTimeoutMinutes":3`:     "idleTimeoutMinutes: expected 5 to 525600 minutes, got 3",
		`"idleTimeoutMinutes":1e9`:   "idleTimeoutMinutes: expected 5 to 525600 minutes, got 1000000000",
		`"idleTimeoutMinutes":-1e9`:  "idleTimeoutMinutes: expected 5 to 525600 minutes, got -1000000000",
		`"minReplicaMemoryGb":1e12`:  "minReplicaMemoryGb: expected 8 to 356 in steps of 4, got 1000000000000",
		`"minReplicaMemoryGb":"8GB"`: `minReplicaMemoryGb: expected integer, got "8GB"`,
	} {
		h.admin.patch(service+"/replicaScaling", "{"+body+"}").is(400, "BAD_REQUEST: "+sentence)
	}
	h.admin.post(service+"/scalingSchedule", `{"entries":[{"name":"a","weekdays":[],"startHourUtc":9,"endHourUtc":17}]}`).
		is(400, "BAD_REQUEST: entries[0].weekdays: expected at least 1 entry, got 0")
	h.admin.patch("~", `{"privateEndpoints":{"add":[{"id":"a","cloudProvider":"aws","region":"mars"}]}}`).
		says(400, "BAD_REQUEST: privateEndpoints.add[0].region: expected one of ap-northeast-1, ", `, centralus, got "mars"`)
}

// Answers hold texts as they are, without escapes for HTML that nobody reads; browsers are told not
// to take them for it.
func TestAnswersAreNotEscapedForHTML(t *testing.T) {
	h := onSQLite(t)
	path := h.runningService()
	answers := map[string]*answer{
		"an answer":                h.admin.patch("~", `{"name":"<a> & <b>"}`).ok(),
		"a refusal of the schema":  h.admin.patch(path+"/replicaScaling", `{"autoscalingMode":"<a> & <b>"}`),
		"a refusal of a rule":      h.admin.patch(path+"/replicaScaling", `{"minReplicas":1}`),
		"a refusal at the door":    h.nobody().get("~"),
		"a value":                  h.admin.patch(path+"/clickhouseSettings", `{"settings":{"log_comment":"<a> & <b>"}}`),
		"a refusal with the value": h.admin.post("~/keys", `{"name":"a","expireAt":"<a> & <b>"}`),
	}
	for what, a := range answers {
		body := string(a.body)
		if strings.Contains(body, `\u003`) || strings.Contains(body, `\u0026`) {
			t.Errorf("%s is escaped: %s", what, body)
		}
		if got := a.header.Get("X-Content-Type-Options"); got != "nosniff" || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
			t.Errorf("%s is %s, with X-Content-Type-Options %q", what, a.header.Get("Content-Type"), got)
		}
		if a.status != http.StatusOK {
			_ = a.error() // which is JSON
		}
	}
	if !strings.Contains(string(answers["a refusal of the schema"].body), `got \"<a> & <b>\"`) {
		t.Errorf("the value is not repeated as it was sent: %s", answers["a refusal of the schema"].body)
	}
}
