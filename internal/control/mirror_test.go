package control_test

import (
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// wantMirror fails the test unless the directory decides exactly as the store's
// state says: for each credential that was ever issued, and for the organizations.
func (h *house) wantMirror(t fataler, issued []cloud.Credential) {
	t.Helper()
	state := h.state(t)
	if diff := cmp.Diff(state.Organizations, h.Organizations(operator), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("organizations: the directory (+) differs from the store (-):\n%s", diff)
	}
	left := len(state.Keys)
	for _, c := range issued {
		key, kept := find(state, c)
		if kept {
			left--
		}
		p, err := h.authenticate(c)
		if want := h.verdict(key, kept); want != "" {
			if err == nil || sentence(err) != want {
				t.Fatalf("key …%s: the directory says %v, the store says %q", c.KeyID[16:], err, want)
			}
			continue
		}
		if err != nil {
			t.Fatalf("key %q: the directory refuses it, the store admits it: %v", key.Name, err)
		}
		wantPrincipal(t, state, key, p)
		if _, err := h.directory.Authenticate(c.KeyID, "4b1d-wrong", somewhere); sentence(err) != keyNotFound {
			t.Fatalf("key %q with a wrong secret: %v", key.Name, err)
		}
	}
	if left != 0 {
		t.Fatalf("the store holds %d keys that nobody was given", left)
	}
}

const (
	keyNotFound  = "Key is not found"
	keyNotActive = "Key is not active"
	wrongAddress = "The address 203.0.113.7 is not in the IP access list of this key"
	noAddress    = "The IP access list of this key is empty, so that it cannot be used from any address"
)

// verdict returns the sentence by which the key is to be refused, empty when it is
// to be admitted. It follows the nouns alone, not the code under test.
func (h *house) verdict(key cloud.Key, kept bool) string {
	switch {
	case !kept:
		return keyNotFound
	case !key.Active(h.clock.Now()):
		return keyNotActive
	case key.Addresses != nil && len(key.Addresses) == 0:
		return noAddress
	case !key.Addresses.Set().Contains(somewhere):
		return wrongAddress
	default:
		return ""
	}
}

func wantPrincipal(t fataler, state store.State, key cloud.Key, p access.Principal) {
	t.Helper()
	if p.KeyID() != key.ID || p.Name() != key.Name {
		t.Fatalf("key %q: the directory knows it as %s %q, the store as %s", key.Name, p.KeyID(), p.Name(), key.ID)
	}
	org := state.Organizations[slices.IndexFunc(state.Organizations, func(o cloud.Organization) bool { return o.ID == key.OrganizationID })]
	policies := access.Compile(org.ID, rolesIn(state, org, key.RoleIDs))
	for _, resource := range resourcesIn(state, org.ID) {
		for _, permission := range cloud.Permissions() {
			if may := p.May(org.ID, resource, permission) == nil; may != policies.Allows(permission, resource) {
				t.Fatalf("key %q: the directory says %v to %s on %s, its roles in the store say otherwise", key.Name, may, permission, resource)
			}
		}
	}
}

func find(state store.State, c cloud.Credential) (cloud.Key, bool) {
	hashed := cloud.HashOf(c.KeyID)
	for _, k := range state.Keys {
		if k.Credential.KeyID == hashed {
			return k, true
		}
	}
	return cloud.Key{}, false
}

// resourcesIn returns the organization, all services, and each service that a role names.
func resourcesIn(state store.State, organization uuid.UUID) []cloud.Resource {
	resources := []cloud.Resource{cloud.OrganizationResource(organization), cloud.AllInstances}
	for _, role := range state.Roles {
		for _, p := range role.Policies {
			for _, r := range p.Resources {
				if _, service := r.Instance(); service && !slices.Contains(resources, r) {
					resources = append(resources, r)
				}
			}
		}
	}
	return resources
}

// rolesIn returns those of the roles that the organization has.
func rolesIn(state store.State, org cloud.Organization, ids []uuid.UUID) []cloud.Role {
	roles := slices.Concat(cloud.SystemRoles(org), state.Roles)
	return slices.DeleteFunc(roles, func(r cloud.Role) bool { return r.OrganizationID != org.ID || !slices.Contains(ids, r.ID) })
}
