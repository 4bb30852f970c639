package api_test

import (
	"maps"
	"testing"
)

// On PATCH of a key an absent field stays; null clears what can be cleared and
// leaves the rest; an empty list is an empty list; an empty text is a value like
// any other, and refused where it is none.
func TestPatchTellsAbsentNullAndEmptyApart(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		billing := systemRole("Billing")
		full := `"name":"full","state":"disabled","expireAt":"2030-01-01T00:00:00Z","assignedRoleIds":["` + billing + `"],"ipAccessList":[{"source":"203.0.113.7"}]`
		unchanged := map[string]string{
			"result.name": `"full"`, "result.state": `"disabled"`, "result.expireAt": `"2030-01-01T00:00:00Z"`,
			"result.assignedRoles.0.roleName": `"Billing"`, "result.ipAccessList.0.source": `"203.0.113.7"`,
		}
		for _, c := range []struct {
			patch   string
			changes map[string]string
		}{
			{`{}`, nil},
			{`{"name":null,"state":null,"roles":null,"assignedRoleIds":null,"ipAccessList":null}`, nil},
			{`{"expireAt":null}`, map[string]string{"result.expireAt": "null"}},
			{`{"expireAt":""}`, map[string]string{"result.expireAt": "null"}},
			{`{"assignedRoleIds":[]}`, map[string]string{"result.assignedRoles.0.roleName": "null", "result.assignedRoles": "[]"}},
			{`{"roles":[]}`, map[string]string{"result.assignedRoles.0.roleName": "null", "result.roles": "[]"}},
			{`{"ipAccessList":[]}`, map[string]string{"result.ipAccessList.0.source": "null", "result.ipAccessList": "[]"}},
			{`{"name":"other"}`, map[string]string{"result.name": `"other"`}},
			{`{"state":"enabled"}`, map[string]string{"result.state": `"enabled"`}},
			{`{"roles":[],"assignedRoleIds":["` + billing + `"]}`, nil},
			{`{"roles":["query_endpoints"],"assignedRoleIds":[]}`, map[string]string{"result.assignedRoles.0.roleName": `"Basic service API reader"`}},
		} {
			id := h.admin.key(full).id
			want := maps.Clone(unchanged)
			maps.Copy(want, c.changes)
			h.admin.patchKey(id, c.patch).ok().shows(want)
			h.admin.get("~/keys/" + id).ok().shows(want)
		}
		id := h.admin.key(full).id
		h.admin.patchKey(id, `{"name":""}`).is(400, `BAD_REQUEST: name: expected a name of 1 to 255 characters, got ""`)
		h.admin.patchKey(id, `{"state":""}`).is(400, `BAD_REQUEST: state: expected one of enabled, disabled, got ""`)
		h.admin.patchKey(id, `{"assignedRoleIds":[""]}`).says(400, "BAD_REQUEST: assignedRoleIds[0]: ", `got ""`)
		h.admin.patchKey(id, `{"assignedRoleIds":[null]}`).says(400, "BAD_REQUEST: assignedRoleIds[0]: ")
		h.admin.patchKey(id, `{"roles":["admin"],"assignedRoleIds":["`+billing+`"]}`).is(400, "BAD_REQUEST: roles: expected either roles or assignedRoleIds, got both")
		h.admin.get("~/keys/" + id).ok().shows(unchanged)
	})
}

// On creation null is the same as absent, and what is absent has its default.
func TestCreateTakesNullForAbsent(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, body := range []string{
			`{"name":"a key"}`,
			`{"name":"a key","state":null,"expireAt":null,"hashData":null,"roles":null,"assignedRoleIds":null,"ipAccessList":null}`,
		} {
			made := h.admin.post("~/keys", body).ok()
			made.shows(map[string]string{
				"result.key.state": `"enabled"`, "result.key.expireAt": "null", "result.key.roles": "[]", "result.key.assignedRoles": "[]", "result.key.ipAccessList": "null",
			})
			if made.has("result.key.ipAccessList") || made.has("result.key.usedAt") {
				t.Errorf("what is absent is shown: %s", made.body)
			}
		}
		h.admin.post("~/keys", `{"name":null}`).says(400, "BAD_REQUEST: name: expected string")
		h.admin.post("~/keys", `{}`).says(400, "BAD_REQUEST: body: expected required property name to be present")
		h.admin.post("~/keys", `{"name":"a key","roles":[]}`).says(400, "BAD_REQUEST: roles: ")
	})
}

// On PATCH of an organization null and absent fields stay.
func TestOrganizationPatchLeavesNullAndAbsent(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		before := h.admin.get("~").ok().bytes()
		for _, body := range []string{
			`{}`, `{"name":null,"enableCoreDumps":null,"privateEndpoints":null}`, `{"privateEndpoints":{}}`,
			`{"privateEndpoints":{"add":null,"remove":null}}`, `{"privateEndpoints":{"add":[],"remove":[]}}`,
		} {
			if after := h.admin.patch("~", body).ok().bytes(); after != before {
				t.Errorf("%s made %s of %s", body, after, before)
			}
		}
		h.admin.patch("~", `{"name":""}`).is(400, `BAD_REQUEST: name: expected a name of 1 to 255 characters, got ""`)
	})
}
