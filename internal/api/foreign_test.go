package api_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

// What belongs to another organization does not exist: the answer is 404 with the
// same bytes as for an id that nobody has, to whatever is asked of it.
func TestForeignIDLooksLikeRandomID(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		theirs := other.admin.key(`"name":"theirs"`)
		activity := h.activities(other.id)[0].ID.String()
		foreign, random := "/v1/organizations/"+other.id, "/v1/organizations/"+uuid.NewString()
		before := h.revision()
		same := func(a, b *answer, sentence string) {
			t.Helper()
			a.is(404, "NOT_FOUND: "+sentence)
			if a.bytes() != b.bytes() {
				t.Errorf("%s answered %s\n%s answered %s", a.request, a.bytes(), b.request, b.bytes())
			}
		}
		for _, path := range []string{
			"", "/keys", "/keys/" + theirs.id, "/keys/" + h.admin.id, "/keys/" + uuid.NewString(), "/roles", "/roles/" + systemRole("Admin"), "/activities",
			"/activities/" + activity, "/quotas", "/quotas/keys-per-organization", "/quotas/nothing", "/privateEndpointConfig?cloud_provider=aws&region_id=eu-west-1",
		} {
			same(h.admin.get(foreign+path), h.admin.get(random+path), "Organization not found")
		}
		same(h.admin.patch(foreign, `{"name":"mine"}`), h.admin.patch(random, `{"name":"mine"}`), "Organization not found")
		same(h.admin.post(foreign+"/keys", `{"name":"mine"}`), h.admin.post(random+"/keys", `{"name":"mine"}`), "Organization not found")
		for _, id := range []string{theirs.id, other.admin.id} {
			same(h.admin.patch(foreign+"/keys/"+id, `{"name":"mine"}`), h.admin.patch(random+"/keys/"+id, `{"name":"mine"}`), "Organization not found")
			same(h.admin.delete(foreign+"/keys/"+id), h.admin.delete(random+"/keys/"+id), "Organization not found")
			// Their things are not in our organization either.
			same(h.admin.get("~/keys/"+id), h.admin.get("~/keys/"+uuid.NewString()), "Key not found")
			same(h.admin.patchKey(id, `{"state":"disabled"}`), h.admin.patchKey(uuid.NewString(), `{"state":"disabled"}`), "Key not found")
			same(h.admin.delete("~/keys/"+id), h.admin.delete("~/keys/"+uuid.NewString()), "Key not found")
		}
		same(h.admin.get("~/activities/"+activity), h.admin.get("~/activities/"+uuid.NewString()), "Activity not found")
		same(h.admin.get("~/activities/no-uuid"), h.admin.get("~/activities/"+uuid.NewString()), "Activity not found")
		same(h.admin.get("~/roles/"+theirs.id), h.admin.get("~/roles/"+uuid.NewString()), "Role not found")
		same(h.admin.get("~/quotas/requests"), h.admin.get("~/quotas/"+uuid.NewString()), "Quota not found")
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
		h.admin.get("/v1/organizations").ok().shows(map[string]string{"result.0.id": inJSON(h.id), "result.1": "null"})
		theirs.get("/v1/organizations").ok().shows(map[string]string{"result.0.id": inJSON(other.id), "result.1": "null"})
	})
}

// Roles name the actors of their organization only, and activities and keys are
// listed for their organization only.
func TestListsHoldOnlyTheirOrganization(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		theirs := other.admin.key(`"name":"theirs","roles":["admin"]`)
		h.admin.get("~/roles/" + systemRole("Admin")).ok().shows(map[string]string{"result.actors": `["apiKey/` + h.admin.id + `"]`})
		other.admin.get("~/roles/" + systemRole("Admin")).ok().shows(map[string]string{
			"result.actors": `["apiKey/` + other.admin.id + `","apiKey/` + theirs.id + `"]`, "result.tenantId": `"organization/` + other.id + `"`,
		})
		h.admin.get("~/keys").ok().shows(map[string]string{"totalCount": "1", "result.0.id": inJSON(h.admin.id), "result.1": "null"})
		for _, id := range h.admin.get("~/activities").ok().each("organizationId") {
			if id != h.id {
				t.Errorf("an activity of %s is listed", id)
			}
		}
		other.admin.get("~/quotas/keys-per-organization").ok().shows(map[string]string{"result.usage": "2"})
		h.admin.get("~/quotas/keys-per-organization").ok().shows(map[string]string{"result.usage": "1"})
	})
}

// An id that is no UUID is refused with its name and its value; upper case is the same id.
func TestMalformedIDIsRefused(t *testing.T) {
	h := onSQLite(t)
	for _, id := range []string{"abc", "00000000-0000-0000-0000-00000000000g", "urn:uuid:" + h.id, "%7B" + h.id + "%7D", h.id[:35], h.id + "0", "%00", "..%2f", "%ff"} {
		h.admin.get("/v1/organizations/"+id).says(400, "BAD_REQUEST: organizationId: ", ", got ")
		h.admin.get("~/keys/"+id).says(400, "BAD_REQUEST: keyId: ")
		h.admin.get("~/roles/"+id).says(400, "BAD_REQUEST: roleId: ")
		h.admin.get("~/activities/"+id).is(404, "NOT_FOUND: Activity not found")
		h.admin.get("~/quotas/"+id).is(404, "NOT_FOUND: Quota not found")
	}
	h.admin.get("/v1/organizations/" + strings.ToUpper(h.id) + "/keys/" + strings.ToUpper(h.admin.id)).ok().shows(map[string]string{"result.id": inJSON(h.admin.id)})
	if h.admin.get("~/keys/"+uuid.Nil.String()).status != 404 {
		t.Error("the nil UUID is somebody's")
	}
}
