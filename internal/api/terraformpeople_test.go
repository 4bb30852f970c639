package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// byEmail does what the provider does to find a person: it looks for the exact address in
// the list. It returns "" for nobody.
func byEmail(tf caller, email string) string {
	tf.house.t.Helper()
	list := tf.get("~/members").ok()
	if i := slices.Index(list.each("email"), email); i >= 0 {
		return list.each("userId")[i]
	}
	return ""
}

// The data source clickhouse_user finds a member by address or by id.
func TestTerraformUserDataSource(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		tf := terraform(h.admin)
		h.person("ada@example.com")
		grace := h.member("Grace@Example.com", systemRole("Billing"))
		if id := byEmail(tf, "grace@example.com"); id != grace.id {
			t.Errorf("grace@example.com is %q, want %q", id, grace.id)
		}
		one := tf.get("~/members/" + grace.id).ok()
		for _, field := range []string{"userId", "email", "name", "role", "joinedAt"} {
			if one.text("result."+field) == "" {
				t.Errorf("%s is empty", field)
			}
		}
		one.shows(map[string]string{"result.assignedRoles": shownSystemRoles("Billing")})
	})
}

// The data source clickhouse_api_key_id finds a key by its name, and the key that the
// provider itself uses: the first of which keySuffix ends the key ID.
func TestTerraformKeyIDDataSource(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		others := []caller{h.admin.key(`"name":"one"`), h.admin.key(`"name":"two"`)}
		self := h.admin.key(`"name":"terraform","roles":["admin"]`)
		others = append(others, h.admin.key(`"name":"three"`))
		list := terraform(self).get("~/keys").ok()
		if i := slices.Index(list.each("name"), "terraform"); list.each("id")[i] != self.id {
			t.Errorf("by name it is %s", list.each("id")[i])
		}
		for _, c := range append(others, self) {
			first := slices.IndexFunc(list.each("keySuffix"), func(suffix string) bool { return strings.HasSuffix(c.keyID, suffix) })
			if list.each("id")[first] != c.id {
				t.Errorf("a key takes another one for itself")
			}
		}
		for _, suffix := range list.each("keySuffix") {
			if len(suffix) != 4 {
				t.Errorf("a suffix has %d characters", len(suffix))
			}
		}
	})
}

// What the resource clickhouse_invitation of the provider's open pull request 599 does
// works: the invitation is created, read while it is pending, gone when it was accepted,
// and then the person is found among the members, by the address that it answered.
func TestTerraformInvitationResource(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		tf := terraform(h.admin)
		custom := h.admin.role("Analysts")
		made := tf.post("~/invitations", `{"email":"Grace@Example.com","assignedRoleIds":["`+systemRole("Member")+`","`+custom+`"]}`).ok()
		id, email := made.text("result.id"), made.text("result.email")
		made.shows(map[string]string{"result.email": `"grace@example.com"`, "result.role": `"developer"`})
		pending := tf.get("~/invitations/" + id).ok()
		if inJSON(pending.value("result")) != inJSON(made.value("result")) {
			t.Errorf("the plan is not empty: %s", pending.body)
		}
		if byEmail(tf, email) != "" {
			t.Error("who is invited is a member already")
		}
		grace := h.accept(h.id, h.admin.link(id))
		tf.get("~/invitations/"+id).is(404, "NOT_FOUND: Invitation not found")
		if byEmail(tf, email) != grace.id { // accepted: the resource stays
			t.Error("who accepted is not found among the members")
		}
		// To destroy the resource then revokes nothing and removes nobody.
		tf.delete("~/invitations/"+id).is(404, "NOT_FOUND: Invitation not found")
		tf.get("~/members/" + grace.id).ok()
		// To create it for a member is a conflict, after which the member is looked up.
		tf.post("~/invitations", `{"email":"grace@example.com"}`).says(409, "CONFLICT: ")

		// One that was revoked or has expired is gone without a member: it is created anew.
		revoked := tf.post("~/invitations", `{"email":"edsger@example.com","role":"admin"}`).ok()
		revoked.shows(map[string]string{"result.role": `"admin"`, "result.assignedRoles": shownSystemRoles("Admin")})
		tf.delete("~/invitations/" + revoked.text("result.id")).ok()
		tf.get("~/invitations/"+revoked.text("result.id")).is(404, "NOT_FOUND: Invitation not found")
		expired := tf.post("~/invitations", `{"email":"edsger@example.com","role":"developer"}`).ok()
		h.clock.Advance(cloud.InvitationLife)
		tf.get("~/invitations/"+expired.text("result.id")).is(404, "NOT_FOUND: Invitation not found")
		if byEmail(tf, "edsger@example.com") != "" {
			t.Error("nobody accepted, and there is a member")
		}
		tf.post("~/invitations", `{"email":"edsger@example.com","role":"developer"}`).ok()
	})
}
