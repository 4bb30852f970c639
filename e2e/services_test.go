package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Somebody who has never seen a service makes one, runs a query with the command that the
// console shows, stops and starts it, changes its password and who may connect, and
// deletes it. What the console says is what a client meets, from that moment on.
func TestFromNoServicesToADeletedService(t *testing.T) {
	t.Parallel()
	requireCurl(t)
	g := startWithEngine(t)
	a := setUp(g)
	p := signedIn(t, g, Look{})
	picture := func(name string) {
		t.Helper()
		p.Screenshot("services/story-" + name)
	}
	p.Click("link", "Services")
	p.Find("heading", "Create your first service")
	picture("01-none")

	// A name, a size, a tag; the person's own address may connect already.
	p.Click("link", "New service")
	p.Find("heading", "New service")
	p.Click("button", "Create service")
	p.See("Enter a name.")
	p.Fill("Name", "orders")
	p.Choose("Cloud provider", "Google Cloud")
	p.Choose("Region", "europe-west4")
	p.Fill("Most memory (GB per replica)", "10")
	p.Fill("Minutes without a query", "30")
	p.See("Enter 8 to 356, in steps of 4.")
	p.Fill("Most memory (GB per replica)", "12")
	p.DontSee("Enter 8 to 356, in steps of 4.")
	mine := p.Value("IP address or range")
	p.Click("button", "Remove location 1")
	p.See("Without an address, nobody may connect.")
	p.Click("button", "Add my address")
	if again := p.Value("IP address or range"); again != mine || mine == "" {
		t.Errorf("the person's address is %q first and %q when it is added", mine, again)
	}
	p.Click("button", "Add tag")
	p.Fill("Key", "team")
	p.Fill("Value (optional)", "checkout")
	picture("02-new")
	p.Click("button", "Create service")

	// Its password is shown once, and not lost by accident, while it gets ready.
	p.SeeFocus("heading", "orders")
	password := p.Value("Password")
	if password == "" {
		t.Fatal("the new service has no password")
	}
	p.Click("button", "Open service")
	q := p.Within("dialog", "Leave without the password?")
	picture("03-leave")
	q.Click("button", "Go back")
	p.patiently(func() { p.See("Ready for queries after") })
	picture("04-made")
	p.Axe()
	p.TakeClipboard()
	p.Click("button", "Copy Password")
	p.See("Copied")
	if got := p.Clipboard(); got != password {
		t.Errorf("what was copied is %q and not the password", got)
	}

	// The command of the page, in a folder with the file that it asks for.
	folder := t.TempDir()
	name, ca := p.Download(func() { p.Click("button", "Download gatehouse-ca.pem") })
	if err := os.WriteFile(filepath.Join(folder, name), ca, 0o600); err != nil {
		t.Fatal(err)
	}
	line := p.copiedCurl(p.Part)
	version := runsIn(t, folder, line)
	p.Click("button", "Open service")
	p.See("ClickHouse "+version, "12 GB", "After 30 minutes without a query", "Google Cloud, europe-west4", "team: checkout")
	p.HoldsNo(password)
	p.Find("button", "Running")
	picture("05-overview")

	// Whoever looks at the list sees the same, in another tab too.
	list := p.NewTab()
	list.Goto(a.path("services"))
	row := list.Within("row", "orders")
	row.See("Running", version, "8–12 GB × 1", "team: checkout")

	// What was shown once is asked for from now on.
	p.Click("link", "Connect")
	p.See("Put the password in place of PASSWORD.")
	shown := p.copiedCurl(p.Part)
	if got := runsIn(t, folder, strings.Replace(shown, "PASSWORD", password, 1)); got != version {
		t.Errorf("the command of the page Connect answers %q, expected %q", got, version)
	}
	refusedIn(t, folder, shown, "Authentication failed")

	p.Click("button", "Stop")
	p.Within("dialog", "Stop “orders”?").Click("button", "Stop service")
	p.patiently(func() { p.Find("button", "Stopped") })
	p.See("The service is stopped: start it first.")
	list.patiently(func() { row.See("Stopped") })
	refusedIn(t, folder, line, "Service is stopped")
	picture("06-stopped")
	p.Within("status", "The service is stopped: start it first.").Click("button", "Start")
	p.patiently(func() { p.Find("button", "Running") })
	p.DontSee("The service is stopped: start it first.")
	list.patiently(func() { row.See("Running") })
	runsIn(t, folder, line)

	// A new password counts at once, and the old one no more.
	p.Click("link", "Security")
	p.Click("button", "New password")
	p.Within("dialog", "Make a new password?").Click("button", "Make a new password")
	d := p.Within("dialog", "The new password")
	changed := d.Value("Password")
	fresh := p.copiedCurl(d)
	picture("07-new-password")
	d.Click("button", "Done")
	p.DontFind("dialog", "")
	p.HoldsNo(password, changed)
	refusedIn(t, folder, line, "Authentication failed")
	runsIn(t, folder, fresh)

	// An empty list lets nobody in: not even somebody who knows the password.
	p.Click("button", "Remove location 1")
	p.See("Without an address, nobody may connect.")
	p.Click("button", "Save changes")
	p.See("The list is saved")
	picture("08-nobody")
	failsIn(t, folder, fresh)
	p.Click("link", "Connect")
	p.See("Nobody may connect yet")
	p.Click("link", "Edit the list")
	p.Click("radio", "Anywhere Every address: the password alone protects the service.")
	p.Click("button", "Save changes")
	p.DontFind("button", "Save changes")
	runsIn(t, folder, fresh)

	// Deleting asks for the name, and stops what runs.
	p.Click("button", "More actions")
	p.Click("menuitem", "Delete")
	d = p.Within("dialog", "Delete “orders”?")
	d.See("It is running: it is stopped first", "This cannot be undone")
	d.Fill("Name of the service", "order")
	if d.Enabled("button", "Stop and delete") {
		t.Error("the service can be deleted with a wrong name")
	}
	d.Fill("Name of the service", "orders")
	picture("09-delete")
	p.Allow("answer 404: GET /v1/.*/services/") // the page asks for it until it is left
	d.Click("button", "Stop and delete")
	p.patiently(func() { p.See("“orders” is being deleted", "Create your first service") })
	list.patiently(func() { list.See("Create your first service") })
	failsIn(t, folder, fresh)
	picture("10-deleted")

	p.Click("link", "Audit")
	p.See(
		"Created the service orders", "The service orders runs", "Stopped the service orders", "The service orders has stopped", "Started the service orders",
		"Changed the password of orders", "Changed who may connect to orders", "Deleted the service orders", "The data of the service orders is removed",
	)
	picture("11-audit")
	p.HoldsNo(password, changed)
}

// The same on a phone, in short: a service is made, asked and deleted.
func TestServiceIsMadeAndDeletedOnAPhone(t *testing.T) {
	t.Parallel()
	requireCurl(t)
	g := startWithEngine(t)
	a := setUp(g)
	p := signedIn(t, g, Look{Screen: Phone, Dark: true})
	fits := func(name string) {
		t.Helper()
		Eval[any](p, "scrollTo(0, 0)") // what is half under the head of the page is too small to tap
		p.Screenshot("services/phone-" + name)
		if wide := p.Overflow(); wide > 0 {
			t.Errorf("%s is %d pixels wider than the screen", name, wide)
		}
		p.Axe()
	}
	p.menuLink("Services")
	p.Click("link", "New service")
	p.Fill("Name", "orders")
	p.Click("radio", "Anywhere Every address: the password alone protects the service.")
	p.See("Whoever reaches this machine can try passwords.")
	fits("new")
	p.Click("button", "Create service")
	p.patiently(func() { p.See("Ready for queries after") })
	fits("made")
	password := p.Value("Password")
	folder := t.TempDir()
	name, env := p.Download(func() { p.Click("button", "Download credentials") })
	if name != "orders.env" || !strings.Contains(string(env), "CLICKHOUSE_PASSWORD="+password+"\n") {
		t.Errorf("%s was downloaded with\n%s", name, env)
	}
	name, ca := p.Download(func() { p.Click("button", "Download gatehouse-ca.pem") })
	if err := os.WriteFile(filepath.Join(folder, name), ca, 0o600); err != nil {
		t.Fatal(err)
	}
	runsIn(t, folder, strings.ReplaceAll(p.Within("region", "curl: connect and query").Text(), `\ `, "")) // the text of the page is one line
	p.Click("button", "Open service")
	p.Find("button", "Running")
	p.HoldsNo(password)

	p.menuLink("Services")
	p.AtPath(a.path("services"))
	p.See("1 service")
	p.rowMenu("orders", "Delete")
	d := p.Within("dialog", "Delete “orders”?")
	d.Fill("Name of the service", "orders")
	fits("delete")
	p.Allow("answer 404: GET /v1/.*/services/")
	d.Click("button", "Stop and delete")
	p.patiently(func() { p.See("Create your first service") })
}

// copiedCurl copies the command for curl and returns it. The story has taken the clipboard.
func (p *Page) copiedCurl(from Part) string {
	p.t.Helper()
	from.Click("button", "Copy curl: connect and query")
	from.See("Copied")
	line := p.Clipboard()
	if !strings.HasPrefix(line, "curl ") {
		p.t.Fatalf("what was copied is no command for curl:\n%s", line)
	}
	return line
}

// requireCurl sees to it that the commands of the console can be run.
func requireCurl(t testing.TB) {
	t.Helper()
	for _, name := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			unavailable(t, "there is no "+name+" to run what the console shows")
		}
	}
}

// refusals is how curl ends when the server answers that it does not (--fail-with-body).
const refusals = 22

// bashIn runs a command of the console in the folder, as a person who pastes it, and
// returns what it printed and how it ended.
func bashIn(t testing.TB, folder, line string) (out string, status int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.Replace(line, "curl", "curl --silent --show-error --fail-with-body --max-time 30", 1))
	cmd.Dir = folder
	text, err := cmd.CombinedOutput()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return string(text), ended.ExitCode()
	}
	if err != nil {
		t.Fatalf("%s\n%v", line, err)
	}
	return strings.TrimSpace(string(text)), 0
}

// runsIn runs a command of the console that has to work, and returns what it printed: the version.
func runsIn(t testing.TB, folder, line string) string {
	t.Helper()
	out, status := bashIn(t, folder, line)
	if status != 0 || strings.Count(out, ".") < 3 {
		t.Fatalf("%s\nended with %d:\n%s", line, status, out)
	}
	return out
}

// refusedIn runs a command of the console that has to be refused, with the reason.
func refusedIn(t testing.TB, folder, line, why string) {
	t.Helper()
	if out, status := bashIn(t, folder, line); status != refusals || !strings.Contains(out, why) {
		t.Fatalf("%s\nis not refused with %q, but ends with %d:\n%s", line, why, status, out)
	}
}

// failsIn runs a command of the console that nobody may answer.
func failsIn(t testing.TB, folder, line string) {
	t.Helper()
	if out, status := bashIn(t, folder, line); status == 0 || status == refusals {
		t.Fatalf("%s\nis answered, and ends with %d:\n%s", line, status, out)
	}
}
