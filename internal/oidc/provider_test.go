package oidc_test

import (
	"slices"
	"testing"

	"github.com/gatehouse/gatehouse/internal/oidc"
)

func TestAdmitsByTheExactDomain(t *testing.T) {
	// Only who has an address in a named domain joins without an invitation: not below it,
	// not beside it, and nobody when no domain is named.
	p := oidc.Provider{AllowedDomains: []string{"example.com", "example.org"}}
	for email, want := range map[string]bool{
		"ada@example.com": true, "ada@example.org": true, "Ada@EXAMPLE.com": true, "a@b@example.com": true,
		"ada@mail.example.com": false, "ada@badexample.com": false, "ada@example.com.evil.example": false, "ada@example.com@evil.example": false,
		"ada@example.com ": false, "ada@example.com.": false, "ada@": false, "@example.com": false, "example.com": false, "": false,
	} {
		if got := p.Admits(email); got != want {
			t.Errorf("%q: got %v", email, got)
		}
		if (oidc.Provider{}).Admits(email) {
			t.Errorf("%q is admitted without any domain", email)
		}
	}
}

func TestGroupsThatAreNotListedStandForCustomRolesOnly(t *testing.T) {
	// A group gives the role that the operator listed for it. One that is not listed, even
	// one called Admin, comes back among the names of custom roles.
	p := oidc.Provider{GroupRoles: map[string]string{"platform-admins": "Admin", "ops": "Admin", "data": "Analysts"}}
	listed, byName := p.RoleNames([]string{"data", "platform-admins", "ops", "Admin", "auditors", "data", "auditors", "Data"})
	if !slices.Equal(listed, []string{"Analysts", "Admin"}) || !slices.Equal(byName, []string{"Admin", "auditors", "Data"}) {
		t.Errorf("%q, %q", listed, byName)
	}
	if listed, byName := p.RoleNames(nil); len(listed)+len(byName) != 0 {
		t.Errorf("%q, %q", listed, byName)
	}
}

func TestOtherErrorsHaveNoReason(t *testing.T) {
	// A page that asks for the reason of any error gets one only for those of a sign-in.
	if got := oidc.ReasonOf(nil); got != oidc.NoReason {
		t.Errorf("%q", got)
	}
}
