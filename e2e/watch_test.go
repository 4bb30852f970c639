package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// reportBinding is the function by which page.js reports violations.
const reportBinding = "__e2eReport"

// Request is one that the page made.
type Request struct {
	Method, URL, Referrer string
	Status                int    // 0: no answer yet, or none at all
	Failure               string // why there was no answer
}

// String shows the request as faults do.
func (r Request) String() string {
	u, err := url.Parse(r.URL)
	if err != nil {
		return r.Method + " " + r.URL
	}
	return r.Method + " " + u.RequestURI()
}

// watch keeps what goes on in a page.
type watch struct {
	mu         sync.Mutex
	origins    []string // those that the page may talk to, such as http://localhost:8080
	requests   []*Request
	latest     map[network.RequestID]*Request     // of each ID the last: redirects keep the ID
	open       map[network.RequestID]cdp.LoaderID // those that may still be answered, with the document that asks
	document   cdp.LoaderID                       // the one that is shown
	gone       map[cdp.LoaderID]bool              // those that were
	changed    chan struct{}                      // closed when open changes, and made anew
	violations []string
	troubles   []string
	netEntries []*log.Entry
	allowed    []*regexp.Regexp
}

func newWatch(origin string) *watch {
	return &watch{origins: []string{origin}, latest: map[network.RequestID]*Request{}, open: map[network.RequestID]cdp.LoaderID{}, changed: make(chan struct{}), gone: map[cdp.LoaderID]bool{}}
}

// hear takes an event. It is called in the order in which things happen.
func (w *watch) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.RedirectResponse != nil {
			w.answered(e.RequestID, e.RedirectResponse.Status)
		}
		// The end of an event stream is none of a page's, and that of the tab's icon is not always told.
		if !w.gone[e.LoaderID] && e.Type != network.ResourceTypeEventSource && !strings.HasPrefix(e.Request.URL, "data:") && !strings.Contains(e.Request.URL, "/favicon.") {
			w.open[e.RequestID] = e.LoaderID
		}
		w.asked(e.RequestID, &Request{Method: e.Request.Method, URL: e.Request.URL + e.Request.URLFragment, Referrer: referrer(e.Request.Headers)})
	case *network.EventResponseReceived:
		w.answered(e.RequestID, e.Response.Status)
	case *network.EventLoadingFinished:
		w.shut(e.RequestID)
	case *network.EventLoadingFailed:
		w.shut(e.RequestID)
		if r := w.latest[e.RequestID]; r != nil && !e.Canceled {
			r.Failure = e.ErrorText
		}
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" {
			w.shown(e.Frame.LoaderID)
		}
	case *network.EventWebSocketCreated:
		w.asked(e.RequestID, &Request{Method: "GET", URL: e.URL})
	case *runtime.EventBindingCalled:
		if e.Name == reportBinding {
			w.violations = append(w.violations, e.Payload)
		}
	case *audits.EventIssueAdded:
		if v := e.Issue.Details.ContentSecurityPolicyIssueDetails; v != nil {
			w.violations = append(w.violations, strings.TrimSpace(fmt.Sprintf("%s refuses %s %s", v.ViolatedDirective, v.ContentSecurityPolicyViolationType, v.BlockedURL)))
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			w.troubles = append(w.troubles, "console error: "+texts(e.Args))
		}
	case *runtime.EventExceptionThrown:
		w.troubles = append(w.troubles, "exception: "+exception(e.ExceptionDetails))
	case *log.EventEntryAdded:
		w.logged(e.Entry)
	}
}

func (w *watch) asked(id network.RequestID, r *Request) {
	w.requests = append(w.requests, r)
	w.latest[id] = r
}

func (w *watch) answered(id network.RequestID, status int64) {
	if r := w.latest[id]; r != nil {
		r.Status = int(status)
	}
}

// shown takes note of a new document. The one before it is gone, with all that it asked
// for, also what is told later: nobody tells how that ends.
func (w *watch) shown(document cdp.LoaderID) {
	if w.document != "" {
		w.gone[w.document] = true
	}
	w.document = document
	maps.DeleteFunc(w.open, func(_ network.RequestID, of cdp.LoaderID) bool { return w.gone[of] })
	w.shut()
}

func (w *watch) shut(ids ...network.RequestID) {
	for _, id := range ids {
		delete(w.open, id)
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// underWay returns the requests without an answer, and a channel that is closed when that changes.
func (w *watch) underWay() (requests []string, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.open {
		requests = append(requests, w.latest[id].String())
	}
	return requests, w.changed
}

func (w *watch) logged(e *log.Entry) {
	switch {
	case strings.Contains(e.Text, "Content Security Policy"):
		w.violations = append(w.violations, e.Text)
	case e.Level != log.EntryLevelError:
	case e.Source == log.EntrySourceNetwork:
		w.netEntries = append(w.netEntries, e) // the request tells more, when there is one
	default:
		w.troubles = append(w.troubles, strings.TrimSpace(fmt.Sprintf("console error: %s %s", e.Text, e.URL)))
	}
}

func (w *watch) note(trouble string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.troubles = append(w.troubles, trouble)
}

func (w *watch) allow(pattern *regexp.Regexp) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed = append(w.allowed, pattern)
}

func (w *watch) allowOrigin(origin string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.origins = append(w.origins, origin)
}

func (w *watch) made() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Request, 0, len(w.requests))
	for _, r := range w.requests {
		out = append(out, *r)
	}
	return out
}

// faults returns what should not have happened. Nothing allows a violation of the
// policy, or a request to an origin that AllowOrigin did not name.
func (w *watch) faults() (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, v := range w.violations {
		out = append(out, "content security policy: "+v)
	}
	var others []string
	for _, r := range w.requests {
		if w.foreign(r.URL) {
			out = append(out, "request to another host: "+r.Method+" "+r.URL)
			continue
		}
		if r.Status >= 400 {
			others = append(others, fmt.Sprintf("answer %d: %s", r.Status, r))
		}
		if r.Failure != "" {
			others = append(others, fmt.Sprintf("no answer: %s: %s", r, r.Failure))
		}
	}
	for _, e := range w.netEntries {
		if !w.knows(e) {
			others = append(others, "console error: "+e.Text+" "+e.URL)
		}
	}
	for _, text := range append(others, w.troubles...) {
		if !slices.ContainsFunc(w.allowed, func(p *regexp.Regexp) bool { return p.MatchString(text) }) {
			out = append(out, text)
		}
	}
	return slices.Compact(out)
}

// forgive forgets all faults, for the tests of the harness.
func (w *watch) forgive() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests, w.violations, w.troubles, w.netEntries = nil, nil, nil, nil
}

func (w *watch) foreign(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	switch u.Scheme {
	case "data", "blob", "about":
		return false
	}
	return !slices.Contains(w.origins, originOf(u))
}

// originOf returns the origin of an address: that of a web socket is its page's.
func originOf(u *url.URL) string {
	scheme := u.Scheme
	switch scheme {
	case "ws":
		scheme = "http"
	case "wss":
		scheme = "https"
	}
	return scheme + "://" + u.Host
}

// knows reports whether the entry is about a request that was seen.
func (w *watch) knows(e *log.Entry) bool {
	return w.latest[e.NetworkRequestID] != nil || slices.ContainsFunc(w.requests, func(r *Request) bool { return r.URL == e.URL })
}

func referrer(headers network.Headers) string {
	for name, value := range headers {
		if strings.EqualFold(name, "referer") {
			return fmt.Sprint(value)
		}
	}
	return ""
}

func texts(args []*runtime.RemoteObject) string {
	words := make([]string, 0, len(args))
	for _, a := range args {
		words = append(words, text(a))
	}
	return strings.Join(words, " ")
}

func text(o *runtime.RemoteObject) string {
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return s
	}
	if o.Description != "" {
		return o.Description
	}
	return string(o.Value)
}

func exception(e *runtime.ExceptionDetails) string {
	if e.Exception != nil {
		return text(e.Exception)
	}
	return e.Text
}
