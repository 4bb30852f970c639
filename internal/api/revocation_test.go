package api_test

import (
	"testing"
)

// A deleted key is 404 for good, in every operation, and its credential 401 from
// the moment of the answer.
func TestDeletedKeyIsGoneAtOnceAndForGood(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for range 3 {
			key := h.admin.keyWith("Org API reader")
			key.get("~/keys").ok()
			deleted := h.admin.delete("~/keys/" + key.id).ok()
			if deleted.has("result") {
				t.Errorf("the answer to DELETE has a result: %s", deleted.body)
			}
			key.get("~/keys").is(401, "UNAUTHORIZED: Key is not found")
			h.admin.get("~/keys/"+key.id).is(404, "NOT_FOUND: Key not found")
			h.admin.patchKey(key.id, `{"state":"enabled"}`).is(404, "NOT_FOUND: Key not found")
			h.admin.delete("~/keys/"+key.id).is(404, "NOT_FOUND: Key not found")
		}
	})
}

// What a change takes away is refused from the moment of its answer, and what it
// gives is there from then on.
func TestChangeHoldsFromItsAnswer(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Org API reader")
		for range 3 {
			key.get("~/keys").ok()
			h.admin.patchKey(key.id, `{"state":"disabled"}`).ok()
			key.get("~/keys").is(401, "UNAUTHORIZED: Key is not active")
			h.admin.patchKey(key.id, `{"state":"enabled","assignedRoleIds":[]}`).ok()
			key.get("~/keys").says(403, "FORBIDDEN: This needs the permission control-plane:organization:view-api-keys")
			h.admin.patchKey(key.id, `{"roles":["developer"]}`).ok()
			key.get("~/keys").ok()
		}
	})
}

// When the answer to a commit is lost, the caller learns that it is not known; and
// whatever was committed holds from then on, and nothing else.
func TestLostCommitIsNotDenied(t *testing.T) {
	var commit func(func() error) error
	lose := func(s *settings) {
		s.commit = func(do func() error) error { return commit(do) }
	}
	for name, made := range map[string]bool{"committed": true, "not committed": false} {
		t.Run(name, func(t *testing.T) {
			commit = func(do func() error) error { return do() }
			h := houseOnSQLite(t, lose)
			key := h.admin.keyWith("Org API reader")
			commit = func(do func() error) error {
				if made {
					if err := do(); err != nil {
						t.Error(err)
					}
				}
				return errLostAnswer
			}
			a := h.admin.delete("~/keys/" + key.id)
			a.is(503, "SERVICE_UNAVAILABLE: It is not known whether the change was made; read it again")
			if a.header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
			}
			if made {
				key.whoami().is(401, "UNAUTHORIZED: Key is not found")
			} else {
				key.whoami().ok()
			}
			if n := len(h.activities(h.id)); (n == 4) != made {
				t.Errorf("there are %d activities", n)
			}
		})
	}
}
