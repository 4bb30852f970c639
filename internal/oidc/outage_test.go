package oidc_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/oidc"
	"github.com/gatehouse/gatehouse/internal/oidc/oidctest"
)

func TestProviderThatIsDownIsTriedAgain(t *testing.T) {
	// A provider that is down when Gatehouse starts neither keeps it from starting nor
	// people from signing in with another, and works once it is up.
	h := newHouse(t, []oidctest.User{ada})
	down := oidctest.New(t, ada)
	down.SetReachable(false)
	second := oidc.Provider{ID: "second", Name: "Second", Issuer: down.Issuer(), ClientID: "gatehouse", Scopes: []string{"openid"}}
	h.providers = oidc.New([]oidc.Provider{second, h.provider}, base, nil, h.clock)
	for range 2 {
		_, _, err := h.providers.Begin(t.Context(), "second")
		h.fails(err, cloud.Unavailable, oidc.Unreachable, "discovery: it closed the connection")
		h.mustSignIn("ada-1")
	}
	down.SetReachable(true)
	if redirect, _, err := h.providers.Begin(t.Context(), "second"); err != nil || !strings.HasPrefix(redirect, down.Issuer()) {
		t.Errorf("%q, %v", redirect, err)
	}
	if err := down.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, err := oidc.New([]oidc.Provider{second}, base, nil, h.clock).Begin(t.Context(), "second")
	h.fails(err, cloud.Unavailable, oidc.Unreachable, "connection refused")
}

func TestOutageOnTheWayIsUnavailable(t *testing.T) {
	// A provider that fails at any of its addresses is told from a person who may not sign
	// in, and the next sign-in is as good as ever.
	h := newHouse(t, []oidctest.User{ada})
	h.userInfoOnly()
	h.mustSignIn("ada-1")
	for _, path := range []string{tokenPath, keysPath, userInfoPath} {
		for status, cause := range map[int]string{404: "status 404", 500: "status 500", 503: "status 503", 0: "closed the connection"} {
			h.server.RotateKey() // or the keys are not asked for
			h.answers(path, func(w http.ResponseWriter, r *http.Request) {
				if status == 0 {
					panic(http.ErrAbortHandler)
				}
				http.Error(w, "the code was "+r.FormValue("code"), status)
			})
			_, err := h.signIn("ada-1")
			h.fails(err, cloud.Unavailable, oidc.Unreachable, cause)
		}
	}
	h.intercept(func(provider http.Handler) http.Handler { return provider })
	h.mustSignIn("ada-1")
}

func TestAnswerWithoutEndIsNotRead(t *testing.T) {
	// An answer of more than a megabyte, packed or not, is given up wherever it comes from.
	h := newHouse(t, []oidctest.User{ada})
	h.userInfoOnly()
	redirect, flow := h.begin()
	answer := h.browse(redirect, "subject", "ada-1")
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		block := []byte(`{"padding":"` + strings.Repeat(" ", 1<<16))
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for _, path := range []string{discoveryPath, tokenPath, keysPath, userInfoPath} {
		h.answers(path, endless)
		if path == discoveryPath {
			_, _, err := oidc.New([]oidc.Provider{h.provider}, base, nil, h.clock).Begin(t.Context(), providerID)
			h.fails(err, cloud.Unavailable, oidc.Unreachable, "larger than 1048576 bytes")
			continue
		}
		_, err := h.providers.Finish(t.Context(), flow, answer)
		h.fails(err, cloud.Unavailable, oidc.Unreachable, "larger than 1048576 bytes")
		redirect, flow = h.begin()
		answer = h.browse(redirect, "subject", "ada-1")
	}
}

func TestProviderThatHangsIsGivenUp(t *testing.T) {
	// A provider has so long to answer and no longer, and holds up nobody else meanwhile.
	h := newHouse(t, []oidctest.User{ada})
	h.userInfoOnly()
	begun := cloud.SystemClock{}.Now()
	for _, path := range []string{discoveryPath, tokenPath, keysPath, userInfoPath} {
		h.intercept(func(provider http.Handler) http.Handler { return provider })
		patient := oidc.New([]oidc.Provider{h.provider}, base, &http.Client{Timeout: 500 * time.Millisecond}, h.clock)
		hang := func() {
			h.answers(path, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		}
		if path == discoveryPath {
			hang()
			_, _, err := patient.Begin(t.Context(), providerID)
			h.fails(err, cloud.Unavailable, oidc.Unreachable, "no answer in time")
			continue
		}
		redirect, flow, err := patient.Begin(t.Context(), providerID)
		if err != nil {
			t.Fatal(err)
		}
		answer := h.browse(redirect, "subject", "ada-1")
		hang()
		_, err = patient.Finish(t.Context(), flow, answer)
		h.fails(err, cloud.Unavailable, oidc.Unreachable, "no answer in time")
	}
	if took := (cloud.SystemClock{}).Now().Sub(begun); took > 20*time.Second { // of 2 seconds, where the usual limit makes 40
		t.Errorf("it took %v", took)
	}
}

func TestVisitorWhoGoesIsNotWaitedFor(t *testing.T) {
	// Who waits for the discovery that another began stops waiting when they go.
	h := newHouse(t, nil)
	began := make(chan struct{})
	h.answers(discoveryPath, func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
	})
	first, stop := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	waiting.Go(func() {
		_, _, err := h.providers.Begin(first, providerID)
		h.fails(err, cloud.Unavailable, oidc.Unreachable, "canceled")
	})
	<-began
	second, gone := context.WithCancel(t.Context())
	gone()
	_, _, err := h.providers.Begin(second, providerID)
	h.fails(err, cloud.Unavailable, oidc.Unreachable, "canceled")
	stop()
	waiting.Wait()
}

func TestProviderIsDiscoveredOnceAnHour(t *testing.T) {
	// Many sign-ins at once ask a provider once what it is, and it is asked again after an
	// hour: what it has changed, and the keys that it has taken back, are not believed for longer.
	h := newHouse(t, []oidctest.User{ada})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, _, err := h.providers.Begin(t.Context(), providerID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	h.mustSignIn("ada-1")
	h.clock.Advance(time.Hour - time.Millisecond)
	h.begin()
	if n := h.count(discoveryPath); n != 1 {
		t.Errorf("discovered %d times", n)
	}
	h.clock.Advance(time.Millisecond)
	h.begin()
	if n := h.count(discoveryPath); n != 2 {
		t.Errorf("discovered %d times", n)
	}
}

func TestKeyThatWasTakenBackIsForgotten(t *testing.T) {
	// A key that the provider no longer has signs nobody in once the provider was asked again.
	h := newHouse(t, []oidctest.User{ada})
	h.mustSignIn("ada-1")
	var stolen string
	h.replacesIDToken(func(claims map[string]any, original string) any {
		if stolen == "" { // signed with the key that will be taken back, to be used long after
			claims["exp"] = h.clock.Now().Add(100 * time.Hour).Unix()
			stolen = h.server.Sign(claims)
			h.server.RotateKey()
			return original
		}
		return stolen
	})
	h.mustSignIn("ada-1") // and the key is still believed
	h.clock.Advance(time.Hour)
	redirect, flow := h.begin()
	nonce, _ := claimsOf(t, stolen)["nonce"].(string)
	_, err := h.providers.Finish(t.Context(), alteredFlow(t, flow, "nonce", nonce), h.browse(redirect, "subject", "ada-1"))
	h.fails(err, cloud.Forbidden, oidc.Unverifiable, "not signed with a key of the provider")
}

func TestCodeAndSecretStayAtTheirHost(t *testing.T) {
	// A provider that redirects elsewhere is not followed, so that the code and the secret
	// get nowhere else; within its host it is, up to three times.
	h := newHouse(t, []oidctest.User{ada})
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host was asked") }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		h.answers(tokenPath, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/?code="+r.FormValue("code"), status)
		})
		_, err := h.signIn("ada-1")
		h.fails(err, cloud.Unavailable, oidc.Unreachable, "token endpoint: it redirects to another host")
	}
	sameHost := strings.Replace(h.server.Issuer(), "http:", "https:", 1)
	h.answers(tokenPath, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, sameHost, http.StatusTemporaryRedirect)
	})
	_, err := h.signIn("ada-1")
	h.fails(err, cloud.Unavailable, oidc.Unreachable, "token endpoint: it redirects to another host")

	h.answers(keysPath, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, keysPath, http.StatusFound) })
	_, err = h.signIn("ada-1")
	h.fails(err, cloud.Unavailable, oidc.Unreachable, "keys: it redirects again and again")
	if n := h.count(keysPath); n != 4 {
		t.Errorf("it was followed %d times", n-1)
	}

	h.intercept(func(provider http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == keysPath && r.URL.RawQuery == "" {
				http.Redirect(w, r, keysPath+"?again", http.StatusFound)
				return
			}
			provider.ServeHTTP(w, r)
		})
	})
	h.mustSignIn("ada-1")
}

func TestDiscoveryMustBeOfTheIssuer(t *testing.T) {
	// A document of another issuer, or one that leaves out what is needed, is the operator's
	// to see to.
	for name, c := range map[string]struct {
		alter func(document map[string]any)
		cause string
	}{
		"another issuer":                   {func(d map[string]any) { d["issuer"] = "https://login.example.org" }, `not "http`},
		"an issuer with a slash":           {func(d map[string]any) { d["issuer"] = d["issuer"].(string) + "/" }, `not "http`},
		"no authorization":                 {func(d map[string]any) { delete(d, "authorization_endpoint") }, "authorization_endpoint"},
		"no token endpoint":                {func(d map[string]any) { delete(d, "token_endpoint") }, "token_endpoint"},
		"no keys":                          {func(d map[string]any) { d["jwks_uri"] = "" }, "jwks_uri"},
		"a token endpoint in the clear":    {func(d map[string]any) { d["token_endpoint"] = "http://login.example.com/token" }, "token_endpoint"},
		"a userinfo endpoint in the clear": {func(d map[string]any) { d["userinfo_endpoint"] = "http://login.example.com/me" }, "userinfo_endpoint"},
		"a script":                         {func(d map[string]any) { d["authorization_endpoint"] = "javascript:alert(1)" }, "authorization_endpoint"},
		"methods that are no list":         {func(d map[string]any) { d["token_endpoint_auth_methods_supported"] = 7 }, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, nil)
			h.rewrites(discoveryPath, c.alter)
			_, _, err := h.providers.Begin(t.Context(), providerID)
			h.fails(err, cloud.Unavailable, oidc.Misconfigured, c.cause)
			h.intercept(func(provider http.Handler) http.Handler { return provider })
			h.begin() // as soon as it is right
		})
	}
	h := newHouse(t, nil)
	h.answers(discoveryPath, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") })
	_, _, err := h.providers.Begin(t.Context(), providerID)
	h.fails(err, cloud.Unavailable, oidc.Unreachable, "discovery: its answer cannot be read")
}

func TestEncryptedProviderStaysEncrypted(t *testing.T) {
	// Over TLS a provider must have a certificate that holds, and may not send the code, the
	// secret or the keys to an address that is not encrypted, not even on this machine.
	t.Parallel()
	document := `{"issuer":"%[1]s","authorization_endpoint":"%[1]s/a","token_endpoint":"%[2]s/t","jwks_uri":"%[1]s/k"}`
	var tokens string
	var server *httptest.Server
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, document, server.URL, tokens)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that fails
	server.StartTLS()
	t.Cleanup(server.Close)
	provider := oidc.Provider{ID: providerID, Name: "Corporate account", Issuer: server.URL, ClientID: "gatehouse"}
	begin := func(client *http.Client) error {
		_, _, err := oidc.New([]oidc.Provider{provider}, base, client, cloud.SystemClock{}).Begin(t.Context(), providerID)
		return err
	}
	h := &house{t: t, record: &record{}}
	tokens = server.URL
	h.fails(begin(nil), cloud.Unavailable, oidc.Unreachable, "certificate")
	if err := begin(server.Client()); err != nil {
		t.Error(err)
	}
	tokens = "http://127.0.0.1:9"
	h.fails(begin(server.Client()), cloud.Unavailable, oidc.Misconfigured, "token_endpoint is missing or not encrypted")
}
