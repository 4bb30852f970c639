package api_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// However a role is taken away, what it allowed is refused from the request on that
// follows the answer: in every session of a person and with every key, and what gives it
// back is there at once.
func TestTakingARoleAwayHoldsFromItsAnswer(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.role("Readers", h.admin.allows(viewKeys))
		grace := h.member("grace@example.com")
		ci := h.admin.key(`"name":"ci"`)
		all := []caller{grace, h.signIn(grace, "grace@example.com"), ci}
		mays := func(after string, want int) {
			t.Helper()
			for i, c := range all {
				a := c.get("~/keys")
				if a.status != want {
					t.Fatalf("after %s caller %d is answered %d %s", after, i, a.status, a.error())
				}
				if want == 403 {
					a.says(403, "FORBIDDEN: This needs the permission "+viewKeys)
				}
			}
		}
		allow := `{"policies":[` + h.admin.allows(viewKeys) + `]}`
		assign := func() {
			h.admin.patch("~/roles/"+id, `{"actors":["`+grace.actor()+`","`+ci.actor()+`"]}`).ok()
		}
		mays("nothing", 403)
		for what, pair := range map[string][2]func(){
			"no actors": {func() { h.admin.patch("~/roles/"+id, `{"actors":[]}`).ok() }, assign},
			"no roles": {
				func() {
					h.admin.patch("~/members/"+grace.id, `{"assignedRoleIds":[]}`).ok()
					h.admin.patchKey(ci.id, `{"assignedRoleIds":[]}`).ok()
				},
				func() {
					h.admin.patch("~/members/"+grace.id, `{"assignedRoleIds":["`+id+`"]}`).ok()
					h.admin.patchKey(ci.id, `{"assignedRoleIds":["`+id+`"]}`).ok()
				},
			},
			"no policies": {func() { h.admin.patch("~/roles/"+id, `{"policies":[]}`).ok() }, func() { h.admin.patch("~/roles/"+id, allow).ok() }},
			"others":      {func() { h.admin.patch("~/roles/"+id, `{"policies":[`+h.admin.allows(viewOrganization)+`]}`).ok() }, func() { h.admin.patch("~/roles/"+id, allow).ok() }},
			"a denial": {func() {
				h.admin.patch("~/roles/"+id, strings.Replace(allow, "[", "["+h.admin.denies(viewKeys)+",", 1)).ok()
			}, func() { h.admin.patch("~/roles/"+id, allow).ok() }},
			"deleted": {func() { h.admin.delete("~/roles/" + id).ok() }, func() { id = h.admin.role("Readers", h.admin.allows(viewKeys)); assign() }},
			"another role": {
				func() {
					h.admin.patch("~/roles/"+id, `{"actors":[]}`).ok()
					h.admin.patch("~/roles/"+systemRole("Org API reader"), `{"actors":[]}`).ok()
				},
				func() {
					h.admin.patch("~/roles/"+systemRole("Org API reader"), `{"actors":["`+grace.actor()+`","`+ci.actor()+`"]}`).ok()
				},
			},
		} {
			h.admin.patch("~/roles/"+systemRole("Org API reader"), `{"actors":[]}`).ok()
			assign()
			for range 2 {
				mays("what gives it", 200)
				pair[0]()
				mays(what, 403)
				pair[1]()
			}
			mays("what gives it", 200)
		}
	}, withoutLimit)
}

// Who is removed reaches nothing of the organization from the next request on, in none of
// their sessions: it does not exist for them. The sessions themselves go on.
func TestRemovedMemberIsOutAtOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.person("ada@example.com")
		for range 3 {
			email := someone()
			grace := h.member(email, systemRole("Admin"))
			again := h.signIn(grace, email)
			h.admin.delete("~/members/" + grace.id).ok()
			for _, c := range []caller{grace, again} {
				for _, a := range []*answer{c.get("~"), c.get("~/keys"), c.post("~/keys", `{"name":"late"}`), c.delete("~/members/" + grace.id), c.patch("~/members/"+grace.id, `{"role":"admin"}`)} {
					a.is(404, "NOT_FOUND: Organization not found")
				}
				c.get("/v1/organizations").ok().shows(map[string]string{"result": "[]"})
				c.whoami().ok().shows(map[string]string{"result.organizations": "[]"})
			}
		}
	})
}

// A link of an invitation that was revoked is refused from its answer on, and the roles of
// one that was accepted are there from then on.
func TestRevokedInvitationIsOutAtOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for range 3 {
			id := h.invite(someone(), systemRole("Admin"))
			links := []string{h.admin.link(id), h.admin.link(id)}
			h.admin.delete("~/invitations/" + id).ok()
			for _, link := range links {
				h.refused(link)
			}
			h.member(someone(), systemRole("Org API reader")).get("~/keys").ok()
		}
		h.admin.get("~/members").ok().shows(map[string]string{"result.0.role": `"developer"`, "result.3": "null"})
	})
}

// Requests are under way all the time while a right is taken away: none that begins after
// the answer succeeds, on keys and in sessions alike.
func TestNothingSucceedsAfterTheAnswer(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.person("ada@example.com")
		id := h.admin.role("Readers", h.admin.allows(viewKeys, viewOrganization, manageOrganization))
		grace, ci := h.member("grace@example.com", id), h.admin.key(`"name":"ci","assignedRoleIds":["`+id+`"]`)
		give := func() { h.admin.patch("~/roles/"+id, `{"actors":["`+grace.actor()+`","`+ci.actor()+`"]}`).ok() }
		for what, take := range map[string]func(){
			"no actors":   func() { h.admin.patch("~/roles/"+id, `{"actors":[]}`).ok() },
			"no policies": func() { h.admin.patch("~/roles/"+id, `{"policies":[]}`).ok() },
		} {
			h.duringAndAfter(what, []caller{grace, ci}, take)
			h.admin.patch("~/roles/"+id, `{"policies":[`+h.admin.allows(viewKeys, viewOrganization, manageOrganization)+`]}`).ok()
			give()
		}
		h.duringAndAfter("removed", []caller{grace, ci}, func() {
			h.admin.delete("~/members/" + grace.id).ok()
			h.admin.delete("~/keys/" + ci.id).ok()
		})
	}, withoutLimit)
}

// duringAndAfter lets the callers read and change without a pause, takes something away as
// soon as each has succeeded, and fails the test when a request that began after the
// answer succeeds.
func (h *house) duringAndAfter(what string, callers []caller, take func()) {
	h.t.Helper()
	var answered atomic.Bool
	var all, succeeded sync.WaitGroup
	for _, c := range callers {
		for _, ask := range []func() *answer{
			func() *answer { return c.get("~/keys?limit=1") },
			func() *answer { return c.patch("~", `{"name":`+inJSON(someone())+`}`) },
		} {
			succeeded.Add(1)
			all.Go(func() {
				first := sync.OnceFunc(succeeded.Done)
				defer first()
				for refused := 0; refused < 3; {
					after := answered.Load()
					a := ask()
					switch {
					case a.status == 200 && after:
						h.t.Errorf("%s: %s began after the answer and succeeded", what, a.request)
						return
					case a.status == 200:
						first()
					case a.status != 401 && a.status != 403 && a.status != 404:
						h.t.Errorf("%s: %s answered %d %s", what, a.request, a.status, a.error())
						return
					case after:
						refused++
					}
				}
			})
		}
	}
	succeeded.Wait()
	take()
	answered.Store(true)
	all.Wait()
}
