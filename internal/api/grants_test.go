package api_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// managers returns a person and a key who run the organization without being Admins: they
// may manage people, roles and keys, and see no activities and no services.
func managers(h *house) []caller {
	id := h.admin.role("Managers", h.admin.allows(
		viewOrganization, manageOrganization, viewKeys, createKeys, "control-plane:organization:update-api-keys", "control-plane:organization:delete-api-keys"))
	return []caller{h.member("mia@example.com", id), h.admin.key(`"name":"mia's key","assignedRoleIds":["` + id + `"]`)}
}

// named is a caller as a refusal names them.
func (c caller) named() string {
	if c.keyID == "" {
		return `the person "mia@example.com"`
	}
	return `the key "mia's key"`
}

const nobodyGrants = "and nobody grants what they do not hold"

// refusals asks for what is to be refused with these sentences, and sees to it that nothing
// of it is done.
func (h *house) refusals(sentences map[string]func() *answer) {
	h.t.Helper()
	before := h.revision()
	for sentence, ask := range sentences {
		ask().is(403, "FORBIDDEN: "+sentence)
	}
	if h.revision() != before {
		h.t.Error("a refused request changed something")
	}
}

// Nobody makes a role that allows more than they may do, nor widens one: by a permission,
// by a resource, by a grant, by what it denied.
func TestNobodyMakesARoleBeyondTheirOwn(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		narrow := h.admin.role("Narrow", h.admin.allows(viewOrganization))
		denying := h.admin.role("Denying", h.admin.allows(viewOrganization, viewActivities), h.admin.denies(viewActivities))
		wide := h.admin.role("Wide", h.admin.allows(viewActivities), policy("ALLOW", "instance/*", viewService))
		for _, mia := range managers(h) {
			wider := "With this change the role would allow more than " + mia.named() + " may do, " + nobodyGrants
			for _, policies := range []string{
				mia.allows(viewActivities), mia.allows(viewOrganization, viewActivities), mia.allows(viewOrganization) + "," + mia.allows("control-plane:support:manage"),
				policy("ALLOW", "instance/*", viewService), policy("ALLOW", "instance/"+uuid.NewString(), viewService), withTags(`{"grants":["GRANT SELECT ON db.*"]}`),
				withTags(`{"roleV2":"sql-console-readonly"}`), mia.denies(viewOrganization) + "," + mia.allows(viewActivities),
			} {
				h.refusals(map[string]func() *answer{wider: func() *answer {
					return mia.post("~/roles", `{"name":"beyond","actors":[],"policies":[`+policies+`]}`)
				}})
				h.refusals(map[string]func() *answer{wider: func() *answer { return mia.patch("~/roles/"+narrow, `{"policies":[`+policies+`]}`) }})
			}
			h.refusals(map[string]func() *answer{wider: func() *answer {
				return mia.patch("~/roles/"+denying, `{"policies":[`+mia.allows(viewOrganization, viewActivities)+`]}`)
			}})
			// What they hold, and less, they make; what is wider already they may rename and narrow.
			own := mia.role("Own "+mia.id, mia.allows(manageOrganization, createKeys), mia.denies(viewKeys), policy("DENY", "instance/*", manageService))
			mia.patch("~/roles/"+own, `{"policies":[`+mia.allows(viewKeys)+`]}`).ok()
			mia.patch("~/roles/"+wide, `{"name":"Wide for `+mia.id+`"}`).ok()
		}
		mia := managersAgain(h)
		mia.patch("~/roles/"+wide, `{"policies":[`+mia.allows(viewActivities)+`,`+mia.allows(viewOrganization)+`]}`).ok()
		mia.patch("~/roles/"+wide, `{"policies":[]}`).ok()
		mia.patch("~/roles/"+wide, `{"policies":[`+mia.allows(viewActivities)+`]}`).says(403, nobodyGrants)
	})
}

// managersAgain returns one more key of the managers.
func managersAgain(h *house) caller {
	for i, name := range h.admin.get("~/roles").ok().each("name") {
		if name == "Managers" {
			return h.admin.key(`"name":"mia's key","assignedRoleIds":["` + h.admin.get("~/roles").ok().each("id")[i] + `"]`)
		}
	}
	h.t.Fatal("there are no managers")
	return caller{}
}

// Nobody gives a role that allows more than they may do: to themselves or anybody, from
// the side of the role, the member, the key or an invitation.
func TestNobodyAssignsARoleBeyondTheirOwn(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.person("ada@example.com")
		auditors, narrow := h.admin.role("Auditors", h.admin.allows(viewActivities)), h.admin.role("Narrow", h.admin.allows(viewOrganization))
		grace, ci := h.member("grace@example.com"), h.admin.key(`"name":"ci"`)
		for _, mia := range managers(h) {
			for id, name := range map[string]string{systemRole("Admin"): "Admin", systemRole("Service reader"): "Service reader", auditors: "Auditors"} {
				sentence := `The role "` + name + `" allows more than ` + mia.named() + ` may do, ` + nobodyGrants
				ids := `"assignedRoleIds":["` + narrow + `","` + id + `"]`
				for _, ask := range []func() *answer{
					func() *answer { return mia.patch("~/members/"+grace.id, "{"+ids+"}") },
					func() *answer { return mia.patchKey(ci.id, "{"+ids+"}") },
					func() *answer { return mia.post("~/keys", `{"name":"more",`+ids+`}`) },
					func() *answer { return mia.post("~/invitations", `{"email":"`+someone()+`",`+ids+`}`) },
					func() *answer {
						had := h.admin.get("~/roles/" + id).ok().list("result.actors")
						return mia.patch("~/roles/"+id, `{"actors":`+inJSON(append(had, mia.actor()))+`}`)
					},
				} {
					h.refusals(map[string]func() *answer{sentence: ask})
				}
			}
			h.refusals(map[string]func() *answer{
				`The role "Admin" allows more than ` + mia.named() + ` may do, ` + nobodyGrants: func() *answer { return mia.patch("~/members/"+grace.id, `{"role":"admin"}`) },
			})
			// What they hold, they give; what somebody has already, they leave or take.
			h.admin.patch("~/members/"+grace.id, `{"assignedRoleIds":["`+auditors+`"]}`).ok()
			mia.patch("~/members/"+grace.id, `{"assignedRoleIds":["`+auditors+`","`+narrow+`","`+systemRole("Member")+`"]}`).ok()
			mia.patch("~/roles/"+narrow, `{"actors":["`+ci.actor()+`"]}`).ok()
			mia.patch("~/roles/"+auditors, `{"actors":[]}`).ok()
			mia.post("~/invitations", `{"email":"`+someone()+`","assignedRoleIds":["`+narrow+`"]}`).ok()
			mia.post("~/roles", `{"name":"`+mia.id+`","actors":["`+grace.actor()+`"],"policies":[`+mia.allows(viewKeys)+`]}`).ok()
		}
	}, withoutLimit)
}

// To take away what denies something is to grant it: whoever does not hold it cannot delete
// the role that denies it, detach it, empty it, or let somebody join without it.
func TestNobodyLiftsADenialBeyondTheirOwn(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		auditors, denying := h.admin.role("Auditors", h.admin.allows(viewActivities)), h.admin.role("No activities", h.admin.denies(viewActivities))
		both := `"assignedRoleIds":["` + auditors + `","` + denying + `"]`
		grace, ci := h.member("grace@example.com", auditors, denying), h.admin.key(`"name":"ci",`+both)
		pending := h.invite("edsger@example.com", auditors, denying)
		mays := func(want int) {
			t.Helper()
			for _, c := range []caller{grace, ci} {
				if a := c.get("~/activities"); a.status != want {
					t.Errorf("%s answered %d, want %d", a.request, a.status, want)
				}
			}
		}
		mays(403)
		for _, mia := range managers(h) {
			tail := " would allow more than " + mia.named() + " may do, " + nobodyGrants
			for _, actors := range []string{`["` + ci.actor() + `"]`, `["` + grace.actor() + `"]`} {
				gone := grace.actor()
				if actors == `["`+grace.actor()+`"]` {
					gone = ci.actor()
				}
				h.refusals(map[string]func() *answer{
					"With this change the other roles of " + gone + tail: func() *answer { return mia.patch("~/roles/"+denying, `{"actors":`+actors+`}`) },
				})
			}
			together := "With this change these roles together" + tail
			h.refusals(map[string]func() *answer{together: func() *answer { return mia.patch("~/members/"+grace.id, `{"assignedRoleIds":["`+auditors+`"]}`) }})
			h.refusals(map[string]func() *answer{together: func() *answer { return mia.patchKey(ci.id, `{"assignedRoleIds":["`+auditors+`"]}`) }})
			before := h.revision()
			for _, a := range []*answer{mia.delete("~/roles/" + denying), mia.patch("~/roles/"+denying, `{"policies":[]}`), mia.patch("~/roles/"+denying, `{"policies":[`+mia.denies(viewKeys)+`]}`)} {
				a.says(403, "FORBIDDEN: With this change the roles of ", " together"+tail)
			}
			if h.revision() != before {
				t.Error("a refused request changed something")
			}
			// What leaves it denied they may do.
			mia.patch("~/roles/"+denying, `{"policies":[`+mia.denies(viewActivities, viewKeys)+`]}`).ok()
			mia.patch("~/roles/"+denying, `{"policies":[`+mia.denies(viewActivities)+`]}`).ok()
		}
		mays(403)
		// For those who are to join with an invitation it holds alike.
		h.admin.patch("~/roles/"+auditors, `{"actors":[]}`).ok()
		h.admin.patch("~/roles/"+denying, `{"actors":[]}`).ok()
		mia := managersAgain(h)
		for _, ask := range []func() *answer{
			func() *answer { return mia.delete("~/roles/" + denying) }, func() *answer { return mia.patch("~/roles/"+denying, `{"policies":[]}`) },
		} {
			h.refusals(map[string]func() *answer{
				"With this change the invitation to edsger@example.com would allow more than " + mia.named() + " may do, " + nobodyGrants: ask,
			})
		}
		// An Admin may all of it.
		h.admin.patch("~/members/"+grace.id, `{`+both+`}`).ok()
		h.admin.patchKey(ci.id, `{`+both+`}`).ok()
		h.admin.patch("~/roles/"+denying, `{"policies":[]}`).ok()
		mays(200)
		h.admin.delete("~/roles/" + denying).ok()
		mays(200)
		h.admin.get("~/invitations/" + pending).ok().shows(map[string]string{"result.assignedRoles.0.roleName": `"Auditors"`, "result.assignedRoles.1": "null"})
	}, withoutLimit)
}

// Whoever has a link that accepts an invitation or resets a password becomes that person:
// nobody makes one for somebody who may do more than they.
func TestNobodyMakesALinkBeyondTheirOwn(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.person("ada@example.com")
		auditors := h.admin.role("Auditors", h.admin.allows(viewActivities))
		grace, edsger := h.member("grace@example.com", auditors), h.member("edsger@example.com", systemRole("Member"))
		admins, theirs, plain := h.invite(someone(), systemRole("Admin")), h.invite(someone(), systemRole("Member"), auditors), h.invite(someone(), systemRole("Member"))
		other := h.another("Other")
		for _, mia := range managers(h) {
			reset := func(c caller) func() *answer {
				return func() *answer { return mia.post("~/members/"+c.id+"/passwordResetLink", "") }
			}
			link := func(id string) func() *answer {
				return func() *answer { return mia.post("~/invitations/"+id+"/link", "") }
			}
			h.refusals(map[string]func() *answer{
				"ada@example.com may do more than " + mia.named() + ", who would become them with such a link":   reset(ada),
				"grace@example.com may do more than " + mia.named() + ", who would become them with such a link": reset(grace),
				`The role "Admin" allows more than ` + mia.named() + ` may do, ` + nobodyGrants:                  link(admins),
				`The role "Auditors" allows more than ` + mia.named() + ` may do, ` + nobodyGrants:               link(theirs),
			})
			reset(edsger)().ok()
			link(plain)().ok()
			// To revoke an invitation grants nothing.
			mia.delete("~/invitations/" + h.invite(someone(), systemRole("Admin"))).ok()
		}
		// In another organization, where they are not, anybody may do more.
		h.acceptAs(edsger, other.admin.link(other.invite("edsger@example.com")))
		for _, by := range []caller{h.admin, ada, managersAgain(h)} {
			before := h.revision()
			if by.post("~/members/"+edsger.id+"/passwordResetLink", "").says(403, "edsger@example.com may do more than "); h.revision() != before {
				t.Error("a refused request changed something")
			}
		}
	})
}

// What was granted before it was taken from who granted it stays; and who lost a
// permission grants it no more, from the next request on.
func TestWhoLostAPermissionGrantsItNoMore(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.person("ada@example.com")
		mia := h.member("mia@example.com", systemRole("Admin"))
		grace := h.member("grace@example.com")
		mia.patch("~/members/"+grace.id, `{"role":"developer"}`).ok()
		id := h.admin.role("Managers", h.admin.allows(viewOrganization, manageOrganization))
		h.admin.patch("~/members/"+mia.id, `{"assignedRoleIds":["`+id+`"]}`).ok()
		mia.patch("~/members/"+grace.id, `{"role":"admin"}`).says(403, nobodyGrants)
		mia.patch("~/members/"+mia.id, `{"role":"admin"}`).says(403, nobodyGrants)
		mia.patch("~/roles/"+systemRole("Admin"), `{"actors":["`+mia.actor()+`"]}`).says(403, nobodyGrants)
		grace.get("~/activities").ok()
		if a := h.activities(h.id); a[len(a)-1].Type != cloud.MemberRolesChanged {
			t.Errorf("the last activity is %+v", a[len(a)-1])
		}
	})
}
