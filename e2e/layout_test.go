package e2e

// LayoutShifts returns the sum of the layout shifts of the document so far, without
// those that follow on an input within half a second. What moved is logged.
func (p *Page) LayoutShifts() (sum float64) {
	p.t.Helper()
	for _, shift := range ask[[]struct {
		Value float64
		What  string
	}](p, "shifts") {
		sum += shift.Value
		p.t.Logf("%s: layout shift of %.4f: %s", p.look, shift.Value, shift.What)
	}
	return sum
}

// Overflow returns by how many pixels the page is wider than the screen.
func (p *Page) Overflow() int {
	p.t.Helper()
	return Eval[int](p, "document.documentElement.scrollWidth - document.documentElement.clientWidth")
}
