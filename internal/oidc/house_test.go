package oidc_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/oidc"
	"github.com/gatehouse/gatehouse/internal/oidc/oidctest"
)

const (
	base          = "https://gatehouse.example.com"
	providerID    = "corporate"
	discoveryPath = "/.well-known/openid-configuration"
	tokenPath     = "/oauth/token"
	keysPath      = "/keys"
	userInfoPath  = "/userinfo"
)

var ada = oidctest.User{Subject: "ada-1", Email: "Ada@Example.com", EmailVerified: true, Name: "Ada Lovelace", Groups: []string{"data", "platform-admins"}}

// house is a real provider, and what signs in with it.
type house struct {
	t         *testing.T
	clock     *cloudtest.Clock // at first the time of the provider
	server    *oidctest.Server
	provider  oidc.Provider
	providers *oidc.Providers
	record    *record
}

// record is what happened so far.
type record struct {
	mu      sync.Mutex
	secrets []string // that must not be in an error
	asked   []string // paths at the provider
}

// in returns the same house for a part of the test.
func (h *house) in(t *testing.T) *house {
	part := *h
	part.t = t
	return &part
}

// newHouse starts a provider with the users. Change alters what Gatehouse knows of it.
func newHouse(t *testing.T, users []oidctest.User, change ...func(*oidc.Provider)) *house {
	t.Helper()
	t.Parallel()
	h := &house{t: t, clock: cloudtest.NewClock(cloud.SystemClock{}.Now()), server: oidctest.New(t, users...), record: &record{}}
	client := h.server.Client(oidctest.DefaultClientID)
	client.RedirectURIs = []string{base + oidc.CallbackPath(providerID)}
	h.server.Register(client)
	h.intercept(func(provider http.Handler) http.Handler { return provider })
	h.secret(client.Secret)
	h.provider = oidc.Provider{
		ID: providerID, Name: "Corporate account", Issuer: h.server.Issuer(), ClientID: client.ID, ClientSecret: cloud.NewSecret(client.Secret),
		Scopes: []string{"openid", "email", "profile", "groups"}, DefaultRole: "Member", GroupsClaim: "groups",
	}
	for _, c := range change {
		c(&h.provider)
	}
	h.providers = oidc.New([]oidc.Provider{h.provider}, base+"/", nil, h.clock)
	return h
}

// secret says what must not be in an error, also in the forms in which it is sent.
func (h *house) secret(texts ...string) {
	h.record.mu.Lock()
	defer h.record.mu.Unlock()
	for _, text := range texts {
		if text != "" {
			h.record.secrets = append(h.record.secrets, text, url.QueryEscape(text), base64.StdEncoding.EncodeToString([]byte(oidctest.DefaultClientID+":"+text)))
		}
	}
}

// intercept puts a handler in front of the provider. What it hands out is remembered as secret.
func (h *house) intercept(wrap func(provider http.Handler) http.Handler) {
	h.server.Intercept(func(provider http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.record.mu.Lock()
			h.record.asked = append(h.record.asked, r.URL.Path)
			h.record.mu.Unlock()
			wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answer := httptest.NewRecorder()
				provider.ServeHTTP(answer, r)
				var tokens struct {
					Access string `json:"access_token"`
					ID     string `json:"id_token"`
				}
				if r.URL.Path == tokenPath && json.Unmarshal(answer.Body.Bytes(), &tokens) == nil {
					h.secret(tokens.Access, tokens.ID)
				}
				copyAnswer(w, answer)
			})).ServeHTTP(w, r)
		})
	})
}

func copyAnswer(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// answers puts a handler in the place of one address of the provider.
func (h *house) answers(path string, answer http.HandlerFunc) {
	h.intercept(func(provider http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				answer(w, r)
				return
			}
			provider.ServeHTTP(w, r)
		})
	})
}

// rewrites alters the JSON with which the provider answers at an address.
func (h *house) rewrites(path string, alter func(answer map[string]any)) {
	h.intercept(func(provider http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			provider.ServeHTTP(answer, r)
			var body map[string]any
			if r.URL.Path == path && json.Unmarshal(answer.Body.Bytes(), &body) == nil {
				alter(body)
				answer.Body.Reset()
				_ = json.NewEncoder(answer.Body).Encode(body)
			}
			copyAnswer(w, answer)
		})
	})
}

// count returns how often an address of the provider was asked.
func (h *house) count(path string) int {
	h.record.mu.Lock()
	defer h.record.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(h.record.asked), func(p string) bool { return p != path }))
}

// begin begins a sign-in that must begin.
func (h *house) begin() (redirect string, flow oidc.Flow) {
	h.t.Helper()
	redirect, flow, err := h.providers.Begin(h.t.Context(), providerID)
	if err != nil {
		h.t.Fatal(err)
	}
	h.secret(flowOf(h.t, flow)["state"].(string), flowOf(h.t, flow)["nonce"].(string), flowOf(h.t, flow)["verifier"].(string))
	return redirect, flow
}

var hiddenID = regexp.MustCompile(`name="id" value="([^"]*)"`)

// browse goes where the redirect says, presses a button of the login page as a browser
// does, and returns the query with which the browser comes back.
func (h *house) browse(redirect, button, value string) url.Values {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), base) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	login := do(h.t, browser, http.MethodGet, redirect, nil)
	id := hiddenID.FindSubmatch(login.body)
	if id == nil || !strings.Contains(string(login.body), `<button name="`+button+`" value="`+html.EscapeString(value)+`">`) {
		h.t.Fatalf("no login page with this button: %s", login.body)
	}
	action := login.at.ResolveReference(&url.URL{Path: "/login"}).String()
	picked := do(h.t, browser, http.MethodPost, action, url.Values{"id": {string(id[1])}, button: {value}})
	back, err := url.Parse(picked.location)
	if err != nil || !strings.HasPrefix(picked.location, base+"/auth/oidc/corporate/callback?") {
		h.t.Fatalf("the browser is not sent back but to %q: %s", picked.location, picked.body)
	}
	h.secret(back.Query().Get("code"))
	return back.Query()
}

// visited is where a browser came to.
type visited struct {
	at       *url.URL
	location string // where it would be sent next
	body     []byte
}

func do(t *testing.T, client *http.Client, method, address string, form url.Values) visited {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return visited{response.Request.URL, response.Header.Get("Location"), body}
}

// signIn goes the whole way. The flow is written down and read again in between, as it is in a cookie.
func (h *house) signIn(subject string) (oidc.Identity, error) {
	h.t.Helper()
	redirect, flow := h.begin()
	answer := h.browse(redirect, "subject", subject)
	kept, err := oidc.ParseFlow(flow.Text().Reveal())
	if err != nil {
		h.t.Fatal(err)
	}
	return h.providers.Finish(h.t.Context(), kept, answer)
}

// mustSignIn goes the whole way and must arrive.
func (h *house) mustSignIn(subject string) oidc.Identity {
	h.t.Helper()
	identity, err := h.signIn(subject)
	if err != nil {
		h.t.Fatal(err)
	}
	return identity
}

// fails looks at an error that must be there: its code, its reason, that its cause says
// what the log needs to know, and that neither it nor any cause holds a secret.
func (h *house) fails(err error, code cloud.Code, reason oidc.Reason, cause string) {
	h.t.Helper()
	var e *cloud.Error
	if !errors.As(err, &e) || e.Code != code || oidc.ReasonOf(err) != reason || !strings.Contains(err.Error(), cause) {
		h.t.Errorf("got %v, reason %q; want code %v, reason %q and %q", err, oidc.ReasonOf(err), code, reason, cause)
		return
	}
	if e.Message == "" || strings.Contains(e.Message, "%!") {
		h.t.Errorf("no sentence: %q", e.Message)
	}
	h.record.mu.Lock()
	defer h.record.mu.Unlock()
	for cause := error(e); cause != nil; cause = errors.Unwrap(cause) {
		text := fmt.Sprintf("%v %+v %#v", cause, cause, cause)
		for _, secret := range h.record.secrets {
			if strings.Contains(text, secret) {
				h.t.Errorf("the error %q holds the secret %q", text, secret)
			}
		}
	}
}

// flowOf returns what is written down of a flow.
func flowOf(t *testing.T, flow oidc.Flow) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(flow.Text().Reveal()), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// alteredFlow returns the flow with another value in a field.
func alteredFlow(t *testing.T, flow oidc.Flow, field, value string) oidc.Flow {
	t.Helper()
	fields := flowOf(t, flow)
	fields[field] = value
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	altered, err := oidc.ParseFlow(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return altered
}
