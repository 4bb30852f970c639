package access_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestKeyAsAPrincipal(t *testing.T) {
	// A key acts under its own name and id, from its address, in its organization; no
	// other organization exists for it.
	h := newHouse(t)
	k := h.add(func(k *cloud.Key) { k.Name = "CI" })
	p := h.admitted(k, home).WithAgent("curl/8.5.0")
	if org, ok := p.Organization(); p.Kind() != access.KindKey || p.KeyID() != k.ID || p.Name() != "CI" || org != ours || !ok {
		t.Errorf("%v %v %q %v", p.Kind(), p.KeyID(), p.Name(), org)
	}
	if want := (cloud.Actor{Type: cloud.ActorAPI, ID: k.ID.String(), Details: "CI", Address: home, UserAgent: "curl/8.5.0"}); p.Actor() != want {
		t.Errorf("%+v", p.Actor())
	}
	if err := p.In(ours); err != nil {
		t.Error(err)
	}
	for _, id := range []uuid.UUID{theirs, uuid.New(), uuid.Nil} {
		wantError(t, p.In(id), cloud.NotFound, "Organization not found")
	}
	current, err := p.Current()
	if err != nil || current != p {
		t.Errorf("by now it is %+v, %v", current, err)
	}
}

func TestKeyNeedsAllPermissions(t *testing.T) {
	// An operation that needs several permissions is refused for the first one missing,
	// which is named.
	h := newHouse(t)
	p := h.admitted(h.add(func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{systemRoleID(cloud.RoleOrgAPIReader)} }), home)
	org := cloud.OrganizationResource(ours)
	if err := p.May(ours, org, cloud.OrganizationView, cloud.ViewAPIKeys); err != nil {
		t.Error(err)
	}
	wantError(t, p.May(ours, org, cloud.OrganizationView, cloud.OrganizationManage, cloud.DeleteAPIKeys), cloud.Forbidden, notAllowed)
	if p.May(ours, cloud.OrganizationResource(theirs), cloud.OrganizationView) == nil {
		t.Error("it may view another organization")
	}
}

func TestKeyCoversWhatItsRolesAllow(t *testing.T) {
	// A key can grant its own rights and less, in its own organization.
	h := newHouse(t)
	p := h.admitted(h.add(func(k *cloud.Key) {
		k.RoleIDs = []uuid.UUID{systemRoleID(cloud.RoleServiceAdmin), systemRoleID(cloud.RoleOrgAPIReader)}
	}), home)
	covers := func(org uuid.UUID, role string) bool {
		return p.Covers(org, access.PoliciesOf(cloud.Organization{ID: org}, []uuid.UUID{systemRoleID(role)}))
	}
	for _, role := range []string{cloud.RoleMember, cloud.RoleOrgAPIReader, cloud.RoleServiceAdmin, cloud.RoleServiceReader, cloud.RoleServiceAPIReader} {
		if !covers(ours, role) {
			t.Errorf("it cannot grant %s", role)
		}
	}
	for _, role := range []string{cloud.RoleAdmin, cloud.RoleBilling, cloud.RoleServiceAPIAdmin} {
		if covers(ours, role) {
			t.Errorf("it can grant %s", role)
		}
	}
	if covers(theirs, cloud.RoleOrgAPIReader) {
		t.Error("it can grant rights on another organization")
	}
}

func TestOperatorMayDoEverything(t *testing.T) {
	// Whoever has the data directory is in every organization, has no limit, and is
	// remembered as the system, with the name of the account.
	p := access.Operator("root", "gatehouse/1")
	if _, bound := p.Organization(); p.Kind() != access.KindOperator || p.KeyID() != uuid.Nil || p.Name() != "root" || bound {
		t.Errorf("%v %v %q", p.Kind(), p.KeyID(), p.Name())
	}
	if err := p.In(uuid.New()); err != nil {
		t.Error(err)
	}
	if err := p.May(theirs, cloud.OrganizationResource(theirs), cloud.Permissions()...); err != nil {
		t.Error(err)
	}
	if !p.Covers(ours, access.PoliciesOf(cloud.Organization{ID: ours}, []uuid.UUID{cloud.AdminRoleID})) {
		t.Error("it cannot grant Admin")
	}
	if want := (cloud.Actor{Type: cloud.ActorSystem, Details: "operator root", UserAgent: "gatehouse/1"}); p.Actor() != want {
		t.Errorf("%+v", p.Actor())
	}
	if current, err := p.Current(); err != nil || current != p {
		t.Errorf("%+v, %v", current, err)
	}
	if _, limited := p.Take(cloudLimit); limited {
		t.Error("it is limited")
	}
}

func TestNobodyMayDoNothing(t *testing.T) {
	// A principal that was never authenticated, as of a programming mistake, is in no
	// organization and has no permission.
	var p access.Principal
	wantError(t, p.In(ours), cloud.NotFound, "Organization not found")
	for _, permission := range cloud.Permissions() {
		if cloud.CodeOf(p.May(ours, cloud.OrganizationResource(ours), permission)) != cloud.Forbidden || cloud.CodeOf(p.May(ours, cloud.AllInstances, permission)) != cloud.Forbidden {
			t.Errorf("it may %s", permission)
		}
	}
	if p.Covers(ours, access.PoliciesOf(cloud.Organization{ID: ours}, nil)) {
		t.Error("it can grant")
	}
	if _, limited := p.Take(cloudLimit); limited || p.KeyID() != uuid.Nil || p.Name() != "" {
		t.Error("it is somebody")
	}
}

// What a person is told they may do with services is what they may do with each of them:
// with one that a policy names, and with one that none does.
func TestServicePermissionsAreThoseThatAreDecidedBy(t *testing.T) {
	h := newHouse(t)
	named, denied, unnamed := uuid.New(), uuid.New(), uuid.New()
	role := cloud.Role{ID: uuid.New(), OrganizationID: ours, Name: "some", Type: cloud.CustomRole, Policies: []cloud.Policy{
		{Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.ServiceView}, Resources: []cloud.Resource{cloud.AllInstances}},
		{Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.ServiceManage}, Resources: []cloud.Resource{cloud.InstanceResource(named)}},
		{Effect: cloud.Deny, Permissions: []cloud.Permission{cloud.ServiceView}, Resources: []cloud.Resource{cloud.InstanceResource(denied)}},
	}}
	h.putRole(role)
	p := h.admitted(h.add(func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{role.ID} }), home)
	for _, who := range []access.Principal{p, access.Operator("root", "")} {
		told := who.ServicePermissionsIn(ours)
		for _, id := range []uuid.UUID{named, denied, unnamed} {
			of, alone := told[cloud.InstanceResource(id)]
			if !alone {
				of = told[cloud.AllInstances]
			}
			for _, permission := range cloud.Permissions() {
				if permission.OfOrganization() {
					continue
				}
				if may := who.May(ours, cloud.InstanceResource(id), permission) == nil; may != slices.Contains(of, permission) {
					t.Errorf("%s on %s: may %v, told %v", permission, id, may, of)
				}
			}
		}
	}
	if told := p.ServicePermissionsIn(theirs); len(told) != 0 {
		t.Errorf("in another organization: %v", told)
	}
}
