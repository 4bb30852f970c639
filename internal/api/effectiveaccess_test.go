package api_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// draftPolicy is a policy as requests have it.
type draftPolicy struct {
	AllowDeny   string            `json:"allowDeny"`
	Permissions []string          `json:"permissions"`
	Resources   []string          `json:"resources"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// randomPolicies returns policies about the organization, about all services, and about one
// of them: what a role can have.
func randomPolicies(random *rand.Rand, organization, service string) []draftPolicy {
	policies := []draftPolicy{}
	for range 1 + random.IntN(4) {
		p := draftPolicy{AllowDeny: "ALLOW", Resources: []string{"organization/" + organization}}
		if random.IntN(3) == 0 {
			p.AllowDeny = "DENY"
		}
		services := random.IntN(2) == 0
		for _, permission := range cloud.Permissions() {
			chosen := random.IntN(3) > 0
			if p.AllowDeny == "DENY" {
				chosen = random.IntN(4) == 0
			}
			if chosen && permission.OfOrganization() != services && permission != cloud.DatabaseAccess {
				p.Permissions = append(p.Permissions, string(permission))
			}
		}
		if services {
			p.Resources = []string{[]string{"instance/*", "instance/" + service}[random.IntN(2)]}
		}
		if len(p.Permissions) > 0 {
			policies = append(policies, p)
		}
	}
	return policies
}

// roleOf makes a role with the policies and returns its id.
func (c caller) roleOf(policies any) string {
	c.house.t.Helper()
	return c.post("~/roles", `{"name":"a role `+uuid.NewString()+`","actors":[],"policies":`+inJSON(policies)+`}`).ok().text("result.id")
}

// lacks reports whether the request was refused for a permission that its sender does not have.
func lacks(a *answer) bool {
	return a.status == 403 && strings.Contains(a.error(), "This needs the permission ")
}

// onResource is an operation about one resource, with the least request for it.
type onResource struct {
	documented
	resource string
	request  request
}

// onResources returns the operation about the organization; or about all services, for which
// another one stands, and about the service if it is one of the resources.
func (o documented) onResources(t *testing.T, org organization, resources []any, service, another string) []onResource {
	t.Helper()
	least := o.aboutService(t, org, another)
	if !slices.Contains(o.path, "serviceId") {
		return []onResource{{o, "organization/" + org.id, least}}
	}
	out := []onResource{{o, "instance/*", least}}
	if slices.Contains(resources, any("instance/"+service)) {
		out = append(out, onResource{o, "instance/" + service, least.with("serviceId", service)})
	}
	return out
}

// Whatever roles a key or a person has, with every operation of the document it goes as
// their effective access says: who is refused lacks the permission that is told, by the
// policy that is told.
func TestEffectiveAccessIsWhatHappens(t *testing.T) {
	onlyOnSQLite(t, func(t *testing.T, h *house) {
		random := rand.New(rand.NewPCG(7, 7))
		documented := documentedOperations(t)
		service, another := h.admin.service(), h.admin.service()
		roleSets := [][]string{{}}
		for _, r := range cloud.SystemRoles(cloud.Organization{}) {
			roleSets = append(roleSets, []string{r.ID.String()})
		}
		for range 8 {
			set := []string{h.admin.roleOf(randomPolicies(random, h.id, service)), h.admin.roleOf(randomPolicies(random, h.id, service))}
			if system := cloud.SystemRoles(cloud.Organization{}); random.IntN(2) == 0 {
				set = append(set, system[random.IntN(len(system))].ID.String())
			}
			roleSets = append(roleSets, set)
		}
		decided := map[string]int{}
		for i, set := range roleSets {
			who, path := h.admin.key(`"name":"a key","assignedRoleIds":`+inJSON(set)), "~/keys/"
			if i%3 == 2 {
				who, path = h.member(someone(), set...), "~/members/"
			}
			a := h.admin.get(path + who.id + "/effectiveAccess").ok()
			told := map[string]map[string]any{}
			for _, o := range a.list("result.operations") {
				o := o.(map[string]any)
				told[fmt.Sprint(o["operationId"], " on ", o["resource"])] = o
			}
			var all []onResource
			for _, o := range documented {
				all = append(all, o.onResources(t, h.organization, a.list("result.resources"), service, another)...)
			}
			if len(told) != len(all) || len(a.list("result.operations")) != len(all) {
				t.Errorf("%d operations are told, %d are documented", len(told), len(all))
			}
			for _, o := range all {
				operation := told[o.id+" on "+o.resource]
				if got, want := fmt.Sprint(operation["method"], operation["path"], operation["permissions"], operation["resource"]), fmt.Sprint(o.method, o.template, o.permissions, o.resource); got != want {
					t.Errorf("%s is told as %s, want %s", o.id, got, want)
				}
				answered := o.request.by(who)
				// What is denied on one service is not held on all of them, but perhaps on another.
				denied := o.resource == "instance/*" && told[o.id+" on instance/"+service]["decision"] == "DENY"
				if refused := lacks(answered); refused != (operation["decision"] == "DENY") && !denied {
					t.Errorf("%s with %v: effective access says %v, and it answered %d %s", o.id, set, operation["decision"], answered.status, answered.error())
				}
				by, _ := operation["decidedBy"].(map[string]any)
				decided[fmt.Sprint(operation["decision"], " by ", by["allowDeny"])]++
				if by == nil {
					continue
				}
				policy := policyOf(h.admin, by["roleId"].(string), by["policyId"].(string))
				if policy["allowDeny"] != operation["decision"] || !slices.Contains(set, by["roleId"].(string)) {
					t.Errorf("%s is decided as %v by %v", o.id, operation["decision"], policy)
				}
				needed := o.permissions
				if lacks(answered) {
					needed = slices.DeleteFunc(slices.Clone(needed), func(p string) bool { return !strings.Contains(answered.error(), " "+p+",") })
				}
				if !slices.ContainsFunc(needed, func(p string) bool { return slices.Contains(policy["permissions"].([]any), any(p)) }) {
					t.Errorf("%s: the policy that decided is about %v, not about %v", o.id, policy["permissions"], needed)
				}
			}
		}
		for _, kind := range []string{"ALLOW by <nil>", "ALLOW by ALLOW", "DENY by <nil>", "DENY by DENY"} {
			if decided[kind] == 0 {
				t.Errorf("nothing was decided as %s: %v", kind, decided)
			}
		}
	}, withoutLimit)
}

// policyOf returns a policy of a role as the role shows it.
func policyOf(c caller, role, policy string) map[string]any {
	c.house.t.Helper()
	a := c.get("~/roles/" + role).ok()
	for _, p := range a.list("result.policies") {
		if p := p.(map[string]any); p["id"] == policy {
			return p
		}
	}
	c.house.t.Fatalf("the role %s has no policy %s", role, policy)
	return nil
}

// Effective access shows each permission on each resource of its kind, which role and
// policy decided, and what the SQL console gives on services.
func TestEffectiveAccessShowsWhatDecided(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		service := "instance/" + h.admin.service()
		role := h.admin.post("~/roles", `{"name":"Analysts","actors":[],"policies":[
			{"allowDeny":"ALLOW","permissions":["control-plane:service:view","control-plane:service:manage"],"resources":["instance/*"]},
			{"allowDeny":"DENY","permissions":["control-plane:service:manage"],"resources":["`+service+`"]},
			{"allowDeny":"ALLOW","permissions":["sql-console:database:access"],"resources":["`+service+`"],"tags":{"roleV2":"sql-console-readonly","grants":["GRANT SELECT ON a.*"]}}]}`).ok()
		id := role.text("result.id")
		key := h.admin.key(`"name":"a key","assignedRoleIds":` + inJSON([]string{systemRole("Billing"), id}))
		a := h.admin.get("~/keys/" + key.id + "/effectiveAccess").ok()
		a.shows(map[string]string{
			"result.actor":            inJSON("apiKey/" + key.id),
			"result.resources":        inJSON([]string{"organization/" + h.id, "instance/*", service}),
			"result.resourcesLeftOff": "null",
			"result.sqlConsole.0":     `{"grants":[],"resource":"instance/*"}`,
			"result.sqlConsole.1":     `{"grants":["GRANT SELECT ON a.*"],"resource":"` + service + `","roleV2":"sql-console-readonly"}`,
			"result.sqlConsole.2":     "null",
		})
		decided := map[string]string{}
		for _, p := range a.list("result.permissions") {
			p := p.(map[string]any)
			decided[fmt.Sprint(p["permission"], " on ", p["resource"])] = fmt.Sprint(p["decision"], " ", inJSON(p["decidedBy"]))
		}
		by := func(place int, effect string) string {
			return inJSON(map[string]string{"roleId": id, "roleName": "Analysts", "roleType": "custom", "policyId": role.text(fmt.Sprintf("result.policies.%d.id", place)), "allowDeny": effect})
		}
		billing := `{"allowDeny":"ALLOW","policyId":` + inJSON(h.admin.get("~/roles/"+systemRole("Billing")).ok().text("result.policies.0.id")) +
			`,"roleId":"` + systemRole("Billing") + `","roleName":"Billing","roleType":"system"}`
		for what, want := range map[string]string{
			"control-plane:organization:view on organization/" + h.id:          "ALLOW " + billing,
			"control-plane:organization:view-api-keys on organization/" + h.id: "DENY null",
			"control-plane:service:view on instance/*":                         "ALLOW " + by(0, "ALLOW"),
			"control-plane:service:view on " + service:                         "ALLOW " + by(0, "ALLOW"),
			"control-plane:service:manage on instance/*":                       "DENY " + by(1, "DENY"),
			"control-plane:service:manage on " + service:                       "DENY " + by(1, "DENY"),
			"sql-console:database:access on instance/*":                        "DENY null",
			"sql-console:database:access on " + service:                        "ALLOW " + by(2, "ALLOW"),
			"control-plane:service:view on organization/" + h.id:               "",
		} {
			if decided[what] != want {
				t.Errorf("%s: %s, want %s", what, decided[what], want)
			}
		}
		if n := len(cloud.Permissions()); len(decided) != 11+2*(n-11) || len(decided) != len(a.list("result.permissions")) {
			t.Errorf("%d decisions are told, %d of them different ones", len(a.list("result.permissions")), len(decided))
		}
		h.admin.get("~/keys/"+uuid.NewString()+"/effectiveAccess").is(404, "NOT_FOUND: Key not found")
		h.admin.get("~/members/"+key.id+"/effectiveAccess").is(404, "NOT_FOUND: Member not found")
	})
}
