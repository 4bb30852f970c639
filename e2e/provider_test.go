package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// People sign in with an OpenID provider from the sign-in page, and come to where they
// wanted to go. Who is refused there, or is nobody here, is told so on the sign-in page.
func TestSignInWithAProvider(t *testing.T) {
	t.Parallel()
	provider := startProvider(t,
		providerUser{Subject: "grace", Email: "Grace@example.com", EmailVerified: true, Name: graceName},
		providerUser{Subject: "eve", Email: "eve@elsewhere.example", EmailVerified: true, Name: "Eve"},
		providerUser{Subject: "mallory", Email: adaMail, Name: "Mallory"},
	)
	g := startWithoutKey(t, "--sign-in-providers", provider.config(t))
	provider.leadsBackTo(g)
	a := setUp(g)
	atProvider := func(look Look) *Page {
		t.Helper()
		p := browse(t, g.URL, look)
		p.AllowOrigin(provider.issuer)
		p.Allow("answer 404: GET /favicon.ico") // the provider has none
		p.Goto(a.path("settings"))
		p.AtPath("/sign-in")
		p.Click("link", "Continue with Corporate account")
		p.Find("heading", "Who are you?")
		return p
	}

	// Of the provider's domain: she joins without an invitation.
	p := atProvider(Look{})
	p.Click("button", graceName+" Grace@example.com")
	p.Find("heading", "Settings")
	p.AtPath(a.path("settings"))
	p.Find("button", "Profile menu "+graceName+" "+graceMail)
	for place, text := range p.Stored() {
		if strings.Contains(text, "code=") && !strings.HasPrefix(place, "request ") {
			t.Errorf("the provider's code is left in %s", place)
		}
	}
	p.Allow("answer 403: GET /v1/organizations/") // a Member may not see what there is to set

	// Whoever refuses comes back, and can go on with the password to where they wanted.
	p = atProvider(Look{Screen: Phone, Dark: true})
	p.Click("button", "Refuse")
	p.AtPath("/sign-in")
	p.See("You are not signed in", "The provider did not let you in, or you cancelled.")
	p.Screenshot("sign-in/provider-refused")
	p.Axe()
	enterPassword(p, adaPassword)
	p.Find("heading", "Settings")
	p.AtPath(a.path("settings"))

	p = atProvider(Look{})
	p.Click("button", "Eve eve@elsewhere.example")
	p.See("There is nobody with your e-mail address here. Ask an Admin for an invitation.")
	p.Click("link", "Continue with Corporate account")
	p.Click("button", "Mallory "+adaMail)
	p.See("The provider does not confirm your e-mail address.")
	provider.change(map[string]any{"reachable": false})
	p.Click("link", "Continue with Another account")
	p.See("The provider does not answer. Try again later, or use your password.")

	// An invitation lets in whoever the provider knows by that address.
	provider.change(map[string]any{"reachable": true})
	link := a.invite("eve@elsewhere.example", "Org API reader")
	p = browse(t, g.URL, Look{})
	p.AllowOrigin(provider.issuer)
	p.Allow("answer 404: GET /favicon.ico")
	p.Goto(link)
	p.See("Use the account with the address eve@elsewhere.example.")
	p.Click("link", "Continue with Corporate account")
	p.Click("button", "Eve eve@elsewhere.example")
	p.AtPath("/welcome")
	p.Click("button", "Join "+theOrganization)
	p.Find("heading", "API Keys")
	p.See("Create your first API key")
}

// provider is the project's own OpenID provider for tests, as a program.
type provider struct {
	issuer string // its origin

	t     testing.TB
	mu    sync.Mutex
	in    io.WriteCloser
	lines *bufio.Scanner
}

// providerUser is somebody whom the provider knows.
type providerUser struct {
	Subject       string `json:"subject"`
	Email         string `json:"email"`
	EmailVerified bool   `json:"emailVerified"`
	Name          string `json:"name"`
}

const providerSecret = "of-the-tests-only"

// buildProvider makes the program.
func buildProvider(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "provider")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./internal/oidc/oidctest/server")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the provider is not built: %v\n%s", err, out)
	}
	return path
}

// startProvider runs the provider until the test ends.
func startProvider(t testing.TB, users ...providerUser) *provider {
	t.Helper()
	known, err := json.Marshal(users)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), buildProvider(t), "--client-id", "gatehouse", "--users", string(known))
	cmd.Env = append(environment(), "OIDCTEST_CLIENT_SECRET="+providerSecret)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // ends it
		_ = cmd.Wait()
	})
	p := &provider{t: t, in: in, lines: bufio.NewScanner(out)}
	p.issuer = p.line()
	return p
}

// config writes the file for --sign-in-providers, in which the provider has two names.
func (p *provider) config(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	entry := func(id, name string) string {
		return fmt.Sprintf("  - id: %s\n    name: %s\n    issuer: %s\n    clientId: gatehouse\n    clientSecretFile: %s\n    allowedDomains: [example.com]\n", id, name, p.issuer, secret)
	}
	path := filepath.Join(dir, "providers.yaml")
	for name, text := range map[string]string{secret: providerSecret, path: "providers:\n" + entry("corporate", "Corporate account") + entry("another", "Another account")} {
		if err := write(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// leadsBackTo lets the provider send people back to the Gatehouse.
func (p *provider) leadsBackTo(g *gatehouse) {
	p.t.Helper()
	p.change(map[string]any{"redirectUris": []string{g.URL + "/auth/oidc/corporate/callback", g.URL + "/auth/oidc/another/callback"}})
}

// change tells the provider what is different from now on.
func (p *provider) change(change map[string]any) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := json.NewEncoder(p.in).Encode(change); err != nil {
		p.t.Fatal(err)
	}
	if got := p.line(); got != "ok" {
		p.t.Fatalf("the provider answers %q", got)
	}
}

func (p *provider) line() string {
	p.t.Helper()
	if !p.lines.Scan() {
		p.t.Fatalf("the provider has ended: %v", p.lines.Err())
	}
	return p.lines.Text()
}
