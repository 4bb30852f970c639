package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/oidc/oidctest"
)

// People sign in with a real OpenID provider: those of an allowed domain join with the
// default role, those who are in groups get the groups' roles, and nobody else comes in.
// Taken-away groups take the roles at the next sign-in.
func TestPeopleSignInWithAProvider(t *testing.T) {
	t.Parallel()
	grace := oidctest.User{Subject: "grace", Email: "Grace@example.com", EmailVerified: true, Name: "Grace Hopper", Groups: []string{"platform"}}
	issuer := oidctest.New(t, grace,
		oidctest.User{Subject: "eve", Email: "eve@elsewhere.example", EmailVerified: true, Name: "Eve"},
		oidctest.User{Subject: "mallory", Email: "ada@example.com", Name: "Mallory"})
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret"), issuer.Client(oidctest.DefaultClientID).Secret)
	write(t, filepath.Join(dir, "providers.yaml"), `providers:
  - id: corporate
    name: Corporate account
    issuer: `+issuer.Issuer()+`
    clientId: gatehouse
    clientSecretFile: `+filepath.Join(dir, "secret")+`
    scopes: [openid, email, profile, groups]
    allowedDomains: [example.com]
    groupsClaim: groups
    groupRoles: {platform: Org API reader}
`)
	p := startProcess(t, "--data", filepath.Join(dir, "data"), "--init-key", filepath.Join(dir, "admin.env"), "--sign-in-providers", filepath.Join(dir, "providers.yaml"), "--log-level", "debug")
	client := issuer.Client(oidctest.DefaultClientID)
	client.RedirectURIs = []string{p.url + "/auth/oidc/corporate/callback"}
	issuer.Register(client)
	organization := organizationOf(t, p, readKeyFile(t, filepath.Join(dir, "admin.env")))

	b := newSurfer(t, p.url)
	if session := b.get(p.url + "/auth/session"); !strings.Contains(session.text, `"providers":[{"id":"corporate","name":"Corporate account"}]`) {
		t.Fatalf("the sign-in page is told %s", session.text)
	}
	b.signInAs("grace", "/organizations/there").at("/organizations/there")
	session := b.get(p.url + "/auth/session").text
	for _, want := range []string{`"email":"grace@example.com"`, `"name":"Grace Hopper"`, `"roles":["Org API reader"]`} {
		if !strings.Contains(session, want) {
			t.Errorf("the session lacks %s: %s", want, session)
		}
	}
	if got := b.get(organization + "/keys").status; got != http.StatusOK {
		t.Errorf("the role of the group is answered with %d", got)
	}

	grace.Groups = nil
	issuer.SetUser(grace)
	again := newSurfer(t, p.url)
	again.signInAs("grace", "").at("/")
	for _, who := range []*surfer{b, again} { // the sessions from before, too
		if got := who.get(organization + "/keys").status; got != http.StatusForbidden {
			t.Errorf("the role of a group that is gone is answered with %d", got)
		}
	}

	newSurfer(t, p.url).signInAs("eve", "").problem("unknown")
	newSurfer(t, p.url).signInAs("mallory", "").problem("unverified")
	newSurfer(t, p.url).signInAs("", "/profile").problem("denied")
	stale := newSurfer(t, p.url)
	answered := stale.toProvider("").pick("grace")
	stale.http.Jar, _ = cookiejar.New(nil) // as if another browser came with the answer
	stale.get(answered).problem("stale")
	if got := newSurfer(t, p.url).get(p.url + "/auth/oidc/corporate?to=//evil.example/"); strings.Contains(got.address, "evil") {
		t.Errorf("it leads to %s", got.address)
	}
	issuer.SetReachable(false)
	newSurfer(t, p.url).get(p.url + "/auth/oidc/other").problem("failed")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// surfer is a browser that follows redirects.
type surfer struct {
	t    *testing.T
	url  string
	http *http.Client
}

// page is where a surfer has come to.
type page struct {
	*surfer
	status  int
	address string
	text    string
}

func newSurfer(t *testing.T, base string) *surfer {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &surfer{t: t, url: base, http: &http.Client{Jar: jar}}
}

func (s *surfer) get(address string) page {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.do(r)
}

func (s *surfer) do(r *http.Request) page {
	s.t.Helper()
	answer, err := s.http.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	address := answer.Request.URL.String()
	if location := answer.Header.Get("Location"); location != "" {
		address = location // where it would lead
	}
	return page{s, answer.StatusCode, address, string(text)}
}

// toProvider begins a sign-in and comes to the provider's page.
func (s *surfer) toProvider(to string) page {
	s.t.Helper()
	return s.get(s.url + "/auth/oidc/corporate?" + url.Values{"to": {to}}.Encode())
}

// signInAs signs in at the provider as the user with this subject, or refuses.
func (s *surfer) signInAs(subject, to string) page {
	s.t.Helper()
	return s.get(s.toProvider(to).pick(subject))
}

var requestID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// pick chooses a user on the provider's page, or refuses, and returns the address to which
// the provider sends the browser back.
func (p page) pick(subject string) string {
	p.t.Helper()
	found := requestID.FindStringSubmatch(p.text)
	if found == nil {
		p.t.Fatalf("%s is no sign-in page of the provider: %s", p.address, p.text)
	}
	form := url.Values{"id": {found[1]}, "subject": {subject}}
	if subject == "" {
		form = url.Values{"id": {found[1]}, "refuse": {"yes"}}
	}
	at, err := url.Parse(p.address)
	if err != nil {
		p.t.Fatal(err)
	}
	before := p.http.CheckRedirect
	defer func() { p.http.CheckRedirect = before }()
	p.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), p.url) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, at.Scheme+"://"+at.Host+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(r).address
}

// at ends the test unless the browser has come to the path of Gatehouse.
func (p page) at(path string) {
	p.t.Helper()
	if p.address != p.url+path {
		p.t.Fatalf("it led to %s, not to %s", p.address, path)
	}
}

// problem ends the test unless the browser has come back to the sign-in page with the word.
func (p page) problem(word string) {
	p.t.Helper()
	if !strings.HasPrefix(p.address, p.url+"/sign-in?") || !strings.Contains(p.address, "problem="+word) {
		p.t.Fatalf("it led to %s, not to the sign-in page with %q", p.address, word)
	}
}
