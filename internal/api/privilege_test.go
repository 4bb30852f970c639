package api_test

import (
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
)

// A key cannot delete itself, not even when it is one Admin of several.
func TestKeyCannotDeleteItself(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.admin.keyWith("Admin")
		const refused = "BAD_REQUEST: A key cannot delete itself: use another key"
		h.admin.delete("~/keys/"+h.admin.id).is(400, refused)
		other.delete("~/keys/"+other.id).is(400, refused)
		other.delete("~/keys/" + h.admin.id).ok()
		h.admin.whoami().is(401, "UNAUTHORIZED: Key is not found")
		other.delete("~/keys/"+other.id).is(400, refused)
	})
}

// A key may take from itself what it likes; it holds from the next request on.
func TestKeyMayChangeItself(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		renamed := h.admin.keyWith("Admin")
		renamed.patchKey(renamed.id, `{"name":"renamed"}`).ok()
		renamed.whoami().ok().shows(map[string]string{"result.name": `"renamed"`})
		for body, refused := range map[string]string{
			`{"state":"disabled"}`:        "Key is not active",
			`{"assignedRoleIds":[]}`:      "This needs the permission control-plane:organization:view",
			`{"ipAccessList":[]}`:         "IP access list of this key is empty",
			`{"roles":["developer"]}`:     "",
			`{"expireAt":"` + soon + `"}`: "",
		} {
			key := h.admin.keyWith("Admin")
			key.patchKey(key.id, body).ok()
			if a := key.get("~"); refused == "" {
				a.ok()
			} else if a.status < 401 || a.status > 403 {
				t.Errorf("after %s the key still gets %d", body, a.status)
			}
		}
	})
}

// soon is a few hours after every story begins.
const soon = "2026-03-01T18:00:00Z"

// The last key that can be used as Admin cannot be made unusable in any way: not
// deleted, not disabled, not without its role, not without an address.
func TestLastUsableAdminStays(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const refused = `CONFLICT: The key "First Admin key" is the last usable one with the role Admin: give the role to another key first`
		takeAway := []string{
			`{"state":"disabled"}`, `{"assignedRoleIds":[]}`, `{"assignedRoleIds":["` + systemRole("Billing") + `"]}`, `{"roles":["developer"]}`, `{"ipAccessList":[]}`,
		}
		// None of these is usable as Admin.
		h.admin.post("~/keys", `{"name":"disabled","roles":["admin"],"state":"disabled"}`).ok()
		h.admin.post("~/keys", `{"name":"nowhere","roles":["admin"],"ipAccessList":[]}`).ok()
		h.admin.post("~/keys", `{"name":"expired","roles":["admin"],"expireAt":"2026-03-01T12:01:00Z"}`).ok()
		h.admin.post("~/keys", `{"name":"no Admin","roles":["developer"]}`).ok()
		h.clock.Advance(time.Minute)
		before := h.revision()
		for _, body := range takeAway {
			h.admin.patchKey(h.admin.id, body).is(409, refused)
		}
		h.admin.patchKey(h.admin.id, `{"name":"renamed","state":"disabled"}`).is(409, refused)
		if h.revision() != before {
			t.Error("a refused change was made in part")
		}
		// What does not make it unusable is allowed.
		h.admin.patchKey(h.admin.id, `{"ipAccessList":[{"source":"0.0.0.0/0"}],"expireAt":"2030-01-01T00:00:00Z"}`).ok()
		h.admin.patchKey(h.admin.id, `{"roles":["admin","developer"]}`).ok()

		// With a second usable Admin all of it is fine, and then that one is the last.
		for _, body := range takeAway {
			second := h.admin.key(`"name":"second","roles":["admin"]`)
			second.patchKey(h.admin.id, body).ok()
			second.patchKey(second.id, body).says(409, `CONFLICT: The key "second" is the last usable one`)
			second.patchKey(h.admin.id, `{"state":"enabled","roles":["admin"],"ipAccessList":[{"source":"0.0.0.0/0"}]}`).ok()
			h.admin.delete("~/keys/" + second.id).ok()
		}
	})
}

// The last usable Admin is one of its organization: that of another does not count.
func TestLastUsableAdminIsCountedByOrganization(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		h.admin.patchKey(h.admin.id, `{"state":"disabled"}`).says(409, "CONFLICT: ")
		other.admin.patchKey(other.admin.id, `{"roles":["developer"]}`).says(409, "CONFLICT: ")
	})
}

// Two Admins that take each other away at the same moment do not both succeed,
// although both were admitted before either change was made: one is always left.
func TestTwoAdminsCannotTakeEachOtherAway(t *testing.T) {
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
		"delete":   func(by, from caller) *answer { return by.delete("~/keys/" + from.id) },
		"disable":  func(by, from caller) *answer { return by.patchKey(from.id, `{"state":"disabled"}`) },
		"no roles": func(by, from caller) *answer { return by.patchKey(from.id, `{"assignedRoleIds":[]}`) },
	} {
		t.Run(what, func(t *testing.T) {
			h := houseOnSQLite(t, meet)
			a, b := h.admin, h.admin.keyWith("Admin")
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
			if lost.status != 401 && lost.status != 403 {
				t.Errorf("the one that was too late is answered %d %s", lost.status, lost.error())
			}
			left.get("~/keys").ok()
		})
	}
}

// Nobody but an Admin creates, changes or deletes keys, so nobody gets more than
// they hold by way of a key. (That a weaker role with these permissions cannot
// grant what it lacks is tested in package control: no system role is such.)
func TestOnlyAdminsGrant(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		target := h.admin.key(`"name":"target","roles":["admin"],"state":"disabled","ipAccessList":[{"source":"203.0.113.7"}]`)
		for _, role := range []string{
			"Billing", "Org API reader", "Member", "Service reader", "Service admin", "Service API reader", "Service API admin", "Basic service API reader",
		} {
			key := h.admin.keyWith(role)
			key.post("~/keys", `{"name":"a key"}`).says(403, "FORBIDDEN: This needs the permission control-plane:organization:create-api-keys")
			for _, body := range []string{`{"state":"enabled"}`, `{"roles":["admin"]}`, `{"expireAt":null}`, `{"ipAccessList":[{"source":"0.0.0.0/0"}]}`, `{"name":"mine"}`, `{}`} {
				key.patchKey(target.id, body).says(403, "FORBIDDEN: This needs the permission")
				key.patchKey(key.id, body).says(403, "FORBIDDEN: This needs the permission")
			}
			key.delete("~/keys/"+target.id).says(403, "FORBIDDEN: This needs the permission")
		}
		h.admin.get("~/keys/" + target.id).ok().shows(map[string]string{"result.state": `"disabled"`, "result.name": `"target"`})
	})
}
