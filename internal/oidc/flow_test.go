package oidc_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/oidc"
	"github.com/gatehouse/gatehouse/internal/oidc/oidctest"
)

func TestAnswerMustBeToTheFlowOfThisBrowser(t *testing.T) {
	// An answer that somebody else's sign-in brought, sent here through a link, finds no
	// flow of this browser: the code is not even exchanged.
	h := newHouse(t, []oidctest.User{ada})
	redirect, flow := h.begin()
	answer := h.browse(redirect, "subject", "ada-1")
	otherRedirect, otherFlow := h.begin()
	other := h.browse(otherRedirect, "subject", "ada-1")
	with := func(name string, values ...string) url.Values {
		changed := url.Values{"state": answer["state"], "code": answer["code"]}
		if changed[name] = values; len(values) == 0 {
			changed.Del(name)
		}
		return changed
	}
	for name, c := range map[string]struct {
		flow   oidc.Flow
		answer url.Values
	}{
		"no flow":              {oidc.Flow{}, answer},
		"no flow and no state": {oidc.Flow{}, url.Values{"code": answer["code"], "state": {""}}},
		"another flow":         {otherFlow, answer},
		"another answer":       {flow, other},
		"no state":             {flow, with("state")},
		"an empty state":       {flow, with("state", "")},
		"two states":           {flow, with("state", answer.Get("state"), answer.Get("state"))},
		"a state that goes on": {flow, with("state", answer.Get("state")+"x")},
		"no code":              {flow, with("code")},
		"an empty code":        {flow, with("code", "")},
		"two codes":            {flow, with("code", answer.Get("code"), other.Get("code"))},
		"nothing":              {flow, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.providers.Finish(t.Context(), c.flow, c.answer)
			h.in(t).fails(err, cloud.Invalid, oidc.Stale, "")
		})
	}
	if n := h.count(tokenPath); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
	if _, err := h.providers.Finish(t.Context(), flow, answer); err != nil {
		t.Error(err)
	}
}

func TestFlowEndsAfterTenMinutes(t *testing.T) {
	// A flow is good for ten minutes by the clock, to the millisecond, and not before it
	// began: then the clock was set back and nobody knows its age.
	h := newHouse(t, []oidctest.User{ada})
	redirect, flow := h.begin()
	answer := h.browse(redirect, "subject", "ada-1")
	begun := h.clock.Now()
	for _, age := range []time.Duration{-time.Millisecond, oidc.FlowLife + time.Millisecond, 24 * time.Hour} {
		h.clock.Set(begun.Add(age))
		_, err := h.providers.Finish(t.Context(), flow, answer)
		h.fails(err, cloud.Invalid, oidc.Stale, "too old")
	}
	h.clock.Set(begun.Add(oidc.FlowLife))
	if _, err := h.providers.Finish(t.Context(), flow, answer); err != nil {
		t.Error(err)
	}
}

func TestCodeWithoutItsVerifierIsRefused(t *testing.T) {
	// Who gets hold of a code cannot use it with a flow of their own: the provider refuses
	// it, because the verifier is another (RFC 7636, section 4.6).
	h := newHouse(t, []oidctest.User{ada})
	for _, verifier := range []string{"another-verifier-that-is-long-enough-for-the-rfc-0123", "x"} {
		redirect, flow := h.begin()
		answer := h.browse(redirect, "subject", "ada-1")
		before := h.count(tokenPath)
		_, err := h.providers.Finish(t.Context(), alteredFlow(t, flow, "verifier", verifier), answer)
		h.fails(err, cloud.Invalid, oidc.Stale, "invalid_grant")
		if n := h.count(tokenPath) - before; n != 1 {
			t.Errorf("the provider was asked %d times", n)
		}
	}
}

func TestTokenOfAnotherFlowIsRefused(t *testing.T) {
	// A true ID token that was issued for another flow does not sign in with this one.
	h := newHouse(t, []oidctest.User{ada})
	redirect, flow := h.begin()
	answer := h.browse(redirect, "subject", "ada-1")
	_, err := h.providers.Finish(t.Context(), alteredFlow(t, flow, "nonce", "another"), answer)
	h.fails(err, cloud.Forbidden, oidc.Unverifiable, "nonce")
}

func TestCodeIsGoodForOnce(t *testing.T) {
	// The same answer does not sign in a second time.
	h := newHouse(t, []oidctest.User{ada})
	redirect, flow := h.begin()
	answer := h.browse(redirect, "subject", "ada-1")
	if _, err := h.providers.Finish(t.Context(), flow, answer); err != nil {
		t.Fatal(err)
	}
	_, err := h.providers.Finish(t.Context(), flow, answer)
	h.fails(err, cloud.Invalid, oidc.Stale, "invalid_grant")
}

func TestAnswerOfAnotherIssuerIsRefused(t *testing.T) {
	// A provider that names itself in its answer (RFC 9207) is taken at its word: the code
	// of one provider is never sent to another. One that promised to do so must.
	h := newHouse(t, []oidctest.User{ada})
	redirect, flow := h.begin()
	answer := h.browse(redirect, "subject", "ada-1")
	for _, issuers := range [][]string{{"https://login.example.org"}, {""}, {h.server.Issuer(), h.server.Issuer()}} {
		answer["iss"] = issuers
		_, err := h.providers.Finish(t.Context(), flow, answer)
		h.fails(err, cloud.Forbidden, oidc.Unverifiable, "another issuer")
	}
	answer.Set("iss", h.server.Issuer())
	if _, err := h.providers.Finish(t.Context(), flow, answer); err != nil {
		t.Error(err)
	}

	promised := oidc.New([]oidc.Provider{h.provider}, base, nil, h.clock)
	h.rewrites(discoveryPath, func(answer map[string]any) { answer["authorization_response_iss_parameter_supported"] = true })
	redirect, flow, err := promised.Begin(t.Context(), providerID)
	if err != nil {
		t.Fatal(err)
	}
	answer = h.browse(redirect, "subject", "ada-1")
	_, err = promised.Finish(t.Context(), flow, answer)
	h.fails(err, cloud.Forbidden, oidc.Unverifiable, "names no issuer")
	answer.Set("iss", h.server.Issuer())
	if _, err := promised.Finish(t.Context(), flow, answer); err != nil {
		t.Error(err)
	}
}

func TestRefusalOfTheProviderIsToldApart(t *testing.T) {
	// Who breaks the sign-in off at the provider reads that; what the operator must see to
	// is in the log. No code that the provider makes up gets there.
	h := newHouse(t, []oidctest.User{ada})
	redirect, flow := h.begin()
	_, err := h.providers.Finish(t.Context(), flow, h.browse(redirect, "refuse", "yes"))
	h.fails(err, cloud.Forbidden, oidc.Refused, "error access_denied")

	for code, want := range map[string]struct {
		code   cloud.Code
		reason oidc.Reason
		cause  string
	}{
		"access_denied":                  {cloud.Forbidden, oidc.Refused, "error access_denied"},
		"login_required":                 {cloud.Forbidden, oidc.Refused, "error login_required"},
		"temporarily_unavailable":        {cloud.Unavailable, oidc.Unreachable, "error temporarily_unavailable"},
		"server_error":                   {cloud.Unavailable, oidc.Unreachable, "error server_error"},
		"invalid_scope":                  {cloud.Unavailable, oidc.Misconfigured, "error invalid_scope"},
		"unauthorized_client":            {cloud.Unavailable, oidc.Misconfigured, "error unauthorized_client"},
		"":                               {cloud.Unavailable, oidc.Misconfigured, "does not know"},
		h.provider.Issuer + "\nfake":     {cloud.Unavailable, oidc.Misconfigured, "does not know"},
		h.provider.ClientSecret.Reveal(): {cloud.Unavailable, oidc.Misconfigured, "does not know"},
	} {
		answer := url.Values{"state": {flowOf(t, flow)["state"].(string)}, "error": {code}, "error_description": {h.provider.ClientSecret.Reveal()}}
		_, err := h.providers.Finish(t.Context(), flow, answer)
		h.fails(err, want.code, want.reason, want.cause)
	}
	if n := h.count(tokenPath); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
}

func TestErrorOfTheTokenEndpointIsToldApart(t *testing.T) {
	// What the token endpoint has against us is told by its code alone: its body may repeat
	// the code and the secret.
	h := newHouse(t, []oidctest.User{ada})
	for name, c := range map[string]struct {
		status int
		body   string
		code   cloud.Code
		reason oidc.Reason
		cause  string
	}{
		"the client":       {401, `{"error":"invalid_client","error_description":"%s"}`, cloud.Unavailable, oidc.Misconfigured, "invalid_client"},
		"the code":         {400, `{"error":"invalid_grant","error_description":"%s"}`, cloud.Invalid, oidc.Stale, "invalid_grant"},
		"with a success":   {200, `{"error":"invalid_grant","error_description":"%s"}`, cloud.Invalid, oidc.Stale, "invalid_grant"},
		"a made-up code":   {400, `{"error":"%s"}`, cloud.Unavailable, oidc.Misconfigured, "does not know"},
		"a server error":   {500, `{"error":"server_error","error_description":"%s"}`, cloud.Unavailable, oidc.Unreachable, "status 500"},
		"no JSON":          {502, `<p>%s</p>`, cloud.Unavailable, oidc.Unreachable, "status 502"},
		"no JSON, success": {200, `<p>%s</p>`, cloud.Unavailable, oidc.Unreachable, "cannot be read"},
		"nothing":          {200, `{"id_token":"%s"}`, cloud.Unavailable, oidc.Unreachable, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			h := h.in(t)
			redirect, flow := h.begin()
			answer := h.browse(redirect, "subject", "ada-1")
			h.answers(tokenPath, func(w http.ResponseWriter, r *http.Request) {
				_, secret, _ := r.BasicAuth()
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(c.status)
				fmt.Fprintf(w, c.body, secret+" "+r.FormValue("code")+" "+r.FormValue("code_verifier"))
			})
			_, err := h.providers.Finish(t.Context(), flow, answer)
			h.fails(err, c.code, c.reason, c.cause)
		})
	}
}

func TestWrongSecretIsForTheOperator(t *testing.T) {
	// A client that the provider does not accept is nothing that a person can see to.
	h := newHouse(t, []oidctest.User{ada}, func(p *oidc.Provider) { p.ClientSecret = cloud.NewSecret("another" + "-secret") })
	h.secret("another" + "-secret")
	_, err := h.signIn("ada-1")
	h.fails(err, cloud.Unavailable, oidc.Misconfigured, "token endpoint: error")
}

func TestUnknownProviderIsNotFound(t *testing.T) {
	// Neither a path nor a flow names a provider that the file does not have.
	h := newHouse(t, []oidctest.User{ada})
	_, _, err := h.providers.Begin(t.Context(), "nobody")
	h.fails(err, cloud.NotFound, oidc.UnknownProvider, `"nobody"`)
	redirect, flow := h.begin()
	answer := h.browse(redirect, "subject", "ada-1")
	without := oidc.New(nil, base, nil, h.clock)
	_, err = without.Finish(t.Context(), flow, answer)
	h.fails(err, cloud.NotFound, oidc.UnknownProvider, "")
	if list := without.List(); list == nil || len(list) != 0 {
		t.Errorf("%#v", list)
	}
}

func TestFlowIsReadAsItWasWritten(t *testing.T) {
	// What is sealed into the cookie is small, and comes back as the same flow.
	h := newHouse(t, nil)
	_, flow := h.begin()
	text := flow.Text().Reveal()
	if len(text) > 400 {
		t.Errorf("%d bytes", len(text))
	}
	again, err := oidc.ParseFlow(text)
	if err != nil || again.Text().Reveal() != text || again.Provider() != providerID {
		t.Errorf("%v: %s", err, again.Text().Reveal())
	}
	for _, broken := range []string{"", "null", "{}", "[]", text[1:], text + "{", `{"provider":"corporate","state":"a","nonce":"b"}`, `{"state":7}`} {
		_, err := oidc.ParseFlow(broken)
		h.fails(err, cloud.Invalid, oidc.Stale, "cookie")
	}
}

func TestFlowIsPrintedWithoutItsSecrets(t *testing.T) {
	// A flow that gets into a log by accident shows nothing that would help a thief.
	h := newHouse(t, nil)
	_, flow := h.begin()
	printed := fmt.Sprintf("%v %+v %#v %s", flow, flow, &flow, flow.Text())
	for _, secret := range h.record.secrets {
		if len(secret) > 10 && strings.Contains(printed, secret) {
			t.Errorf("%q is in %s", secret, printed)
		}
	}
}
