package api_test

import (
	"slices"
	"strings"
	"testing"
)

// sides are what roles say of their actors, and members and keys of their roles.
type sides struct {
	h     *house
	names map[string]string   // of roles, by id
	want  map[string][]string // the ids of the roles of each actor, in order
}

// holds fails the test unless all three sides, in list and get alike, say what is wanted.
func (s sides) holds(t *testing.T, after string) {
	t.Helper()
	h := s.h
	members, keys, roles := h.admin.get("~/members").ok(), h.admin.get("~/keys").ok(), h.admin.get("~/roles").ok()
	actors := map[string][]string{}
	for actor, ids := range s.want {
		var listed, one any
		if id, person := strings.CutPrefix(actor, "user/"); person {
			i := slices.Index(members.each("userId"), id)
			listed, one = members.list("result")[i].(map[string]any)["assignedRoles"], h.admin.get("~/members/"+id).ok().value("result.assignedRoles")
		} else {
			id = strings.TrimPrefix(actor, "apiKey/")
			i := slices.Index(keys.each("id"), id)
			listed, one = keys.list("result")[i].(map[string]any)["assignedRoles"], h.admin.get("~/keys/"+id).ok().value("result.assignedRoles")
		}
		got := []string{}
		for _, role := range one.([]any) {
			got = append(got, role.(map[string]any)["roleId"].(string))
		}
		if inJSON(listed) != inJSON(one) || !slices.Equal(got, ids) {
			t.Fatalf("after %s %s has %s, listed %s, want %v", after, actor, inJSON(one), inJSON(listed), ids)
		}
		for _, id := range ids {
			actors[id] = append(actors[id], actor)
		}
	}
	for id, name := range s.names {
		i := slices.Index(roles.each("id"), id)
		one, again := h.admin.get("~/roles/"+id).ok(), h.admin.get("~/roles/"+id).ok()
		if listed := roles.list("result")[i]; inJSON(listed) != inJSON(one.value("result")) || inJSON(one.value("result")) != inJSON(again.value("result")) {
			t.Fatalf("after %s the role %s is %s, then %s, listed %s", after, name, one.body, again.body, inJSON(listed))
		}
		got, want := []string{}, slices.Clone(actors[id])
		for _, actor := range one.list("result.actors") {
			got = append(got, actor.(string))
		}
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Fatalf("after %s the actors of %s are %q, want %q", after, name, got, want)
		}
	}
}

// Who has which role is one relation, seen from the role, the member and the key: what is
// changed on one side is there on the others at once, and what is not named stays as it
// was, in its order.
func TestRolesMembersAndKeysAgree(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		analysts, runners, member := h.admin.role("Analysts"), h.admin.role("Runners"), systemRole("Member")
		ada, grace := h.member("ada@example.com"), h.member("grace@example.com")
		ci, cd := h.admin.key(`"name":"ci"`), h.admin.key(`"name":"cd"`)
		s := sides{
			h: h, names: map[string]string{analysts: "Analysts", runners: "Runners", member: "Member"},
			want: map[string][]string{ada.actor(): nil, grace.actor(): nil, ci.actor(): nil, cd.actor(): nil},
		}
		s.holds(t, "nothing")
		patch := func(c caller, ids ...string) string {
			path := "~/keys/" + c.id
			if strings.HasPrefix(c.actor(), "user/") {
				path = "~/members/" + c.id
			}
			a := h.admin.patch(path, `{"assignedRoleIds":`+inJSON(append([]string{}, ids...))+`}`).ok()
			s.want[c.actor()] = ids
			return a.request
		}
		// actors sets those of a role: whoever is new gets it behind their other roles.
		actors := func(id string, callers ...caller) string {
			names := []string{}
			for _, c := range callers {
				names = append(names, c.actor())
			}
			a := h.admin.patch("~/roles/"+id, `{"actors":`+inJSON(names)+`}`).ok()
			for actor, ids := range s.want {
				switch has := slices.Contains(ids, id); {
				case has && !slices.Contains(names, actor):
					s.want[actor] = slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other == id })
				case !has && slices.Contains(names, actor):
					s.want[actor] = append(slices.Clone(ids), id)
				}
			}
			if shown := a.list("result.actors"); len(shown) != len(names) {
				t.Errorf("%s answers with the actors %v", a.request, shown)
			}
			return a.request
		}
		for _, change := range []func() string{
			func() string { return actors(analysts, grace, ci, ada) },
			func() string { return patch(grace, runners, analysts) },
			func() string { return patch(ci, member, analysts, runners) },
			func() string { return actors(analysts, ada, cd, ci) },
			func() string { return actors(member, cd, grace, ci) },
			func() string { return patch(ada) },
			func() string { return actors(runners, ada, grace, ci, cd) },
			func() string { return patch(cd, runners, member, analysts) },
			func() string { return actors(member) },
			func() string { return actors(runners, grace) },
			func() string { return patch(grace, analysts) },
		} {
			s.holds(t, change())
		}
		// A new role may have its actors from the beginning, and a new key its roles.
		third := h.admin.post("~/roles", `{"name":"Third","policies":[],"actors":["`+cd.actor()+`","`+grace.actor()+`"]}`).ok().text("result.id")
		s.names[third] = "Third"
		s.want[cd.actor()], s.want[grace.actor()] = append(s.want[cd.actor()], third), append(s.want[grace.actor()], third)
		s.holds(t, "a role with actors")
		late := h.admin.key(`"name":"late","assignedRoleIds":["` + third + `","` + analysts + `"]`)
		s.want[late.actor()] = []string{third, analysts}
		s.holds(t, "a key with roles")
		barbara := h.member("barbara@example.com", analysts, third, member)
		s.want[barbara.actor()] = []string{analysts, third, member}
		s.holds(t, "an invitation with roles")

		h.admin.delete("~/roles/" + analysts).ok()
		delete(s.names, analysts)
		for actor, ids := range s.want {
			s.want[actor] = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == analysts })
		}
		s.holds(t, "a role was deleted")
		h.admin.delete("~/keys/" + late.id).ok()
		h.admin.delete("~/members/" + barbara.id).ok()
		delete(s.want, late.actor())
		delete(s.want, barbara.actor())
		s.holds(t, "a key and a member were deleted")
		if err := h.store.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}, withoutLimit)
}

// What a change gives to an actor is recorded with the actor, whichever side it was made
// from, and with the role when it was made there.
func TestAssignmentIsRecorded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, key, grace := h.admin.role("Analysts"), h.admin.key(`"name":"ci"`), h.member("grace@example.com")
		seen := len(h.activities(h.id))
		recorded := func(want ...string) {
			t.Helper()
			got := []string{}
			for _, a := range h.activities(h.id)[seen:] {
				got = append(got, string(a.Type)+" "+a.Target.Name+" "+string(a.KeyUpdate))
			}
			seen += len(got)
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("recorded is %q, want %q", got, want)
			}
		}
		h.admin.patch("~/roles/"+id, `{"actors":["`+key.actor()+`","`+grace.actor()+`"]}`).ok()
		recorded("openapi_key_update ci roles-v2-changed", "organization_member_update_roles grace@example.com ", "role_update Analysts ")
		h.admin.patch("~/roles/"+id, `{"actors":["`+grace.actor()+`","`+key.actor()+`"]}`).ok()
		recorded()
		h.admin.patch("~/members/"+grace.id, `{"assignedRoleIds":[]}`).ok()
		recorded("organization_member_update_roles grace@example.com ")
		h.admin.patch("~/roles/"+id, `{"name":"Readers","actors":[]}`).ok()
		recorded("openapi_key_update ci roles-v2-changed", "role_update Readers ")
	})
}
