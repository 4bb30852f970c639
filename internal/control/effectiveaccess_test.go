package control_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// Whatever roles somebody has, effective access decides on every permission as they are
// admitted, and names the policy that decides when all policies are gone through; on
// the organization, on all services, and on each that a policy names.
func TestEffectiveAccessIsWhatThePoliciesSay(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		random := rand.New(rand.NewPCG(1, 2))
		services := []uuid.UUID{h.insertService(t), h.insertService(t), h.insertService(t)}
		for round := range 12 {
			ids := []uuid.UUID{}
			for i := range random.IntN(4) {
				ids = append(ids, h.newRole(t, fmt.Sprint("role ", round, " ", i), h.randomPolicies(random, services)...).ID)
			}
			if system := cloud.SystemRoles(cloud.Organization{}); random.IntN(2) == 0 {
				ids = append(ids, system[random.IntN(len(system))].ID)
			}
			key, principal := h.keyWith(t, "key", ids...)
			e, err := h.KeyEffectiveAccess(t.Context(), operator, h.organization, key.ID)
			if err != nil {
				t.Fatal(err)
			}
			roles := h.directory.Roles(h.organization, ids)
			want := []cloud.Resource{cloud.OrganizationResource(h.organization), cloud.AllInstances}
			for _, p := range e.Permissions {
				if may := principal.May(h.organization, p.Resource, p.Permission) == nil; may != p.Allowed {
					t.Errorf("%s on %s: decided %v, but the key may: %v", p.Permission, p.Resource, p.Allowed, may)
				}
				if d := access.Decide(h.organization, roles, p.Permission, p.Resource); d != p.Decision {
					t.Errorf("%s on %s: decided %+v, all policies say %+v", p.Permission, p.Resource, p.Decision, d)
				}
				if !slices.Contains(want, p.Resource) {
					want = append(want, p.Resource)
				}
			}
			if e.Actor != cloud.KeyActor(key.ID) || e.LeftOff != 0 || !slices.Equal(e.Resources, want) || len(e.Permissions) != 11+18*(len(want)-1) {
				t.Errorf("of %s, %d permissions on %v, want %v", e.Actor, len(e.Permissions), e.Resources, want)
			}
			policies := access.Compile(h.organization, roles)
			if len(e.SQLConsole) != len(want)-1 {
				t.Errorf("the SQL console is told of %d resources", len(e.SQLConsole))
			}
			for _, c := range e.SQLConsole {
				if role, grants := policies.SQLConsole(c.Resource); role != c.Role || len(grants) < len(c.Grants) || (len(grants) == 0) != (len(c.Grants) == 0) {
					t.Errorf("on %s the SQL console has %q with %q", c.Resource, c.Role, c.Grants)
				}
			}
		}
	})
}

// randomPolicies returns some policies that a role can have.
func (h *house) randomPolicies(random *rand.Rand, services []uuid.UUID) (policies []cloud.Policy) {
	all := cloud.Permissions()
	for range random.IntN(5) {
		p := cloud.Policy{Effect: []cloud.Effect{cloud.Allow, cloud.Allow, cloud.Deny}[random.IntN(3)]}
		first := all[random.IntN(len(all))]
		for _, permission := range all {
			if permission.OfOrganization() == first.OfOrganization() && random.IntN(3) > 0 {
				p.Permissions = append(p.Permissions, permission)
			}
		}
		switch {
		case len(p.Permissions) == 0:
			continue
		case first.OfOrganization():
			p.Resources = []cloud.Resource{cloud.OrganizationResource(h.organization)}
		case random.IntN(2) == 0:
			p.Resources = []cloud.Resource{cloud.AllInstances}
		default:
			p.Resources = []cloud.Resource{cloud.InstanceResource(services[random.IntN(len(services))]), cloud.InstanceResource(services[random.IntN(len(services))])}
		}
		if slices.Contains(p.Permissions, cloud.DatabaseAccess) {
			p.Tags.SQLConsole = []cloud.SQLConsoleRole{cloud.SQLConsoleReadOnly, cloud.SQLConsoleAdmin}[random.IntN(2)]
			p.Tags.Grants = []string{"GRANT SELECT ON a.*", "GRANT SELECT ON a.*"}
		}
		policies = append(policies, p)
	}
	return policies
}

// An operation is allowed when all permissions that it needs are. What decides is the policy
// about the first that is refused, or about the last; nothing decides where no policy says
// anything, nor where no permission is needed.
func TestEffectiveAccessDecidesOnOperations(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	view := h.newRole(t, "view", h.onOrganization(cloud.Allow, cloud.ViewAPIKeys))
	update := h.newRole(t, "update", h.onOrganization(cloud.Allow, cloud.UpdateAPIKeys))
	nobody := h.newRole(t, "nobody", h.onOrganization(cloud.Allow, cloud.OrganizationView), h.onOrganization(cloud.Deny, cloud.ViewAPIKeys, cloud.UpdateAPIKeys))
	for _, test := range []struct {
		roles     []cloud.Role
		operation control.Operation
		allowed   bool
		role      string
		policy    int
		effect    cloud.Effect
	}{
		{nil, control.WhoamiGet, true, "", 0, ""},
		{nil, control.KeyUpdate, false, "", 0, ""},
		{[]cloud.Role{view}, control.KeyGet, true, "view", 0, cloud.Allow},
		{[]cloud.Role{view}, control.KeyUpdate, false, "", 0, ""}, // no policy is about the second
		{[]cloud.Role{view, update}, control.KeyUpdate, true, "update", 0, cloud.Allow},
		{[]cloud.Role{update, view}, control.KeyUpdate, true, "update", 0, cloud.Allow},
		{[]cloud.Role{update}, control.KeyUpdate, false, "", 0, ""}, // nor about the first
		{[]cloud.Role{view, update, nobody}, control.KeyUpdate, false, "nobody", 1, cloud.Deny},
		{[]cloud.Role{view, update, nobody}, control.KeyDelete, false, "nobody", 1, cloud.Deny},
	} {
		ids := []uuid.UUID{}
		for _, r := range test.roles {
			ids = append(ids, r.ID)
		}
		key, _ := h.keyWith(t, "key", ids...)
		e, err := h.KeyEffectiveAccess(t.Context(), operator, h.organization, key.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := access.Decision{Allowed: test.allowed, Effect: test.effect}
		for _, r := range test.roles {
			if r.Name == test.role {
				want.Role, want.Policy = r.Assigned(), r.Policies[test.policy].ID
			}
		}
		if diff := cmp.Diff([]control.OperationAccess{{Resource: cloud.OrganizationResource(h.organization), Decision: want}}, e.Operation(test.operation)); diff != "" {
			t.Errorf("%s with %d roles (-want +got):\n%s", test.operation, len(ids), diff)
		}
	}
}

// What a member may do is told of the organization that is asked about, also for the
// operator; who is in another does not exist.
func TestEffectiveAccessOfAMemberIsOfOneOrganization(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.in(t, h.setUp(t, adaEmail))
		bob := h.in(t, h.join(t, bobEmail, roleIDs(cloud.RoleBilling)...))
		second := h.secondOrganization(t)
		h.write(t, func(tx *store.Tx) error {
			_, err := tx.InsertMembership(t.Context(), bob.PersonID(), cloud.Membership{OrganizationID: second.ID, JoinedAt: h.clock.Now(), RoleIDs: roleIDs(cloud.RoleAdmin)})
			return err
		})
		allowed := func(p access.Principal, organization uuid.UUID) (n int) {
			e, err := h.MemberEffectiveAccess(t.Context(), p, organization, bob.PersonID())
			if err != nil {
				t.Fatal(err)
			}
			for _, permission := range e.Permissions {
				if permission.Allowed {
					n++
				}
			}
			return n
		}
		if a, b, c := allowed(ada, h.organization), allowed(operator, h.organization), allowed(operator, second.ID); a != 3 || b != 3 || c != 29 {
			t.Errorf("Bob has %d and %d permissions here, %d there", a, b, c)
		}
		_, err := h.MemberEffectiveAccess(t.Context(), ada, second.ID, bob.PersonID())
		wantCode(t, err, cloud.NotFound)
		_, err = h.MemberEffectiveAccess(t.Context(), operator, second.ID, ada.PersonID())
		wantCode(t, err, cloud.NotFound)
		_, err = h.MemberEffectiveAccess(t.Context(), bob, h.organization, bob.PersonID())
		wantCode(t, err, cloud.Forbidden)
		key, _ := h.newKey(t, "key", cloud.RoleOrgAPIReader)
		_, err = h.KeyEffectiveAccess(t.Context(), operator, second.ID, key.ID)
		wantCode(t, err, cloud.NotFound)
	})
}

// However many services policies name, the answer has a bound, and says what is beyond it.
func TestEffectiveAccessIsBounded(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	var ids []uuid.UUID
	for i := range 2 {
		services := make([]uuid.UUID, 600)
		for j := range services {
			services[j] = uuid.New()
		}
		h.insertServices(t, services...)
		ids = append(ids, h.newRole(t, fmt.Sprint("role ", i), onServices(cloud.Allow, cloud.ServiceView, services...)).ID)
	}
	key, _ := h.keyWith(t, "key", ids...)
	e, err := h.KeyEffectiveAccess(t.Context(), operator, h.organization, key.ID)
	if err != nil || len(e.Resources) != 2+control.MaxNamedServices || e.LeftOff != 200 || len(e.Permissions) != 11+18*(1+control.MaxNamedServices) {
		t.Errorf("%d resources and %d permissions, %d left off: %v", len(e.Resources), len(e.Permissions), e.LeftOff, err)
	}
}
