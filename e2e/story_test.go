package e2e

import (
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// A person who was given nothing but the link of the first start makes a key, uses it,
// changes it and deletes it, and from the moment of each answer the API does as it says.
func TestFromTheSetUpLinkToADeletedKeyThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, look := range []Look{{}, {Screen: Phone, Dark: true}} {
		t.Run(look.String(), func(t *testing.T) {
			t.Parallel()
			tellWholeStory(t, look)
		})
	}
}

func tellWholeStory(t *testing.T, look Look) {
	g := startWithoutKey(t)
	p := browse(t, g.URL, look)
	picture := func(name string) {
		t.Helper()
		p.Screenshot("story/" + look.String() + "-" + name)
	}

	// The link is good once, and does not stay in the address bar.
	p.Goto(g.SetUpLink)
	p.Find("heading", "Set up your account")
	_, token, _ := strings.Cut(g.SetUpLink, "#")
	if strings.Contains(p.URL(), token) {
		t.Error("the token stays in the address bar")
	}
	picture("01-set-up")
	p.Fill("Your name", adaName)
	p.Fill("E-mail address", adaMail)
	p.Fill("Password", "engine")
	p.Click("button", "Create account")
	p.See("6 more characters are needed")
	picture("02-set-up-weak-password")
	p.Fill("Password", adaPassword)
	p.DontSee("more characters are needed")
	picture("03-set-up-filled")
	p.Click("button", "Create account")

	p.See("Create your first API key")
	p.HoldsNo(adaPassword)
	organization := organizationOf(p)
	picture("04-no-keys")

	// A key for Query API endpoints, for 30 days, from here and from an office.
	p.Click("button", "New API Key")
	d := p.Within("dialog", "New API Key")
	picture("05-new-key")
	d.Click("button", "Generate API Key")
	d.See("Enter a name.")
	picture("06-new-key-without-name")
	d.Fill("Name", "ci-deploy")
	d.See("Can only sign in and see the name of the organization, from anywhere, until")
	d.Click("button", "Choose these")
	d.Choose("Expiration", "30 days")
	end := inBerlin(time.Now().AddDate(0, 0, 30))
	d.See("Expires on " + end)
	d.Click("radio", "Specific locations Only from those you list.")
	d.Click("button", "Add my address")
	d.Click("button", "Add location")
	d.Fill("IP address or range 2", "10.1.0.0/1b")
	d.See("This is not an IP address or CIDR range")
	d.Fill("IP address or range 2", "10.1.0.0/16")
	d.DontSee("This is not an IP address or CIDR range")
	d.Fill("Description 2 (optional)", "office")
	d.See("Can use Query API endpoints, only from 2 locations, until " + end + ".")
	picture("07-new-key-filled")
	d.Click("button", "Generate API Key")

	// The secret is shown once, and is not lost by accident.
	d = p.Within("dialog", "API Key generated")
	made := credential{id: d.Value("Key ID"), secret: d.Value("Key secret")}
	if made.id == "" || made.secret == "" {
		t.Fatalf("the key is %q with the secret %q", made.id, made.secret)
	}
	picture("08-secret")
	d.Click("button", "Done")
	q := p.Within("dialog", "Close without the secret?")
	q.See("You have not copied or downloaded the key yet.")
	picture("09-secret-leave")
	q.Click("button", "Go back")
	p.TakeClipboard()
	d.Click("button", "Copy Key secret")
	d.See("Copied")
	if got := p.Clipboard(); got != made.secret {
		t.Errorf("what was copied is %q and not the secret", got)
	}
	p.Press("Escape")
	q.See("You have copied the Key secret, but not the Key ID.")
	q.Click("button", "Go back")
	name, content := p.Download(func() { d.Click("button", "Download .env") })
	if want := fmt.Sprintf("KEY_ID=%s\nKEY_SECRET=%s\n", made.id, made.secret); name != "ci-deploy.env" || string(content) != want {
		t.Errorf("%s was downloaded with\n%s", name, content)
	}
	runCurl(t, d.Within("region", "curl command").Text(), organization)
	d.Click("tab", "Terraform")
	d.See("CLICKHOUSE_CLOUD_API_SECRET=" + made.secret)
	picture("10-secret-terraform")
	d.Click("button", "Done")
	p.DontFind("dialog", "")
	p.SeeFocus("heading", "API Keys") // its button went with the empty page
	p.HoldsNo(made.id, made.secret)

	// The list knows what the key may do, and that it was used.

	row := p.Within("row", "ci-deploy")
	row.See(made.id[len(made.id)-4:], "Member, Basic service API reader", "Enabled", end, "by "+adaMail, "just now")
	picture("11-list")

	p.rowMenu("ci-deploy", "Edit")
	d = p.Within("dialog", "Edit API Key")
	d.Fill("Name", "ci-deploy-eu")
	d.Choose("Expiration", "On a date")
	d.Fill("Last day", "2031-05-17")
	d.See("until May 17, 2031.")
	picture("12-edit")
	d.Click("button", "Save changes")
	p.DontFind("dialog", "")
	row = p.Within("row", "ci-deploy-eu")
	row.See("May 17, 2031", "11:59 PM GMT+2")
	p.SeeFocus("button", "Actions for ci-deploy-eu")

	// Disabled is refused at once, enabled is let in again.
	use := func() int {
		t.Helper()
		return g.APIWith(made, http.MethodGet, "/organizations", nil, nil)
	}
	expect := func(when string, want int) {
		t.Helper()
		if got := use(); got != want {
			t.Errorf("%s the API answers %d, expected %d", when, got, want)
		}
	}
	expect("before", http.StatusOK)
	p.rowMenu("ci-deploy-eu", "Disable")
	d = p.Within("dialog", "Disable “ci-deploy-eu”?")
	d.See("refused at once")
	picture("13-disable")
	d.Click("button", "Disable key")
	row.See("Disabled")
	expect("disabled,", http.StatusUnauthorized)
	picture("14-disabled")
	p.rowMenu("ci-deploy-eu", "Enable")
	row.See("Enabled")
	expect("enabled again,", http.StatusOK)

	// Deleting asks for the name.
	p.rowMenu("ci-deploy-eu", "Delete")
	d = p.Within("dialog", "Delete “ci-deploy-eu”?")
	d.See("Everybody who uses this key loses access at once. This cannot be undone.", "Last used just now.")
	d.Fill("Name of the key", "ci-deploy")
	if d.Enabled("button", "Delete key") {
		t.Error("the key can be deleted with a wrong name")
	}
	p.Press("Enter")
	picture("15-delete-wrong-name")
	d.Fill("Name of the key", "ci-deploy-eu")
	picture("16-delete")
	expect("before the last click", http.StatusOK)
	d.Click("button", "Delete key")
	p.See("“ci-deploy-eu” is deleted")
	expect("deleted,", http.StatusUnauthorized)
	p.See("Create your first API key")
	picture("17-deleted")

	// All of it is in the audit log, and in its export.
	p.menuLink("Audit")
	p.Find("heading", "Audit")
	happened := []string{"API key created", "API key renamed", "Expiration of API key changed", "API key enabled or disabled", "API key deleted"}
	p.See(happened...)
	picture("18-audit")
	name, content = p.Download(func() { p.Click("button", "Export CSV") })
	if !strings.HasPrefix(name, "gatehouse-audit-") || !strings.HasSuffix(name, ".csv") {
		t.Errorf("the export is called %s", name)
	}
	for _, text := range append(happened, adaMail, "key_create", "name-changed") {
		if !strings.Contains(string(content), text) {
			t.Errorf("the export does not have %q:\n%s", text, content)
		}
	}
	p.HoldsNo(made.id, made.secret, adaPassword)
	p.Settle()
	if wide := p.Overflow(); wide > 0 {
		t.Errorf("the page is %d pixels wider than the screen", wide)
	}
}

// organizationOf returns the ID in the page's address.
func organizationOf(p *Page) string {
	p.t.Helper()
	parts := strings.Split(p.URL(), "/")
	at := slices.Index(parts, "organizations")
	if at < 0 || at+1 >= len(parts) {
		p.t.Fatalf("%s is no page of an organization", p.URL())
	}
	return parts[at+1]
}

// runCurl runs the line that the console shows, as a person who pastes it.
func runCurl(t *testing.T, line, organization string) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("there is no curl: the line that the console shows is not run")
		return
	}
	line = strings.ReplaceAll(line, `\ `, "") // the text of the page is one line
	out, err := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(line, "curl", "curl --silent --show-error --fail-with-body", 1)).CombinedOutput()
	if err != nil || !strings.Contains(string(out), organization) {
		t.Errorf("%s\n%v\n%s", line, err, out)
	}
}

// inBerlin is a day as the list shows it to a browser in Berlin.
func inBerlin(moment time.Time) string {
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		panic(err)
	}
	return moment.In(zone).Format("Jan 2, 2006")
}

// rowMenu chooses from the menu of a key's row.
func (p *Page) rowMenu(key, item string) {
	p.t.Helper()
	p.Click("button", "Actions for "+key)
	p.Click("menuitem", item)
}

// menuLink follows a link of the main menu, which a phone keeps in a drawer.
func (p *Page) menuLink(name string) {
	p.t.Helper()
	if p.look.Screen.Phone {
		p.Click("button", "Open menu")
	}
	p.Click("link", name)
}
