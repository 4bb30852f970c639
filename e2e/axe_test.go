package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// axeVersion is the axe-core that web/package.json pins.
const axeVersion = "4.14.1"

// axeSource is the program of axe-core, from the packages of the console.
var axeSource = sync.OnceValues(func() (string, error) {
	dir := filepath.Join("..", "web", "node_modules", "axe-core")
	text, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", fmt.Errorf("axe-core is not there: make build (%w)", err)
	}
	var manifest struct{ Version string }
	if err := json.Unmarshal(text, &manifest); err != nil {
		return "", err
	}
	if manifest.Version != axeVersion {
		return "", fmt.Errorf("axe-core is %s and not %s: correct web/package.json or this test", manifest.Version, axeVersion)
	}
	source, err := os.ReadFile(filepath.Join(dir, "axe.min.js"))
	return string(source), err
})

// barrier is what axe found: a rule that the page breaks.
type barrier struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target         []any
		FailureSummary string
	}
}

// String tells where it is and what to do.
func (b barrier) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "axe: %s (%s): %s", b.ID, b.Impact, b.Help)
	for _, n := range b.Nodes {
		fmt.Fprintf(&out, "\n  %v\n    %s", n.Target, strings.ReplaceAll(n.FailureSummary, "\n", "\n    "))
	}
	return out.String()
}

// Axe runs the rules of WCAG 2.2 A and AA and of good practice on the settled page. What
// keeps people out (serious, critical) fails the test; the rest is logged. Rules named
// in except are only logged too: give the reason beside the call.
func (p *Page) Axe(except ...string) {
	p.t.Helper()
	p.Settle()
	for _, b := range p.barriers() {
		grave := b.Impact == "serious" || b.Impact == "critical"
		if grave && !slices.Contains(except, b.ID) {
			p.t.Errorf("%s: %s", p.look, b)
		} else {
			p.t.Logf("%s: %s", p.look, b)
		}
	}
}

func (p *Page) barriers() []barrier {
	p.t.Helper()
	source, err := axeSource()
	if err != nil {
		unavailable(p.t, err.Error())
	}
	ctx, cancel := context.WithTimeout(p.ctx, commandLimit)
	defer cancel()
	if _, err := evaluate[any](ctx, source+"; undefined"); err != nil {
		p.t.Fatalf("axe-core does not load: %v", err)
	}
	return Eval[[]barrier](p, `axe.run(document, {
		runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
		resultTypes: ["violations"],
	}).then((r) => r.violations)`)
}
