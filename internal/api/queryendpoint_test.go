package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A query endpoint is set as a whole: its id stays, its lists are shown in the order they were
// given in, and what is not named is empty. Origins are nothing, * or a list.
func TestQueryEndpoint(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service() + "/serviceQueryEndpoint"
		h.admin.get(path).is(404, "NOT_FOUND: Query endpoint not found")
		h.admin.delete(path).is(404, "NOT_FOUND: Query endpoint not found")
		a, b := h.admin.key(`"name":"a"`), h.admin.key(`"name":"b"`)
		made := h.admin.post(path, `{"roles":["sql_console_admin","sql_console_read_only"],"openApiKeys":[`+inJSON(b.id)+`,`+inJSON(a.id)+`],"allowedOrigins":"*"}`).ok()
		id := made.text("result.id")
		made.shows(map[string]string{
			"result": `{"allowedOrigins":"*","id":` + inJSON(id) + `,"openApiKeys":[` + inJSON(b.id) + `,` + inJSON(a.id) + `],"roles":["sql_console_admin","sql_console_read_only"]}`,
		})
		if got := h.admin.get(path).ok(); got.bytes() != made.bytes() {
			t.Errorf("read as %s, answered as %s", got.bytes(), made.bytes())
		}
		before := h.revision()
		h.admin.post(path, `{"roles":["sql_console_admin","sql_console_read_only"],"openApiKeys":[`+inJSON(b.id)+`,`+inJSON(a.id)+`],"allowedOrigins":"*"}`).ok()
		if h.revision() != before {
			t.Error("what was sent again as it is changed something")
		}
		h.admin.post(path, `{"roles":["sql_console_read_only"],"openApiKeys":[`+inJSON(a.id)+`],"allowedOrigins":"https://app.example.com,https://b.example.com:8443"}`).ok().
			shows(map[string]string{
				"result.id": inJSON(id), "result.openApiKeys": "[" + inJSON(a.id) + "]", "result.roles": `["sql_console_read_only"]`,
				"result.allowedOrigins": `"https://app.example.com,https://b.example.com:8443"`,
			})
		h.admin.post(path, `{}`).ok().shows(map[string]string{"result": `{"allowedOrigins":"","id":` + inJSON(id) + `,"openApiKeys":[],"roles":[]}`})
		h.admin.delete(path).ok()
		h.admin.get(path).is(404, "NOT_FOUND: Query endpoint not found")
		h.recordedLast(t, cloud.ServiceQueryEndpointChanged, 4)
		if again := h.admin.post(path, `{"allowedOrigins":""}`).ok(); again.text("result.id") == id {
			t.Error("a new query endpoint has the id of the deleted one")
		}
	})
}

// The keys of a query endpoint are keys of the organization, by the ids that paths have; another
// organization's do not exist.
func TestKeysOfAQueryEndpointExist(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service() + "/serviceQueryEndpoint"
		other := h.another("Other")
		own, nobodys := h.admin.key(`"name":"own"`), uuid.NewString()
		before := h.revision()
		for _, id := range []string{other.admin.id, nobodys} {
			h.admin.post(path, `{"openApiKeys":[`+inJSON(own.id)+`,`+inJSON(id)+`]}`).
				is(400, `BAD_REQUEST: openApiKeys[1]: expected the id of an API key of the organization, got "`+id+`"`)
		}
		for body, part := range map[string]string{
			`{"openApiKeys":["x"]}`:                             `openApiKeys[0]: expected the id of an API key as paths have it, a UUID, got "x"`,
			`{"openApiKeys":"` + own.id + `"}`:                  `openApiKeys: expected array, got "` + own.id + `"`,
			`{"roles":["admin"]}`:                               "roles[0]: expected one of sql_console_read_only, sql_console_admin, got ",
			`{"allowedOrigins":"https://app.example.com/page"}`: "allowedOrigins: expected origins",
			`{"allowedOrigins":["*"]}`:                          "allowedOrigins: expected string",
			`{"openApiKeys":[` + strings.TrimSuffix(strings.Repeat(inJSON(nobodys)+",", 1001), ",") + `]}`: "openApiKeys: expected at most 1000 keys, got 1001",
		} {
			h.admin.post(path, body).says(400, "BAD_REQUEST: ", part)
		}
		// People take the key ID for it, or the secret: neither is repeated.
		for _, text := range []string{own.keyID, own.secret, " " + own.secret + "\n", own.keyID + ":" + own.secret} {
			h.admin.post(path, `{"openApiKeys":[`+inJSON(text)+`]}`).
				is(400, fmt.Sprintf("BAD_REQUEST: openApiKeys[0]: expected the id of an API key as paths have it, a UUID, got %d characters that may be a key ID or a secret", len(text)))
		}
		h.admin.post(path, `{"openApiKeys":`+inJSON(own.secret)+`}`).
			is(400, fmt.Sprintf("BAD_REQUEST: openApiKeys: expected array, got %d characters that may be a key ID or a secret", len(own.secret)))
		if h.revision() != before {
			t.Error("a refused query endpoint changed something")
		}
	})
}

// A key that is deleted may run SQL nowhere from the moment of the answer: it leaves the query
// endpoints of all services, which keep the rest.
func TestDeletedKeyLeavesQueryEndpoints(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		leaving, staying := h.admin.key(`"name":"leaving"`), h.admin.key(`"name":"staying"`)
		both := `{"roles":["sql_console_admin"],"openApiKeys":[` + inJSON(leaving.id) + `,` + inJSON(staying.id) + `],"allowedOrigins":"*"}`
		first, second, untouched := "~/services/"+h.admin.service(), "~/services/"+h.admin.service(), "~/services/"+h.admin.service()
		id := h.admin.post(first+"/serviceQueryEndpoint", both).ok().text("result.id")
		h.admin.post(second+"/serviceQueryEndpoint", `{"openApiKeys":[`+inJSON(leaving.id)+`]}`).ok()
		h.admin.post(untouched+"/serviceQueryEndpoint", `{"openApiKeys":[`+inJSON(staying.id)+`]}`).ok()
		told := len(h.fleet.applied)
		h.admin.delete("~/keys/" + leaving.id).ok()
		h.admin.get(first + "/serviceQueryEndpoint").ok().shows(map[string]string{
			"result.id": inJSON(id), "result.openApiKeys": "[" + inJSON(staying.id) + "]", "result.roles": `["sql_console_admin"]`, "result.allowedOrigins": `"*"`,
		})
		h.admin.get(second + "/serviceQueryEndpoint").ok().shows(map[string]string{"result.openApiKeys": "[]"})
		h.admin.get(untouched + "/serviceQueryEndpoint").ok().shows(map[string]string{"result.openApiKeys": "[" + inJSON(staying.id) + "]"})
		if n := len(h.fleet.applied) - told; n != 2 {
			t.Errorf("%d services were told of, want 2", n)
		}
		h.recordedTimes(t, cloud.ServiceQueryEndpointChanged, 5)
	})
}

// recordedTimes fails the test unless activities of this type are recorded so often.
func (h *house) recordedTimes(t *testing.T, kind cloud.ActivityType, want int) {
	t.Helper()
	n := 0
	for _, a := range h.activities(h.id) {
		if a.Type == kind {
			n++
		}
	}
	if n != want {
		t.Errorf("%s is recorded %d times, want %d", kind, n, want)
	}
}

// The Terraform provider posts its whole block with every update, with "" for no origins, and
// wants 404 once it has deleted it; the command line tool adds its key to those that are there.
func TestTerraformAndCommandLineQueryEndpoint(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service() + "/serviceQueryEndpoint"
		key := h.admin.key(`"name":"terraform"`)
		block := `{"roles":["sql_console_read_only"],"openApiKeys":[` + inJSON(key.id) + `],"allowedOrigins":""}`
		h.admin.get(path).says(404, "NOT_FOUND: ")
		made := h.admin.post(path, block).ok()
		if again := h.admin.post(path, block).ok(); again.bytes() != made.bytes() {
			t.Errorf("posted again: %s, first %s", again.bytes(), made.bytes())
		}
		tool := h.admin.key(`"name":"clickhousectl-query-orders","state":"enabled","assignedRoleIds":[],"ipAccessList":[{"source":"0.0.0.0/0","description":"tool"}]`)
		was := h.admin.get(path).ok()
		h.admin.post(path, `{"roles":["sql_console_admin"],"openApiKeys":[`+inJSON(was.text("result.openApiKeys.0"))+`,`+inJSON(tool.id)+`],"allowedOrigins":"*"}`).ok().
			shows(map[string]string{"result.id": inJSON(was.text("result.id")), "result.openApiKeys": "[" + inJSON(key.id) + "," + inJSON(tool.id) + "]"})
		h.admin.delete(path).ok()
		h.admin.get(path).says(404, "NOT_FOUND: ")
	})
}
