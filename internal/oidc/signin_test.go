package oidc_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/oidc"
	"github.com/gatehouse/gatehouse/internal/oidc/oidctest"
)

func TestSignInTellsWhoThePersonIs(t *testing.T) {
	// The whole way through a real provider and a browser brings back who signed in, and
	// as what Gatehouse knows the provider.
	h := newHouse(t, []oidctest.User{ada, {Subject: "eve", Email: "eve@example.com", EmailVerified: true, Name: "Eve"}})
	got := h.mustSignIn("ada-1")
	if got.Provider.ID != providerID || got.Issuer != h.server.Issuer() || got.Subject != "ada-1" || got.Email != "ada@example.com" || got.Name != "Ada Lovelace" {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"data", "platform-admins"}, got.Groups); diff != "" {
		t.Error(diff)
	}
	if other := h.mustSignIn("eve"); other.Subject != "eve" || other.Email != "eve@example.com" || len(other.Groups) != 0 {
		t.Errorf("%+v", other)
	}
	if diff := cmp.Diff([]oidc.Named{{ID: providerID, Name: "Corporate account"}}, h.providers.List()); diff != "" {
		t.Error(diff)
	}
}

func TestPersonWhoChangedIsToldAnew(t *testing.T) {
	// Each sign-in tells who the person is now: another address, other groups, and people
	// who are new at the provider.
	h := newHouse(t, []oidctest.User{ada})
	h.mustSignIn("ada-1")
	changed := ada
	changed.Email, changed.Groups = "countess@example.com", []string{"auditors"}
	h.server.SetUser(changed)
	if got := h.mustSignIn("ada-1"); got.Subject != "ada-1" || got.Email != "countess@example.com" || !slices.Equal(got.Groups, []string{"auditors"}) {
		t.Errorf("%+v", got)
	}
	h.server.SetUser(oidctest.User{Subject: "eve", Email: "eve@example.com", EmailVerified: true})
	if got := h.mustSignIn("eve"); got.Subject != "eve" || got.Email != "eve@example.com" {
		t.Errorf("%+v", got)
	}
}

func TestRedirectAsksForNoMoreThanItMust(t *testing.T) {
	// The browser is sent to the provider with a code flow, PKCE by S256, and values that
	// are new each time; neither the verifier nor the client secret is in the address.
	h := newHouse(t, []oidctest.User{ada})
	first, flow := h.begin()
	second, _ := h.begin()
	address, err := url.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "gatehouse", "redirect_uri": base + "/auth/oidc/corporate/callback",
		"scope": "openid email profile groups", "code_challenge_method": "S256",
	} {
		if got := query.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	again, err := url.Parse(second)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(query.Get(name)) < 43 || query.Get(name) == again.Query().Get(name) {
			t.Errorf("%s: %q, then %q", name, query.Get(name), again.Query().Get(name))
		}
	}
	for _, secret := range []string{flowOf(t, flow)["verifier"].(string), h.provider.ClientSecret.Reveal()} {
		if strings.Contains(first, secret) {
			t.Error("a secret is in the address")
		}
	}
}

func TestClientProvesItselfAsTheProviderWants(t *testing.T) {
	// A secret is sent as discovery says, by HTTP Basic unless the provider takes the
	// form only, and is not tried out both ways; a public client sends none.
	for name, c := range map[string]struct {
		methods []any
		public  bool
		inForm  bool
	}{
		"basic":           {methods: []any{"client_secret_basic"}},
		"basic and post":  {methods: []any{"client_secret_post", "client_secret_basic"}},
		"post":            {methods: []any{"private_key_jwt", "client_secret_post"}, inForm: true},
		"not said":        {},
		"a public client": {methods: []any{"client_secret_basic", "none"}, public: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, []oidctest.User{ada}, func(p *oidc.Provider) {
				if c.public {
					p.ClientSecret = cloud.Secret{}
				}
			})
			if c.public {
				client := h.server.Client("gatehouse")
				client.Secret = ""
				h.server.Register(client)
			}
			h.rewrites(discoveryPath, func(answer map[string]any) {
				delete(answer, "token_endpoint_auth_methods_supported")
				if c.methods != nil {
					answer["token_endpoint_auth_methods_supported"] = c.methods
				}
			})
			redirect, flow := h.begin()
			answer := h.browse(redirect, "subject", "ada-1")
			var basic, form bool
			h.intercept(func(provider http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == tokenPath {
						_, _, basic = r.BasicAuth()
						form = r.FormValue("client_secret") != ""
					}
					provider.ServeHTTP(w, r)
				})
			})
			if _, err := h.providers.Finish(t.Context(), flow, answer); err != nil {
				t.Fatal(err)
			}
			if basic != (!c.public && !c.inForm) || form != c.inForm || h.count(tokenPath) != 1 {
				t.Errorf("basic %v, form %v, asked %d times", basic, form, h.count(tokenPath))
			}
		})
	}
}

func TestRotatedKeysAreFetched(t *testing.T) {
	// A provider that signs with a new key from one sign-in to the next, of the other usual
	// kind too, is asked for its keys again, and is not when the key is the same.
	h := newHouse(t, []oidctest.User{ada})
	h.mustSignIn("ada-1")
	h.mustSignIn("ada-1")
	if n := h.count(keysPath); n != 1 {
		t.Errorf("the keys were fetched %d times for one key", n)
	}
	h.server.RotateKey()
	h.mustSignIn("ada-1")
	h.server.RotateKeyToRSA()
	h.mustSignIn("ada-1")
	if n := h.count(keysPath); n != 3 {
		t.Errorf("the keys were fetched %d times for three keys", n)
	}
}

func TestGroupsAreReadAsProvidersSendThem(t *testing.T) {
	// A list and a single text are groups; no claim is no groups; anything else, or more
	// than a thousand, is refused rather than taken for fewer groups.
	many := func(n int) []any {
		groups := make([]any, n)
		for i := range groups {
			groups[i] = "group " + string(rune('一'+i))
		}
		return groups
	}
	for name, c := range map[string]struct {
		claims map[string]any
		want   []string
		cause  string
	}{
		"a list":            {claims: map[string]any{"groups": []any{"b", "a", "b", ""}}, want: []string{"a", "b"}},
		"a text":            {claims: map[string]any{"groups": "data scientists"}, want: []string{"data scientists"}},
		"none":              {},
		"null":              {claims: map[string]any{"groups": nil}},
		"an empty list":     {claims: map[string]any{"groups": []any{}}, want: []string{}},
		"a thousand":        {claims: map[string]any{"groups": many(1000)}},
		"a thousand and 1":  {claims: map[string]any{"groups": many(1001)}, cause: "too many"},
		"a number":          {claims: map[string]any{"groups": 7}, cause: "no list"},
		"a list of numbers": {claims: map[string]any{"groups": []any{"a", 7}}, cause: "no list"},
		"a list with null":  {claims: map[string]any{"groups": []any{"a", nil}}, cause: "no list"},
		"an object":         {claims: map[string]any{"groups": map[string]any{"a": true}}, cause: "no list"},
		"at another place": {claims: map[string]any{
			"_claim_names": map[string]any{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.example.com/groups"}},
		}, cause: "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			user := ada
			user.Groups, user.Claims = nil, c.claims
			h := newHouse(t, []oidctest.User{user})
			identity, err := h.signIn("ada-1")
			if c.cause != "" {
				h.fails(err, cloud.Forbidden, oidc.BadGroups, c.cause)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if name == "a thousand" {
				if len(identity.Groups) != 1000 {
					t.Error(len(identity.Groups))
				}
				return
			}
			if !slices.Equal(c.want, identity.Groups) {
				t.Errorf("got %q, want %q", identity.Groups, c.want)
			}
		})
	}
}

func TestGroupsAreOfTheClaimThatTheOperatorNamed(t *testing.T) {
	// Groups come from the configured claim and no other, and from none without one.
	user := ada
	user.Claims = map[string]any{"roles": []any{"auditors"}}
	h := newHouse(t, []oidctest.User{user}, func(p *oidc.Provider) { p.GroupsClaim = "roles" })
	if got := h.mustSignIn("ada-1").Groups; !slices.Equal(got, []string{"auditors"}) {
		t.Errorf("%q", got)
	}
	h.provider.GroupsClaim = ""
	h.providers = oidc.New([]oidc.Provider{h.provider}, base, nil, h.clock)
	if got := h.mustSignIn("ada-1").Groups; got != nil {
		t.Errorf("%q", got)
	}
}
