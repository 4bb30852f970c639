package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// The sequence that clickhousectl's own live test goes through works: a role is created,
// shown, listed, given other policies, refused what is wrong, and deleted.
func TestClickhousectlRoleSequence(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		cli := h.admin.with("User-Agent", "clickhousectl/0.5.0 (agent=test)")
		organization := policy("ALLOW", "organization/"+h.id, viewOrganization)
		service := policy("ALLOW", "instance/*", viewService)
		made := cli.post("~/roles", `{"name":"live","actors":[],"policies":[`+organization+`]}`).ok()
		id, tenant := made.text("result.id"), inJSON("organization/"+h.id)
		made.shows(map[string]string{
			"result.name": `"live"`, "result.type": `"custom"`, "result.tenantId": tenant, "result.ownerId": tenant, "result.actors": "[]",
			"result.createdAt": `"2026-03-01T12:00:30Z"`, "result.updatedAt": `"2026-03-01T12:00:30Z"`,
			"result.policies.0.roleId": inJSON(id), "result.policies.0.tenantId": tenant, "result.policies.0.allowDeny": `"ALLOW"`,
			"result.policies.0.permissions": inJSON([]string{viewOrganization}), "result.policies.0.resources": "[" + tenant + "]", "result.policies.1": "null",
		})
		if made.has("result.policies.0.tags") {
			t.Errorf("there are tags that nobody gave: %s", made.body)
		}
		shown := func(a *answer) {
			t.Helper()
			one, list := cli.get("~/roles/"+id).ok(), cli.get("~/roles").ok()
			if inJSON(one.value("result")) != inJSON(a.value("result")) || inJSON(list.value("result.9")) != inJSON(a.value("result")) {
				t.Errorf("answered is %s\nshown %s\nlisted %s", a.body, one.body, inJSON(list.value("result.9")))
			}
		}
		shown(made)
		h.clock.Advance(time.Minute)
		patched := cli.patch("~/roles/"+id, `{"name":"live 2","actors":[],"policies":[`+organization+`,`+service+`]}`).ok()
		patched.shows(map[string]string{
			"result.name": `"live 2"`, "result.createdAt": `"2026-03-01T12:00:30Z"`, "result.updatedAt": `"2026-03-01T12:01:30Z"`,
			"result.policies.0.permissions": inJSON([]string{viewOrganization}), "result.policies.1.permissions": inJSON([]string{viewService}), "result.policies.1.resources": `["instance/*"]`,
		})
		shown(patched)
		mixed := policy("ALLOW", "organization/"+h.id, viewOrganization, viewService)
		cli.patch("~/roles/"+id, `{"policies":[`+mixed+`]}`).says(400, "All permissions in a policy must target the same resource scope")
		cli.patch("~/roles/"+id, `{"policies":[`+policy("ALLOW", "organization/*", viewOrganization)+`]}`).says(400, "Organization * must match the role's organization")
		shown(patched)
		if deleted := cli.delete("~/roles/" + id).ok(); deleted.has("result") {
			t.Errorf("the answer to DELETE has a result: %s", deleted.body)
		}
		random := cli.get("~/roles/" + uuid.NewString())
		for _, a := range []*answer{cli.get("~/roles/" + id), cli.patch("~/roles/"+id, `{"name":"again"}`), cli.patch("~/roles/"+id, `{"actors":[]}`), cli.delete("~/roles/" + id)} {
			if a.is(404, "NOT_FOUND: Role not found"); a.bytes() != random.bytes() {
				t.Errorf("%s answers %s", a.request, a.bytes())
			}
		}
		if n := len(cli.get("~/roles").ok().list("result")); n != 9 {
			t.Errorf("%d roles are listed", n)
		}
		types := []string{}
		for _, a := range h.activities(h.id)[2:] {
			types = append(types, string(a.Type)+" "+a.Target.Name)
			if a.Actor.ID != h.admin.id || a.Target.ID != id || a.Target.Type != cloud.TargetRole {
				t.Errorf("recorded is %+v", a)
			}
		}
		if want := []string{"role_create live", "role_update live 2", "role_delete live 2"}; !slices.Equal(types, want) {
			t.Errorf("recorded is %q", types)
		}
	})
}

// Policies keep the order they were sent in, permissions, resources and grants too: a
// client matches them by index. Each patch with policies gives them new ids, even when
// they are the same; one without leaves them alone.
func TestPoliciesKeepTheirOrder(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		one, two := h.admin.service(), h.admin.service()
		policies := []string{
			`{"allowDeny":"DENY","permissions":["control-plane:service:delete","control-plane:service:manage"],"resources":["instance/` + two + `","instance/*","instance/` + one + `"]}`,
			`{"allowDeny":"ALLOW","permissions":["sql-console:database:access"],"resources":["instance/*"],"tags":{"grants":["GRANT SHOW ON b.*","GRANT SELECT ON a.*"],"roleV2":"sql-console-readonly"}}`,
			`{"allowDeny":"ALLOW","permissions":["control-plane:organization:view-billing","control-plane:organization:view","control-plane:support:manage"],"resources":["organization/` + h.id + `"]}`,
			`{"allowDeny":"ALLOW","permissions":["sql-console:database:access"],"resources":["instance/` + one + `"],"tags":{"grants":["GRANT SELECT ON c.*"]}}`,
			`{"allowDeny":"ALLOW","permissions":["sql-console:database:access"],"resources":["instance/` + two + `"],"tags":{"roleV2":"sql-console-admin"}}`,
			`{"allowDeny":"ALLOW","permissions":["control-plane:postgres-service:view"],"resources":["instance/*"]}`,
		}
		ids := map[string]bool{}
		holds := func(a *answer, want []string) {
			t.Helper()
			list := a.list("result.policies")
			if len(list) != len(want) {
				t.Fatalf("%s shows %d policies, want %d", a.request, len(list), len(want))
			}
			for i := range want {
				shown := list[i].(map[string]any)
				ids[shown["id"].(string)] = true
				delete(shown, "id")
				delete(shown, "roleId")
				delete(shown, "tenantId")
				if inJSON(shown) != want[i] {
					t.Errorf("policy %d is %s\nwant %s", i, inJSON(shown), want[i])
				}
			}
		}
		id := h.admin.role("all", policies...)
		path := "~/roles/" + id
		holds(h.admin.get(path).ok(), policies)
		for range 3 {
			before := len(ids)
			slices.Reverse(policies)
			h.admin.patch(path, `{"policies":[`+strings.Join(policies, ",")+`]}`).ok()
			holds(h.admin.get(path).ok(), policies)
			h.admin.patch(path, `{"policies":[`+strings.Join(policies, ",")+`]}`).ok()
			holds(h.admin.get(path).ok(), policies) // nothing has changed
			if len(ids) != before+len(policies) {
				t.Errorf("of %d policies %d have new ids", len(policies), len(ids)-before)
			}
		}
		before := len(ids)
		h.admin.patch(path, `{"name":"renamed"}`).ok()
		h.admin.patch(path, `{"actors":["`+h.admin.key(`"name":"a key"`).actor()+`"]}`).ok()
		h.admin.patch(path, `{}`).ok()
		if holds(h.admin.get(path).ok(), policies); len(ids) != before {
			t.Error("a patch without policies gave them new ids")
		}
		holds(h.admin.patch(path, `{"policies":[]}`).ok(), nil)
		holds(h.admin.get(path).ok(), nil)
	})
}

// What a client may write of tags for none is taken: null, nothing and an empty object. A
// patch that leaves out the grants takes them away.
func TestTagsOfPolicies(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const view = `{"allowDeny":"ALLOW","permissions":["control-plane:service:view"],"resources":["instance/*"]`
		id := h.admin.role("tags")
		for _, tags := range []string{``, `,"tags":null`, `,"tags":{}`, `,"tags":{"grants":[]}`} {
			if a := h.admin.patch("~/roles/"+id, `{"policies":[`+view+tags+`}]}`).ok(); a.has("result.policies.0.tags") {
				t.Errorf("after %s: %s", tags, a.body)
			}
		}
		access := func(tags string) *answer {
			return h.admin.patch("~/roles/"+id, `{"policies":[{"allowDeny":"ALLOW","permissions":["sql-console:database:access"],"resources":["instance/*"]`+tags+`}]}`)
		}
		access(`,"tags":{"roleV2":"sql-console-admin","grants":["GRANT SELECT ON db.*"]}`).ok().shows(map[string]string{"result.policies.0.tags": `{"grants":["GRANT SELECT ON db.*"],"roleV2":"sql-console-admin"}`})
		access(`,"tags":{"roleV2":"sql-console-readonly"}`).ok().shows(map[string]string{"result.policies.0.tags": `{"roleV2":"sql-console-readonly"}`})
		for _, tags := range []string{``, `,"tags":null`, `,"tags":{}`} {
			access(tags).is(400, "BAD_REQUEST: policies[0].tags.roleV2: sql-console:database:access needs one of sql-console-readonly, sql-console-admin, or grants: without them it gives nothing")
		}
		// To deny it needs no tags.
		h.admin.patch("~/roles/"+id, `{"policies":[`+policy("DENY", "instance/*", databaseAccess)+`]}`).ok()
	})
}

// A name belongs to one role of the organization, those that come with Gatehouse
// included, in upper or lower case; another organization may have it, and a role that is
// deleted leaves it free.
func TestRoleNamesAreUnique(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, second := h.admin.role("Ärzte"), h.admin.role("second")
		for _, name := range []string{"Ärzte", "äRZTE", "Admin", "ADMIN", "org api READER", "Member"} {
			for _, a := range []*answer{h.admin.post("~/roles", `{"name":"`+name+`","actors":[],"policies":[]}`), h.admin.patch("~/roles/"+second, `{"name":"`+name+`"}`)} {
				a.says(409, `CONFLICT: name: there is a role "`, `in the organization already`)
			}
		}
		h.admin.post("~/roles", `{"name":"ärzte","actors":[],"policies":[]}`).is(409, `CONFLICT: name: there is a role "Ärzte" in the organization already`)
		// Its own name in another case is no conflict.
		h.admin.patch("~/roles/"+id, `{"name":"ÄRZTE"}`).ok().shows(map[string]string{"result.name": `"ÄRZTE"`})
		h.another("Other").admin.role("Ärzte")
		h.admin.delete("~/roles/" + id).ok()
		h.admin.role("ärzte")
	})
}

// Of two requests for the same name at the same moment one is refused.
func TestOneOfTwoRolesGetsTheName(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		answers := together(8, func(i int) *answer {
			return h.admin.post("~/roles", fmt.Sprintf(`{"name":"%s","actors":[],"policies":[]}`, []string{"the one", "THE ONE"}[i%2]))
		})
		made := 0
		for _, a := range answers {
			if a.status == 200 {
				made++
			} else {
				a.says(409, "CONFLICT: name: there is a role")
			}
		}
		if made != 1 || len(h.admin.get("~/roles").ok().list("result")) != 10 {
			t.Errorf("%d were made", made)
		}
	})
}

// Of a role that comes with Gatehouse only the actors can be changed, also by a client
// that sends all its fields; and it cannot be deleted.
func TestSystemRolesStay(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key"`)
		for _, name := range []string{"Member", "Billing", "Admin"} {
			path := "~/roles/" + systemRole(name)
			before := inJSON(h.admin.get(path).ok().value("result.policies"))
			sentence := `BAD_REQUEST: The role "` + name + `" comes with Gatehouse: only its actors can be changed`
			for _, body := range []string{
				`{"name":"mine"}`, `{"name":"` + name + `"}`, `{"policies":[]}`, `{"name":"mine","actors":[]}`, `{"policies":[],"actors":["` + key.actor() + `"]}`,
			} {
				h.admin.patch(path, body).is(400, sentence)
			}
			h.admin.delete(path).is(400, `BAD_REQUEST: The role "`+name+`" comes with Gatehouse and cannot be deleted`)
			actors := []string{h.admin.actor(), key.actor()}
			if name != "Admin" {
				actors = actors[1:]
			}
			h.admin.patch(path, `{"actors":`+inJSON(actors)+`}`).ok().shows(map[string]string{
				"result.actors": inJSON(actors), "result.policies": before, "result.name": inJSON(name), "result.type": `"system"`, "result.updatedAt": `"2026-03-01T12:00:30Z"`,
			})
			h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.assignedRoles.0.roleName": `"Member"`})
		}
		h.admin.patch("~/roles/"+systemRole("Billing"), `{}`).ok()
	})
}

// An organization has no more custom roles than a list may hold.
func TestRolesAreLimited(t *testing.T) {
	h := onSQLite(t)
	h.manyRoles(cloud.MaxCustomRoles - 1)
	last := h.admin.role("the last")
	h.admin.post("~/roles", `{"name":"one more","actors":[],"policies":[]}`).is(409, "CONFLICT: The organization has 1000 custom roles, which is as many as it can have: delete one first")
	h.admin.delete("~/roles/" + last).ok()
	h.admin.role("one more")
	h.another("Other").admin.role("theirs")
}
