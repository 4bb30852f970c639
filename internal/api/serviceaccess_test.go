package api_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Whoever has a permission on some services sees these in the list and may do to them what
// it says, and to others nothing; who may view none sees an empty list.
func TestRightsOnSingleServices(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		one, two, three := h.admin.service(), h.admin.service(), h.admin.service()
		views := h.admin.role("views", policy("ALLOW", "instance/"+one, viewService), policy("ALLOW", "instance/"+three, viewService))
		manages := h.admin.role("manages", policy("ALLOW", "instance/"+two, "control-plane:service:manage", "control-plane:service:view"))
		all := h.admin.role("all but one", policy("ALLOW", "instance/*", viewService), policy("DENY", "instance/"+one, viewService))
		for _, c := range []struct {
			roles []string
			sees  []string
		}{
			{[]string{views}, []string{one, three}},
			{[]string{manages}, []string{two}},
			{[]string{views, manages}, []string{one, two, three}},
			{[]string{all}, []string{two, three}},
			{[]string{views, all}, []string{two, three}},
			{[]string{systemRole("Service reader")}, []string{one, two, three}},
			{[]string{systemRole("Billing")}, []string{}},
			{[]string{}, []string{}},
		} {
			key := h.admin.key(`"name":"a key","assignedRoleIds":` + inJSON(c.roles))
			if got := key.get("~/services").ok().each("id"); !slices.Equal(got, c.sees) {
				t.Errorf("with %q one sees %q, want %q", c.roles, got, c.sees)
			}
			for _, id := range []string{one, two, three} {
				if a := key.get("~/services/" + id); (a.status == 200) != slices.Contains(c.sees, id) || a.status != 200 && a.status != 403 {
					t.Errorf("with %q a service answers %d %s", c.roles, a.status, a.error())
				}
			}
		}
		key := h.admin.key(`"name":"ci","assignedRoleIds":["` + views + `","` + manages + `"]`)
		key.patch("~/services/"+two, `{"name":"mine"}`).ok()
		key.patch("~/services/"+one, `{"name":"mine"}`).is(403, `FORBIDDEN: This needs the permission control-plane:service:manage, which the key "ci" does not have`)
		key.get("~/services/"+uuid.NewString()).is(404, "NOT_FOUND: Service not found")
	})
}

// A role names services of its organization only; one that is gone leaves the policies of
// all roles, and a policy that is about nothing else goes with it. What is sent back as it
// was is taken.
func TestPoliciesNameServicesThatThereAre(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		one, two, theirs := h.admin.service(), h.admin.service(), other.admin.service()
		views := func(ids ...string) string {
			resources := []string{}
			for _, id := range ids {
				resources = append(resources, "instance/"+id)
			}
			return `{"allowDeny":"ALLOW","permissions":["` + viewService + `"],"resources":` + inJSON(resources) + `}`
		}
		id := h.admin.role("views", views(one), views(two, one), policy("ALLOW", "instance/*", "control-plane:service:view-backups"))
		before := h.revision()
		for _, wrong := range []string{theirs, uuid.NewString()} {
			sentence := `BAD_REQUEST: policies[0].resources[1]: there is no service "` + wrong + `" in the organization`
			h.admin.post("~/roles", `{"name":"new","actors":[],"policies":[`+views(one, wrong)+`]}`).is(400, sentence)
			h.admin.patch("~/roles/"+id, `{"policies":[`+views(one, wrong)+`]}`).is(400, sentence)
			h.admin.simulate(`"policies":[`+views(one, wrong)+`],"actors":["`+h.admin.actor()+`"]`).is(400, sentence)
		}
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
		key := h.admin.key(`"name":"ci","assignedRoleIds":["` + id + `"]`)
		key.get("~/services/" + one).ok()
		h.admin.delete("~/services/" + one).ok()
		h.admin.patch("~/roles/"+id, `{"name":"still about it","policies":[`+views(one)+","+views(two, one)+","+policy("ALLOW", "instance/*", "control-plane:service:view-backups")+`]}`).ok()
		h.clock.Set(noon.AddDate(0, 0, 1))
		h.runService(uuid.MustParse(one))
		role := h.admin.get("~/roles/" + id).ok()
		role.shows(map[string]string{
			"result.policies.0.resources": `["instance/` + two + `"]`, "result.policies.1.resources": `["instance/*"]`, "result.policies.2": "null",
			"result.updatedAt": `"2026-03-02T12:00:30Z"`, "result.actors": `["` + key.actor() + `"]`,
		})
		// The directory knows at once: of the key there is no right on it left, and the other stays.
		h.admin.get("~/keys/" + key.id + "/effectiveAccess").ok().shows(map[string]string{"result.resources": inJSON([]string{"organization/" + h.id, "instance/*", "instance/" + two})})
		key.get("~/services/" + two).ok()
		if got := key.get("~/services").ok().each("id"); !slices.Equal(got, []string{two}) {
			t.Errorf("the key sees %q", got)
		}
		last := h.activities(h.id)
		if a := last[len(last)-1]; a.Type != cloud.RoleUpdated || a.Target.ID != id || a.Actor.Type != cloud.ActorSystem {
			t.Errorf("the last activity is %+v", a)
		}
		// Somebody who keeps the policies as they were and sends them again is told what is gone.
		h.admin.patch("~/roles/"+id, `{"policies":[`+views(two, one)+`]}`).says(400, `policies[0].resources[1]: there is no service "`+one+`"`)
		if err := h.control.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		key.get("~/services/" + two).ok()
	})
}

// A request about a service is counted for that service: a draft that denies it one service
// is simulated to refuse what was asked of that one.
func TestRequestsAreCountedPerService(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		one, two := h.admin.service(), h.admin.service()
		key := h.admin.keyWith("Service reader")
		for range 3 {
			key.get("~/services/" + one).ok()
		}
		key.get("~/services/" + two).ok()
		key.get("~/services/" + two + "/privateEndpointConfig").ok()
		key.get("~/services").ok()
		a := h.admin.simulate(`"policies":[` + policy("DENY", "instance/"+one, viewService) + `],"actors":["` + key.actor() + `"]`).ok()
		a.shows(map[string]string{
			"result.actors.0.requests": "5", "result.actors.0.refused": "3", "result.actors.0.operations.1": "null", "result.actors.0.operations.0.operationId": `"instanceGet"`,
			"result.actors.0.operations.0.resource": `"instance/` + one + `"`, "result.actors.0.operations.0.requests": "3",
		})
	})
}
