package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// site serves the page of a test of the harness, under a policy as strict as the console's
// unless the page says otherwise.
func site(t *testing.T, body string) *httptest.Server {
	t.Helper()
	return siteWith(t, "default-src 'none'; style-src 'nonce-own'; script-src 'nonce-own'; img-src data:; connect-src 'self'", body)
}

func siteWith(t *testing.T, policy, body string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>A page</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"></head><body><main><h1>A page</h1>%s</main></body></html>`, body)
	})
	mux.HandleFunc("GET /slow", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(200 * time.Millisecond): // as long as an answer may take
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("GET /other", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Other</title><link rel="icon" href="data:,"><p>The other page`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// script is a script that the strict policy allows.
func script(text string) string { return `<script nonce="own">` + text + `</script>` }

// style is a style sheet that the strict policy allows.
func style(text string) string { return `<style nonce="own">` + text + `</style>` }

// visit opens the page of a test of the harness.
func visit(t *testing.T, look Look, body string) *Page {
	t.Helper()
	p := browse(t, site(t, body).URL, look)
	p.Goto("/")
	return p
}

// expectFaults checks that the page has exactly these faults, by a text in each, and forgives them.
func expectFaults(t *testing.T, p *Page, want ...string) {
	t.Helper()
	Eval[any](p, "new Promise(requestAnimationFrame)") // what happened before is known now
	got := p.watch.faults()
	ok := len(got) >= len(want) && (len(want) > 0 || len(got) == 0)
	for _, text := range want {
		ok = ok && slices.ContainsFunc(got, func(fault string) bool { return strings.Contains(fault, text) })
	}
	for _, fault := range got {
		ok = ok && slices.ContainsFunc(want, func(text string) bool { return strings.Contains(fault, text) })
	}
	if !ok {
		t.Errorf("the faults are %q, expected %q", got, want)
	}
	p.watch.forgive()
}

// A page that breaks its policy makes the test fail, whatever it breaks it with.
func TestViolationsOfThePolicyAreFaults(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"script":    `<script>document.title = "broken"</script>`,
		"handler":   `<button onclick="document.title = 'broken'">Go</button>`,
		"frame":     `<iframe src="/other"></iframe>`,
		"eval":      script(`try { new Function("return 1")() } catch {}`),
		"late eval": script(`setTimeout(() => { try { eval("1") } catch {} document.title = "done" })`),
	} {
		t.Run(name, func(t *testing.T) {
			p := visit(t, Look{}, body)
			if name == "late eval" {
				Eval[any](p, `new Promise((go) => { const look = () => document.title === "done" ? go() : setTimeout(look); look() })`)
			}
			expectFaults(t, p, "content security policy: ")
		})
	}
}

// No allowance excuses a violation of the policy or a request to another host.
func TestNothingAllowsGraveFaults(t *testing.T) {
	t.Parallel()
	p := visit(t, Look{}, `<script>1</script>`)
	p.Allow(".*")
	expectFaults(t, p, "content security policy: ")
}

// A page that asks another host for anything makes the test fail.
func TestRequestsToOtherHostsAreFaults(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"picture": `<img alt="" src="https://gatehouse.example/pixel.png">`,
		"font":    `<link rel="stylesheet" href="https://fonts.gatehouse.example/css">`,
		"fetch":   `<script>fetch("https://gatehouse.example/collect").catch(() => {})</script>`,
		"port":    `<script>fetch("http://localhost:1/", { mode: "no-cors" }).catch(() => {})</script>`,
		"socket":  `<script>new WebSocket("wss://gatehouse.example/").onerror = () => {}</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			p := browse(t, siteWith(t, "", body).URL, Look{})
			p.Goto("/")
			p.Allow("console error: ")
			expectFaults(t, p, "request to another host: GET ")
		})
	}
}

// The origin that a story names is no fault; any other still is.
func TestOnlyTheNamedOriginIsAllowed(t *testing.T) {
	t.Parallel()
	named := site(t, "")
	p := browse(t, siteWith(t, "", fmt.Sprintf(`<script>
		for (const address of ["%s/other", "http://localhost:1/"]) fetch(address, { mode: "no-cors" }).catch(() => {});
	</script>`, named.URL)).URL, Look{})
	p.AllowOrigin(named.URL)
	p.Goto("/")
	p.Allow("console error: ", "no answer: ")
	expectFaults(t, p, "request to another host: GET http://localhost:1/")
}

// What a page logs as an error, throws, or asks for in vain makes the test fail, unless
// the story allows it.
func TestErrorsAreFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, fault string }{
		"console":   {script(`console.error("a bug", 7)`), `console error: a bug 7`},
		"exception": {script(`throw new Error("a throw")`), `exception: Error: a throw`},
		"rejection": {script(`Promise.reject(new Error("a refusal"))`), `exception: Error: a refusal`},
		"answer":    {script(`fetch("/nothing?q=1")`), `answer 404: GET /nothing?q=1`},
		"dialog":    {script(`setTimeout(() => { confirm("Sure?"); document.title = "done" })`), `dialog confirm: Sure?`},
	} {
		t.Run(name, func(t *testing.T) {
			address := site(t, c.body).URL
			p := browse(t, address, Look{})
			p.Goto("/")
			if name == "dialog" {
				Eval[any](p, `new Promise((go) => { const look = () => document.title === "done" ? go() : setTimeout(look); look() })`)
			}
			Eval[any](p, `fetch("/other")`) // and so the answer before it
			expectFaults(t, p, c.fault)

			p.Goto("/")
			p.Allow(strings.NewReplacer("?", `\?`).Replace(c.fault))
			Eval[any](p, `fetch("/other")`)
			expectFaults(t, p)
		})
	}
}

// A fault that nobody looked for fails the test when its page ends.
func TestFaultsFailTheTestAtItsEnd(t *testing.T) {
	t.Parallel()
	p := visit(t, Look{}, script(`console.error("a bug")`))
	told := &listener{TB: t}
	p.t = told
	p.close()
	p.t = t
	p.watch.forgive()
	if !told.Failed() || !strings.Contains(told.said, "console error: a bug") {
		t.Errorf("the test was told %q", told.said)
	}
}

// A field without a label keeps people out, and Axe says so.
func TestAxeFindsAnUnlabelledField(t *testing.T) {
	t.Parallel()
	p := visit(t, Look{}, style(`p { color: #eee; background: #fff }`)+`<input type="text"><p>Pale</p>`)
	told := &listener{TB: t}
	p.t = told
	p.Axe()
	p.t = t
	for _, text := range []string{"axe: label (critical)", "axe: color-contrast (serious)", "[input]"} {
		if !strings.Contains(told.said, text) {
			t.Errorf("axe does not say %q but %s", text, told.said)
		}
	}

	good := visit(t, Look{}, `<label>Name <input></label>`)
	good.Axe()
}

// What pushes the page around without an input counts as a layout shift.
func TestLayoutShiftsAreMeasured(t *testing.T) {
	t.Parallel()
	p := visit(t, Look{}, style(`p { height: 400px; background: #ddd }`)+`<div id="late"></div><p>Pushed down</p>`+
		script(`requestAnimationFrame(() => requestAnimationFrame(() => { document.querySelector("#late").style.height = "300px" }))`))
	Eval[any](p, `new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(go)))))`)
	if sum := p.LayoutShifts(); sum < 0.1 {
		t.Errorf("the layout shifts are %v, expected some", sum)
	}
	still := visit(t, Look{}, `<p>At rest</p>`)
	if sum := still.LayoutShifts(); sum != 0 {
		t.Errorf("a page at rest shifts by %v", sum)
	}
}

const form = `
<form>
  <label>Name <input id="name" value="old"></label>
  <label for="until">Expires on</label><input id="until" type="date">
  <label for="role">Role</label><select id="role"><option value="m">Member</option><option value="a">Admin</option></select>
  <label><input type="checkbox"> Agree</label>
  <span id="l">Organization role</span>
  <button type="button" role="combobox" aria-labelledby="l" aria-expanded="false" aria-controls="list" id="open">Choose one</button>
  <div id="list" role="listbox" aria-label="Roles" hidden><div role="option">Member</div><div role="option">Admin</div></div>
  <button type="button" id="icon" aria-label="New API Key"><svg width="16" height="16" aria-hidden="true"></svg></button>
  <button type="button" aria-hidden="true" tabindex="-1">New API Key</button>
</form>
<output id="log"></output>
`

const formScript = `
const say = (text) => { document.querySelector("#log").textContent += text + "; " };
let keys = 0;
document.querySelector("#name").addEventListener("keydown", (e) => { if (e.isTrusted) keys += 1 });
document.querySelector("#until").addEventListener("change", (e) => say("until " + e.target.value));
document.querySelector("#role").addEventListener("change", (e) => say("role " + e.target.value));
document.querySelector("#icon").addEventListener("click", (e) => say((e.isTrusted ? "clicked " : "faked ") + e.pointerType));
document.querySelector("#open").addEventListener("click", () => { document.querySelector("#list").hidden = false });
document.querySelector("#list").addEventListener("click", (e) => { say("chose " + e.target.textContent); document.querySelector("#list").hidden = true });
document.addEventListener("keydown", (e) => { if (e.key === "Escape" || e.ctrlKey && e.key === "k") say("pressed " + e.key + " after " + keys) });
`

// A form is filled as a person does it: by labels, with keys and clicks that the browser trusts.
func TestFormIsFilledAsByAPerson(t *testing.T) {
	t.Parallel()
	for _, look := range []Look{{}, {Screen: Phone}} {
		t.Run(look.String(), func(t *testing.T) {
			p := visit(t, look, form+script(formScript))
			p.Fill("Name", "ci 密钥")
			if value := p.Value("Name"); value != "ci 密钥" {
				t.Errorf("the name is %q", value)
			}
			p.SeeFocus("textbox", "Name")
			p.Press("Escape", "Control+k")
			p.See("pressed Escape after 8", "pressed k after 9") // Control+a, Delete, five characters, and these
			p.Fill("Expires on", "2031-05-17")
			p.See("until 2031-05-17")
			p.Choose("Role", "Admin")
			p.See("role a")
			p.Choose("Organization role", "Member")
			p.See("chose Member")
			p.DontFind("option", "Member")
			p.Click("checkbox", "Agree")
			if !p.Checked("checkbox", "Agree") {
				t.Error("the checkbox is off after a click")
			}
			p.Click("button", "New API Key")
			p.See(map[bool]string{false: "clicked mouse", true: "clicked touch"}[look.Screen.Phone])
			if name := p.FocusedName(); name != "New API Key" {
				t.Errorf("the focus is on %q", name)
			}
			p.Fill("Name", "")
			if value := p.Value("Name"); value != "" {
				t.Errorf("the emptied name is %q", value)
			}
		})
	}
}

// Waits end when the page is as wanted, also when that takes a while or another document.
func TestWaitsEndWithTheirEvent(t *testing.T) {
	t.Parallel()
	p := visit(t, Look{}, style(`#cover { position: fixed; inset: 0 }`)+`
<button id="b" disabled>Save</button><div id="cover"></div><p id="p" aria-busy="true">Loading</p><a href="/other">Away</a>`+
		script(`
setTimeout(() => { document.querySelector("#p").textContent = "Here it is"; document.querySelector("#p").ariaBusy = null }, 150);
setTimeout(() => { document.querySelector("#b").disabled = false }, 200);
setTimeout(() => { document.querySelector("#cover").remove() }, 300);
document.querySelector("#b").addEventListener("click", (e) => { e.target.textContent = "Saved" });`))
	p.See("Here it is")
	p.DontSee("Loading")
	p.Click("button", "Save")
	p.Find("button", "Saved")
	p.DontFind("button", "Save")
	p.Screenshot("harness/settled")
	p.Click("link", "Away")
	p.See("The other page")
	p.AtPath("/other")
	p.Back()
	p.AtPath("/")
	p.Find("heading", "A page")
}

// A wait that is in vain ends the test, names what was there and leaves a picture.
func TestVainWaitsTellWhatWasThere(t *testing.T) {
	t.Parallel()
	const body = `<button>One</button><section aria-label="A"><button>Two</button></section><section aria-label="B"><button>Two</button></section>
<button disabled>Three</button><ul><li>first<button>Four</button></li><li>second<button>Four</button></li></ul><p>Some text</p>
<p aria-busy="true">Loading</p>`
	p := visit(t, Look{}, body)
	p.limit = 100 * time.Millisecond
	for want, do := range map[string]func(){
		`there is no button "None"`:              func() { p.Click("button", "None") },
		`there are 2 of button "Two"`:            func() { p.Click("button", "Two") },
		`button "Three" is disabled`:             func() { p.Click("button", "Three") },
		`the text "Other text" is not there`:     func() { p.See("Other text") },
		`the text "Some text" is still there`:    func() { p.DontSee("Some text") },
		`button "One" is still there`:            func() { p.DontFind("button", "One") },
		`there is no field "Name"`:               func() { p.Fill("Name", "x") },
		`there is no dialog "Sure?"`:             func() { p.Within("dialog", "Sure?").Click("button", "Yes") },
		`the page is at / and not at /elsewhere`: func() { p.AtPath("/elsewhere") },
		`the focus is on`:                        func() { p.SeeFocus("button", "One") },
		`paragraph "Loading" is busy`:            func() { p.Screenshot("harness/never") },
	} {
		said := p.failureOf(do)
		for _, text := range []string{want, `"A page"`, `heading "A page"`, `button "Three" (disabled)`, "e2e/out/failures/TestVainWaitsTellWhatWasThere.png"} {
			if !strings.Contains(said, text) {
				t.Errorf("the failure does not say %q but:\n%s", text, said)
			}
		}
	}
	for _, ending := range []string{".png", ".txt"} {
		if err := os.Remove(filepath.Join(failures, t.Name()+ending)); err != nil {
			t.Error(err)
		}
	}
	p.Within("region", "B").Click("button", "Two")
	p.Within("listitem", "second").Click("button", "Four")
	if names := p.Names("button"); !slices.Equal(names, []string{"One", "Two", "Two", "Three", "Four", "Four"}) {
		t.Errorf("the buttons are %q", names)
	}
}

// Each look is seen by the page: size, touch, scheme, language, time zone and less motion.
func TestLooksAreSeenByThePage(t *testing.T) {
	t.Parallel()
	const tell = `[innerWidth, innerHeight, devicePixelRatio, navigator.maxTouchPoints > 0, matchMedia("(prefers-color-scheme: dark)").matches,
		matchMedia("(prefers-reduced-motion: reduce)").matches, navigator.language, Intl.DateTimeFormat().resolvedOptions().locale,
		Intl.DateTimeFormat().resolvedOptions().timeZone, navigator.userAgent.includes("Headless")].join(" ")`
	for look, want := range map[Look]string{
		{}:                                    "1440 900 1 false false true en-US en-US Europe/Berlin false",
		{Screen: Tablet, Locale: "zh-CN"}:     "768 1024 1 false false true zh-CN zh-CN Europe/Berlin false",
		{Screen: Phone, Dark: true}:           "390 844 1 true true true en-US en-US Europe/Berlin false",
		{Screen: SmallPhone, Locale: "zh-CN"}: "360 740 1 true false true zh-CN zh-CN Europe/Berlin false",
	} {
		p := visit(t, look, "")
		if got := Eval[string](p, tell); got != want {
			t.Errorf("%s is seen as %s, expected %s", look, got, want)
		}
	}
}

// A secret is found wherever a page can leave it.
func TestSecretsAreFoundWhereverTheyAreLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ leave, place string }{
		"address":   {`location.hash = "s3cret"`, "the address"},
		"history":   {`(history.replaceState(null, "", "#s3cret"), history.pushState(null, "", "/"))`, "entry 1 of the history"},
		"state":     {`history.replaceState({ key: "s3cret" }, "")`, "the state of the history"},
		"local":     {`localStorage.setItem("k", "s3cret")`, "localStorage k"},
		"session":   {`sessionStorage.setItem("s3cret", "v")`, "sessionStorage s3cret"},
		"cookie":    {`document.cookie = "c=s3cret"`, "the cookie c"},
		"database":  {`new Promise((go) => { indexedDB.open("s3cret").onsuccess = go })`, "the database s3cret"},
		"cache":     {`caches.open("c").then((c) => c.put("/s3cret", new Response("x")))`, "the cache c"},
		"text":      {`document.body.append("s3cret")`, "the document"},
		"attribute": {`document.body.setAttribute("data-x", "s3cret")`, "the document"},
		"field":     {`document.body.append(Object.assign(document.createElement("input"), { value: "s3cret" }))`, "the fields"},
		"request":   {`fetch("/other?q=s3cret").then(() => {})`, "request 1, GET /other?q=s3cret"},
	} {
		t.Run(name, func(t *testing.T) {
			p := visit(t, Look{}, "")
			p.HoldsNo("s3cret")
			Eval[any](p, "Promise.resolve("+c.leave+").then(() => undefined)")
			if places := placesWith(p.Stored(), "other", "s3cret"); !slices.Contains(places, c.place) {
				t.Errorf("it is found in %q, expected %s among them", places, c.place)
			}
		})
	}
}

// What a page gives to take away arrives: files and the clipboard.
func TestDownloadsAndTheClipboardAreRead(t *testing.T) {
	t.Parallel()
	p := visit(t, Look{}, `<button id="file">Download</button><button id="copy">Copy</button>`+script(`
document.querySelector("#file").onclick = () => {
  const a = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob(["KEY=1\n"])), download: "key.env" });
  a.click();
};
document.querySelector("#copy").onclick = () => navigator.clipboard.writeText("copied").then(() => { document.title = "copied" });`))
	for range 2 {
		name, content := p.Download(func() { p.Click("button", "Download") })
		if name != "key.env" || string(content) != "KEY=1\n" {
			t.Errorf("the download is %q with %q", name, content)
		}
	}
	p.TakeClipboard()
	if text := p.Clipboard(); text != "" {
		t.Errorf("the clipboard begins with %q", text)
	}
	p.Click("button", "Copy")
	Eval[any](p, `new Promise((go) => { const look = () => document.title === "copied" ? go() : setTimeout(look); look() })`)
	if text := p.Clipboard(); text != "copied" {
		t.Errorf("the clipboard holds %q", text)
	}
}

// Browsers share nothing; tabs of one browser share its cookies.
func TestBrowsersAreApart(t *testing.T) {
	t.Parallel()
	server := site(t, "")
	first := browse(t, server.URL, Look{})
	first.Goto("/")
	Eval[any](first, `document.cookie = "who=first"`)
	tab, second := first.NewTab(), browse(t, server.URL, Look{})
	for p, want := range map[*Page]string{tab: "who=first", second: ""} {
		p.Goto("/")
		if got := Eval[string](p, "document.cookie"); got != want {
			t.Errorf("the cookie is %q, expected %q", got, want)
		}
	}
}

// A page settles when its answers have come, and those that they led to.
func TestSettledPagesWaitForNothing(t *testing.T) {
	t.Parallel()
	p := visit(t, Look{}, script(`(async () => {
  await fetch("/slow");
  await new Promise(requestAnimationFrame);
  await fetch("/slow");
  document.querySelector("h1").textContent = "All there";
})()`))
	p.Settle()
	if names := p.Names("heading"); !slices.Equal(names, []string{"All there"}) {
		t.Errorf("the headings are %q", names)
	}
}

// What an animated page shows is waited for, and a page that runs away sideways is noticed.
func TestMotionAndOverflowAreNoticed(t *testing.T) {
	t.Parallel()
	p := visit(t, Look{Screen: SmallPhone}, style(`
@keyframes in { from { translate: -300px 0 } }
button { animation: in 300ms linear }
table { width: 400px }`)+`<button>Go</button><table><tr><td>Wide</table><p></p>`+
		script(`document.querySelector("button").onclick = () => { document.querySelector("p").textContent = "Gone" }`))
	p.Click("button", "Go")
	p.See("Gone")
	p.Settle()
	if wide := p.Overflow(); wide < 40 {
		t.Errorf("the page is %d pixels wider than the screen, expected 40 or more", wide)
	}
}

// listener is a test that hears its failures without failing.
type listener struct {
	testing.TB
	said   string
	failed bool
}

func (l *listener) Helper()      {}
func (l *listener) Failed() bool { return l.failed }
func (l *listener) Log(args ...any) {
	l.said += fmt.Sprintln(args...)
}

func (l *listener) Logf(format string, args ...any) {
	l.said += fmt.Sprintf(format, args...) + "\n"
}

func (l *listener) Error(args ...any) {
	l.failed = true
	l.Log(args...)
}

func (l *listener) Errorf(format string, args ...any) {
	l.failed = true
	l.Logf(format, args...)
}

func (l *listener) Fatal(args ...any) {
	l.Error(args...)
	runtime.Goexit()
}

func (l *listener) Fatalf(format string, args ...any) {
	l.Errorf(format, args...)
	runtime.Goexit()
}

// failureOf returns how do failed on the page.
func (p *Page) failureOf(do func()) string {
	real, told := p.t, &listener{TB: p.t}
	p.t = told
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
	p.t, p.shown = real, false
	if !told.failed {
		real.Error("it did not fail")
	}
	return told.said
}

// What a document asks for that is gone is waited for no more, whether it asked before it
// went or is told of later; what the next one asks for is.
func TestOnlyTheDocumentThatIsShownIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWatch("http://localhost")
	ask := func(id network.RequestID, of cdp.LoaderID) {
		w.hear(&network.EventRequestWillBeSent{RequestID: id, LoaderID: of, Type: network.ResourceTypeScript, Request: &network.Request{Method: http.MethodGet, URL: "http://localhost/" + string(id)}})
	}
	show := func(document cdp.LoaderID) {
		w.hear(&page.EventFrameNavigated{Frame: &cdp.Frame{LoaderID: document}})
	}
	show("first")
	ask("early.js", "first")
	show("second")
	ask("late.js", "first")
	ask("next.js", "second")
	if got, _ := w.underWay(); !slices.Equal(got, []string{"GET /next.js"}) {
		t.Errorf("under way are %v", got)
	}
}
