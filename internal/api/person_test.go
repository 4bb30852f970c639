package api_test

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A person who has signed in is another kind of principal on the same operations:
// what they make is theirs by name, and the log says so.
func TestPersonUsesTheSameOperationsAsAKey(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.person("ada@example.com")
		ada.whoami().ok().shows(map[string]string{
			"result.actorType": `"user"`, "result.email": `"ada@example.com"`, "result.name": `"Ada"`, "result.organizations.0.organizationName": `"Data platform"`,
		})
		made := ada.post("~/keys", `{"name":"ci"}`).ok()
		made.shows(map[string]string{"result.key.createdBy.actorType": `"user"`, "result.key.createdBy.actorDetails": `"ada@example.com"`})
		ada.patchKey(made.text("result.key.id"), `{"state":"disabled"}`).ok()
		ada.delete("~/keys/" + made.text("result.key.id")).ok()
		last := h.activities(h.id)[len(h.activities(h.id))-1]
		if last.Type != cloud.KeyDeleted || last.Actor.Type != cloud.ActorUser || last.Actor.Details != "ada@example.com" {
			t.Errorf("the last activity is %+v", last)
		}
		if a := ada.get("~/keys"); a.header.Get("X-Ratelimit-Limit") != "" {
			t.Error("a person is told of a limit that keys have")
		}
	})
}

// What belongs to another organization does not exist for a person either.
func TestPersonIsInTheirOrganizationsOnly(t *testing.T) {
	h := onSQLite(t)
	ada, other := h.person("ada@example.com"), h.another("Other")
	ada.get("/v1/organizations/"+other.id).says(404, "NOT_FOUND: Organization not found")
	ada.delete("/v1/organizations/"+other.id+"/keys/"+other.admin.id).says(404, "NOT_FOUND: Organization not found")
	if list := ada.get("/v1/organizations").ok().value("result").([]any); len(list) != 1 {
		t.Errorf("the list has %d organizations", len(list))
	}
}

// With an Admin among the people, the last Admin key may go.
func TestPersonCountsAsTheLastAdmin(t *testing.T) {
	h := onSQLite(t)
	h.admin.patchKey(h.admin.id, `{"state":"disabled"}`).says(409, "last usable")
	ada := h.person("ada@example.com")
	ada.delete("~/keys/" + h.admin.id).ok()
	h.admin.whoami().says(401, "Key is not found")
}
