package api_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The README's main job: a key that expires and may be used from two addresses
// only is created, listed, used, disabled and deleted, and each step holds from
// the moment of its answer.
func TestKeyFromCreationToRefusal(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ci := h.admin.key(`"name":"ci","expireAt":"2026-03-02T00:00:00Z",
			"ipAccessList":[{"source":"203.0.113.7"},{"source":"203.0.113.8","description":"runner"}],
			"assignedRoleIds":["` + systemRole("Org API reader") + `"]`)

		list := h.admin.get("~/keys").ok()
		list.shows(map[string]string{
			"totalCount": "2", "result.1.name": `"ci"`, "result.1.state": `"enabled"`, "result.1.expireAt": `"2026-03-02T00:00:00Z"`,
			"result.1.ipAccessList":             `[{"source":"203.0.113.7"},{"description":"runner","source":"203.0.113.8"}]`,
			"result.1.assignedRoles.0.roleName": `"Org API reader"`, "result.1.keySuffix": inJSON(ci.keyID[16:]),
			"result.1.createdBy.actorId": inJSON(h.admin.id), "result.1.createdBy.actorDetails": `"First Admin key"`,
		})

		ci.from("203.0.113.7").get("~").ok()
		ci.from("203.0.113.8").get("~/keys").ok()
		ci.from("203.0.113.9").get("~").is(403, "FORBIDDEN: The address 203.0.113.9 is not in the IP access list of this key")

		h.admin.patchKey(ci.id, `{"state":"disabled"}`).ok().shows(map[string]string{"result.state": `"disabled"`})
		ci.from("203.0.113.7").get("~").is(401, "UNAUTHORIZED: Key is not active")
		h.admin.patchKey(ci.id, `{"state":"enabled"}`).ok()
		ci.from("203.0.113.7").get("~").ok()

		h.clock.Set(time.Date(2026, time.March, 1, 23, 59, 59, 999e6, time.UTC))
		ci.from("203.0.113.7").get("~").ok()
		h.clock.Advance(time.Millisecond)
		ci.from("203.0.113.7").get("~").is(401, "UNAUTHORIZED: Key is not active")
		h.admin.patchKey(ci.id, `{"expireAt":null}`).ok()
		ci.from("203.0.113.7").get("~").ok()

		h.admin.delete("~/keys/" + ci.id).ok()
		ci.from("203.0.113.7").get("~").is(401, "UNAUTHORIZED: Key is not found")
		h.admin.get("~/keys/"+ci.id).is(404, "NOT_FOUND: Key not found")
		h.admin.get("~/keys").ok().shows(map[string]string{"totalCount": "1"})
	})
}

// The sequence that clickhousectl's own live test goes through works: create, get,
// list, disable, enable, delete (access reference 3.3).
func TestClickhousectlLiveSequence(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		cli := h.admin.with("User-Agent", "clickhousectl/0.5.0 (agent=test)")
		made := cli.post("~/keys", `{"name":"live","state":"enabled","assignedRoleIds":[],"ipAccessList":[{"source":"0.0.0.0/0"}]}`).ok()
		for _, path := range []string{"result.keyId", "result.keySecret", "result.key.id"} {
			if made.text(path) == "" {
				t.Errorf("%s is empty: the CLI fails before it prints anything", path)
			}
		}
		id := made.text("result.key.id")
		cli.get("~/keys/" + id).ok().shows(map[string]string{"result.name": `"live"`, "result.roles": "[]", "result.assignedRoles": "[]"})
		if !slices.Contains(cli.get("~/keys").ok().each("id"), id) {
			t.Error("the list lacks the key")
		}
		cli.patchKey(id, `{"state":"disabled"}`).ok()
		cli.get("~/keys/" + id).ok().shows(map[string]string{"result.state": `"disabled"`})
		cli.patchKey(id, `{"state":"enabled"}`).ok()
		deleted := cli.delete("~/keys/" + id).ok()
		if deleted.value("result") != nil {
			t.Errorf("the answer to DELETE has a result: %s", deleted.body)
		}
	})
}

// What Terraform's resource clickhouse_api_key sends (provider PR 607) works from
// creation to the 404 that takes it out of the state, and nothing it did not ask
// for changes between what it sent and what it reads.
func TestTerraformKeyResource(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		terraform := h.admin.with("User-Agent", "terraform-provider-clickhouse/3.2.0 Commit/abc").with("Content-Type", "application/json; charset=utf-8")
		made := terraform.post("~/keys", `{"name":"scraper","state":"enabled","expireAt":null,"ipAccessList":[{"source":"10.0.0.0/8","description":"vpc"}]}`).ok()
		id := made.text("result.key.id")
		read := func(want map[string]string) {
			t.Helper()
			terraform.get("~/keys/" + id).ok().shows(want)
		}
		read(map[string]string{
			"result.name": `"scraper"`, "result.state": `"enabled"`, "result.expireAt": "null",
			"result.ipAccessList": `[{"description":"vpc","source":"10.0.0.0/8"}]`, "result.roles": "[]",
		})
		// Roles are managed from the role's side: the provider never sends them, and they stay.
		h.admin.patchKey(id, `{"assignedRoleIds":["`+systemRole("Billing")+`"]}`).ok()
		terraform.patchKey(id, `{"name":"scraper 2","expireAt":"2030-01-01T00:00:00.000Z","ipAccessList":[]}`).ok()
		read(map[string]string{
			"result.name": `"scraper 2"`, "result.state": `"enabled"`, "result.expireAt": `"2030-01-01T00:00:00.000Z"`,
			"result.ipAccessList": `[]`, "result.assignedRoles.0.roleName": `"Billing"`,
		})
		terraform.patchKey(id, `{"name":"scraper 2","expireAt":null,"ipAccessList":[{"source":"10.1.2.3"}]}`).ok()
		read(map[string]string{"result.expireAt": "null", "result.ipAccessList": `[{"source":"10.1.2.3"}]`})
		terraform.delete("~/keys/" + id).ok()
		terraform.get("~/keys/"+id).is(404, "NOT_FOUND: Key not found")
		terraform.delete("~/keys/"+id).is(404, "NOT_FOUND: Key not found")
	})
}

// The key that clickhousectl makes for a query endpoint has no roles: it can be
// created, signs in, is bound to nothing yet and may do nothing.
func TestKeyWithoutRolesSignsInAndMayDoNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"clickhousectl-query-events","state":"enabled","assignedRoleIds":[],
			"ipAccessList":[{"source":"0.0.0.0/0","description":"clickhousectl auto-provisioned key for service events"}]`)
		key.whoami().ok().shows(map[string]string{"result.keyId": inJSON(key.id), "result.name": `"clickhousectl-query-events"`})
		key.get("/v1/organizations").ok().shows(map[string]string{"result.0.id": inJSON(h.id)})
		key.get("~/keys").is(403, `FORBIDDEN: This needs the permission control-plane:organization:view-api-keys, which the key "clickhousectl-query-events" does not have`)
		key.from("2001:db8::1").whoami().ok() // 0.0.0.0/0 is how clients of the Cloud write "anywhere"
	})
}

// Changes that are made at the same time all hold, each with its activity, and the
// list shows every key once.
func TestConcurrentChangesAllHold(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const n = 8
		ids := make([]string, n)
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				ids[i] = h.admin.post("~/keys", fmt.Sprintf(`{"name":"key %d"}`, i)).ok().text("result.key.id")
				h.admin.patchKey(ids[i], `{"state":"disabled"}`).ok()
			})
		}
		all.Wait()
		list := h.admin.get("~/keys").ok()
		listed := list.each("id")[1:]
		slices.Sort(ids)
		slices.Sort(listed)
		if !slices.Equal(ids, listed) {
			t.Fatalf("created %v\nlisted  %v", ids, listed)
		}
		if states := strings.Join(list.each("state")[1:], " "); strings.Contains(states, "enabled") {
			t.Errorf("disabled were all, the list says %s", states)
		}
		if got, want := len(h.activities(h.id)), 2+2*n; got != want {
			t.Errorf("there are %d activities, want %d", got, want)
		}
	})
}
