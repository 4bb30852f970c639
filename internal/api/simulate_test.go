package api_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// simulate asks what the draft would change. The fields are without braces: `"policies":[],…`.
func (c caller) simulate(fields string) *answer {
	c.house.t.Helper()
	return c.post("~/roles:simulate", "{"+fields+"}")
}

// everything allows all there is on the organization and on its services.
func everything(organization string) []draftPolicy {
	own, services := draftPolicy{AllowDeny: "ALLOW", Resources: []string{"organization/" + organization}}, draftPolicy{AllowDeny: "ALLOW", Resources: []string{"instance/*"}}
	for _, permission := range cloud.Permissions() {
		switch {
		case permission.OfOrganization():
			own.Permissions = append(own.Permissions, string(permission))
		case permission != cloud.DatabaseAccess:
			services.Permissions = append(services.Permissions, string(permission))
		}
	}
	return []draftPolicy{own, services}
}

// What a simulation says would be refused is what is refused once the role is really so,
// and nothing else: of keys and of people, whether a role is changed, added or left alone.
func TestSimulationIsWhatHappens(t *testing.T) {
	onlyOnSQLite(t, func(t *testing.T, h *house) {
		random := rand.New(rand.NewPCG(3, 3))
		documented := documentedOperations(t)
		refusals := 0
		service := h.admin.service()
		for round := range 9 {
			role, beside := h.admin.roleOf(everything(h.id)), h.admin.roleOf(randomPolicies(random, h.id, service))
			who, actor, assign := h.admin.key(`"name":"a key","assignedRoleIds":`+inJSON([]string{role, beside})), "apiKey/", "~/keys/"
			if round%3 == 2 {
				who, actor, assign = h.member(someone(), role, beside), "user/", "~/members/"
			}
			asked := map[string]int{} // how often each operation was answered
			for range 2 {
				for _, o := range documented {
					for range random.IntN(3) {
						h.bring(service, cloud.GoalRunning, cloud.ServiceRunning) // which cannot be deleted
						if a := o.aboutService(t, h.organization, service).by(who); a.status == 200 && len(o.permissions) > 0 {
							asked[o.id]++
						}
					}
				}
				if round%2 == 0 {
					h.flush()
				}
				h.clock.Advance(time.Hour)
			}
			draft := inJSON(randomPolicies(random, h.id, service))
			fields := `"policies":` + draft + `,"actors":["` + actor + who.id + `"]`
			var simulated *answer
			switch round / 3 {
			case 0: // the role is changed
				simulated = h.admin.simulate(`"roleId":"` + role + `",` + fields).ok()
				h.admin.patch("~/roles/"+role, `{"policies":`+draft+`}`).ok()
			case 1: // one more role
				simulated = h.admin.simulate(fields).ok()
				h.admin.post("~/roles", `{"name":"draft `+uuid.NewString()+`","actors":["`+actor+who.id+`"],"policies":`+draft+`}`).ok()
			default: // no other
				simulated = h.admin.simulate(`"otherRoles":"drop",` + fields).ok()
				made := h.admin.roleOf(jsonText(draft))
				h.admin.patch(assign+who.id, `{"assignedRoleIds":["`+made+`"]}`).ok()
			}
			told := map[string]int{}
			for _, o := range simulated.list("result.actors.0.operations") {
				o := o.(map[string]any)
				told[o["operationId"].(string)] = int(o["requests"].(float64))
			}
			happens := map[string]int{}
			for _, o := range documented {
				if n := asked[o.id]; n > 0 && lacks(o.aboutService(t, h.organization, service).by(who)) {
					happens[o.id] = n
				}
			}
			if !maps.Equal(told, happens) {
				t.Errorf("round %d with %s: it was simulated that these are refused: %v\nrefused are: %v", round, draft, told, happens)
			}
			all, refused := 0, 0
			for id, n := range asked {
				all, refused = all+n, refused+happens[id]
			}
			simulated.shows(map[string]string{
				"result.from": `"2026-01-31"`, "result.to": `"2026-03-01"`, "result.actors.0.actor": inJSON(actor + who.id),
				"result.actors.0.requests": fmt.Sprint(all), "result.actors.0.refused": fmt.Sprint(refused), "result.actors.1": "null",
			})
			refusals += refused
			h.clock.Set(noon)
		}
		if refusals == 0 {
			t.Error("no draft refuses anything")
		}
	}, withoutLimit)
}

// jsonText is JSON that is written as it is.
type jsonText string

// MarshalJSON implements json.Marshaler.
func (t jsonText) MarshalJSON() ([]byte, error) { return []byte(t), nil }

// flush writes behind what is to be written.
func (h *house) flush() {
	h.t.Helper()
	if err := h.control.WriteUses(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// A simulation shows what is gained, lost and refused, with the policy that would refuse
// it, most requests first; a new draft is named so.
func TestSimulationShowsWhatWouldChange(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		role := h.admin.roleOf([]draftPolicy{{
			AllowDeny: "ALLOW", Permissions: []string{"control-plane:organization:view", "control-plane:organization:view-api-keys"}, Resources: []string{"organization/" + h.id},
		}})
		key := h.admin.key(`"name":"ci","assignedRoleIds":["` + role + `"]`)
		bob := h.member("bob@example.com", systemRole("Billing"))
		key.get("~").ok()
		h.clock.Advance(24 * time.Hour)
		for range 3 {
			key.get("~/keys").ok()
		}
		actors := `"actors":["apiKey/` + key.id + `","user/` + strings.ToUpper(bob.id) + `"]`
		service := h.admin.service()
		draft := `"policies":[{"allowDeny":"ALLOW","permissions":["control-plane:service:view"],"resources":["instance/` + service + `"]},
			{"allowDeny":"DENY","permissions":["control-plane:organization:view-api-keys"],"resources":["organization/` + h.id + `"]}],` + actors
		own := "organization/" + h.id
		gains := `[{"permission":"control-plane:service:view","resource":"instance/` + service + `"}]`
		list := func(by string) string {
			return `{"decidedBy":` + by + `,"lastDay":"2026-03-02","operationId":"openapiKeyGetList","requests":3,"resource":"` + own + `"}`
		}
		by := func(role, name string) string {
			return `{"allowDeny":"DENY","policyId":"00000000-0000-0000-0000-000000000002","roleId":"` + role + `","roleName":` + inJSON(name) + `,"roleType":"custom"}`
		}
		h.admin.simulate(draft).ok().shows(map[string]string{
			"result.from": `"2026-02-01"`, "result.to": `"2026-03-02"`,
			"result.actors.0.name": `"ci"`, "result.actors.0.requests": "4", "result.actors.0.refused": "3", "result.actors.0.gains": gains,
			"result.actors.0.loses":      `[{"permission":"control-plane:organization:view-api-keys","resource":"` + own + `"}]`,
			"result.actors.0.operations": "[" + list(by(uuid.Nil.String(), "draft")) + "]",
			"result.actors.1.actor":      `"user/` + bob.id + `"`, "result.actors.1.name": `"bob@example.com"`, "result.actors.1.requests": "0", "result.actors.1.refused": "0",
			"result.actors.1.gains": gains, "result.actors.1.loses": "[]", "result.actors.1.operations": "[]",
		})
		name := h.admin.get("~/roles/" + role).ok().text("result.name")
		h.admin.simulate(`"roleId":"` + role + `",` + draft).ok().shows(map[string]string{
			"result.actors.0.refused":      "4",
			"result.actors.0.operations.0": list(by(role, name)),
			"result.actors.0.operations.1": `{"lastDay":"2026-03-01","operationId":"organizationGet","requests":1,"resource":"` + own + `"}`,
		})
		h.admin.simulate(`"otherRoles":"keep",` + draft).ok().shows(map[string]string{"result.actors.0.refused": "3"})
		h.admin.simulate(`"otherRoles":"drop",` + draft).ok().shows(map[string]string{"result.actors.0.refused": "4"})
	})
}

// What a draft cannot be is refused as it is of a role; who is no actor of the organization,
// with their place.
func TestSimulationRefusesWhatNoRoleCanBe(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		me := "apiKey/" + h.admin.id
		for _, policy := range []string{
			`{}`, `null`, `{"allowDeny":"MAYBE","permissions":[],"resources":[]}`, `{"allowDeny":"ALLOW","permissions":[],"resources":["instance/*"]}`,
			`{"allowDeny":"ALLOW","permissions":["control-plane:service:fly"],"resources":["instance/*"]}`,
			`{"allowDeny":"DENY","permissions":["control-plane:service:view"],"resources":[]}`,
			`{"allowDeny":"DENY","permissions":["control-plane:service:view"],"resources":["organization/` + h.id + `"]}`,
			`{"allowDeny":"DENY","permissions":["control-plane:organization:view"],"resources":["organization/` + other.id + `"]}`,
			`{"allowDeny":"ALLOW","permissions":["sql-console:database:access"],"resources":["instance/*"]}`,
		} {
			policies := `"policies":[` + policy + `]`
			simulated, made := h.admin.simulate(policies+`,"actors":["`+me+`"]`), h.admin.post("~/roles", `{"name":"a role","actors":[],`+policies+`}`)
			if simulated.status != 400 || simulated.bytes() != made.bytes() {
				t.Errorf("%s: a simulation answers %s, making the role %s", policy, simulated.bytes(), made.bytes())
			}
		}
		for actors, want := range map[string]string{
			`[]`: "actors: ", `["` + me + `","somebody"]`: `actors[1]: expected user/<id> or apiKey/<id>, got "somebody"`,
			`["` + me + `","apiKey/` + other.admin.id + `"]`: `actors[1]: there is no "apiKey/` + other.admin.id + `" in the organization`,
			`["user/` + h.admin.id + `"]`:                    `actors[0]: there is no "user/` + h.admin.id + `" in the organization`,
			inJSON(slices.Repeat([]string{me}, 101)):         "actors: ",
		} {
			h.admin.simulate(`"policies":[],"actors":`+actors).says(400, "BAD_REQUEST: "+want)
		}
		mine := `"policies":[],"actors":["` + me + `"]`
		theirs := other.admin.role("theirs")
		h.admin.simulate(`"roleId":"`+theirs+`",`+mine).is(400, `BAD_REQUEST: roleId: there is no role "`+theirs+`" in the organization`)
		h.admin.simulate(`"roleId":"Admin",`+mine).says(400, "BAD_REQUEST: roleId: ", `got "Admin"`)
		h.admin.simulate(`"otherRoles":"some",`+mine).says(400, "BAD_REQUEST: otherRoles: ", `got "some"`)
	})
}

// However many requests are counted, none of them is a write: all are one, a minute later.
func TestCountingIsNoWrite(t *testing.T) {
	var commits atomic.Int64
	h := onSQLite(t, func(s *settings) { s.commit = func(commit func() error) error { commits.Add(1); return commit() } })
	key := h.admin.keyWith("Org API reader")
	h.flush()
	before := commits.Load()
	for range 50 {
		key.get("~/keys").ok()
		key.get("~").ok()
	}
	if n := commits.Load() - before; n != 0 {
		t.Errorf("100 requests that read made %d writes", n)
	}
	h.flush()
	if n := commits.Load() - before; n > 2 { // one of the counts, one of the last use
		t.Errorf("writing behind took %d writes", n)
	}
}

// Requests are counted when they were answered without an error, unless anybody may make them.
func TestRequestsThatAreAnsweredAreCounted(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Org API reader")
		h.admin.get("~/roles").ok()
		counted := func(want int) {
			t.Helper()
			h.admin.simulate(`"policies":[],"otherRoles":"drop","actors":["apiKey/` + key.id + `"]`).ok().shows(map[string]string{
				"result.actors.0.requests": fmt.Sprint(want), "result.actors.0.refused": fmt.Sprint(want),
			})
		}
		key.whoami().ok()
		key.get("/v1/organizations").ok()
		key.post("~/keys", `{"name":"a key"}`).says(403, "permission")
		key.get("~/keys/"+uuid.NewString()).says(404, "Key not found")
		key.get("~/keys?limit=x").says(400, "limit")
		key.get("~/postgres").says(501, "not built")
		key.get("~/services").ok() // which anybody may ask for
		key.get("/v1/organizations/"+uuid.NewString()).says(404, "Organization not found")
		counted(0)
		for range 20 {
			key.get("~").ok()
			key.get("~/keys").ok()
			key.get("~/keys/" + key.id).ok()
		}
		counted(60)
		h.flush()
		counted(60)
		key.get("/v1/organizations/" + strings.ToUpper(h.id)).ok()
		counted(61)
	})
}
