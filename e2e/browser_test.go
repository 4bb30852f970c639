package e2e

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
)

// Screen is what a person looks at.
type Screen struct {
	Name          string
	Width, Height int64
	Phone         bool // touched, and laid out as a phone does
}

// The screens that the console is made for.
var (
	Desktop    = Screen{Name: "desktop", Width: 1440, Height: 900}
	Tablet     = Screen{Name: "tablet", Width: 768, Height: 1024}
	Phone      = Screen{Name: "phone", Width: 390, Height: 844, Phone: true}
	SmallPhone = Screen{Name: "small-phone", Width: 360, Height: 740, Phone: true}
)

// Look is how a person sees a page. The zero Look is a light desktop in American
// English. Motion is always reduced, and the time zone is that of Berlin.
type Look struct {
	Screen Screen
	Dark   bool
	Locale string // en-US or zh-CN
}

// String names the look as the name of a picture does: phone-dark.
func (l Look) String() string {
	l = l.orDefault()
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	if l.Locale != "en-US" {
		return l.Screen.Name + "-" + scheme + "-" + l.Locale
	}
	return l.Screen.Name + "-" + scheme
}

// Looks returns every screen, and the widest and a phone's, on which Axe looks, light and dark.
func Looks() []Look {
	return []Look{{}, {Dark: true}, {Screen: Tablet, Dark: true}, {Screen: Phone}, {Screen: Phone, Dark: true}, {Screen: SmallPhone}}
}

func (l Look) orDefault() Look {
	if l.Screen.Width == 0 {
		l.Screen = Desktop
	}
	if l.Locale == "" {
		l.Locale = "en-US"
	}
	return l
}

const timeZone = "Europe/Berlin"

//go:embed page.js
var pageScript string

// browse opens a page of a browser that nobody has used: no cookies, no storage.
// What the page asks of another host than that of base makes the test fail.
func browse(t testing.TB, base string, look Look) *Page {
	t.Helper()
	chromium := requireBrowser(t)
	p := openPage(chromium.ctx, t, base, chromium.userAgent, chromedp.WithNewBrowserContext())
	p.Emulate(look)
	return p
}

// NewTab opens another page of the same browser, with the same cookies and storage.
func (p *Page) NewTab() *Page {
	p.t.Helper()
	tab := openPage(p.ctx, p.t, p.base, p.userAgent)
	tab.Emulate(p.look)
	return tab
}

func openPage(parent context.Context, t testing.TB, base, userAgent string, options ...chromedp.ContextOption) *Page {
	t.Helper()
	host, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{t: t, base: strings.TrimSuffix(base, "/"), userAgent: userAgent, limit: waitLimit, watch: newWatch(originOf(host))}
	p.Part = Part{page: p}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(p.watch.hear))...)
	p.ctx = ctx
	t.Cleanup(cancel)
	t.Cleanup(p.close)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("the browser opens no page: %v", err)
	}
	command(p, runtime.AddBinding, runtime.AddBindingParams{Name: reportBinding})
	command(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: pageScript, RunImmediately: new(true)})
	command(p, audits.Enable, cdp.Empty{})
	command(p, accessibility.Enable, cdp.Empty{}) // keeps the tree of roles and names, which is slow to make
	command(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	command(p, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: timeZone})
	if host.Scheme == "https" { // with a certificate of the test's own
		command(p, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
	}
	go p.answerDialogs()
	return p
}

// Emulate changes how the page is seen, without loading it again. A new locale is
// seen by what is loaded afterwards.
func (p *Page) Emulate(look Look) {
	p.t.Helper()
	before := p.look // the zero Look of a page that is new
	p.look = look.orDefault()
	scheme := "light"
	if p.look.Dark {
		scheme = "dark"
	}
	command(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-reduced-motion", Value: "reduce"},
		{Name: "prefers-color-scheme", Value: scheme},
	}})
	if p.look.Locale != before.Locale {
		command(p, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: p.look.Locale})
		command(p, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: p.userAgent, AcceptLanguage: p.look.Locale})
	}
	screen := p.look.Screen
	if screen == before.Screen {
		return
	}
	command(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: screen.Width, Height: screen.Height, ScreenWidth: screen.Width, ScreenHeight: screen.Height,
		DeviceScaleFactor: 1, Mobile: screen.Phone,
	})
	if screen.Phone != before.Screen.Phone {
		command(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: screen.Phone})
	}
	Eval[bool](p, fmt.Sprintf(hasScreen, screen.Width, screen.Height))
}

// hasScreen waits until the page is laid out for a screen, so that nothing moves away
// under a click that follows. It ends after half a minute, whatever the screen is.
const hasScreen = `new Promise((done) => {
	const look = (frames) => {
		if (frames === 0) return done(false);
		if (screen.width !== %d || screen.height !== %d) return requestAnimationFrame(() => look(frames - 1));
		requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
	};
	look(1800);
})`

// chromium is the one browser of a run.
type chromium struct {
	ctx       context.Context
	cancel    context.CancelFunc
	userAgent string
}

var errNoBrowser = errors.New("there is no Chromium to test with: install the package chromium")

// theBrowser is started by the first test that needs it.
var theBrowser = sync.OnceValues(startBrowser)

// running is the browser that closeBrowser has to close.
var running *chromium

func startBrowser() (*chromium, error) {
	path, err := findBrowser()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("no-proxy-server", true),
		// Nothing leaves this machine, whatever a page asks for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE ::1"),
		chromedp.Flag("enable-blink-features", "ComputedAccessibilityInfo"), // page.js finds things with it
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has no sandbox for root
	}
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancelBrowser := chromedp.NewContext(allocator)
	running = &chromium{ctx: ctx, cancel: func() { cancelBrowser(); cancelAllocator() }}
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("the browser does not start: %w", err)
	}
	version, err := chromedp.CallBrowser(ctx, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return nil, fmt.Errorf("the browser does not say its version: %w", err)
	}
	running.userAgent = strings.ReplaceAll(version.UserAgent, "HeadlessChrome", "Chrome")
	return running, nil
}

func findBrowser() (string, error) {
	for _, name := range []string{"chromium", "/usr/bin/chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoBrowser
}

func requireBrowser(t testing.TB) *chromium {
	t.Helper()
	chromium, err := theBrowser()
	if errors.Is(err, errNoBrowser) {
		unavailable(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return chromium
}

func closeBrowser() {
	if running == nil {
		return
	}
	limit, cancel := context.WithTimeout(running.ctx, 10*time.Second)
	defer cancel()
	_ = chromedp.Cancel(limit) // the next line ends it in any case
	running.cancel()
}

// command runs a command of the DevTools protocol on the page.
func command[P, R any](p *Page, cmd cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, commandLimit)
	defer cancel()
	result, err := chromedp.Call(ctx, cmd, params)
	if err != nil {
		p.t.Fatalf("the browser refuses %s: %v", cmd.Method, err)
	}
	return result
}

// beforeEveryPage runs a script in each document that is loaded from now on, before its own.
func (p *Page) beforeEveryPage(script string) {
	p.t.Helper()
	command(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}
