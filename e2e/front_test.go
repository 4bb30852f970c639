package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// What a person meets first loads without a fault, whatever the screen.
func TestFrontPageLoadsWithoutFault(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, look := range Looks() {
		t.Run(look.String(), func(t *testing.T) {
			p := browse(t, g.URL, look)
			p.Goto("/")
			p.Settle()
			if p.Title() == "" {
				t.Error("the front page has no title")
			}
			if wide := p.Overflow(); wide > 0 {
				t.Errorf("the front page is %d pixels wider than the screen", wide)
			}
		})
	}
}

// The operator's commands, the API and the browser meet the same Gatehouse, and a
// restart keeps its address.
func TestGatehouseIsOneForAll(t *testing.T) {
	t.Parallel()
	g := start(t)
	if !strings.HasPrefix(g.SetUpLink, g.URL+"/setup#") {
		t.Errorf("the link of the start is %q", g.SetUpLink)
	}
	keys := "/organizations/" + g.Organization() + "/keys"
	var made struct {
		Key struct{ Name string }
	}
	body := map[string]any{"name": "ci", "roles": []string{"developer"}}
	if status := g.API(http.MethodPost, keys, body, &made); status != http.StatusOK || made.Key.Name != "ci" {
		t.Errorf("a key is made with status %d and the name %q", status, made.Key.Name)
	}
	g.Restart()
	if link := g.Link("setup-link"); !strings.HasPrefix(link, g.URL+"/setup#") || link == g.SetUpLink {
		t.Errorf("the new link is %q", link)
	}
	if out := g.CLI("keys", "list"); !strings.Contains(out, "ci") {
		t.Errorf("the keys are\n%s", out)
	}
}
