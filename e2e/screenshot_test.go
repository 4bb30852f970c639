package e2e

import (
	"path/filepath"

	"github.com/chromedp/cdproto/page"
)

// Screenshot writes out/NAME.png with the whole page, once it has settled.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	p.Settle()
	size := command(p, page.GetLayoutMetrics, struct{}{}).CSSContentSize
	picture := command(p, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Clip:                  &page.Viewport{Width: size.Width, Height: size.Height, Scale: 1},
		CaptureBeyondViewport: new(true),
	})
	if err := write(filepath.Join("out", name+".png"), picture.Data); err != nil {
		p.t.Fatal(err)
	}
}
