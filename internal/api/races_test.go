package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// An invitation is accepted or revoked, never both, however close the two come; and of two
// links that are followed at the same moment one makes the member.
func TestInvitationIsUsedUpOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		accept := func(token string) *answer {
			_, err := h.control.Accept(t.Context(), control.Visitor{}, token, "Grace", password)
			if err != nil && cloud.CodeOf(err) != cloud.NotFound {
				t.Error(err)
			}
			return &answer{status: map[bool]int{true: 200, false: 404}[err == nil]}
		}
		for range 5 {
			email := someone()
			id := h.invite(email)
			link := h.admin.link(id)
			both := together(2, func(i int) *answer {
				if i == 0 {
					return accept(link)
				}
				return h.admin.delete("~/invitations/" + id)
			})
			member := slices.Contains(h.admin.get("~/members").ok().each("email"), email)
			if (both[0].status == 200) == (both[1].status == 200) || member != (both[0].status == 200) {
				t.Errorf("to accept gives %d, to revoke %d, and a member is there: %t", both[0].status, both[1].status, member)
			}

			email = someone()
			id = h.invite(email)
			links := []string{h.admin.link(id), h.admin.link(id), h.admin.link(id)}
			used := 0
			for _, a := range together(len(links), func(i int) *answer { return accept(links[i]) }) {
				if a.status == 200 {
					used++
				}
			}
			if used != 1 {
				t.Errorf("%d links were used", used)
			}
		}
	}, withoutLimit)
}

// Who is invited twice at the same moment is invited once.
func TestOneOfTwoInvitationsIsMade(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		made := 0
		for _, a := range together(6, func(int) *answer { return h.admin.post("~/invitations", `{"email":"grace@example.com"}`) }) {
			if a.status == 200 {
				made++
			} else {
				a.says(409, "is invited already")
			}
		}
		if made != 1 || len(h.admin.get("~/invitations").ok().list("result")) != 1 {
			t.Errorf("%d were made", made)
		}
	})
}

// A role that is deleted while it is given to somebody is theirs no more afterwards, or was
// never: nothing names it, and the store is whole.
func TestRoleIsDeletedWhileItIsGiven(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		grace, ci := h.member("grace@example.com"), h.admin.key(`"name":"ci"`)
		for range 4 {
			id := h.admin.role("Readers", h.admin.allows(viewKeys))
			ids := `{"assignedRoleIds":["` + id + `"]}`
			asks := []func() *answer{
				func() *answer { return h.admin.delete("~/roles/" + id) },
				func() *answer { return h.admin.patch("~/members/"+grace.id, ids) },
				func() *answer { return h.admin.patchKey(ci.id, ids) },
				func() *answer { return h.admin.patch("~/roles/"+id, `{"actors":["`+grace.actor()+`"]}`) },
				func() *answer { return h.admin.post("~/invitations", `{"email":"`+someone()+`",`+ids[1:]) },
			}
			for i, a := range together(len(asks), func(i int) *answer { return asks[i]() }) {
				if a.status != 200 && (i == 0 || a.status != 404 && !strings.Contains(a.error(), "there is no role")) {
					t.Errorf("%s answered %d %s", a.request, a.status, a.error())
				}
			}
			for _, path := range []string{"~/roles", "~/members", "~/keys", "~/invitations"} {
				if strings.Contains(string(h.admin.get(path).ok().body), id) {
					t.Errorf("%s names a role that is deleted", path)
				}
			}
			grace.get("~/keys").says(403, "FORBIDDEN: ")
			ci.get("~/keys").says(403, "FORBIDDEN: ")
		}
		if err := h.store.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
