package oidc_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/oidc"
	"github.com/gatehouse/gatehouse/internal/oidc/oidctest"
)

// replacesIDToken puts another ID token into the answer of the token endpoint.
func (h *house) replacesIDToken(forge func(claims map[string]any, original string) any) {
	h.rewrites(tokenPath, func(answer map[string]any) {
		original, ok := answer["id_token"].(string)
		if !ok {
			return
		}
		forged := forge(claimsOf(h.t, original), original)
		if text, ok := forged.(string); ok {
			h.secret(text)
		}
		answer["id_token"] = forged
	})
}

// altersIDToken has the provider sign other claims.
func (h *house) altersIDToken(alter func(claims map[string]any)) {
	h.replacesIDToken(func(claims map[string]any, _ string) any {
		alter(claims)
		return h.server.Sign(claims)
	})
}

func claimsOf(t *testing.T, token string) map[string]any {
	var claims map[string]any
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil {
		t.Error(err)
	}
	return claims
}

// jwt returns a token with this header and signature.
func jwt(claims map[string]any, header, signature string) string {
	payload, _ := json.Marshal(claims)
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + signature
}

// hmacJWT returns a token that is signed with a shared key.
func hmacJWT(t *testing.T, claims map[string]any, key []byte) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key}, nil)
	if err != nil {
		t.Error(err)
		return ""
	}
	payload, _ := json.Marshal(claims)
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Error(err)
		return ""
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Error(err)
	}
	return text
}

// publicKeyOf returns what everybody knows of the provider's key, in the form that is
// most often mistaken for a shared key.
func publicKeyOf(t *testing.T, server *oidctest.Server) []byte {
	t.Helper()
	keys := do(t, http.DefaultClient, http.MethodGet, server.Issuer()+keysPath, nil)
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(keys.body, &set); err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(set.Keys[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestForgedIDTokenIsRefused(t *testing.T) {
	// Whatever an ID token claims: it signs in only if this provider issued it, to this
	// client, for this flow, and it is still good (OpenID Connect Core 1.0, section 3.1.3.7).
	h := newHouse(t, []oidctest.User{ada})
	second := oidctest.New(t, ada)
	public := publicKeyOf(t, h.server)
	claim := func(name string, value any) func(map[string]any, string) any {
		return func(claims map[string]any, _ string) any {
			if claims[name] = value; value == nil {
				delete(claims, name)
			}
			return h.server.Sign(claims)
		}
	}
	now := h.clock.Now()
	for name, c := range map[string]struct {
		forge func(claims map[string]any, original string) any
		cause string
	}{
		"for another client":       {claim("aud", "somebody-else"), "for another client"},
		"for nobody":               {claim("aud", nil), "for another client"},
		"issued to another client": {claim("azp", "somebody-else"), "issued to another client"},
		"issued to several":        {claim("azp", []any{"gatehouse"}), "issued to another client"},
		"for several clients, issued to nobody": {func(claims map[string]any, _ string) any {
			claims["aud"] = []any{"gatehouse", "somebody-else"}
			delete(claims, "azp")
			return h.server.Sign(claims)
		}, "issued to another client"},
		"of another issuer":         {claim("iss", second.Issuer()), "another issuer"},
		"of an issuer with a slash": {claim("iss", h.server.Issuer()+"/"), "another issuer"},
		"of no issuer":              {claim("iss", nil), "another issuer"},
		"signed by another issuer":  {func(claims map[string]any, _ string) any { return second.Sign(claims) }, "not signed"},
		"wholly of another issuer": {func(claims map[string]any, _ string) any {
			claims["iss"] = second.Issuer()
			return second.Sign(claims)
		}, "not signed"},
		"of another flow":             {claim("nonce", "another"), "nonce"},
		"of no flow":                  {claim("nonce", nil), "nonce"},
		"expired":                     {claim("exp", now.Add(-time.Second).Unix()), "expired"},
		"never expiring":              {claim("exp", nil), "expired"},
		"not valid yet":               {claim("nbf", now.Add(time.Hour).Unix()), "not valid yet"},
		"of nobody":                   {claim("sub", nil), "subject"},
		"of an empty subject":         {claim("sub", ""), "subject"},
		"of a subject without end":    {claim("sub", strings.Repeat("a", 256)), "subject"},
		"of a subject in other forms": {claim("sub", 7), "cannot be read"},
		"of two subjects": {func(claims map[string]any, _ string) any {
			text, _ := json.Marshal(claims)
			return h.server.Sign(json.RawMessage(strings.TrimSuffix(string(text), "}") + `,"SUB":"victim"}`))
		}, "subject"},
		"with another access token": {claim("at_hash", base64.RawURLEncoding.EncodeToString(make([]byte, 16))), "access token"},
		"not signed":                {func(claims map[string]any, _ string) any { return jwt(claims, `{"alg":"none","typ":"JWT"}`, "") }, "public-key algorithm"},
		"not signed, said otherwise": {func(claims map[string]any, _ string) any {
			return jwt(claims, `{"alg":"None"}`, "")
		}, "public-key algorithm"},
		"signed with the public key": {func(claims map[string]any, _ string) any { return hmacJWT(t, claims, public) }, "public-key algorithm"},
		"signed with the client secret": {func(claims map[string]any, _ string) any {
			return hmacJWT(t, claims, []byte(h.provider.ClientSecret.Reveal()))
		}, "public-key algorithm"},
		"with other claims under the signature": {func(claims map[string]any, original string) any {
			claims["sub"] = "victim"
			parts := strings.Split(original, ".")
			return parts[0] + "." + strings.Split(jwt(claims, "", ""), ".")[1] + "." + parts[2]
		}, "not signed"},
		"without a signature": {func(_ map[string]any, original string) any {
			return original[:strings.LastIndexByte(original, '.')+1]
		}, "not signed"},
		"missing":          {func(map[string]any, string) any { return nil }, "no ID token"},
		"of another type":  {func(map[string]any, string) any { return 7 }, "no ID token"},
		"without contents": {func(map[string]any, string) any { return "" }, "no ID token"},
		"no JWT":           {func(map[string]any, string) any { return "a.b.c" }, "public-key algorithm"},
		"no claims":        {func(map[string]any, string) any { return h.server.Sign([]string{"sub"}) }, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			h := h.in(t)
			h.replacesIDToken(c.forge)
			_, err := h.signIn("ada-1")
			h.fails(err, cloud.Forbidden, oidc.Unverifiable, c.cause)
		})
	}
	h.altersIDToken(func(claims map[string]any) { claims["aud"] = []any{"somebody-else", "gatehouse"} }) // azp says to whom
	h.mustSignIn("ada-1")
}

func TestProviderCannotAllowWeakAlgorithms(t *testing.T) {
	// Which algorithms count is our choice: discovery that offers none and HMAC, and says
	// that the shared key is public, changes nothing.
	h := newHouse(t, []oidctest.User{ada})
	public := publicKeyOf(t, h.server)
	h.intercept(func(provider http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == keysPath {
				_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public}}})
				return
			}
			provider.ServeHTTP(w, r)
		})
	})
	h.begin() // discovers
	for _, algorithm := range []string{"none", "HS256"} {
		fresh := oidc.New([]oidc.Provider{h.provider}, base, nil, h.clock)
		h.rewrites(discoveryPath, func(answer map[string]any) { answer["id_token_signing_alg_values_supported"] = []string{algorithm} })
		redirect, flow, err := fresh.Begin(t.Context(), providerID)
		if err != nil {
			t.Fatal(err)
		}
		answer := h.browse(redirect, "subject", "ada-1")
		h.replacesIDToken(func(claims map[string]any, _ string) any {
			if algorithm == "none" {
				return jwt(claims, `{"alg":"none"}`, "")
			}
			return hmacJWT(t, claims, public)
		})
		_, err = fresh.Finish(t.Context(), flow, answer)
		h.fails(err, cloud.Forbidden, oidc.Unverifiable, "public-key algorithm")
	}
}

func TestClockOfGatehouseDecidesWhatHasExpired(t *testing.T) {
	// Whether an ID token is still good is measured by the clock that everything else is
	// measured by.
	h := newHouse(t, []oidctest.User{ada})
	h.clock.Advance(time.Hour - time.Minute)
	h.mustSignIn("ada-1")
	h.clock.Advance(2 * time.Minute)
	_, err := h.signIn("ada-1")
	h.fails(err, cloud.Forbidden, oidc.Unverifiable, "expired")
}
