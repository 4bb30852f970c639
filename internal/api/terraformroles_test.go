package api_test

import (
	"slices"
	"strings"
	"testing"
)

// terraform asks as the provider does: these headers, and no Accept (terraform reference 1).
func terraform(c caller) caller {
	return c.with("User-Agent", "terraform-provider-clickhouse/3.14.0 Commit/abc").with("Content-Type", "application/json; charset=utf-8")
}

// What Terraform's resource clickhouse_role sends works from creation to the 404 that takes
// it out of the state; what POST and PATCH answer is the state, so it is the whole role, and
// the next plan, which is a GET, is empty. Actors, which it never sends again, are kept.
func TestTerraformRoleResource(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		tf := terraform(h.admin)
		// What is declared, matched by its place in the list.
		plan := func(a *answer, name string, declared ...string) {
			t.Helper()
			for _, got := range []*answer{a, tf.get("~/roles/" + a.text("result.id")).ok()} {
				got.shows(map[string]string{
					"result.name": inJSON(name), "result.type": `"custom"`, "result.tenantId": inJSON("organization/" + h.id), "result.ownerId": inJSON("organization/" + h.id),
				})
				policies := got.list("result.policies")
				if len(policies) != len(declared) {
					t.Fatalf("%s shows %d policies", got.request, len(policies))
				}
				for i, want := range declared {
					shown := policies[i].(map[string]any)
					for _, field := range []string{"id", "roleId", "tenantId"} {
						if shown[field] == "" || shown[field] == nil {
							t.Errorf("policy %d has no %s", i, field)
						}
						delete(shown, field)
					}
					if inJSON(shown) != want {
						t.Errorf("policy %d is %s\nwant %s", i, inJSON(shown), want)
					}
				}
			}
		}
		instance := "instance/" + h.admin.service()
		first := []string{
			policy("ALLOW", "organization/"+h.id, "control-plane:organization:create-api-keys", "control-plane:organization:delete-api-keys"),
			policy("ALLOW", "instance/*", "control-plane:service:view", "control-plane:service:manage"),
			`{"allowDeny":"ALLOW","permissions":["sql-console:database:access"],"resources":["` + instance + `"],"tags":{"roleV2":"sql-console-readonly"}}`,
			`{"allowDeny":"DENY","permissions":["control-plane:service:manage-backups"],"resources":["` + instance + `","instance/*"]}`,
		}
		made := tf.post("~/roles", `{"name":"ops","actors":[],"policies":[`+strings.Join(first, ",")+`]}`).ok()
		plan(made, "ops", first...)
		id := made.text("result.id")
		tf.post("~/roles", `{"name":"ops","actors":[],"policies":[`+first[0]+`]}`).says(409, "CONFLICT: name: ")

		// Somebody assigns it elsewhere: an update sends name and policies, and keeps that.
		key := h.admin.key(`"name":"ci","assignedRoleIds":["` + id + `"]`)
		second := []string{first[2], first[0]}
		plan(tf.patch("~/roles/"+id, `{"name":"operators","policies":[`+strings.Join(second, ",")+`]}`).ok(), "operators", second...)
		tf.get("~/roles/" + id).ok().shows(map[string]string{"result.actors": `["` + key.actor() + `"]`})
		plan(tf.patch("~/roles/"+id, `{"name":"operators","policies":[]}`).ok(), "operators")

		tf.delete("~/roles/" + id).ok()
		tf.get("~/roles/"+id).is(404, "NOT_FOUND: Role not found") // out of the state
		tf.delete("~/roles/"+id).is(404, "NOT_FOUND: Role not found")
		h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.assignedRoles": "[]"})
		// A role without policies is created with an empty list.
		plan(tf.post("~/roles", `{"name":"empty","actors":[],"policies":[]}`).ok(), "empty")
	})
}

// What Terraform's resource clickhouse_role_assignment sends, actors alone, works on a
// custom role and on one that comes with Gatehouse: each change is a PATCH and a GET that
// shows the same set. To destroy it takes the role from all.
func TestTerraformRoleAssignmentResource(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		tf := terraform(h.admin)
		ada, grace, key := h.member("ada@example.com"), h.member("grace@example.com"), h.admin.key(`"name":"ci"`)
		custom := h.admin.role("Analysts", h.admin.allows(viewKeys))
		for _, id := range []string{custom, systemRole("Member"), systemRole("Org API reader")} {
			policies := inJSON(tf.get("~/roles/" + id).ok().value("result.policies"))
			assign := func(callers ...caller) {
				t.Helper()
				want := []string{}
				for _, c := range callers {
					want = append(want, c.actor())
				}
				tf.patch("~/roles/"+id, `{"actors":`+inJSON(want)+`}`).ok().shows(map[string]string{"result.policies": policies})
				got := []string{}
				for _, actor := range tf.get("~/roles/" + id).ok().list("result.actors") {
					got = append(got, actor.(string))
				}
				slices.Sort(got)
				if slices.Sort(want); !slices.Equal(got, want) {
					t.Errorf("the plan is not empty: %q, want %q", got, want)
				}
			}
			assign(ada, key)
			assign(ada, key) // apply for the second time
			assign(grace)
			assign(ada, grace, key)
			assign() // destroy
			assign()
		}
		tf.delete("~/roles/" + custom).ok()
		tf.patch("~/roles/"+custom, `{"actors":[]}`).is(404, "NOT_FOUND: Role not found") // a destroy that comes too late is done
	})
}

// To destroy an assignment of the role Admin would lock everybody out: it is refused with a
// status that the provider reports, and takes nothing from anybody.
func TestTerraformCannotDestroyTheLastAdmin(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin := "~/roles/" + systemRole("Admin")
		terraform(h.admin).patch(admin, `{"actors":[]}`).says(409, "CONFLICT: At least one usable key must have the role Admin")
		ada := h.person("ada@example.com")
		terraform(h.admin).patch(admin, `{"actors":[]}`).says(409, "CONFLICT: At least one person must have the role Admin")
		for _, c := range []caller{h.admin, ada} {
			c.get(admin).ok().shows(map[string]string{"result.actors": inJSON([]string{h.admin.actor(), ada.actor()})})
		}
	})
}

// The data sources clickhouse_role and clickhouse_roles read the list: by the exact name or
// the id, system roles among them.
func TestTerraformRoleDataSources(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		custom := h.admin.role("Analysts", policy("ALLOW", "instance/*", viewService))
		list := terraform(h.admin).get("~/roles").ok()
		for name, want := range map[string][2]string{"Analysts": {custom, "custom"}, "Admin": {systemRole("Admin"), "system"}, "Member": {systemRole("Member"), "system"}} {
			i := slices.Index(list.each("name"), name)
			if i < 0 || list.each("id")[i] != want[0] || list.each("type")[i] != want[1] || i != slices.Index(list.each("id"), want[0]) {
				t.Errorf("the role %s is %d of %v", name, i, list.each("id"))
			}
		}
		if len(list.list("result")) != 10 {
			t.Errorf("%d roles are listed", len(list.list("result")))
		}
	})
}
