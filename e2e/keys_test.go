package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// The list shows every key page by page, in the order that was asked for, and what was
// searched and sorted stays in the address: over a reload and on the way back.
func TestManyKeysAreSearchedSortedAndPaged(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	seedKeys(a, 115)
	for n := range 5 {
		a.key(newKey{Name: fmt.Sprintf("retired-%d", n+1), State: "disabled"}, "Member")
	}
	p := signedIn(t, g, Look{})
	p.See("1–50 of 120", "retired-5")
	p.Click("button", "Next page")
	p.See("51–100 of 120")
	p.DontSee("retired-5")
	p.Click("button", "Next page")
	p.See("101–120 of 120", "key-00001")
	p.Click("button", "Previous page")
	p.See("51–100 of 120")

	p.Click("button", "Name")
	p.See("1–50 of 120", "key-00001")
	if names := rowNames(p); !slices.IsSorted(names) || len(names) != 50 || names[0] != "key-00001" {
		t.Errorf("sorted by name the keys are %q", names)
	}
	p.Click("button", "Name")
	p.See("retired-5")
	if names := rowNames(p); names[0] != "retired-5" || names[5] != "key-00115" {
		t.Errorf("sorted backwards the keys are %q", names)
	}
	if got := p.Attribute("columnheader", "Name", "aria-sort"); got != "descending" {
		t.Errorf("the column says that it is sorted %q", got)
	}

	p.Fill("Search by name, Key ID or creator", "retired")
	p.See("1–5 of 5")
	p.Choose("Status", "Enabled")
	p.See("No key matches")
	p.Click("button", "Clear filter")
	p.See("1–50 of 120")
	p.Fill("Search by name, Key ID or creator", "RETIRED")
	p.See("1–5 of 5")
	p.Choose("Status", "Disabled")
	p.Find("combobox", "Status Disabled")
	p.See("1–5 of 5")
	seen := rowNames(p)
	check := func(when string) {
		t.Helper()
		p.See("1–5 of 5")
		p.Find("combobox", "Status Disabled")
		if got := p.Value("Search by name, Key ID or creator"); got != "RETIRED" {
			t.Errorf("%s the search is %q", when, got)
		}
		if names := rowNames(p); !slices.Equal(names, seen) {
			t.Errorf("%s the keys are %q, expected %q", when, names, seen)
		}
	}
	p.Reload()
	check("after a reload")
	p.Click("link", "Settings")
	p.Find("heading", "Settings")
	p.Back()
	check("on the way back")
}

// What others do to a key shows on the screen without a reload, in the list and in an
// open dialog.
func TestKeyThatChangedElsewhereChangesOnTheScreen(t *testing.T) {
	t.Parallel()
	g := start(t)
	a := setUp(g)
	made := a.key(newKey{Name: "grafana"}, "Member")
	other := a.key(newKey{Name: "other"}, "Member")
	p := signedIn(t, g, Look{})
	p.Within("row", "grafana").See("Enabled", "Never used")
	keys := "/organizations/" + a.organization + "/keys/"
	change := func(method, id string, body any) {
		t.Helper()
		if status := g.API(method, keys+id, body, nil); status != http.StatusOK {
			t.Fatalf("%s of the key is answered with %d", method, status)
		}
	}

	change(http.MethodPatch, made.Key.ID, map[string]string{"name": "grafana-reader", "state": "disabled"})
	p.Within("row", "grafana-reader").See("Disabled")

	// A key that goes while the question is open is gone, and there is nothing to confirm.
	p.rowMenu("grafana-reader", "Delete")
	d := p.Within("dialog", "Delete “grafana-reader”?")
	d.Fill("Name of the key", "grafana-reader")
	p.Allow("answer 404: (GET|DELETE) /v1/.*/keys/")
	change(http.MethodDelete, made.Key.ID, nil)
	p.Within("dialog", "“grafana-reader” is gone").See("Somebody else deleted this key in the meantime.")
	p.Screenshot("keys/gone-while-deleting")

	p.Press("Escape")
	p.DontFind("dialog", "")
	p.DontSee("grafana-reader")

	// Whoever confirms in the moment before that shows is told, too.
	p.rowMenu("other", "Edit")
	d = p.Within("dialog", "Edit API Key")
	d.Fill("Name", "others")
	change(http.MethodDelete, other.Key.ID, nil)
	p.Allow("answer 404: PATCH /v1/.*/keys/")
	d.Click("button", "Save changes")
	d.See("This key is gone", "Somebody deleted it meanwhile.")
	p.Screenshot("keys/gone-while-editing")
}

// What the server refuses stands beside the field that it is about: here the browser's
// clock is days behind, and a day that it takes for the future has passed.
func TestRefusalStandsBesideItsField(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	setUp(g)
	p := browse(t, g.URL, Look{})
	p.beforeEveryPage(`(() => {
		const Real = Date, behind = 3 * 24 * 60 * 60 * 1000;
		globalThis.Date = class extends Real {
			constructor(...given) { given.length ? super(...given) : super(Real.now() - behind); }
			static now() { return Real.now() - behind; }
		};
	})()`)
	signIn(p)
	p.See("Create your first API key")
	p.Click("button", "New API Key")
	d := p.Within("dialog", "New API Key")
	d.Fill("Name", "slow-clock")
	d.Choose("Expiration", "1 day")
	p.Allow("answer 400: POST /v1/.*/keys")
	d.Click("button", "Generate API Key")
	d.See("Expected an instant in the future")
	if id := d.Attribute("combobox", "Expiration 1 day", "aria-describedby"); !strings.Contains(id, "error") {
		t.Errorf("the field is described by %q", id)
	}
	p.SeeFocus("combobox", "Expiration 1 day")
	p.Screenshot("keys/refused-by-the-server")
	p.Axe()
	d.Choose("Expiration", "30 days")
	d.Click("button", "Generate API Key")
	p.Within("dialog", "API Key generated").See("slow-clock")
}

// A Gatehouse that does not answer is said to be gone, and when it is back the page goes
// on by itself.
func TestLostConnectionIsToldAndRecovers(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	a.key(newKey{Name: "before"}, "Member")
	p := signedIn(t, g, Look{})
	p.See("before")
	p.Allow("no answer: ", "console error: Failed to load resource")
	g.Stop()
	p.See("Gatehouse does not answer. Trying again…", "before")
	p.Screenshot("keys/connection-lost")
	p.Emulate(Look{Screen: Phone, Dark: true})
	p.Screenshot("keys/connection-lost-phone-dark")
	p.Emulate(Look{})

	p.Click("button", "New API Key")
	d := p.Within("dialog", "New API Key")
	d.Fill("Name", "in-vain")
	d.Click("button", "Generate API Key")
	d.Find("alert", "")
	p.Screenshot("keys/connection-lost-generate")
	g.Restart()
	p.DontSee("Gatehouse does not answer. Trying again…")
	d.Click("button", "Generate API Key")
	d = p.Within("dialog", "API Key generated")
	p.Download(func() { d.Click("button", "Download .env") })
	d.Click("button", "Done")
	p.Find("rowheader", "in-vain")
}

// rowNames returns the names of the keys on the screen.
func rowNames(p *Page) []string {
	p.t.Helper()
	p.Settle()
	return p.Names("rowheader")
}
