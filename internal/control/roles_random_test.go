package control_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// Whatever is done to roles, their actors, members and invitations in whatever order, by
// whomever, with commits whose answer is lost and commits that are lost: keys and sessions
// may do exactly what the store says, every change is recorded with what it was about,
// nobody has been given what neither they nor who gave it held, and an Admin is left.
func TestRolesInTheDirectoryAreThoseOfTheStore(t *testing.T) {
	for name, options := range map[string]func(*testing.T) store.Options{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &rolesWalk{house: newHouse(t, options(t))}
			w.begin(t)
			rapid.Check(t, func(rt *rapid.T) {
				w.startAnew(rt)
				rt.Repeat(map[string]func(*rapid.T){
					"create role":       w.createRole,
					"update role":       w.updateRole,
					"update role again": w.updateRole, // twice as likely
					"give role":         w.giveRole,
					"delete role":       w.deleteRole,
					"member":            w.updateMember,
					"remove":            w.removeMember,
					"key":               w.updateKey,
					"invite":            w.inviteSomebody,
					"accept":            w.accept,
					"provider":          w.signInByProvider,
					"delete service":    w.deleteService,
					"load": func(rt *rapid.T) {
						if err := w.Load(rt.Context()); err != nil {
							rt.Fatal(err)
						}
					},
					"": func(rt *rapid.T) {
						w.wantMirror(rt, w.issued)
						w.wantSessions(rt, w.sessions)
					},
				})
			})
		})
	}
}

// rolesWalk is one sequence of changes. Keys and people stay; what they have changes.
type rolesWalk struct {
	*house
	issued   []cloud.Credential
	keys     []uuid.UUID
	sessions []control.SignedIn
	people   []uuid.UUID
	given    uuid.UUID // the role whose actors a step changes
}

var services = []uuid.UUID{uuid.MustParse("11111111-aaaa-4000-8000-000000000001"), uuid.MustParse("11111111-aaaa-4000-8000-000000000002")}

func (w *rolesWalk) begin(t *testing.T) {
	t.Helper()
	w.issued = []cloud.Credential{w.admin}
	w.insertServices(t, services...)
	w.sessions = []control.SignedIn{w.setUp(t, adaEmail), w.join(t, bobEmail), w.join(t, "carol@example.com")}
	for _, name := range []string{"a", "b", "c"} {
		key, credential := w.newKey(t, name)
		w.keys, w.issued = append(w.keys, key.ID), append(w.issued, credential)
	}
	for _, s := range w.sessions {
		w.people = append(w.people, w.in(t, s).PersonID())
	}
}

// startAnew takes away what the walk before has left, and makes everybody a member.
func (w *rolesWalk) startAnew(t *rapid.T) {
	w.clock.Advance(time.Second) // which session is the oldest is told by its time
	for i, email := range []string{adaEmail, bobEmail, "carol@example.com"} {
		w.sessions[i] = w.signInAs(t, email) // others came, and the oldest went
	}
	state := w.state(t)
	for _, id := range w.people {
		person := personIn(state, id)
		if _, is := person.In(w.organization); !is {
			for _, i := range must(w.Invitations(t.Context(), operator, w.organization)) {
				if i.Email == person.Email {
					must(0, w.DeleteInvitation(t.Context(), operator, w.organization, i.ID))
				}
			}
			i := w.invite(t, person.Email)
			must(0, w.AcceptInvitation(t.Context(), w.in(t, w.sessions[slices.Index(w.people, id)]), i.ID))
		}
	}
	for i, id := range w.people {
		must(w.UpdateMember(t.Context(), operator, w.organization, id, &[]uuid.UUID{cloud.AdminRoleID}))
		if i > 0 {
			must(w.UpdateMember(t.Context(), operator, w.organization, id, &[]uuid.UUID{}))
		}
	}
	for _, r := range state.Roles {
		must(0, w.DeleteRole(t.Context(), operator, w.organization, r.ID))
	}
	w.newRole(t, "manager", w.onOrganization(cloud.Allow, cloud.OrganizationManage, cloud.OrganizationView, cloud.ViewAPIKeys, cloud.UpdateAPIKeys), onServices(cloud.Allow, cloud.ServiceView))
	w.newRole(t, "denying", w.onOrganization(cloud.Deny, cloud.OrganizationView), onServices(cloud.Deny, cloud.ServiceView, services[0]))
}

// step calls an operation, perhaps with a commit that fails, and compares what it did with
// what it may do and with what it recorded.
func (w *rolesWalk) step(t *rapid.T, p access.Principal, operation func() error) {
	before := w.state(t)
	fault := rapid.SampledFrom([]string{"none", "none", "none", "none", "none", "none", "answer", "commit"}).Draw(t, "lost")
	switch fault {
	case "answer":
		w.commits.loseAnswer()
	case "commit":
		w.commits.loseCommit()
	}
	err := operation()
	faulty := fault != "none" && w.commits.next.Swap(nil) == nil
	after := w.state(t)
	moved := after.Revision - before.Revision
	switch recorded := w.changesSince(t, before.Revision); {
	case faulty && cloud.CodeOf(err) != cloud.Unavailable:
		t.Fatalf("the %s was lost, and the operation returned %v", fault, err)
	case moved != 0 && moved != 1, !faulty && err != nil && moved != 0, faulty && fault == "commit" && moved != 0,
		len(recorded) > 0 && moved == 0, len(recorded) == 0 && moved == 1 && !w.someoneSignedIn(before, after): // who is in no organization is recorded nowhere
		t.Fatalf("the revision moved by %d, %v was recorded, the operation returned %v", moved, recorded, err)
	case err != nil && cloud.CodeOf(err) == cloud.Internal:
		t.Fatalf("an error that says nothing: %v", err)
	default:
		if diff := cmp.Diff(w.changesBetween(before, after), ofStates(recorded), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("activities (-expected +recorded):\n%s", diff)
		}
	}
	w.wantNobodyGrantedMore(t, p, before, after)
	if !slices.ContainsFunc(after.People, func(p cloud.Person) bool {
		m, _ := p.In(w.organization)
		return slices.Contains(m.RoleIDs, cloud.AdminRoleID)
	}) {
		t.Fatal("no person is Admin any more")
	}
}

// someoneSignedIn reports whether there is a session that was not there before.
func (w *rolesWalk) someoneSignedIn(before, after store.State) bool {
	return slices.ContainsFunc(after.Sessions, func(s cloud.Session) bool {
		_, was := sessionIn(before, s.ID)
		return !was
	})
}

// changesSince returns what was recorded after the revision as "type target", sorted.
func (w *rolesWalk) changesSince(t *rapid.T, revision int64) (out []string) {
	for _, a := range w.targetsSince(t, revision) {
		out = append(out, string(a.Type)+" "+a.Target.ID)
	}
	slices.Sort(out)
	return out
}

// ofStates leaves out what two states do not show: invitations, links and sign-ins.
func ofStates(recorded []string) []string {
	return slices.DeleteFunc(slices.Clone(recorded), func(r string) bool {
		return strings.HasPrefix(r, "organization_invite_") || strings.HasPrefix(r, "user_")
	})
}

// changesBetween returns what must have been recorded, in the same form.
func (w *rolesWalk) changesBetween(before, after store.State) (want []string) {
	add := func(kind cloud.ActivityType, id uuid.UUID) { want = append(want, string(kind)+" "+id.String()) }
	for _, r := range before.Roles {
		if !slices.ContainsFunc(after.Roles, func(other cloud.Role) bool { return other.ID == r.ID }) {
			add(cloud.RoleDeleted, r.ID)
			return want // and from whom it was taken with it is no change of its own
		}
	}
	for _, k := range after.Keys {
		if old, _ := keyIn(before, k.ID); !slices.Equal(old.RoleIDs, k.RoleIDs) {
			add(cloud.KeyUpdated, k.ID)
		}
	}
	for _, p := range after.People {
		now, is := p.In(w.organization)
		old, was := personIn(before, p.ID).In(w.organization)
		switch changed := is && was && !slices.Equal(old.RoleIDs, now.RoleIDs); {
		case is && !was:
			add(cloud.MemberJoined, p.ID)
		case was && !is:
			add(cloud.MemberDeleted, p.ID)
		case changed:
			add(cloud.MemberRolesChanged, p.ID)
		}
	}
	for _, r := range after.Roles {
		i := slices.IndexFunc(before.Roles, func(other cloud.Role) bool { return other.ID == r.ID })
		switch {
		case i < 0:
			add(cloud.RoleCreated, r.ID)
		case !cmp.Equal(before.Roles[i], r):
			add(cloud.RoleUpdated, r.ID)
		}
	}
	if w.given != uuid.Nil && len(want) > 0 {
		add(cloud.RoleUpdated, w.given)
	}
	slices.Sort(want)
	return want
}

// wantNobodyGrantedMore fails the test when somebody may do what neither they nor the
// principal could do before.
func (w *rolesWalk) wantNobodyGrantedMore(t *rapid.T, p access.Principal, before, after store.State) {
	if p.Kind() == access.KindOperator {
		return
	}
	org := cloud.Organization{ID: w.organization}
	policies := func(state store.State, ids []uuid.UUID) *access.Policies {
		return access.Compile(w.organization, rolesIn(state, org, ids))
	}
	mine := policies(before, w.rolesOfPrincipal(before, p))
	for _, k := range after.Keys {
		old, _ := keyIn(before, k.ID)
		if !mine.CoversBeside(policies(before, old.RoleIDs), policies(after, k.RoleIDs)) {
			t.Fatalf("%s granted the key %s more than they held", p.Described(), k.Name)
		}
	}
	for _, person := range after.People {
		old, was := personIn(before, person.ID).In(w.organization)
		now, _ := person.In(w.organization)
		if was && !mine.CoversBeside(policies(before, old.RoleIDs), policies(after, now.RoleIDs)) {
			t.Fatalf("%s granted %s more than they held", p.Described(), person.Email)
		}
	}
}

func (w *rolesWalk) rolesOfPrincipal(state store.State, p access.Principal) []uuid.UUID {
	if p.Kind() == access.KindPerson {
		m, _ := personIn(state, p.PersonID()).In(w.organization)
		return m.RoleIDs
	}
	key, _ := keyIn(state, p.KeyID())
	return key.RoleIDs
}

// principal draws who asks.
func (w *rolesWalk) principal(t *rapid.T) access.Principal {
	switch n := rapid.IntRange(0, len(w.issued)+len(w.sessions)+3).Draw(t, "principal"); {
	case n < len(w.issued):
		return w.as(t, w.issued[n])
	case n < len(w.issued)+len(w.sessions):
		return w.in(t, w.sessions[n-len(w.issued)])
	default:
		return operator
	}
}

func (w *rolesWalk) drawPolicies(t *rapid.T) (policies []cloud.Policy) {
	for range rapid.IntRange(0, 3).Draw(t, "policies") {
		effect := rapid.SampledFrom([]cloud.Effect{cloud.Allow, cloud.Allow, cloud.Deny}).Draw(t, "effect")
		switch rapid.IntRange(0, 3).Draw(t, "about") {
		case 0:
			policies = append(policies, onServices(effect, rapid.SampledFrom([]cloud.Permission{cloud.ServiceView, cloud.ServiceManage}).Draw(t, "permission")))
		case 1:
			policies = append(policies, onServices(effect, cloud.ServiceView, services[:rapid.IntRange(1, 2).Draw(t, "services")]...))
		default:
			policies = append(policies, w.onOrganization(effect, rapid.SampledFrom([]cloud.Permission{cloud.OrganizationView, cloud.OrganizationManage, cloud.SupportManage}).Draw(t, "permission")))
		}
	}
	return policies
}

func (w *rolesWalk) drawActors(t *rapid.T) []cloud.ActorRef {
	all := []cloud.ActorRef{}
	for _, id := range w.keys {
		all = append(all, cloud.KeyActor(id))
	}
	for _, id := range w.people {
		all = append(all, cloud.PersonActor(id))
	}
	return rapid.Permutation(all).Draw(t, "actors")[:rapid.IntRange(0, 3).Draw(t, "number of actors")]
}

// drawRole draws a role that there is: mostly a custom one.
func (w *rolesWalk) drawRole(t *rapid.T) uuid.UUID {
	ids := []uuid.UUID{cloud.AdminRoleID}
	for _, r := range w.state(t).Roles {
		ids = append(ids, r.ID)
	}
	return rapid.SampledFrom(ids).Draw(t, "role")
}

func (w *rolesWalk) drawRoles(t *rapid.T) []uuid.UUID {
	ids := []uuid.UUID{}
	for range rapid.IntRange(0, 3).Draw(t, "number of roles") {
		ids = append(ids, w.drawRole(t))
	}
	return cloud.UniqueIDs(ids)
}

func (w *rolesWalk) createRole(t *rapid.T) {
	p := w.principal(t)
	n := cloud.NewRole{Name: rapid.SampledFrom([]string{"one", "two", "ONE", "Admin"}).Draw(t, "name"), Policies: w.drawPolicies(t), Actors: w.drawActors(t)}
	w.step(t, p, func() error { _, err := w.CreateRole(t.Context(), p, w.organization, n); return err })
}

func (w *rolesWalk) updateRole(t *rapid.T) {
	p, id := w.principal(t), w.drawRole(t)
	var patch cloud.RolePatch
	if rapid.Bool().Draw(t, "patch name") {
		patch.Name = ptr(rapid.SampledFrom([]string{"one", "two", "three"}).Draw(t, "name"))
	}
	if rapid.Bool().Draw(t, "patch policies") {
		patch.Policies = ptr(w.drawPolicies(t))
	}
	w.step(t, p, func() error { _, err := w.UpdateRole(t.Context(), p, w.organization, id, patch); return err })
}

// giveRole changes the actors of a role alone, so that it is known that the role was changed.
func (w *rolesWalk) giveRole(t *rapid.T) {
	p, id, actors := w.principal(t), w.drawRole(t), w.drawActors(t)
	w.given = id
	w.step(t, p, func() error {
		_, err := w.UpdateRole(t.Context(), p, w.organization, id, cloud.RolePatch{Actors: &actors})
		return err
	})
	w.given = uuid.Nil
}

// deleteService deletes a service, which then is in no policy, and makes another one with
// its id, which is in none either.
func (w *rolesWalk) deleteService(t *rapid.T) {
	id := rapid.SampledFrom(services).Draw(t, "service")
	if err := w.removeService(t, id); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.state(t).Roles {
		for _, p := range r.Policies {
			if len(p.Resources) == 0 || slices.Contains(p.Resources, cloud.InstanceResource(id)) {
				t.Fatalf("the role %s has the policy %+v", r.Name, p)
			}
		}
	}
	w.wantMirror(t, w.issued)
	w.insertServices(t, id)
}

func (w *rolesWalk) deleteRole(t *rapid.T) {
	p, id := w.principal(t), w.drawRole(t)
	w.step(t, p, func() error { return w.DeleteRole(t.Context(), p, w.organization, id) })
}

func (w *rolesWalk) updateMember(t *rapid.T) {
	p, id, roles := w.principal(t), rapid.SampledFrom(w.people).Draw(t, "person"), w.drawRoles(t)
	w.step(t, p, func() error { _, err := w.UpdateMember(t.Context(), p, w.organization, id, &roles); return err })
}

func (w *rolesWalk) removeMember(t *rapid.T) {
	p, id := w.principal(t), rapid.SampledFrom(w.people).Draw(t, "person")
	if p.PersonID() == id {
		return // who leaves is recorded otherwise
	}
	w.step(t, p, func() error { return w.DeleteMember(t.Context(), p, w.organization, id) })
}

func (w *rolesWalk) updateKey(t *rapid.T) {
	p, id, roles := w.principal(t), rapid.SampledFrom(w.keys).Draw(t, "key"), w.drawRoles(t)
	w.step(t, p, w.patchRoles(t, p, id, roles))
}

func (w *rolesWalk) patchRoles(t *rapid.T, p access.Principal, id uuid.UUID, roles []uuid.UUID) func() error {
	return func() error {
		_, err := w.UpdateKey(t.Context(), p, w.organization, id, cloud.KeyPatch{RoleIDs: &roles})
		return err
	}
}

func (w *rolesWalk) inviteSomebody(t *rapid.T) {
	p, email, roles := w.principal(t), rapid.SampledFrom([]string{adaEmail, bobEmail, "carol@example.com"}).Draw(t, "email"), w.drawRoles(t)
	w.step(t, p, func() error {
		_, err := w.Invite(t.Context(), p, w.organization, cloud.NewInvitation{Email: email, RoleIDs: roles})
		return err
	})
}

// accept lets somebody accept an invitation, of which there is perhaps none to them. Its
// roles were given by who invited, so what is granted is not asked.
func (w *rolesWalk) accept(t *rapid.T) {
	pending := must(w.Invitations(t.Context(), operator, w.organization))
	if len(pending) == 0 {
		return
	}
	i := rapid.SampledFrom(pending).Draw(t, "invitation")
	p := w.in(t, rapid.SampledFrom(w.sessions).Draw(t, "session"))
	w.step(t, operator, func() error { return w.AcceptInvitation(t.Context(), p, i.ID) })
}

func (w *rolesWalk) signInByProvider(t *rapid.T) {
	in := provider(rapid.SampledFrom([]string{adaEmail, bobEmail, "carol@example.com"}).Draw(t, "email"), func(in *control.ProviderSignIn) {
		in.Admitted, in.FollowGroups, in.DefaultRole = true, rapid.Bool().Draw(t, "follow groups"), "one"
		in.CustomRoles = rapid.SampledFrom([][]string{nil, {"two"}, {"manager", "Admin"}}).Draw(t, "groups")
		in.Roles = rapid.SampledFrom([][]string{nil, {cloud.RoleAdmin}}).Draw(t, "listed")
	})
	var s control.SignedIn
	w.step(t, operator, func() (err error) {
		s, err = w.SignInWith(t.Context(), visitor, in)
		return err
	})
	if p, err := w.directory.AuthenticateSession(s.Token.Reveal(), somewhere); err == nil {
		must(0, w.SignOut(t.Context(), p)) // there is room for so many sessions only
	}
}
