package api_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// shownRole is a role as keys, members and invitations show it, in JSON.
func shownRole(id, name, kind string) string {
	return `{"roleId":"` + id + `","roleName":` + inJSON(name) + `,"roleType":"` + kind + `"}`
}

// shownSystemRoles is a list of shownRole.
func shownSystemRoles(names ...string) string {
	shown := []string{}
	for _, name := range names {
		shown = append(shown, shownRole(systemRole(name), name, "system"))
	}
	return "[" + strings.Join(shown, ",") + "]"
}

// People are listed in the order in which they joined, each as they are shown, with an
// address in lower case: it is how Terraform finds whom it invited.
func TestMembersAreListed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.admin.get("~/members").ok().shows(map[string]string{"result": "[]"})
		ada := h.person("ada@example.com")
		h.clock.Advance(time.Hour)
		grace := h.member("  Grace.Hopper@EXAMPLE.com ", systemRole("Billing"), systemRole("Org API reader"), systemRole("Billing"))
		h.clock.Advance(time.Hour)
		edsger := h.member("edsger@example.com")
		h.signIn(ada, "ada@example.com")

		list := h.admin.get("~/members").ok()
		if got := list.each("userId"); !slices.Equal(got, []string{ada.id, grace.id, edsger.id}) {
			t.Errorf("listed are %v", got)
		}
		for i, want := range []map[string]string{
			{
				"userId": inJSON(ada.id), "email": `"ada@example.com"`, "name": `"Ada"`, "role": `"admin"`, "joinedAt": `"2026-03-01T12:00:30Z"`,
				"lastSignInAt": `"2026-03-01T14:00:30Z"`, "secondFactor": "false", "assignedRoles": shownSystemRoles("Admin"),
			},
			{
				"email": `"grace.hopper@example.com"`, "name": `"Grace"`, "role": `"developer"`, "joinedAt": `"2026-03-01T13:00:30Z"`, "lastSignInAt": `"2026-03-01T13:00:30Z"`,
				"assignedRoles": shownSystemRoles("Billing", "Org API reader"),
			},
			{"email": `"edsger@example.com"`, "role": `"developer"`, "assignedRoles": "[]"},
		} {
			one := h.admin.get("~/members/" + list.each("userId")[i]).ok()
			for field, value := range want {
				one.shows(map[string]string{"result." + field: value})
			}
			if got := inJSON(list.list("result")[i]); got != inJSON(one.value("result")) {
				t.Errorf("listed is %s, shown %s", got, one.body)
			}
		}
		// The id is the same in every organization.
		other := h.another("Other")
		h.acceptAs(grace, other.admin.link(other.invite("grace.hopper@example.com")))
		other.admin.get("~/members").ok().shows(map[string]string{"result.0.userId": inJSON(grace.id), "result.0.assignedRoles": "[]", "result.1": "null"})
		h.admin.get("~/members/" + grace.id).ok().shows(map[string]string{"result.assignedRoles": shownSystemRoles("Billing", "Org API reader")})
	})
}

// acceptAs follows the link of an invitation for somebody who has an account.
func (h *house) acceptAs(c caller, token string) {
	h.t.Helper()
	p, err := h.directory.AuthenticateSession(c.header.Get(sessionHeader), netip.Addr{})
	if err == nil {
		err = h.control.AcceptAs(h.t.Context(), p, token)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// Whoever has a second factor is shown with it.
func TestSecondFactorIsShown(t *testing.T) {
	h := onSQLite(t)
	ada := h.person("ada@example.com")
	p, err := h.directory.AuthenticateSession(ada.header.Get(sessionHeader), netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := h.control.NewSecondFactor(t.Context(), p, password)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(secret.Reveal(), h.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	recovery, err := h.control.ConfirmSecondFactor(t.Context(), p, password, secret, code)
	if err != nil {
		t.Fatal(err)
	}
	h.secrets.watch(secret.Reveal(), recovery.Reveal())
	h.admin.get("~/members/" + ada.id).ok().shows(map[string]string{"result.secondFactor": "true"})
	h.admin.get("~/members").ok().shows(map[string]string{"result.0.secondFactor": "true"})
}

// The roles of a patch take the place of those before, in their order, by new names or by
// the old one; nothing, or the same, changes nothing.
func TestMemberRolesAreReplaced(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		custom := h.admin.role("Analysts", h.admin.allows(viewOrganization))
		grace := h.member("grace@example.com", systemRole("Billing"))
		h.person("ada@example.com") // or grace would be the last Admin in between
		path := "~/members/" + grace.id
		ids := func(names ...string) string {
			ids := []string{}
			for _, name := range names {
				ids = append(ids, systemRole(name))
			}
			return inJSON(ids)
		}
		for _, c := range []struct{ body, roles, old string }{
			{`{"assignedRoleIds":` + ids("Service reader", "Member") + `}`, shownSystemRoles("Service reader", "Member"), "developer"},
			{`{"assignedRoleIds":` + ids("Member", "Service reader", "Member") + `}`, shownSystemRoles("Member", "Service reader"), "developer"},
			{`{"assignedRoleIds":[]}`, `[]`, "developer"},
			{`{"assignedRoleIds":["` + custom + `","` + systemRole("Admin") + `"]}`, `[` + shownRole(custom, "Analysts", "custom") + `,` + shownRole(systemRole("Admin"), "Admin", "system") + `]`, "admin"},
			{`{"role":"developer"}`, shownSystemRoles("Org API reader", "Service API reader"), "developer"},
			{`{"role":"admin","assignedRoleIds":[]}`, shownSystemRoles("Admin"), "admin"},
			{`{"assignedRoleIds":["` + strings.ToUpper(custom) + `"],"name":"ignored","email":"ignored@example.com"}`, `[` + shownRole(custom, "Analysts", "custom") + `]`, "developer"},
		} {
			want := map[string]string{
				"result.assignedRoles": c.roles, "result.role": inJSON(c.old), "result.userId": inJSON(grace.id), "result.email": `"grace@example.com"`, "result.name": `"Grace"`,
			}
			h.admin.patch(path, c.body).ok().shows(want)
			h.admin.get(path).ok().shows(want)
			h.admin.get("~/members").ok().shows(map[string]string{"result.0.assignedRoles": c.roles})
			last := h.activities(h.id)[len(h.activities(h.id))-1]
			if last.Type != cloud.MemberRolesChanged || last.Actor.ID != h.admin.id || last.Target.ID != grace.id || last.Target.Name != "grace@example.com" {
				t.Errorf("%s is recorded as %+v", c.body, last)
			}
			before := h.revision()
			for _, body := range []string{c.body, `{}`} {
				if h.admin.patch(path, body).ok().shows(want); h.revision() != before {
					t.Errorf("%s for the second time changes something", body)
				}
			}
		}
	})
}

// What cannot be the roles of a person is refused with the field and the value.
func TestWrongMemberRolesAreRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		theirs, unknown := other.admin.role("Theirs"), uuid.NewString()
		grace := h.member("grace@example.com", systemRole("Billing"))
		many := make([]string, 101)
		for i := range many {
			many[i] = uuid.NewString()
		}
		before := h.revision()
		for body, sentence := range map[string]string{
			`{"role":"admin","assignedRoleIds":["` + systemRole("Admin") + `"]}`: `role: expected either role or assignedRoleIds, got both`,
			`{"role":"root"}`:         `role: expected one of admin, developer, got "root"`,
			`{"role":""}`:             `role: expected one of admin, developer, got ""`,
			`{"role":["admin"]}`:      `role: expected string, got an array`,
			`{"assignedRoleIds":"a"}`: `assignedRoleIds: expected array, got "a"`,
			`{"assignedRoleIds":["` + systemRole("Member") + `","` + unknown + `"]}`: `assignedRoleIds[1]: there is no role "` + unknown + `" in the organization`,
			`{"assignedRoleIds":["` + theirs + `"]}`:                                 `assignedRoleIds[0]: there is no role "` + theirs + `" in the organization`,
			`{"assignedRoleIds":["Admin"]}`:                                          `assignedRoleIds[0]: expected a UUID, got "Admin"`,
			`{"assignedRoleIds":[""]}`:                                               `assignedRoleIds[0]: expected a UUID, got ""`,
			`{"assignedRoleIds":` + inJSON(many) + `}`:                               `assignedRoleIds: expected at most 100 roles, got 101`,
		} {
			h.admin.patch("~/members/"+grace.id, body).is(400, "BAD_REQUEST: "+sentence)
		}
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
		h.admin.get("~/members/" + grace.id).ok().shows(map[string]string{"result.assignedRoles": shownSystemRoles("Billing")})
	})
}

// A member who is removed is gone from every list and every role at once, and for good
// 404; the person, their account elsewhere and the keys that they made stay.
func TestMemberIsRemoved(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.person("ada@example.com")
		other := h.another("Other")
		grace := h.member("grace@example.com", systemRole("Admin"))
		h.acceptAs(grace, other.admin.link(other.invite("grace@example.com", systemRole("Billing"))))
		key := grace.key(`"name":"hers","roles":["developer"]`)

		if deleted := h.admin.delete("~/members/" + grace.id).ok(); deleted.has("result") {
			t.Errorf("the answer to DELETE has a result: %s", deleted.body)
		}
		nobody := h.admin.get("~/members/" + uuid.NewString())
		nobody.is(404, "NOT_FOUND: Member not found")
		for _, a := range []*answer{h.admin.get("~/members/" + grace.id), h.admin.patch("~/members/"+grace.id, `{"assignedRoleIds":[]}`), h.admin.delete("~/members/" + grace.id)} {
			if a.bytes() != nobody.bytes() {
				t.Errorf("%s answers %s", a.request, a.bytes())
			}
		}
		for _, path := range []string{"~/members", "~/roles"} {
			if strings.Contains(string(h.admin.get(path).ok().body), grace.id) {
				t.Errorf("%s names who was removed", path)
			}
		}
		key.get("~/keys").ok().shows(map[string]string{"result.1.createdBy.actorDetails": `"grace@example.com"`})
		grace.whoami().ok().shows(map[string]string{"result.organizations.0.organizationId": inJSON(other.id), "result.organizations.1": "null"})
		other.admin.get("~/members/" + grace.id).ok().shows(map[string]string{"result.assignedRoles": shownSystemRoles("Billing")})
		last := h.activities(h.id)[len(h.activities(h.id))-1]
		if last.Type != cloud.MemberDeleted || last.Target.Name != "grace@example.com" {
			t.Errorf("recorded is %+v", last)
		}

		// They can be invited again, and are the same person then.
		h.acceptAs(grace, h.admin.link(h.invite("grace@example.com", systemRole("Member"))))
		h.admin.get("~/members/" + grace.id).ok().shows(map[string]string{"result.assignedRoles": shownSystemRoles("Member")})
	})
}

// Who removes themselves leaves, and the log says so.
func TestMemberLeaves(t *testing.T) {
	h := onSQLite(t)
	h.person("ada@example.com")
	grace := h.member("grace@example.com", systemRole("Admin"))
	grace.delete("~/members/" + grace.id).ok()
	grace.get("~").is(404, "NOT_FOUND: Organization not found")
	if last := h.activities(h.id)[len(h.activities(h.id))-1]; last.Type != cloud.MemberLeft || last.Actor.ID != grace.id {
		t.Errorf("recorded is %+v", last)
	}
}

// A link to choose a new password works once and is shown once: a newer one takes its
// place. Using it ends all sessions.
func TestPasswordResetLink(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		grace := h.member("grace@example.com")
		link := func() string {
			made := h.admin.post("~/members/"+grace.id+"/passwordResetLink", "").ok()
			made.shows(map[string]string{"result.expireAt": `"2026-03-02T12:00:30Z"`})
			if url := made.text("result.url"); !strings.HasPrefix(url, publicURL+"/setup#") {
				t.Errorf("the link begins %q", url[:len(publicURL)])
			}
			return tokenOf(made.text("result.url"))
		}
		first, second := link(), link()
		reset := func(token string) (control.SignedIn, error) {
			return h.control.ResetPassword(t.Context(), control.Visitor{}, token, "another horse Battery 9")
		}
		if _, err := reset(first); cloud.CodeOf(err) != cloud.NotFound {
			t.Errorf("the older link gives %v", err)
		}
		in, err := reset(second)
		if err != nil {
			t.Fatal(err)
		}
		h.signedIn(h.id, in).whoami().ok().shows(map[string]string{"result.userId": inJSON(grace.id)})
		grace.whoami().says(401, "UNAUTHORIZED: ")
		if _, err := reset(second); cloud.CodeOf(err) != cloud.NotFound {
			t.Errorf("the link for the second time gives %v", err)
		}
		h.admin.post("~/members/"+uuid.NewString()+"/passwordResetLink", "").is(404, "NOT_FOUND: Member not found")
	})
}
