package api_test

import (
	"net/netip"
	"testing"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
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

// What people do to their own accounts is in the log, and every type of it is in the document.
func TestEveryActivityOfAPersonIsInTheDocument(t *testing.T) {
	h := onSQLite(t)
	ada := h.person("ada@example.com")
	ctx := t.Context()
	p, err := h.directory.AuthenticateSession(ada.header.Get(sessionHeader), netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.control.UpdateProfile(ctx, p, "Countess"); err != nil {
		t.Fatal(err)
	}
	if err := h.control.ChangePassword(ctx, p, "correct horse Battery 9", "another horse Battery 9"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.control.NewResetLink(ctx, access.Operator("tester", "test"), "ada@example.com"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.control.SignIn(ctx, control.Visitor{}, "ada@example.com", "wrong", ""); cloud.CodeOf(err) != cloud.Unauthenticated {
		t.Fatal(err)
	}
	if err := h.control.SignOut(ctx, p); err != nil {
		t.Fatal(err)
	}
	h.admin.get("~/activities").ok() // held against the document, whole
	seen := map[cloud.ActivityType]bool{}
	for _, a := range h.activities(h.id) {
		seen[a.Type] = true
	}
	for _, kind := range []cloud.ActivityType{
		cloud.SetupLinkCreated, cloud.MemberJoined, cloud.SignedIn, cloud.PersonRenamed, cloud.PasswordChanged, cloud.ResetLinkCreated, cloud.SignInFailed, cloud.SignedOut,
	} {
		if !seen[kind] {
			t.Errorf("%s is not in the log", kind)
		}
	}
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
