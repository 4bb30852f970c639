package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const (
	waitLimit    = 10 * time.Second
	commandLimit = 30 * time.Second
)

// failures is where a story that fails leaves the picture and the text of its page.
var failures = filepath.Join("out", "failures")

// Page is a tab of a browser. What it is told goes to the whole page; Within goes to a
// part of it. A page that does not do as it should ends the test.
type Page struct {
	Part
	t         testing.TB
	ctx       context.Context
	base      string
	userAgent string
	look      Look
	limit     time.Duration
	watch     *watch
	accept    bool // the answer to dialogs; see AnswerDialogs
	shown     bool // the failure has been written
}

// Goto loads an address; a path is one of the page's base.
func (p *Page) Goto(address string) {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.base + address
	}
	if result := command(p, page.Navigate, page.NavigateParams{URL: address}); result.ErrorText != "" {
		p.fail("%s cannot be opened: %s", address, result.ErrorText)
	}
	p.wait("loaded")
}

// Reload loads the page again, as the browser's button does.
func (p *Page) Reload() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, commandLimit)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
		p.fail("the page cannot be loaded again: %v", err)
	}
}

// Back goes back, as the browser's button does. Wait for what should be seen then.
func (p *Page) Back() {
	p.t.Helper()
	Eval[any](p, "history.back()")
}

// AtPath waits until the page's address has the path.
func (p *Page) AtPath(path string) {
	p.t.Helper()
	p.wait("at", path)
}

// URL returns the page's address.
func (p *Page) URL() string {
	p.t.Helper()
	return Eval[string](p, "location.href")
}

// Title returns the page's title.
func (p *Page) Title() string {
	p.t.Helper()
	return Eval[string](p, "document.title")
}

// Settle waits until nothing is busy, moves or is on its way from the server. It cannot
// know what is still to come: wait with See or Find for what the story is about first.
func (p *Page) Settle() {
	p.t.Helper()
	for limit := time.After(p.limit); ; {
		p.wait("settled")
		requests, changed := p.watch.underWay()
		if len(requests) == 0 {
			return
		}
		select {
		case <-changed:
		case <-limit:
			p.fail("there is no answer yet to %s", strings.Join(requests, ", "))
		}
	}
}

// Allow names faults that the story provokes, by an expression that is found in them:
// `answer 401: POST /auth/sign-in`, `console error: .*`, `dialog beforeunload`.
func (p *Page) Allow(patterns ...string) {
	p.t.Helper()
	for _, pattern := range patterns {
		compiled, err := regexp.Compile(pattern)
		if err != nil {
			p.t.Fatal(err)
		}
		p.watch.allow(compiled)
	}
}

// AllowOrigin names one more origin that the page may lead to, such as that of a sign-in
// provider: http://127.0.0.1:4711.
func (p *Page) AllowOrigin(origin string) { p.watch.allowOrigin(origin) }

// Requests returns what the page has asked for so far.
func (p *Page) Requests() []Request { return p.watch.made() }

// AnswerDialogs says how dialogs of the browser (alert, confirm, leave the page?) are
// answered from now on. Without it they are refused; each is a fault unless allowed.
func (p *Page) AnswerDialogs(accept bool) {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	p.accept = accept
}

// Eval evaluates an expression in the page and waits for its promise if it is one.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, commandLimit)
	defer cancel()
	value, err := evaluate[T](ctx, expression)
	if err != nil {
		p.fail("%s: %v", expression, err)
	}
	return value
}

// evaluate does not lift the page's policy: what uses eval fails here as it does there.
func evaluate[T any](ctx context.Context, expression string) (value T, err error) {
	result, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ReturnByValue: new(true), AwaitPromise: new(true), UserGesture: new(true),
		AllowUnsafeEvalBlockedByCSP: new(false),
	})
	if err != nil {
		return value, err
	}
	if result.ExceptionDetails != nil {
		return value, errors.New(exception(result.ExceptionDetails))
	}
	if len(result.Result.Value) == 0 {
		return value, nil // undefined
	}
	return value, json.Unmarshal(result.Result.Value, &value)
}

// answer is what page.js says.
type answer struct {
	Missing string
	Value   json.RawMessage
}

// wait calls a waiting function of page.js and ends the test when its limit is over.
func (p *Page) wait(function string, args ...any) answer {
	p.t.Helper()
	got := p.try(p.limit, function, args...)
	if got.Missing != "" {
		p.fail("%s", got.Missing)
	}
	return got
}

// try calls a waiting function of page.js, again when the page moved on meanwhile.
func (p *Page) try(limit time.Duration, function string, args ...any) (got answer) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, limit+commandLimit)
	defer cancel()
	for end := time.Now().Add(limit); ; {
		left := max(0, time.Until(end))
		var err error
		got, err = evaluate[answer](ctx, expression(function, append([]any{left.Milliseconds()}, args...)...))
		if err == nil {
			return got
		}
		if !movedOn(err) || left == 0 {
			return answer{Missing: fmt.Sprintf("the page does not answer: %v", err)}
		}
		select {
		case <-time.After(10 * time.Millisecond): // the new document comes
		case <-ctx.Done():
		}
	}
}

// ask calls a function of page.js that does not wait.
func ask[T any](p *Page, function string, args ...any) (value T) {
	p.t.Helper()
	got := Eval[answer](p, expression(function, args...))
	if got.Missing != "" {
		p.fail("%s", got.Missing)
	}
	if err := json.Unmarshal(got.Value, &value); err != nil {
		p.t.Fatalf("%s answered %s: %v", function, got.Value, err)
	}
	return value
}

func expression(function string, args ...any) string {
	texts := make([]string, 0, len(args))
	for _, a := range args {
		text, err := json.Marshal(a)
		if err != nil {
			panic(err) // strings, numbers and scopes only
		}
		texts = append(texts, string(text))
	}
	return "__e2e." + function + "(" + strings.Join(texts, ", ") + ")"
}

// movedOn reports whether a document went away under an evaluation.
func movedOn(err error) bool {
	var refused *cdproto.Error
	if errors.As(err, &refused) {
		return true // "Inspected target navigated or closed" and its likes
	}
	return strings.Contains(err.Error(), "__e2e is not defined")
}

// fail ends the test and tells what was on the page.
func (p *Page) fail(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), p.show())
}

type summary struct {
	Address, Title, Text string
	Things               []string
}

// show writes a picture and the text of the page and returns what a reader needs first.
func (p *Page) show() string {
	p.shown = true
	ctx, cancel := context.WithTimeout(p.ctx, commandLimit)
	defer cancel()
	got, err := evaluate[answer](ctx, expression("summary"))
	if err != nil {
		return fmt.Sprintf("and the page does not tell what is on it: %v", err)
	}
	var s summary
	if err := json.Unmarshal(got.Value, &s); err != nil {
		return fmt.Sprintf("and the page tells no sense: %v", err)
	}
	report := fmt.Sprintf("The page was %s %q as %s, with\n  %s\n", s.Address, s.Title, p.look, strings.Join(s.Things, "\n  "))
	name := filepath.Join(failures, fileName(p.t.Name()))
	if err := write(name+".txt", []byte(report+"\n"+s.Text)); err != nil {
		report += err.Error() + "\n"
	}
	if picture, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{}); err != nil {
		report += err.Error() + "\n"
	} else if err := write(name+".png", picture.Data); err != nil {
		report += err.Error() + "\n"
	} else {
		report += "Its picture is e2e/" + filepath.ToSlash(name) + ".png"
	}
	return report
}

// close reports what went wrong unseen. It is the end of every page.
func (p *Page) close() {
	if p.ctx.Err() != nil {
		return
	}
	if p.t.Failed() && !p.shown {
		p.t.Log(p.show())
	}
	ctx, cancel := context.WithTimeout(p.ctx, commandLimit)
	defer cancel()
	_, _ = evaluate[any](ctx, "0") // events come before the answer; a page that is gone has none to come
	for _, fault := range p.watch.faults() {
		p.t.Error(fault)
	}
}

// answerDialogs refuses or accepts dialogs until the page ends: a dialog stops everything else.
func (p *Page) answerDialogs() {
	for e, err := range chromedp.Events(p.ctx, page.JavascriptDialogOpening) {
		if err != nil {
			return
		}
		p.watch.note(fmt.Sprintf("dialog %s: %s", e.Type, e.Message))
		p.watch.mu.Lock()
		accept := p.accept
		p.watch.mu.Unlock()
		_, _ = cdp.Call(p.ctx, chromedp.FromContext(p.ctx).Target, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: accept}) // it may be gone
	}
}

// fileName makes a file's name of a test's.
func fileName(test string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>| `, r) {
			return '_'
		}
		return r
	}, test)
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
