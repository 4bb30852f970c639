package e2e

import (
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// Download does what makes the page download a file, waits for the whole file and
// returns the name that the browser would give it, and its content.
func (p *Page) Download(trigger func()) (name string, content []byte) {
	p.t.Helper()
	dir := p.t.TempDir()
	inBrowser(p, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, BrowserContextID: p.browserContext(),
		DownloadPath: dir, EventsEnabled: new(true),
	})
	begun := make(chan *browser.EventDownloadWillBegin, 1)
	progress := make(chan *browser.EventDownloadProgress, 1)
	tab := cdp.FrameID(chromedp.FromContext(p.ctx).Target.TargetID)
	var guid string // of the first download of this page
	if err := chromedp.ListenBrowser(p.ctx, func(event any) {
		switch e := event.(type) {
		case *browser.EventDownloadWillBegin:
			if e.FrameID == tab && guid == "" {
				guid = e.GUID
				begun <- e
			}
		case *browser.EventDownloadProgress:
			if guid != "" && e.GUID == guid && e.State != browser.DownloadProgressStateInProgress {
				progress <- e
			}
		}
	}); err != nil {
		p.t.Fatal(err)
	}
	trigger()
	limit := time.After(p.limit)
	select {
	case e := <-begun:
		name = e.SuggestedFilename
	case <-limit:
		p.fail("no download began")
	}
	select {
	case e := <-progress:
		if e.State != browser.DownloadProgressStateCompleted {
			p.fail("the download of %s ended as %s", name, e.State)
		}
		content, err := os.ReadFile(filepath.Join(dir, e.GUID))
		if err != nil {
			p.t.Fatal(err)
		}
		return name, content
	case <-limit:
		p.fail("the download of %s did not end", name)
	}
	return "", nil
}

// theClipboard belongs to one story at a time: the browser has only one.
var theClipboard sync.Mutex

// TakeClipboard empties the clipboard and keeps it for this story until it ends. A
// story that copies something takes it first.
func (p *Page) TakeClipboard() {
	p.t.Helper()
	theClipboard.Lock()
	p.t.Cleanup(theClipboard.Unlock)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		inBrowser(p, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			Origin: p.base, BrowserContextID: p.browserContext(),
		})
	}
	Eval[any](p, `navigator.clipboard.writeText("")`)
}

// Clipboard returns the text on the clipboard.
func (p *Page) Clipboard() string {
	p.t.Helper()
	return Eval[string](p, "navigator.clipboard.readText()")
}

func (p *Page) browserContext() cdp.BrowserContextID {
	return chromedp.FromContext(p.ctx).BrowserContextID
}

// inBrowser runs a command of the DevTools protocol on the browser.
func inBrowser[P, R any](p *Page, cmd cdp.Command[P, R], params P) R {
	p.t.Helper()
	result, err := chromedp.CallBrowser(p.ctx, cmd, params)
	if err != nil {
		p.t.Fatalf("the browser refuses %s: %v", cmd.Method, err)
	}
	return result
}
