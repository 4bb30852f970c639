package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"
)

// The person of the stories: the one who sets Gatehouse up.
const (
	adaName     = "Ada Lovelace"
	adaMail     = "ada@example.com"
	adaPassword = "analytical-Engine-1843"
)

// ada is a session of hers without a browser. It reaches the API without the limit of
// requests that a key has.
type ada struct {
	g            *gatehouse
	client       *http.Client
	organization string
	roleIDs      map[string]string
}

// setUp makes Ada the first person of the Gatehouse with the link of its start.
func setUp(g *gatehouse) *ada {
	g.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		g.t.Fatal(err)
	}
	// As many connections as the makers of keys have; without a limit of its own, http keeps two.
	a := &ada{g: g, client: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: makers}}}
	g.t.Cleanup(a.client.CloseIdleConnections)
	_, token, _ := strings.Cut(g.SetUpLink, "#")
	var session struct{ Organizations []struct{ ID string } }
	if status := a.ask(http.MethodPost, "/auth/setup", map[string]string{"token": token, "email": adaMail, "name": adaName, "password": adaPassword}, &session); status != http.StatusOK {
		g.t.Fatalf("Ada is set up with status %d", status)
	}
	a.organization = session.Organizations[0].ID
	return a
}

// API makes a request under /v1 of the organization: API("POST", "/keys", …).
func (a *ada) API(method, path string, body, result any) int {
	a.g.t.Helper()
	envelope := struct{ Result any }{result}
	return a.ask(method, "/v1/organizations/"+a.organization+path, body, &envelope)
}

func (a *ada) ask(method, path string, body, result any) int {
	a.g.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		a.g.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(a.g.t.Context(), method, a.g.URL+path, bytes.NewReader(text))
	if err != nil {
		a.g.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := a.client.Do(r)
	if err != nil {
		a.g.t.Error(err) // not Fatal: makers call it too
		return 0
	}
	defer func() { _ = answer.Body.Close() }()
	if text, err = io.ReadAll(answer.Body); err != nil {
		a.g.t.Error(err)
		return 0
	}
	if answer.StatusCode != http.StatusOK {
		a.g.t.Logf("%s %s answered %d: %s", method, path, answer.StatusCode, text)
	} else if err := json.Unmarshal(text, result); err != nil {
		a.g.t.Errorf("%s %s answered %s: %v", method, path, text, err)
	}
	return answer.StatusCode
}

// newKey is the body that makes a key.
type newKey struct {
	Name         string    `json:"name"`
	State        string    `json:"state,omitempty"`
	RoleIDs      []string  `json:"assignedRoleIds,omitempty"`
	ExpireAt     string    `json:"expireAt,omitempty"`
	IPAccessList []ipEntry `json:"ipAccessList,omitempty"`
}

type ipEntry struct {
	Source      string `json:"source"`
	Description string `json:"description,omitempty"`
}

// madeKey is the answer.
type madeKey struct {
	Key struct {
		ID, Name, KeySuffix string
	}
	KeyID, KeySecret string
}

func (k madeKey) credential() credential { return credential{id: k.KeyID, secret: k.KeySecret} }

// key makes a key with the roles.
func (a *ada) key(k newKey, roles ...string) (made madeKey) {
	a.g.t.Helper()
	if a.roleIDs == nil {
		a.roleIDs = a.roles()
	}
	for _, name := range roles {
		k.RoleIDs = append(k.RoleIDs, a.roleIDs[name])
	}
	if status := a.API(http.MethodPost, "/keys", k, &made); status != http.StatusOK {
		a.g.t.Fatalf("the key %s is made with status %d", k.Name, status)
	}
	return made
}

// roles returns the ids of the system roles by their names.
func (a *ada) roles() map[string]string {
	a.g.t.Helper()
	var roles []struct{ ID, Name string }
	if status := a.API(http.MethodGet, "/roles", nil, &roles); status != http.StatusOK {
		a.g.t.Fatalf("the roles are listed with status %d", status)
	}
	ids := make(map[string]string, len(roles))
	for _, r := range roles {
		ids[r.Name] = r.ID
	}
	return ids
}

// path is that of a page of the organization: path("keys").
func (a *ada) path(page string) string { return "/organizations/" + a.organization + "/" + page }

// signIn signs Ada in at the page's sign-in form and waits for her list of keys.
func signIn(p *Page) {
	p.t.Helper()
	p.Goto("/sign-in")
	enterPassword(p, adaPassword)
	p.Find("heading", "API Keys")
}

// enterPassword fills the sign-in form and sends it.
func enterPassword(p *Page, password string) {
	p.t.Helper()
	p.Fill("E-mail address", adaMail)
	p.Fill("Password", password)
	p.Click("button", "Sign in")
}

// signedIn is a browser in which Ada has signed in.
func signedIn(t testing.TB, g *gatehouse, look Look) *Page {
	t.Helper()
	p := browse(t, g.URL, look)
	signIn(p)
	return p
}

// later is the time after so many days as the API writes it.
func later(days int) string {
	return time.Now().AddDate(0, 0, days).UTC().Format(time.RFC3339)
}
