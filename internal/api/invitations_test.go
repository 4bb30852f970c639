package api_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// An invitation is made for seven days, is listed and shown as it was answered, and
// becomes a member with its roles, in their order, when it is accepted.
func TestInvitationFromCreationToMember(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.admin.get("~/invitations").ok().shows(map[string]string{"result": "[]"})
		custom := h.admin.role("Analysts")
		roles := `[` + shownRole(systemRole("Org API reader"), "Org API reader", "system") + `,` + shownRole(custom, "Analysts", "custom") + `,` +
			shownRole(systemRole("Billing"), "Billing", "system") + `]`
		made := h.admin.post("~/invitations", `{"email":" Grace.Hopper@EXAMPLE.com\t","assignedRoleIds":["`+systemRole("Org API reader")+`","`+custom+`","`+systemRole("Billing")+`","`+custom+`"]}`)
		made.ok().shows(map[string]string{
			"result.email": `"grace.hopper@example.com"`, "result.role": `"developer"`, "result.createdAt": `"2026-03-01T12:00:30Z"`, "result.expireAt": `"2026-03-08T12:00:30Z"`,
			"result.assignedRoles": roles, "result.mailState": `"off"`,
			"result.invitedBy": `{"actorDetails":"First Admin key","actorId":"` + h.admin.id + `","actorType":"api"}`,
		})
		second := h.invite("edsger@example.com")
		id := made.text("result.id")
		list := h.admin.get("~/invitations").ok()
		if got := list.each("id"); !slices.Equal(got, []string{id, second}) {
			t.Errorf("listed are %v", got)
		}
		for _, got := range []any{list.value("result.0"), h.admin.get("~/invitations/" + id).ok().value("result")} {
			if inJSON(got) != inJSON(made.value("result")) {
				t.Errorf("answered is %s, shown %s", made.body, inJSON(got))
			}
		}
		grace := h.accept(h.id, h.admin.link(id))
		h.admin.get("~/members/" + grace.id).ok().shows(map[string]string{"result.email": `"grace.hopper@example.com"`, "result.assignedRoles": roles})
		grace.get("~/keys").ok()
		h.admin.get("~/invitations").ok().shows(map[string]string{"result.0.id": inJSON(second), "result.1": "null"})
		types := []cloud.ActivityType{}
		for _, a := range h.activities(h.id)[3:] {
			types = append(types, a.Type)
		}
		want := []cloud.ActivityType{cloud.InvitationCreated, cloud.InvitationCreated, cloud.InvitationLinkCreated, cloud.MemberJoined, cloud.SignedIn}
		if !slices.Equal(types, want) {
			t.Errorf("recorded is %q", types)
		}
	})
}

// The roles of an invitation may be given by the old name, or not at all.
func TestRolesOfAnInvitation(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for roles, want := range map[string]struct{ old, assigned string }{
			``: {"developer", `[]`}, `,"assignedRoleIds":[]`: {"developer", `[]`}, `,"role":"admin"`: {"admin", shownSystemRoles("Admin")},
			`,"role":"developer","assignedRoleIds":[]`: {"developer", shownSystemRoles("Org API reader", "Service API reader")},
		} {
			made := h.admin.post("~/invitations", `{"email":"`+someone()+`"`+roles+`}`).ok()
			made.shows(map[string]string{"result.role": inJSON(want.old), "result.assignedRoles": want.assigned})
		}
		unknown := uuid.NewString()
		before := h.revision()
		for roles, sentence := range map[string]string{
			`"role":"admin","assignedRoleIds":["` + systemRole("Admin") + `"]`: "role: expected either role or assignedRoleIds, got both",
			`"role":"Admin"`:                        `role: expected one of admin, developer, got "Admin"`,
			`"role":""`:                             `role: expected one of admin, developer, got ""`,
			`"assignedRoleIds":["` + unknown + `"]`: `assignedRoleIds[0]: there is no role "` + unknown + `" in the organization`,
			`"assignedRoleIds":["Admin"]`:           `assignedRoleIds[0]: expected a UUID, got "Admin"`,
		} {
			h.admin.post("~/invitations", `{"email":"`+someone()+`",`+roles+`}`).is(400, "BAD_REQUEST: "+sentence)
		}
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
	})
}

// What is no e-mail address is refused with its field and its value.
func TestWrongAddressIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, email := range []string{
			"", " ", "ada", "@", "ada@", "@example.com", "ada example.com", "ada@exa mple.com", "Ada <ada@example.com>", "<ada@example.com>", "ada@example.com, grace@example.com",
			"ada@@example.com", "a\"b@example.com", "ada@example.com\nbcc: grace@example.com",
		} {
			h.admin.post("~/invitations", `{"email":`+inJSON(email)+`}`).says(400, "BAD_REQUEST: email: ", "got "+strconv.Quote(email))
		}
		h.admin.post("~/invitations", `{"email":"ada@example.com\u0000"}`).says(400, "BAD_REQUEST: email: ")
		h.admin.post("~/invitations", `{"email":"`+strings.Repeat("a", 250)+`@example.com"}`).says(400, "BAD_REQUEST: email: expected at most 254 ", ", got 262")
		h.admin.post("~/invitations", `{"email":5}`).is(400, "BAD_REQUEST: email: expected string, got 5")
		h.admin.post("~/invitations", `{"email":null}`).says(400, "BAD_REQUEST: email: ")
		h.admin.post("~/invitations", `{"assignedRoleIds":[]}`).is(400, "BAD_REQUEST: body: expected required property email to be present")
		h.admin.get("~/invitations").ok().shows(map[string]string{"result": "[]"})
	})
}

// An invitation that was accepted, revoked or has expired is the same as one that never
// was, to each operation; the same address can be invited again then.
func TestInvitationThatIsOverDoesNotExist(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		nobodys := uuid.NewString()
		gone := func(id, what string) {
			t.Helper()
			for _, ask := range []func(id string) *answer{
				func(id string) *answer { return h.admin.get("~/invitations/" + id) },
				func(id string) *answer { return h.admin.delete("~/invitations/" + id) },
				func(id string) *answer { return h.admin.post("~/invitations/"+id+"/link", "") },
				func(id string) *answer { return h.admin.post("~/invitations/"+id+"/resend", "") },
			} {
				theirs, random := ask(id), ask(nobodys)
				if theirs.is(404, "NOT_FOUND: Invitation not found"); theirs.bytes() != random.bytes() {
					t.Errorf("%s: %s answers %s, about nobody's %s", what, theirs.request, theirs.bytes(), random.bytes())
				}
			}
			if strings.Contains(string(h.admin.get("~/invitations").ok().body), id) {
				t.Errorf("%s: it is still listed", what)
			}
		}
		accepted := h.invite("grace@example.com")
		h.accept(h.id, h.admin.link(accepted))
		gone(accepted, "accepted")

		revoked := h.invite("edsger@example.com")
		link := h.admin.link(revoked)
		if a := h.admin.delete("~/invitations/" + revoked).ok(); a.has("result") {
			t.Errorf("the answer to DELETE has a result: %s", a.body)
		}
		gone(revoked, "revoked")
		h.refused(link)

		expired := h.invite("barbara@example.com", systemRole("Billing"))
		link = h.admin.link(expired)
		h.clock.Advance(cloud.InvitationLife - time.Millisecond)
		h.admin.get("~/invitations/" + expired).ok()
		h.admin.post("~/invitations", `{"email":"barbara@example.com"}`).says(409, "CONFLICT: ")
		h.clock.Advance(time.Millisecond)
		gone(expired, "expired")
		h.refused(link)

		h.clock.Advance(time.Second)
		for _, email := range []string{"edsger@example.com", "barbara@example.com"} {
			again := h.invite(email, systemRole("Member"))
			h.admin.get("~/invitations/" + again).ok().shows(map[string]string{"result.assignedRoles": shownSystemRoles("Member")})
			gone(expired, "expired, and made anew")
			h.refused(link)
			h.accept(h.id, h.admin.link(again))
		}
	})
}

// Who is a member or invited already is not invited, however the address is written. To
// revoke an invitation never removes a member.
func TestNobodyIsInvitedTwice(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.member("grace@example.com")
		pending := h.invite("edsger@example.com")
		before := h.revision()
		for _, email := range []string{"grace@example.com", "GRACE@example.com", " Grace@Example.Com "} {
			h.admin.post("~/invitations", `{"email":"`+email+`"}`).is(409, `CONFLICT: email: "grace@example.com" is a member of the organization already`)
		}
		for _, email := range []string{"edsger@example.com", "Edsger@EXAMPLE.com"} {
			h.admin.post("~/invitations", `{"email":"`+email+`","role":"admin"}`).is(409, `CONFLICT: email: "edsger@example.com" is invited already: revoke that invitation first to change it`)
		}
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
		// In another organization they can be invited: each has its own people.
		other := h.another("Other")
		theirs := other.invite("edsger@example.com")
		other.invite("grace@example.com")
		edsger := h.accept(h.id, h.admin.link(pending))
		h.admin.delete("~/invitations/"+pending).is(404, "NOT_FOUND: Invitation not found")
		h.admin.get("~/members/" + edsger.id).ok()
		h.acceptAs(edsger, other.admin.link(theirs))
		edsger.whoami().ok().shows(map[string]string{"result.organizations.1.organizationId": inJSON(other.id)})
	})
}

// A role that is deleted disappears from an invitation that is pending, and nobody gets it
// with that. One that is renamed is shown by its new name.
func TestDeletedRoleLeavesInvitations(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		goes, stays := h.admin.role("Goes", h.admin.allows(viewKeys)), h.admin.role("Stays", h.admin.allows(viewOrganization))
		id := h.invite("grace@example.com", systemRole("Member"), goes, stays)
		link := h.admin.link(id)
		h.admin.patch("~/roles/"+stays, `{"name":"Still there"}`).ok()
		h.admin.delete("~/roles/" + goes).ok()
		want := `[` + shownRole(systemRole("Member"), "Member", "system") + `,` + shownRole(stays, "Still there", "custom") + `]`
		h.admin.get("~/invitations/" + id).ok().shows(map[string]string{"result.assignedRoles": want})
		h.admin.get("~/invitations").ok().shows(map[string]string{"result.0.assignedRoles": want})
		grace := h.accept(h.id, link)
		h.admin.get("~/members/" + grace.id).ok().shows(map[string]string{"result.assignedRoles": want})
		grace.get("~").ok()
		grace.get("~/keys").says(403, "FORBIDDEN: ")
	})
}

// Links of an invitation work beside each other, the ten newest of them, each until one
// was used. They begin with where people reach the console, and end with the invitation.
func TestInvitationLinks(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.invite("grace@example.com")
		links := []string{}
		for range 12 {
			h.clock.Advance(time.Second)
			made := h.admin.post("~/invitations/"+id+"/link", "").ok()
			made.shows(map[string]string{"result.expireAt": `"2026-03-08T12:00:30Z"`})
			url := made.text("result.url")
			if !strings.HasPrefix(url, publicURL+"/invitation#") || slices.Contains(links, tokenOf(url)) {
				t.Errorf("the link begins %q, or is one of before", url[:len(publicURL)])
			}
			links = append(links, tokenOf(url))
		}
		for i, link := range links {
			found, err := h.control.Link(t.Context(), link)
			if works := err == nil && found.Email == "grace@example.com"; works != (i >= 2) {
				t.Errorf("link %d of %d: %v", i+1, len(links), err)
			}
		}
		h.refused(links[1])
		h.accept(h.id, links[2])
		for _, link := range links {
			h.refused(link)
		}
	})
}

// Where no mail is sent, an invitation cannot be sent again: a link is handed over. The
// refusal changes nothing.
func TestInvitationIsNotSentWithoutMail(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.invite("grace@example.com")
		h.clock.Advance(time.Hour)
		before := h.revision()
		h.admin.post("~/invitations/"+id+"/resend", "").is(400, "BAD_REQUEST: Gatehouse sends no mail: hand over a link instead")
		if h.revision() != before {
			t.Error("the refusal changed something")
		}
		h.admin.get("~/invitations/" + id).ok().shows(map[string]string{"result.mailState": `"off"`, "result.expireAt": `"2026-03-08T12:00:30Z"`})
	})
}

// Where mail is sent, each invitation goes out with a link of its own, and again when it
// is asked for, with seven new days; what the mail server refuses is said, and the
// invitation stands nevertheless. No answer shows the links.
func TestInvitationIsSent(t *testing.T) {
	box := &postbox{}
	h := onSQLite(t, withMail(box))
	link := func(n int) string {
		t.Helper()
		if len(box.mails) != n {
			t.Fatalf("the mail server was handed %d mails, want %d", len(box.mails), n)
		}
		token := tokenOf(box.mails[n-1].Link.Reveal())
		h.secrets.watch(token)
		return token
	}
	made := h.admin.post("~/invitations", `{"email":"Grace@example.com"}`).ok()
	made.shows(map[string]string{"result.mailState": `"sent"`})
	first := link(1)
	if m := box.mails[0]; m.To != "grace@example.com" || m.Organization != "Data platform" || m.InvitedBy != "First Admin key" || !m.ExpireAt.Equal(noon.Add(cloud.InvitationLife)) {
		t.Errorf("the mail is %+v", m)
	}
	id := made.text("result.id")
	h.clock.Advance(24 * time.Hour)
	box.refuses = true
	h.admin.post("~/invitations/"+id+"/resend", "").ok().shows(map[string]string{"result.mailState": `"failed"`, "result.expireAt": `"2026-03-09T12:00:30Z"`})
	h.admin.get("~/invitations/" + id).ok().shows(map[string]string{"result.mailState": `"failed"`, "result.expireAt": `"2026-03-09T12:00:30Z"`})
	h.admin.post("~/invitations", `{"email":"edsger@example.com"}`).ok().shows(map[string]string{"result.mailState": `"failed"`})
	box.refuses = false
	h.admin.post("~/invitations/"+id+"/resend", "").ok().shows(map[string]string{"result.mailState": `"sent"`})
	second := link(2)
	h.clock.Advance(6*24*time.Hour + time.Hour) // longer than the first seven days
	if _, err := h.control.Link(t.Context(), second); err != nil {
		t.Error(err)
	}
	h.accept(h.id, first)
	h.refused(second)
}

// An organization has no more invitations than a list may hold, however many come and go.
func TestInvitationsAreLimited(t *testing.T) {
	h := onSQLite(t, withoutLimit)
	h.manyInvitations(cloud.MaxInvitations)
	h.http.Transport = http.DefaultTransport // to hold so much against the document takes long
	h.admin.post("~/invitations", `{"email":"grace@example.com"}`).is(409,
		"CONFLICT: The organization has 1000 pending invitations, which is as many as it can have: revoke one first")
	list := h.admin.get("~/invitations").ok()
	if n := len(list.list("result")); n != cloud.MaxInvitations {
		t.Errorf("the list holds %d", n)
	}
	h.admin.delete("~/invitations/" + list.text("result.0.id")).ok()
	h.invite("grace@example.com")
	h.clock.Advance(cloud.InvitationLife)
	h.invite("edsger@example.com")
}

// An account of its own is needed for each address: who has one accepts as themselves.
func TestInvitationOfSomebodyWithAnAccount(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		grace := h.member("grace@example.com")
		other := h.another("Other")
		link := other.admin.link(other.invite("grace@example.com"))
		if _, err := h.control.Accept(t.Context(), control.Visitor{}, link, "Somebody else", password); cloud.CodeOf(err) != cloud.Conflict {
			t.Errorf("a second account with the address gives %v", err)
		}
		edsger := h.member("edsger@example.com")
		edsger.get("/v1/organizations/"+other.id).is(404, "NOT_FOUND: Organization not found")
		h.acceptAs(grace, link)
		grace.get("/v1/organizations").ok().shows(map[string]string{"result.0.id": inJSON(h.id), "result.1.id": inJSON(other.id)})
	})
}
