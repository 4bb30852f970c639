package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// What is wrong of a role is refused with its place and its value, alike when the role is
// made and when it is changed, and nothing is made in part.
func TestWrongRoleIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		own, foreign := "organization/"+h.id, "organization/"+h.another("Other").id
		id := h.admin.role("before", h.admin.allows(viewOrganization))
		allow := func(permissions, resources string) string {
			return `{"allowDeny":"ALLOW","permissions":` + permissions + `,"resources":` + resources + `}`
		}
		fine := h.admin.allows(viewOrganization)
		org, all := `["`+own+`"]`, `["instance/*"]`
		before := h.revision()
		for _, c := range []struct{ policies, sentence string }{
			{`[` + allow(`["`+viewOrganization+`","control-plane:organization:view-everything"]`, org) + `]`, `policies[0].permissions[1]: there is no permission "control-plane:organization:view-everything"`},
			{`[` + fine + `,` + allow(`["Control-Plane:Organization:View"]`, org) + `]`, `policies[1].permissions[0]: there is no permission "Control-Plane:Organization:View"`},
			{`[` + allow(`[""]`, org) + `]`, `policies[0].permissions[0]: there is no permission ""`},
			{`[` + fine + `,` + allow(`[]`, org) + `]`, `policies[1].permissions: expected at least one permission, got none`},
			{`[` + allow(`["`+viewOrganization+`"]`, `[]`) + `]`, `policies[0].resources: expected at least one resource, got none`},
			{
				`[` + fine + `,` + allow(`["`+viewOrganization+`","`+viewService+`"]`, org) + `]`,
				`policies[1].permissions[1]: All permissions in a policy must target the same resource scope: "` + viewOrganization + `" is about the organization, "` + viewService + `" about services`,
			},
			{
				`[` + allow(`["`+databaseAccess+`","control-plane:support:manage"]`, all) + `]`,
				`policies[0].permissions[1]: All permissions in a policy must target the same resource scope: "` + databaseAccess + `" is about services, "control-plane:support:manage" about the organization`,
			},
			{
				`[` + allow(`["`+viewOrganization+`"]`, `["`+own+`","instance/*"]`) + `]`,
				`policies[0].resources[1]: All permissions in a policy must target the same resource scope: "` + viewOrganization + `" is about the organization, got "instance/*"`,
			},
			{
				`[` + allow(`["`+viewService+`"]`, org) + `]`,
				`policies[0].resources[0]: All permissions in a policy must target the same resource scope: "` + viewService + `" is about services, got "` + own + `"`,
			},
			{`[` + allow(`["`+viewOrganization+`"]`, `["organization/*"]`) + `]`, `policies[0].resources[0]: Organization * must match the role's organization: expected "` + own + `"`},
			{
				`[` + allow(`["`+viewOrganization+`"]`, `["`+own+`","`+foreign+`"]`) + `]`,
				`policies[0].resources[1]: Organization ` + strings.TrimPrefix(foreign, "organization/") + ` must match the role's organization: expected "` + own + `"`,
			},
			{`[` + allow(`["`+viewService+`"]`, `["service/*"]`) + `]`, `policies[0].resources[0]: expected "` + own + `", instance/<id of a service> or "instance/*", got "service/*"`},
			{`[` + allow(`["`+viewService+`"]`, `["instance/"]`) + `]`, `policies[0].resources[0]: expected "` + own + `", instance/<id of a service> or "instance/*", got "instance/"`},
			{`[` + allow(`["`+viewService+`"]`, `["instance/one"]`) + `]`, `policies[0].resources[0]: expected "` + own + `", instance/<id of a service> or "instance/*", got "instance/one"`},
			{`[` + allow(`["`+viewService+`"]`, `["*"]`) + `]`, `policies[0].resources[0]: expected "` + own + `", instance/<id of a service> or "instance/*", got "*"`},
			{`[` + allow(`["`+viewService+`"]`, `[""]`) + `]`, `policies[0].resources[0]: expected "` + own + `", instance/<id of a service> or "instance/*", got ""`},
			{`[{"allowDeny":"allow","permissions":["` + viewService + `"],"resources":["instance/*"]}]`, `policies[0].allowDeny: expected one of ALLOW, DENY, got "allow"`},
			{`[{"permissions":["` + viewService + `"],"resources":["instance/*"]}]`, `policies[0]: expected required property allowDeny to be present`},
			{`[{"allowDeny":"ALLOW","resources":["instance/*"]}]`, `policies[0]: expected required property permissions to be present`},
			{`[{"allowDeny":"ALLOW","permissions":["` + viewService + `"]}]`, `policies[0]: expected required property resources to be present`},
			{`[` + allow(`null`, all) + `]`, `policies[0].permissions: expected array, got null`},
			{`[` + allow(`["`+viewService+`"]`, `"instance/*"`) + `]`, `policies[0].resources: expected array, got "instance/*"`},
			{`{}`, `policies: expected array, got an object`},
			{`[` + withTags(`{"roleV2":"sql-console-root"}`) + `]`, `policies[0].tags.roleV2: expected one of sql-console-readonly, sql-console-admin, got "sql-console-root"`},
			{`[` + withTags(`{"roleV2":""}`) + `]`, `policies[0].tags.roleV2: expected one of sql-console-readonly, sql-console-admin, got ""`},
			{`[` + withTags(`{"grants":[" "]}`) + `]`, `policies[0].tags.grants[0]: expected a grant such as "GRANT SELECT ON db.*", got " "`},
			{`[` + withTags(`{"grants":["GRANT SELECT ON db.*","a\u0000b"]}`) + `]`, `policies[0].tags.grants[1]: control characters are not allowed, got "a\x00b"`},
			{`[` + withTags(`{"grants":["`+strings.Repeat("x", 1025)+`"]}`) + `]`, `policies[0].tags.grants[0]: expected at most 1024 characters, got 1025`},
			{`[` + withTags(`"sql-console-admin"`) + `]`, `policies[0].tags: expected object, got "sql-console-admin"`},
			{`[` + withTags(`{"grants":`+repeated(`"GRANT SELECT ON db.*"`, cloud.MaxGrants+1)+`}`) + `]`, `policies[0].tags.grants: expected at most 1000 grants, got 1001`},
			{repeated(fine, cloud.MaxPolicies+1), `policies: expected at most 100 entries, got 101`},
			{`[` + allow(repeated(`"`+viewService+`"`, 30), all) + `]`, `policies[0].permissions: expected at most 29 permissions, got 30`},
			{`[` + allow(`["`+viewService+`"]`, repeated(`"instance/*"`, cloud.MaxPolicyResources+1)) + `]`, `policies[0].resources: expected at most 1000 resources, got 1001`},
			{`[` + allow(`["`+strings.Repeat("x", 5000)+`"]`, all) + `]`, `policies[0].permissions[0]: there is no permission "` + strings.Repeat("x", 200) + `…"`},
		} {
			h.admin.post("~/roles", `{"name":"wrong","actors":[],"policies":`+c.policies+`}`).is(400, "BAD_REQUEST: "+c.sentence)
			h.admin.patch("~/roles/"+id, `{"name":"after","actors":["`+h.admin.actor()+`"],"policies":`+c.policies+`}`).is(400, "BAD_REQUEST: "+c.sentence)
		}
		for _, name := range []string{"", " ", strings.Repeat("x", 256), "a\x00b", "a\nb"} {
			h.admin.post("~/roles", `{"name":`+inJSON(name)+`,"actors":[],"policies":[]}`).says(400, "BAD_REQUEST: name: ")
			h.admin.patch("~/roles/"+id, `{"name":`+inJSON(name)+`}`).says(400, "BAD_REQUEST: name: ")
		}
		for body, sentence := range map[string]string{
			`{"actors":[],"policies":[]}`:                "body: expected required property name to be present",
			`{"name":"wrong","policies":[]}`:             "body: expected required property actors to be present",
			`{"name":"wrong","actors":[]}`:               "body: expected required property policies to be present",
			`{"name":"wrong","actors":{},"policies":[]}`: "actors: expected array, got an object",
		} {
			h.admin.post("~/roles", body).is(400, "BAD_REQUEST: "+sentence)
		}
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
		h.admin.get("~/roles/" + id).ok().shows(map[string]string{"result.name": `"before"`, "result.actors": "[]", "result.policies.0.permissions": inJSON([]string{viewOrganization})})
	})
}

func withTags(tags string) string {
	return `{"allowDeny":"ALLOW","permissions":["` + databaseAccess + `"],"resources":["instance/*"],"tags":` + tags + `}`
}

// repeated is a list of n times the same.
func repeated(value string, n int) string {
	return "[" + strings.Repeat(value+",", n-1) + value + "]"
}

// What is allowed to the last item is allowed: as much of everything as a role can hold.
func TestLargestRoleIsKept(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		resources := make([]string, 0, 100)
		for range 100 {
			resources = append(resources, "instance/"+h.admin.service())
		}
		permissions := []string{}
		for _, p := range cloud.Permissions() {
			if !p.OfOrganization() {
				permissions = append(permissions, string(p))
			}
		}
		one := `{"allowDeny":"ALLOW","permissions":` + inJSON(permissions) + `,"resources":` + inJSON(resources) + `,"tags":{"roleV2":"sql-console-admin"}}`
		id := h.admin.role(strings.Repeat("é", 255), strings.Split(strings.Trim(repeated(one, cloud.MaxPolicies), "[]"), "\x00")...)
		a := h.admin.get("~/roles/" + id).ok()
		if n := len(a.list("result.policies")); n != cloud.MaxPolicies || inJSON(a.value("result.policies.99.resources")) != inJSON(resources) {
			t.Errorf("%d policies are shown", n)
		}
		key := h.admin.key(`"name":"a key"`)
		h.admin.patch("~/roles/"+id, `{"actors":["`+key.actor()+`"]}`).ok()
		key.whoami().ok()
	})
}

// An actor that is none, or not of this organization, is refused with its place; one that
// comes twice has the role once.
func TestActorsOfARole(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		theirs := other.member("theirs@example.com")
		key, grace := h.admin.key(`"name":"a key"`), h.member("grace@example.com")
		id := h.admin.role("a role")
		before := h.revision()
		fine := inJSON(key.actor())
		for actor, sentence := range map[string]string{
			"":                         `expected user/<id> or apiKey/<id>, got ""`,
			key.id:                     `expected user/<id> or apiKey/<id>, got "` + key.id + `"`,
			"key/" + key.id:            `expected user/<id> or apiKey/<id>, got "key/` + key.id + `"`,
			"apikey/" + key.id:         `expected user/<id> or apiKey/<id>, got "apikey/` + key.id + `"`,
			"user/*":                   `expected user/<id> or apiKey/<id>, got "user/*"`,
			"user/grace@example.com":   `expected user/<id> or apiKey/<id>, got "user/grace@example.com"`,
			"user/{" + grace.id + "}":  `expected user/<id> or apiKey/<id>, got "user/{` + grace.id + `}"`,
			"user/" + key.id:           `there is no "user/` + key.id + `" in the organization`,
			"apiKey/" + grace.id:       `there is no "apiKey/` + grace.id + `" in the organization`,
			"apiKey/" + other.admin.id: `there is no "apiKey/` + other.admin.id + `" in the organization`,
			theirs.actor():             `there is no "` + theirs.actor() + `" in the organization`,
			"user/" + id:               `there is no "user/` + id + `" in the organization`,
		} {
			actors := `[` + fine + `,` + inJSON(actor) + `]`
			h.admin.post("~/roles", `{"name":"wrong","actors":`+actors+`,"policies":[]}`).is(400, "BAD_REQUEST: actors[1]: "+sentence)
			h.admin.patch("~/roles/"+id, `{"actors":`+actors+`}`).is(400, "BAD_REQUEST: actors[1]: "+sentence)
		}
		many := make([]string, cloud.MaxRoleActors+1)
		for i := range many {
			many[i] = "user/" + uuid.NewString()
		}
		h.admin.patch("~/roles/"+id, `{"actors":`+inJSON(many)+`}`).is(400, fmt.Sprintf("BAD_REQUEST: actors: expected at most 10000 actors, got %d", len(many)))
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
		twice := inJSON([]string{grace.actor(), key.actor(), grace.actor(), "apiKey/" + strings.ToUpper(key.id)})
		once := inJSON([]string{grace.actor(), key.actor()})
		h.admin.post("~/roles", `{"name":"twice","actors":`+twice+`,"policies":[]}`).ok().shows(map[string]string{"result.actors": once})
		h.admin.patch("~/roles/"+id, `{"actors":`+twice+`}`).ok().shows(map[string]string{"result.actors": once})
		h.admin.get("~/roles/" + id).ok().shows(map[string]string{"result.actors": once})
		deleted := h.admin.key(`"name":"a key"`)
		h.admin.delete("~/keys/" + deleted.id).ok()
		h.admin.patch("~/roles/"+id, `{"actors":["`+deleted.actor()+`"]}`).is(400, `BAD_REQUEST: actors[0]: there is no "`+deleted.actor()+`" in the organization`)
	})
}
