package api_test

import (
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
)

// operatorHeader stands for the socket in the data directory.
const operatorHeader = "Test-Operator"

// withOperator lets whoever sends operatorHeader ask as the operator.
func withOperator(s *settings) {
	s.identify = func(next api.Identifier) api.Identifier {
		operator := api.Operator(func(r *http.Request) string { return r.Header.Get(operatorHeader) })
		return func(r *http.Request, from netip.Addr) (access.Principal, error) {
			if r.Header.Get(operatorHeader) != "" {
				return operator(r, from)
			}
			return next(r, from)
		}
	}
}

// The last person with the role Admin keeps it, whoever asks to take it, from whichever
// side and by whichever name: not even the operator does. With a second one it goes.
func TestLastAdminAmongThePeopleStays(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.person("ada@example.com")
		grace := h.member("grace@example.com", systemRole("Member"))
		admin := "~/roles/" + systemRole("Admin")
		takeAway := map[string]func(by caller) *answer{
			"no roles": func(by caller) *answer { return by.patch("~/members/"+ada.id, `{"assignedRoleIds":[]}`) },
			"another role": func(by caller) *answer {
				return by.patch("~/members/"+ada.id, `{"assignedRoleIds":["`+systemRole("Member")+`"]}`)
			},
			"the old name": func(by caller) *answer { return by.patch("~/members/"+ada.id, `{"role":"developer"}`) },
			"removed":      func(by caller) *answer { return by.delete("~/members/" + ada.id) },
			"no actors":    func(by caller) *answer { return by.patch(admin, `{"actors":[]}`) },
			"only the key": func(by caller) *answer { return by.patch(admin, `{"actors":["`+h.admin.actor()+`"]}`) },
			"nobody's keys": func(by caller) *answer {
				return by.patch(admin, `{"actors":["`+h.admin.actor()+`","`+h.admin.actor()+`"]}`)
			},
		}
		before := h.revision()
		for what, take := range takeAway {
			for _, by := range []caller{h.admin, ada, h.nobody().with(operatorHeader, "root")} {
				a := take(by)
				if a.is(409, "CONFLICT: At least one person must have the role Admin: give it to somebody else first"); t.Failed() {
					t.Fatalf("%s, asked by %q %s", what, by.keyID, by.id)
				}
			}
		}
		if h.revision() != before {
			t.Error("a refused change was made in part")
		}
		// What leaves it to them is allowed: more roles, and other keys.
		h.admin.patch("~/members/"+ada.id, `{"assignedRoleIds":["`+systemRole("Billing")+`","`+systemRole("Admin")+`"]}`).ok()
		h.admin.patch(admin, `{"actors":["`+ada.actor()+`","`+h.admin.actor()+`"]}`).ok()

		// With a second one all of it is fine, and then that one is the last.
		for what, take := range takeAway {
			h.admin.patch("~/members/"+grace.id, `{"role":"admin"}`).ok()
			if what == "no actors" || what == "only the key" || what == "nobody's keys" { // which names neither of them
				take = func(by caller) *answer {
					return by.patch(admin, `{"actors":["`+h.admin.actor()+`","`+grace.actor()+`"]}`)
				}
			}
			if a := take(h.admin); a.status != 200 {
				t.Fatalf("%s, although there are two: %d %s", what, a.status, a.error())
			}
			h.admin.delete("~/members/"+grace.id).says(409, "CONFLICT: At least one person")
			if what == "removed" {
				h.acceptAs(ada, h.admin.link(h.invite("ada@example.com")))
			}
			h.admin.patch("~/members/"+ada.id, `{"role":"admin"}`).ok()
			h.admin.patch("~/members/"+grace.id, `{"assignedRoleIds":[]}`).ok()
		}
	}, withOperator)
}

// Where no person is Admin, the last usable key with the role keeps it: Terraform's destroy
// of an assignment must not lock everybody out.
func TestLastAdminKeyStaysInTheRole(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin, grace := "~/roles/"+systemRole("Admin"), h.member("grace@example.com")
		disabled := h.admin.key(`"name":"disabled","roles":["admin"],"state":"disabled"`)
		const refused = "CONFLICT: At least one usable key must have the role Admin as long as no person has it: give it to another key first"
		h.admin.patch(admin, `{"actors":[]}`).is(409, refused)
		h.admin.patch(admin, `{"actors":["`+disabled.actor()+`"]}`).is(409, refused)
		h.admin.get(admin).ok().shows(map[string]string{"result.actors": `["` + h.admin.actor() + `","` + disabled.actor() + `"]`})
		// To hand it over to a person in one request is fine.
		grace.get("~").says(403, "FORBIDDEN: ")
		h.admin.patch(admin, `{"actors":["`+grace.actor()+`"]}`).ok().shows(map[string]string{"result.actors": `["` + grace.actor() + `"]`})
		grace.get("~/roles").ok()
		h.admin.get("~/roles").says(403, "FORBIDDEN: ")
	})
}

// Two people who remove each other, or take the role from each other, at the same moment
// do not both succeed, although both were admitted before either change was made.
func TestTwoPeopleCannotTakeEachOtherAway(t *testing.T) {
	var together atomic.Bool
	admitted := make(chan struct{}, 2)
	meet := func(s *settings) {
		s.identify = func(next api.Identifier) api.Identifier {
			return func(r *http.Request, from netip.Addr) (access.Principal, error) {
				defer func() {
					if together.Load() {
						admitted <- struct{}{}
					}
				}()
				return next(r, from)
			}
		}
		s.commit = func(do func() error) error {
			if together.Load() {
				<-admitted
				<-admitted
				together.Store(false)
			}
			return do()
		}
	}
	for what, take := range map[string]func(by, from caller) *answer{
		"remove":   func(by, from caller) *answer { return by.delete("~/members/" + from.id) },
		"no roles": func(by, from caller) *answer { return by.patch("~/members/"+from.id, `{"assignedRoleIds":[]}`) },
		"no actor": func(by, _ caller) *answer {
			return by.patch("~/roles/"+systemRole("Admin"), `{"actors":["`+by.actor()+`"]}`)
		},
	} {
		t.Run(what, func(t *testing.T) {
			h := houseOnSQLite(t, meet)
			a, b := h.person("ada@example.com"), h.person("grace@example.com")
			together.Store(true)
			var both sync.WaitGroup
			var byA, byB *answer
			both.Go(func() { byA = take(a, b) })
			both.Go(func() { byB = take(b, a) })
			both.Wait()
			if (byA.status == 200) == (byB.status == 200) {
				t.Fatalf("they are answered %d and %d", byA.status, byB.status)
			}
			left, lost := a, byB
			if byB.status == 200 {
				left, lost = b, byA
			}
			if lost.status != 404 && lost.status != 403 {
				t.Errorf("the one that was too late is answered %d %s", lost.status, lost.error())
			}
			left.get("~/roles").ok()
		})
	}
}
