package access_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// customRole returns a role of ours with one policy.
func customRole(id uuid.UUID, effect cloud.Effect, permissions ...cloud.Permission) cloud.Role {
	resource := cloud.OrganizationResource(ours)
	if !permissions[0].OfOrganization() {
		resource = cloud.AllInstances
	}
	return cloud.Role{
		ID: id, OrganizationID: ours, Name: fmt.Sprint("role ", id), Type: cloud.CustomRole,
		Policies: []cloud.Policy{{Effect: effect, Permissions: permissions, Resources: []cloud.Resource{resource}}},
	}
}

// putRole tells the directory of a role as it is now.
func (h *house) putRole(r cloud.Role) {
	h.Helper()
	h.state.Roles = append(h.withoutRole(r), r)
	h.apply(access.Change{Roles: []cloud.Role{r}})
}

// deleteRole deletes a role and tells the directory.
func (h *house) deleteRole(r cloud.Role) {
	h.Helper()
	h.state.Roles = h.withoutRole(r)
	h.apply(access.Change{DeletedRoles: []cloud.Role{r}})
}

func (h *house) withoutRole(r cloud.Role) []cloud.Role {
	return slices.DeleteFunc(slices.Clone(h.state.Roles), func(other cloud.Role) bool { return other.ID == r.ID })
}

func withRoles(ids ...uuid.UUID) func(*cloud.Key) { return func(k *cloud.Key) { k.RoleIDs = ids } }

func TestWhoHasTheSameRolesSharesThem(t *testing.T) {
	// However many keys and people have the same roles, in whichever order, there is one set of them in memory, also after the store was read again.
	h := newHouse(t)
	a, b := customRole(uuid.New(), cloud.Allow, cloud.OrganizationView), customRole(uuid.New(), cloud.Allow, cloud.ServiceView)
	h.putRole(a)
	h.putRole(b)
	for i := range 300 {
		ids := []uuid.UUID{a.ID, b.ID, cloud.AdminRoleID}
		h.add(withRoles(slices.Concat(ids[i%3:], ids[:i%3], ids[:i%2])...))
	}
	for range 10 {
		p := ada()
		p.Memberships = []cloud.Membership{{OrganizationID: ours, RoleIDs: []uuid.UUID{cloud.AdminRoleID, b.ID, a.ID}}}
		h.putPerson(p)
	}
	for _, when := range []string{"at first", "loaded"} {
		if n := h.directory.RoleSets(); n != 1 {
			t.Errorf("%s there are %d sets", when, n)
		}
		h.directory.Load(h.state)
	}
	h.add(func(k *cloud.Key) { k.OrganizationID = theirs }) // is another organization's
	h.add(withRoles(a.ID))
	if n := h.directory.RoleSets(); n != 3 {
		t.Errorf("there are %d sets", n)
	}
}

func TestRoleThatChangesChangesForAllAtOnce(t *testing.T) {
	// When Apply returns, everybody who has the role may do by its new policies and no more by its
	// old ones: keys and people, in requests from before and after, whatever other roles they have.
	h := newHouse(t)
	role := customRole(uuid.New(), cloud.Allow, cloud.OrganizationManage)
	other := customRole(uuid.New(), cloud.Allow, cloud.OrganizationView)
	h.putRole(role)
	h.putRole(other)
	person := ada()
	person.Memberships[0].RoleIDs = []uuid.UUID{other.ID, role.ID}
	h.putPerson(person)
	alone, beside, without := h.add(withRoles(role.ID)), h.add(withRoles(role.ID, other.ID)), h.add(withRoles(other.ID))
	session := h.signIn(person)
	asked := func() map[string]access.Principal {
		return map[string]access.Principal{"alone": h.admitted(alone, home), "beside": h.admitted(beside, home), "person": h.in(session)}
	}
	before := asked()
	want := func(what string, permissions ...cloud.Permission) {
		t.Helper()
		for when, principals := range map[string]map[string]access.Principal{"before": before, "after": asked()} {
			for who, p := range principals {
				all := slices.Clone(permissions)
				if who != "alone" {
					all = append(all, cloud.OrganizationView)
				}
				if diff := cmp.Diff(all, p.PermissionsIn(ours), cmpopts.SortSlices(func(a, b cloud.Permission) bool { return a < b }), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("%s, %s from %s:\n%s", what, who, when, diff)
				}
			}
		}
		if got := h.admitted(without, home).PermissionsIn(ours); !slices.Equal(got, []cloud.Permission{cloud.OrganizationView}) {
			t.Errorf("%s: who does not have the role may %v", what, got)
		}
	}
	want("made", cloud.OrganizationManage)
	role.Policies[0].Permissions = []cloud.Permission{cloud.ViewAPIKeys, cloud.CreateAPIKeys}
	h.putRole(role)
	want("changed", cloud.ViewAPIKeys, cloud.CreateAPIKeys)
	elsewhere := customRole(role.ID, cloud.Allow, cloud.SupportManage)
	elsewhere.OrganizationID = theirs
	h.apply(access.Change{Roles: []cloud.Role{elsewhere}}) // says nothing here
	want("of another organization")
	h.putRole(role)
	h.deleteRole(role)
	want("deleted")
	role.Policies[0].Permissions = []cloud.Permission{cloud.SupportManage}
	h.putRole(role)
	want("made anew", cloud.SupportManage)
}

func TestDenyingRoleTakesAtOnce(t *testing.T) {
	// A role that begins to deny takes from everybody who has it what their other roles allow, and gives it back when it ends.
	h := newHouse(t)
	role := customRole(uuid.New(), cloud.Deny, cloud.OrganizationManage)
	k := h.add(withRoles(cloud.AdminRoleID, role.ID))
	before := h.admitted(k, home)
	may := func() bool {
		return before.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationManage) == nil
	}
	if !may() {
		t.Error("a role that is not there denies")
	}
	h.putRole(role)
	if may() {
		t.Error("what is denied is allowed")
	}
	h.directory.Load(h.state)
	if h.admitted(k, home).May(ours, cloud.OrganizationResource(ours), cloud.OrganizationManage) == nil {
		t.Error("what is denied is allowed after loading")
	}
	before = h.admitted(k, home)
	h.deleteRole(role)
	if !may() {
		t.Error("a role that is gone denies")
	}
}

func TestRolesAreNamedAsTheyAre(t *testing.T) {
	// Roles are found in the order of the ids, system and custom ones alike, those of the organization alone, also while nobody is admitted.
	h := newHouse(t)
	a, foreign := customRole(uuid.New(), cloud.Allow, cloud.OrganizationView), customRole(uuid.New(), cloud.Allow, cloud.OrganizationView)
	foreign.OrganizationID = theirs
	h.putRole(a)
	h.putRole(foreign)
	ids := []uuid.UUID{systemRoleID(cloud.RoleBilling), a.ID, foreign.ID, uuid.New(), cloud.AdminRoleID}
	names := func(organization uuid.UUID) (out []string) {
		for _, r := range h.directory.Roles(organization, ids) {
			out = append(out, r.Name)
		}
		return out
	}
	for _, when := range []string{"admitting", "suspended"} {
		if got := names(ours); !slices.Equal(got, []string{cloud.RoleBilling, a.Name, cloud.RoleAdmin}) {
			t.Errorf("%s: %q", when, got)
		}
		if got := names(theirs); !slices.Equal(got, []string{cloud.RoleBilling, foreign.Name, cloud.RoleAdmin}) {
			t.Errorf("%s, theirs: %q", when, got)
		}
		h.directory.Suspend()
	}
	if got := access.NewDirectory(h.clock).Roles(ours, ids); len(got) != 2 {
		t.Errorf("a directory that was never loaded has %v", got)
	}
}

func TestReadersSeeARoleBeforeOrAfterAChange(t *testing.T) {
	// While two roles change together, a request sees both as before or both as after; one that
	// begins when Apply has returned never sees them as before.
	h := newHouse(t)
	states := [][]cloud.Permission{{cloud.OrganizationView, cloud.ViewAPIKeys}, {cloud.OrganizationManage, cloud.CreateAPIKeys}, {cloud.SupportManage, cloud.ViewActivities}}
	first, second := uuid.New(), uuid.New()
	change := func(n int) access.Change {
		of := states[n%len(states)]
		return access.Change{Roles: []cloud.Role{customRole(first, cloud.Allow, of[0]), customRole(second, cloud.Allow, of[1])}}
	}
	h.apply(change(0))
	k := h.add(withRoles(second, first))
	person := ada()
	person.Memberships[0].RoleIDs = []uuid.UUID{first, second}
	h.putPerson(person)
	b := h.signIn(person)
	held := h.admitted(k, home)
	var begun, applied atomic.Int64
	var seen atomic.Int64
	done := make(chan struct{})
	var wait sync.WaitGroup
	for reader := range 4 {
		wait.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				lowest := applied.Load()
				p, err := held, error(nil)
				switch reader {
				case 1:
					p, err = h.directory.Authenticate(k.keyID, k.secret, home)
				case 2:
					p, err = h.directory.AuthenticateSession(b.token, home)
				}
				if err != nil {
					t.Errorf("refused: %v", err)
					return
				}
				got := p.PermissionsIn(ours)
				highest := begun.Load()
				right := false
				for n := lowest; n <= highest && !right; n++ {
					of := states[int(n)%len(states)]
					right = len(got) == len(of) && !slices.ContainsFunc(of, func(p cloud.Permission) bool { return !slices.Contains(got, p) })
				}
				if !right {
					t.Errorf("between the changes %d and %d somebody may %v", lowest, highest, got)
					return
				}
				seen.Add(1)
			}
		})
	}
	for n := range 1000 {
		begun.Store(int64(n + 1))
		h.apply(change(n + 1))
		applied.Store(int64(n + 1))
	}
	for seen.Load() < 100 && !t.Failed() {
		h.admitted(k, home) // the readers get their turn
	}
	close(done)
	wait.Wait()
}

func TestRolesInAnyOrderEndInTheirState(t *testing.T) {
	// Whatever changes of roles, keys and people there were, with readings of the store between
	// them, everybody may do what the roles in the state say.
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t)
		ids := []uuid.UUID{numberedID(7, 1), numberedID(7, 2), numberedID(7, 3)}
		some := rapid.Custom(func(rt *rapid.T) []uuid.UUID {
			all := append(slices.Clone(ids), systemRoleID(cloud.RoleBilling), cloud.AdminRoleID)
			return rapid.Permutation(all).Draw(rt, "order")[:rapid.IntRange(0, 3).Draw(rt, "how many")]
		})
		var keys []*tenant
		for range 4 {
			keys = append(keys, h.add(withRoles(some.Draw(rt, "roles")...)))
		}
		person := ada()
		h.putPerson(person)
		session := h.signIn(person)
		rt.Repeat(map[string]func(*rapid.T){
			"role": func(rt *rapid.T) {
				h.putRole(customRole(rapid.SampledFrom(ids).Draw(rt, "id"), rapid.SampledFrom([]cloud.Effect{cloud.Allow, cloud.Deny}).Draw(rt, "effect"),
					rapid.SampledFrom([]cloud.Permission{cloud.OrganizationView, cloud.OrganizationManageBilling, cloud.ServiceView}).Draw(rt, "permission")))
			},
			"delete": func(rt *rapid.T) { h.deleteRole(cloud.Role{ID: rapid.SampledFrom(ids).Draw(rt, "id")}) },
			"key": func(rt *rapid.T) {
				h.change(rapid.SampledFrom(keys).Draw(rt, "key"), withRoles(some.Draw(rt, "roles")...))
			},
			"person": func(rt *rapid.T) {
				person.Memberships = []cloud.Membership{{OrganizationID: ours, RoleIDs: some.Draw(rt, "roles")}}
				h.putPerson(person)
			},
			"load": func(*rapid.T) { h.directory.Load(h.state) },
			"": func(rt *rapid.T) {
				check := func(who string, p access.Principal, roleIDs []uuid.UUID) {
					var roles []cloud.Role
					for _, r := range slices.Concat(cloud.SystemRoles(cloud.Organization{ID: ours}), h.state.Roles) {
						if slices.Contains(roleIDs, r.ID) {
							roles = append(roles, r)
						}
					}
					ref := reference{ours, roles}
					for _, permission := range permissions {
						for _, resource := range []cloud.Resource{cloud.OrganizationResource(ours), cloud.AllInstances, cloud.InstanceResource(one)} {
							if got, want := p.May(ours, resource, permission) == nil, ref.allows(permission, resource); got != want {
								rt.Fatalf("%s: %s on %s: %t, its roles say %t", who, permission, resource, got, want)
							}
						}
					}
				}
				for i, k := range keys {
					check(fmt.Sprint("key ", i), h.admitted(k, home), k.RoleIDs)
				}
				check("the person", h.in(session), person.Memberships[0].RoleIDs)
			},
		})
	})
}

func TestPolicyThatIsAcceptedHasAnEffect(t *testing.T) {
	// Nothing that a custom role may hold is passed over: each permission of each accepted policy is
	// allowed by it, or denied to somebody who may do everything, on each of its resources.
	everything := cloud.SystemRoles(cloud.Organization{ID: ours})[0]
	accepted := 0
	rapid.Check(t, func(rt *rapid.T) {
		odd := func(what string) bool { return rapid.IntRange(0, 9).Draw(rt, what) == 0 }
		text := func(what string, right []string, wrong ...string) string {
			if odd("odd " + what) {
				return rapid.OneOf(rapid.SampledFrom(append(wrong, "")), rapid.String()).Draw(rt, what)
			}
			return rapid.SampledFrom(right).Draw(rt, what)
		}
		ofOrganization := rapid.Bool().Draw(rt, "of the organization")
		right := []string{"instance/*", "instance/" + one.String(), "instance/" + uuid.Nil.String(), "instance/" + upper(two)}
		if ofOrganization {
			right = []string{"organization/" + ours.String(), "organization/" + upper(ours)}
		}
		p := cloud.Policy{Effect: cloud.Effect(text("effect", []string{"ALLOW", "DENY"}, "allow", "Deny"))}
		for range rapid.IntRange(1, 4).Draw(rt, "permissions") {
			permission := rapid.SampledFrom(cloud.Permissions()).Filter(func(p cloud.Permission) bool { return p.OfOrganization() == ofOrganization }).Draw(rt, "permission")
			p.Permissions = append(p.Permissions, cloud.Permission(text("odd permission", []string{string(permission)}, string(cloud.ServiceView), string(cloud.OrganizationView))))
		}
		if rapid.Bool().Draw(rt, "with database access") && !ofOrganization {
			p.Permissions = append(p.Permissions, cloud.DatabaseAccess)
		}
		p.Tags.SQLConsole = cloud.SQLConsoleRole(text("tag", []string{"", "sql-console-readonly", "sql-console-admin"}, "admin"))
		for range rapid.IntRange(0, 2).Draw(rt, "grants") {
			p.Tags.Grants = append(p.Tags.Grants, text("grant", []string{"GRANT SELECT ON a.*"}, " "))
		}
		for range rapid.IntRange(1, 3).Draw(rt, "resources") {
			r := text("resource", right, "organization/"+theirs.String(), "organization/*", "INSTANCE/*", "instance/{"+one.String()+"}", "instance/"+upper(one)+" ")
			p.Resources = append(p.Resources, cloud.Resource(r))
			if rapid.Bool().Draw(rt, "parsed") {
				p.Resources[len(p.Resources)-1] = cloud.ParseResource(r)
			}
		}
		if cloud.CheckPolicies("policies", ours, []cloud.Policy{p}) != nil {
			return
		}
		accepted++
		role := cloud.Role{OrganizationID: ours, Policies: []cloud.Policy{p}}
		allowed, left := access.Compile(ours, []cloud.Role{role}), access.Compile(ours, []cloud.Role{role, everything})
		for _, resource := range p.Resources {
			for _, permission := range p.Permissions {
				console, grants := allowed.SQLConsole(resource)
				rest, _ := left.SQLConsole(resource)
				database := permission == cloud.DatabaseAccess
				switch {
				case p.Effect == cloud.Allow && !allowed.Allows(permission, resource):
					rt.Fatalf("%+v does not allow %s on %s", p, permission, resource)
				case p.Effect == cloud.Allow && database && (console != p.Tags.SQLConsole || len(grants) < len(p.Tags.Grants)):
					rt.Fatalf("%+v gives %q with %q on %s", p, console, grants, resource)
				case p.Effect == cloud.Deny && left.Allows(permission, resource) && (!database || rest == cloud.SQLConsoleAdmin):
					rt.Fatalf("%+v does not deny %s on %s", p, permission, resource)
				}
			}
		}
	})
	if accepted == 0 {
		t.Error("no policy was accepted")
	}
}

func upper(id uuid.UUID) string { return strings.ToUpper(id.String()) }
