package oidc_test

import (
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/oidc"
	"github.com/gatehouse/gatehouse/internal/oidc/oidctest"
)

// userInfoOnly makes the provider tell e-mail and name at the userinfo endpoint.
func (h *house) userInfoOnly() {
	client := h.server.Client("gatehouse")
	client.UserInfoOnly = true
	h.server.Register(client)
}

func TestEmailIsTakenFromTheUserinfoEndpoint(t *testing.T) {
	// A provider that keeps to the letter and leaves e-mail and name out of the ID token is
	// asked at the userinfo endpoint; one that puts all into the ID token is not.
	h := newHouse(t, []oidctest.User{ada})
	h.mustSignIn("ada-1")
	if n := h.count(userInfoPath); n != 0 {
		t.Errorf("the userinfo endpoint was asked %d times for nothing", n)
	}
	h.userInfoOnly()
	if got := h.mustSignIn("ada-1"); got.Email != "ada@example.com" || got.Name != "Ada Lovelace" || len(got.Groups) != 2 {
		t.Errorf("%+v", got)
	}
	if n := h.count(userInfoPath); n != 1 {
		t.Errorf("the userinfo endpoint was asked %d times", n)
	}
}

func TestUserinfoOfSomebodyElseIsRefused(t *testing.T) {
	// What the userinfo endpoint tells counts only if it is of the subject of the ID token,
	// or a token that was put in its place would bring another's address (OpenID Connect
	// Core 1.0, section 5.3.2).
	h := newHouse(t, []oidctest.User{ada})
	h.userInfoOnly()
	for _, subject := range []any{"eve", "", nil, "ADA-1"} {
		h.rewrites(userInfoPath, func(answer map[string]any) { answer["sub"] = subject })
		_, err := h.signIn("ada-1")
		h.fails(err, cloud.Forbidden, oidc.Unverifiable, "somebody else")
	}
	h.rewrites(userInfoPath, func(answer map[string]any) { delete(answer, "sub"); answer["SUB"] = "ada-1" })
	_, err := h.signIn("ada-1")
	h.fails(err, cloud.Forbidden, oidc.Unverifiable, "somebody else")
	h.rewrites(userInfoPath, func(answer map[string]any) { answer["email_verified"] = "perhaps" })
	_, err = h.signIn("ada-1")
	h.fails(err, cloud.Forbidden, oidc.Unverifiable, "cannot be read")
}

func TestOnlyAVerifiedEmailSignsIn(t *testing.T) {
	// An account is found by its address, so an address counts only when the provider
	// says in so many words that it has verified it: true, or "true" as some write it.
	for name, c := range map[string]struct {
		claims map[string]any
		email  string
		want   oidc.Reason
		there  oidc.Reason // at the userinfo endpoint, where that is another: an answer that go-oidc does not read
	}{
		"true":                     {claims: map[string]any{"email_verified": true}, email: "ada@example.com"},
		"the text true":            {claims: map[string]any{"email_verified": "true"}, email: "ada@example.com"},
		"false":                    {claims: map[string]any{"email_verified": false}, email: "ada@example.com", want: oidc.UnverifiedEmail},
		"the text false":           {claims: map[string]any{"email_verified": "false"}, email: "ada@example.com", want: oidc.UnverifiedEmail},
		"another text":             {claims: map[string]any{"email_verified": "TRUE"}, email: "ada@example.com", want: oidc.UnverifiedEmail, there: oidc.Unverifiable},
		"a number":                 {claims: map[string]any{"email_verified": 1}, email: "ada@example.com", want: oidc.UnverifiedEmail, there: oidc.Unverifiable},
		"not said":                 {email: "ada@example.com", want: oidc.UnverifiedEmail},
		"said of another name":     {claims: map[string]any{"Email_Verified": true}, email: "ada@example.com", want: oidc.UnverifiedEmail},
		"no address":               {claims: map[string]any{"email_verified": true}, want: oidc.NoEmail},
		"an address of another":    {claims: map[string]any{"email_verified": true, "Email": "ada@example.com"}, want: oidc.NoEmail},
		"an address that is none":  {claims: map[string]any{"email_verified": true}, email: "ada", want: oidc.NoEmail},
		"an address that is a lot": {claims: map[string]any{"email_verified": true}, email: "ada@example.com,eve@example.com", want: oidc.NoEmail},
		"a list of addresses":      {claims: map[string]any{"email_verified": true, "email": []any{"ada@example.com"}}, want: oidc.Unverifiable},
		"a sign that becomes k":    {claims: map[string]any{"email_verified": true}, email: "\u212Aate@example.com", want: oidc.NoEmail},
		"letters beyond ASCII":     {claims: map[string]any{"email_verified": true}, email: "änne@example.com"},
	} {
		for _, where := range []string{"ID token", "userinfo"} {
			t.Run(name+" in the "+where, func(t *testing.T) {
				h := newHouse(t, []oidctest.User{{Subject: "ada-1", Email: c.email, Name: "Ada", Claims: c.claims}}, func(p *oidc.Provider) { p.GroupsClaim = "" })
				want := c.want
				if where == "userinfo" {
					if c.there != oidc.NoReason {
						want = c.there
					}
					// Further claims stand in the ID token, as far as it is not altered.
					h.userInfoOnly()
					h.altersIDToken(func(claims map[string]any) { delete(claims, "email"); delete(claims, "email_verified") })
				}
				got, err := h.signIn("ada-1")
				if want != oidc.NoReason {
					h.fails(err, cloud.Forbidden, want, "")
				} else if err != nil || got.Email != c.email {
					t.Errorf("%q, %v", got.Email, err)
				}
			})
		}
	}
}

func TestAddressAndItsVerificationAreToldTogether(t *testing.T) {
	// An ID token with an address that nobody vouches for does not borrow the word of the
	// userinfo endpoint, which may know another address: its address counts then.
	h := newHouse(t, []oidctest.User{ada})
	h.altersIDToken(func(claims map[string]any) {
		claims["email"] = "victim@example.com"
		delete(claims, "email_verified")
	})
	if got := h.mustSignIn("ada-1"); got.Email != "ada@example.com" {
		t.Errorf("%q", got.Email)
	}
	h.altersIDToken(func(claims map[string]any) { claims["email_verified"] = false })
	_, err := h.signIn("ada-1")
	h.fails(err, cloud.Forbidden, oidc.UnverifiedEmail, "")
}

func TestNameIsFitForKeeping(t *testing.T) {
	// Whatever the provider says of a name, the result can be the name of a person.
	long := strings.Repeat("x", 1000)
	for name, c := range map[string]struct {
		claims map[string]any
		want   string
	}{
		"a name":                    {map[string]any{"name": " Ada Lovelace "}, "Ada Lovelace"},
		"parts":                     {map[string]any{"given_name": "Ada", "family_name": "Lovelace"}, "Ada Lovelace"},
		"one part":                  {map[string]any{"family_name": "Lovelace"}, "Lovelace"},
		"the one at the provider":   {map[string]any{"preferred_username": "ada"}, "ada"},
		"none":                      {nil, "ada@example.com"},
		"a number":                  {map[string]any{"name": 7}, "ada@example.com"},
		"blanks":                    {map[string]any{"name": " \u202e\n "}, "ada@example.com"},
		"one with controls":         {map[string]any{"name": "Ada\x00\u202e\nLovelace"}, "AdaLovelace"},
		"one that is far too long":  {map[string]any{"name": long}, long[:cloud.MaxNameLength]},
		"one in another script":     {map[string]any{"name": "艾达"}, "艾达"},
		"parts where there is more": {map[string]any{"name": "", "given_name": "Ada"}, "Ada"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, []oidctest.User{{Subject: "ada-1", Email: "ada@example.com", EmailVerified: true, Claims: c.claims}})
			if got := h.mustSignIn("ada-1").Name; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
