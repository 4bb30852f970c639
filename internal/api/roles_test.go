package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// The old names of roles and the assigned roles are one relation, whichever a
// client writes and whichever it reads.
func TestLegacyRolesAndAssignedRolesAreOne(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, c := range []struct {
			legacy   string
			assigned []string
			read     string
		}{
			{`["admin"]`, []string{"Admin"}, `["admin"]`},
			{`["developer"]`, []string{"Org API reader", "Service API reader"}, `["developer"]`},
			{`["query_endpoints"]`, []string{"Basic service API reader"}, `["query_endpoints"]`},
			{`["query_endpoints","developer","query_endpoints"]`, []string{"Basic service API reader", "Org API reader", "Service API reader"}, `["developer","query_endpoints"]`},
			{"", []string{"Org API reader"}, `[]`}, // half of a developer is none
			{"", []string{"Billing", "Service API reader", "Org API reader"}, `["developer"]`},
			{"", []string{"Member"}, `[]`},
		} {
			ids, names := []string{}, []string{}
			for _, name := range c.assigned {
				ids = append(ids, systemRole(name))
				names = append(names, inJSON(map[string]string{"roleId": systemRole(name), "roleName": name, "roleType": "system"}))
			}
			assigned := "[" + strings.Join(names, ",") + "]"
			bodies := []string{`"assignedRoleIds":` + inJSON(ids), `"assignedRoleIds":` + inJSON(append(ids, ids...))}
			if c.legacy != "" {
				bodies = append(bodies, `"roles":`+c.legacy)
			}
			for _, body := range bodies {
				made := h.admin.post("~/keys", `{"name":"a key",`+body+`}`).ok()
				made.shows(map[string]string{"result.key.roles": c.read, "result.key.assignedRoles": assigned})
				patched := h.admin.key(`"name":"a key","roles":["query_endpoints"]`).id
				want := map[string]string{"result.roles": c.read, "result.assignedRoles": assigned}
				h.admin.patchKey(patched, "{"+body+"}").ok().shows(want)
				h.admin.get("~/keys/" + patched).ok().shows(want)
				for _, id := range ids {
					if !slices.Contains(h.admin.get("~/roles/"+id).ok().list("result.actors"), any("apiKey/"+patched)) {
						t.Errorf("%s: the role %s does not name the key", body, id)
					}
				}
				h.admin.delete("~/keys/" + patched).ok()
				if strings.Contains(string(h.admin.get("~/roles").ok().body), patched) {
					t.Errorf("%s: a role names a key that is deleted", body)
				}
			}
		}
	})
}

// A role that the organization does not have is refused with its place and its id.
func TestUnknownRoleIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Billing")
		unknown := uuid.NewString()
		for _, body := range []string{
			`{"name":"a key","assignedRoleIds":["` + systemRole("Billing") + `","` + unknown + `"]}`,
		} {
			want := `BAD_REQUEST: assignedRoleIds[1]: there is no role "` + unknown + `" in the organization`
			h.admin.post("~/keys", body).is(400, want)
			h.admin.patchKey(key.id, body).is(400, want)
		}
		for _, id := range []string{"Admin", "urn:uuid:" + unknown, strings.ReplaceAll(unknown, "-", ""), "{" + unknown + "}", " " + unknown} {
			h.admin.patchKey(key.id, `{"assignedRoleIds":["`+id+`"]}`).says(400, "BAD_REQUEST: assignedRoleIds[0]: ", "got "+inJSON(id))
		}
		for _, body := range []string{`{"name":"a key","roles":["root"]}`, `{"name":"a key","roles":["admin","root"]}`, `{"name":"a key","roles":["Admin"]}`} {
			h.admin.post("~/keys", body).says(400, `expected one of admin, developer, query_endpoints, got "`)
			h.admin.patchKey(key.id, body).says(400, "BAD_REQUEST: roles[")
		}
		h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.name": `"a key"`, "result.assignedRoles.0.roleName": `"Billing"`})
	})
}

// More roles than a key may have are refused before anything is done with them.
func TestListOfRolesIsBounded(t *testing.T) {
	h := onSQLite(t)
	ids := make([]string, 20_000)
	for i := range ids {
		ids[i] = uuid.NewString()
	}
	h.admin.post("~/keys", `{"name":"a key","assignedRoleIds":`+inJSON(ids)+`}`).is(400, "BAD_REQUEST: assignedRoleIds: expected at most 100 roles, got 20000")
	old := make([]string, 20_000)
	for i := range old {
		old[i] = "developer"
	}
	h.admin.post("~/keys", `{"name":"a key","roles":`+inJSON(old)+`}`).is(400, "BAD_REQUEST: roles: expected at most 100 roles, got 20000")
}

// The system roles have the same ids and policies on every Gatehouse, in a fixed
// order, in list and get alike, and their permissions are those of the catalogue.
func TestSystemRolesAreShown(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		list := h.admin.get("~/roles").ok()
		want := []string{
			"Admin", "Billing", "Org API reader", "Member", "Service reader", "Service admin", "Service API reader", "Service API admin", "Basic service API reader",
		}
		if got := list.each("name"); !slices.Equal(got, want) {
			t.Errorf("the roles are %q", got)
		}
		tenant := "organization/" + h.id
		for i, role := range list.list("result") {
			role := role.(map[string]any)
			id, name := role["id"].(string), role["name"].(string)
			if id != systemRole(name) || role["type"] != "system" || role["tenantId"] != tenant || role["ownerId"] != tenant {
				t.Errorf("%s is shown as %v", name, role)
			}
			if got := h.admin.get("~/roles/" + id).ok().value("result"); inJSON(got) != inJSON(role) {
				t.Errorf("%s is listed as\n%s\nand shown as\n%s", name, inJSON(role), inJSON(got))
			}
			for j, policy := range role["policies"].([]any) {
				policy := policy.(map[string]any)
				if policy["roleId"] != id || policy["tenantId"] != tenant || policy["allowDeny"] != "ALLOW" {
					t.Errorf("policy %d of %s is %v", j, name, policy)
				}
				resource := policy["resources"].([]any)[0]
				if resource != tenant && resource != "instance/*" {
					t.Errorf("policy %d of %s is about %v", j, name, resource)
				}
				for _, p := range policy["permissions"].([]any) {
					permission := cloud.Permission(p.(string))
					if !slices.Contains(cloud.Permissions(), permission) || permission.OfOrganization() != (resource == tenant) {
						t.Errorf("policy %d of %s has %s on %v", j, name, permission, resource)
					}
				}
			}
			if actors := inJSON(role["actors"]); (i == 0) != strings.Contains(actors, "apiKey/"+h.admin.id) {
				t.Errorf("the actors of %s are %s", name, actors)
			}
		}
	})
}
