package api_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

// stranger is somebody who must not be let in: a key that would be an Admin, but for one thing.
type stranger struct {
	what     string
	caller   caller
	status   int
	sentence string
}

func strangers(h *house) []stranger {
	const admin = `"name":"stranger","roles":["admin"]`
	wrong := h.admin.key(admin)
	wrong.secret = h.admin.secret
	expired := h.admin.key(admin + `,"expireAt":"2026-03-01T12:01:00Z"`)
	disabled := h.admin.key(admin + `,"state":"disabled"`)
	elsewhere := h.admin.key(admin + `,"ipAccessList":[{"source":"203.0.113.0/24"}]`).from("198.51.100.9")
	nowhere := h.admin.key(admin + `,"ipAccessList":[]`)
	deleted := h.admin.key(admin)
	h.admin.delete("~/keys/" + deleted.id).ok()
	signedOut := h.person("signed.out@example.com")
	h.signOut(signedOut)
	h.clock.Advance(time.Minute)
	return []stranger{
		{"no key", h.nobody(), 401, "UNAUTHORIZED: The Authorization header is missing: send key ID and key secret by HTTP Basic"},
		{"a wrong secret", wrong, 401, "UNAUTHORIZED: Key is not found"},
		{"a deleted key", deleted, 401, "UNAUTHORIZED: Key is not found"},
		{"a session that has ended", signedOut, 401, "UNAUTHORIZED: The session has ended: sign in again"},
		{"a disabled key", disabled, 401, "UNAUTHORIZED: Key is not active"},
		{"an expired key", expired, 401, "UNAUTHORIZED: Key is not active"},
		{"a key from another address", elsewhere, 403, "FORBIDDEN: The address 198.51.100.9 is not in the IP access list of this key"},
		{"a key for no address", nowhere, 403, "FORBIDDEN: The IP access list of this key is empty, so that it cannot be used from any address"},
	}
}

// signOut ends the session of the caller.
func (h *house) signOut(c caller) {
	h.t.Helper()
	p, err := h.directory.AuthenticateSession(c.header.Get(sessionHeader), netip.Addr{})
	if err == nil {
		err = h.control.SignOut(h.t.Context(), p)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// Every operation of our document, whichever it is, refuses every stranger with the
// same bytes as all others do, refuses who lacks the right, be it a key or a person, and
// answers about what is another organization's as about what does not exist: to a key, to
// a person who was never in it, and to one who was removed from it. Nothing that is
// refused changes anything.
func TestEveryOperationIsIsolated(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		all := strangers(h)
		other := h.another("Other")
		without := []caller{h.admin.key(`"name":"no roles"`), h.member("no.roles@example.com")}
		removed := h.member("removed@example.com", systemRole("Admin"))
		h.admin.delete("~/members/" + removed.id).ok()
		outside := map[string]caller{
			"another organization's key": other.admin, "another organization's Admin": other.member("theirs@example.com", systemRole("Admin")), "a removed member": removed,
		}
		want := map[string]string{}
		for _, o := range documentedOperations(t) {
			r := o.about(t, h.organization)
			foreign := foreignThings(t, o, h.organization, other)
			before := h.revision()
			for _, s := range all {
				h.clock.Advance(time.Minute) // so that the refusals are not slowed
				a := r.by(s.caller)
				a.is(s.status, s.sentence)
				if want[s.what] == "" {
					want[s.what] = a.bytes()
				}
				if a.bytes() != want[s.what] {
					t.Errorf("%s with %s answers %s, others %s", o.id, s.what, a.bytes(), want[s.what])
				}
			}
			if len(o.permissions) > 0 {
				for _, c := range without {
					r.by(c).says(403, "FORBIDDEN: This needs the permission ")
				}
			}
			if slices.Contains(o.path, "organizationId") {
				for what, c := range outside {
					theirs, nobodys := r.by(c), r.with("organizationId", uuid.NewString()).by(c)
					if theirs.is(404, "NOT_FOUND: Organization not found"); want["outside"] == "" {
						want["outside"] = theirs.bytes()
					}
					if theirs.bytes() != nobodys.bytes() || theirs.bytes() != want["outside"] {
						t.Errorf("%s with %s answers %s, about no organization %s, others %s", o.id, what, theirs.bytes(), nobodys.bytes(), want["outside"])
					}
				}
			}
			for parameter, id := range foreign {
				theirs, nobodys := r.with(parameter, id).by(h.admin), r.with(parameter, uuid.NewString()).by(h.admin)
				theirs.says(404, "NOT_FOUND: ")
				if theirs.bytes() != nobodys.bytes() {
					t.Errorf("%s with another organization's %s answers %s, with nobody's %s", o.id, parameter, theirs.bytes(), nobodys.bytes())
				}
			}
			if h.revision() != before {
				t.Errorf("%s: a refused request changed something", o.id)
			}
		}
	}, withoutLimit)
}

// foreignThings returns an id of the other organization for each parameter of the
// operation that names something which no two organizations share.
func foreignThings(t *testing.T, o documented, own, other organization) map[string]string {
	foreign := map[string]string{}
	for _, name := range o.path {
		thing, ok := things[name]
		if !ok || name == "organizationId" {
			continue
		}
		if theirs := thing(other); theirs != thing(own) {
			foreign[name] = theirs
		} else {
			t.Errorf("both organizations have the %s %s", name, theirs)
		}
	}
	return foreign
}
