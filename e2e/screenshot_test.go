package e2e

import (
	"path/filepath"

	"github.com/chromedp/cdproto/page"
)

// Screenshot writes out/NAME.png with the whole page, once it has settled. While something
// lies over the page, it is what the screen shows.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	p.Settle()
	var params page.CaptureScreenshotParams
	if !Eval[bool](p, `[...document.querySelectorAll("[role=dialog], [role=menu], [role=listbox]")].some((e) => e.checkVisibility())`) {
		size := command(p, page.GetLayoutMetrics, struct{}{}).CSSContentSize
		params = page.CaptureScreenshotParams{
			Clip:                  &page.Viewport{Width: size.Width, Height: size.Height, Scale: 1},
			CaptureBeyondViewport: new(true),
		}
	}
	params.OptimizeForSpeed = new(true) // a larger file, in half the time
	picture := command(p, page.CaptureScreenshot, params)
	if err := write(filepath.Join("out", name+".png"), picture.Data); err != nil {
		p.t.Fatal(err)
	}
}
