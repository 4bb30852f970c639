package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Part is a part of a page: all of it, or a dialog, a row, a region of it.
type Part struct {
	page *Page
	path []scope
}

// scope is an element's role and accessible name.
type scope struct {
	Role string `json:"role"`
	Name string `json:"name"`
}

// point is where an element is, and its kind: the type of an input, the tag of others.
type point struct {
	X, Y float64
	Kind string
}

// Within returns the part of the page that is the one element with the role and the
// accessible name. An element that has no such name may be named by a text in it, as
// rows are: Within("row", "ci"). An empty name is any.
func (r Part) Within(role, name string) Part {
	return Part{page: r.page, path: r.to(role, name)}
}

// Click clicks, or taps on a phone, the one element with the role and the name, once it
// is enabled, still and not covered.
func (r Part) Click(role, name string) {
	r.page.t.Helper()
	r.pressed(role, name)
}

// A press that does not reach its element within this time is tried again, so often.
const (
	pressTime = 500 * time.Millisecond
	presses   = 3
)

// pressed clicks or taps the element, again when the page moved it away meanwhile. A
// press that led to another document has reached it.
func (r Part) pressed(role, name string) {
	r.page.t.Helper()
	var missed string
	for range presses {
		r.page.press(r.ready(role, name))
		got, err := evaluate[answer](r.page.ctx, expression("pressed", pressTime.Milliseconds()))
		if err == nil && got.Missing == "" || err != nil && movedOn(err) {
			return
		}
		if missed = got.Missing; err != nil {
			missed = err.Error()
		}
		r.page.t.Log(missed) // what was pressed in its place may be what fails later
	}
	r.page.fail("%s", missed)
}

// Hover moves the mouse to the element.
func (r Part) Hover(role, name string) {
	r.page.t.Helper()
	r.page.mouse(input.DispatchMouseEventTypeMouseMoved, r.ready(role, name))
}

// Fill clicks the field with the label and types the text in place of what it holds.
// Fields with a picker of the browser's own (dates, times) get their value: 2031-05-17.
func (r Part) Fill(label, text string) {
	r.page.t.Helper()
	p := r.page
	at := r.ready("field", label)
	if strings.HasPrefix(at.Kind, "date") || slices.Contains([]string{"time", "month", "week", "color", "range"}, at.Kind) {
		p.wait("put", text)
		return
	}
	r.pressed("field", label)
	p.wait("heldHasFocus")
	p.key("a", chromedp.KeyModifiers(chromedp.ModifierCtrl), func(k *input.DispatchKeyEventParams) {
		if k.Type == kb.KeyDown {
			k.Commands = []string{"selectAll"}
		}
	})
	p.key(kb.Delete)
	p.Type(text)
	p.wait("heldHolds", text)
}

// Choose opens the list with the label and clicks the option in it.
func (r Part) Choose(label, option string) {
	r.page.t.Helper()
	at := r.ready("choice", label)
	if at.Kind == "select" {
		r.page.wait("put", option)
		return
	}
	r.pressed("choice", label)
	r.page.Click("option", option) // lists open beside the part that they belong to
}

// See waits until the text is shown, as it is shown: white space counts as one space.
func (r Part) See(texts ...string) {
	r.page.t.Helper()
	for _, text := range texts {
		r.page.wait("see", r.scopes(), text)
	}
}

// DontSee waits until the text is not shown.
func (r Part) DontSee(texts ...string) {
	r.page.t.Helper()
	for _, text := range texts {
		r.page.wait("unsee", r.scopes(), text)
	}
}

// Find waits for the one element with the role and the name.
func (r Part) Find(role, name string) {
	r.page.t.Helper()
	r.page.wait("found", r.to(role, name))
}

// DontFind waits until no element has the role and the name.
func (r Part) DontFind(role, name string) {
	r.page.t.Helper()
	r.page.wait("gone", r.to(role, name))
}

// Value returns what the field with the label holds.
func (r Part) Value(label string) string {
	r.page.t.Helper()
	r.Find("field", label)
	return ask[string](r.page, "holds")
}

// Checked reports whether the checkbox, radio button or switch is on.
func (r Part) Checked(role, name string) bool {
	r.page.t.Helper()
	r.Find(role, name)
	return ask[bool](r.page, "checked")
}

// Enabled reports whether the element can be used.
func (r Part) Enabled(role, name string) bool {
	r.page.t.Helper()
	r.Find(role, name)
	return ask[bool](r.page, "enabled")
}

// Attribute returns an attribute of the element; of one that it has not, an empty text.
func (r Part) Attribute(role, name, attribute string) string {
	r.page.t.Helper()
	r.Find(role, name)
	return ask[string](r.page, "attribute", attribute)
}

// Names returns the names of all elements with the role, in their order; of an element
// without a name, as many rows are, its text. It does not wait.
func (r Part) Names(role string) []string {
	r.page.t.Helper()
	return ask[[]string](r.page, "names", r.to(role, ""))
}

// Text returns the text that is shown. It does not wait.
func (r Part) Text() string {
	r.page.t.Helper()
	return ask[string](r.page, "text", r.scopes())
}

// Type types the text, key by key, to whatever has the focus.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.key(text)
}

var keys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Backspace": kb.Backspace, "Delete": kb.Delete, "Space": " ",
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
}

var modifiers = map[string]chromedp.Modifier{
	"Shift": chromedp.ModifierShift, "Control": chromedp.ModifierCtrl, "Alt": chromedp.ModifierAlt, "Meta": chromedp.ModifierMeta,
}

// Press presses keys, one after the other: "Tab", "Shift+Tab", "Control+k", "a".
func (p *Page) Press(strokes ...string) {
	p.t.Helper()
	for _, stroke := range strokes {
		names := strings.Split(stroke, "+")
		name := names[len(names)-1]
		key, ok := keys[name]
		if !ok {
			key = name
		}
		if len([]rune(key)) != 1 {
			p.t.Fatalf("the keyboard of the tests has no key %q", name)
		}
		var with []chromedp.Modifier
		for _, modifier := range names[:len(names)-1] {
			m, ok := modifiers[modifier]
			if !ok {
				p.t.Fatalf("the keyboard of the tests has no key %q to hold", modifier)
			}
			with = append(with, m)
		}
		p.key(key, chromedp.KeyModifiers(with...))
	}
}

// FocusedName returns the accessible name of what has the focus. It does not wait.
func (p *Page) FocusedName() string {
	p.t.Helper()
	return ask[string](p, "focusedName")
}

// SeeFocus waits until the element with the role and the name has the focus.
func (p *Page) SeeFocus(role, name string) {
	p.t.Helper()
	p.wait("focused", role, name)
}

func (r Part) ready(role, name string) (at point) {
	r.page.t.Helper()
	got := r.page.wait("ready", r.to(role, name))
	if err := json.Unmarshal(got.Value, &at); err != nil {
		r.page.t.Fatal(err)
	}
	return at
}

func (r Part) to(role, name string) []scope {
	return append(r.scopes(), scope{Role: role, Name: name})
}

// scopes is a copy, so that two parts of a part do not share one.
func (r Part) scopes() []scope { return append([]scope{}, r.path...) }

// press clicks or taps.
func (p *Page) press(at point) {
	p.t.Helper()
	if p.look.Screen.Phone {
		p.touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: at.X, Y: at.Y})
		p.touch(input.DispatchTouchEventTypeTouchEnd)
		return
	}
	p.mouse(input.DispatchMouseEventTypeMouseMoved, at)
	p.mouse(input.DispatchMouseEventTypeMousePressed, at)
	p.mouse(input.DispatchMouseEventTypeMouseReleased, at)
}

func (p *Page) mouse(event input.DispatchMouseEventType, at point) {
	p.t.Helper()
	params := input.DispatchMouseEventParams{Type: event, X: at.X, Y: at.Y}
	if event != input.DispatchMouseEventTypeMouseMoved {
		params.Button, params.ClickCount = input.MouseButtonLeft, 1
	}
	command(p, input.DispatchMouseEvent, params)
}

func (p *Page) touch(event input.DispatchTouchEventType, points ...*input.TouchPoint) {
	p.t.Helper()
	command(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: event, TouchPoints: append([]*input.TouchPoint{}, points...)})
}

// key presses and releases the keys of the text. A key and the character it writes go to
// the browser as one event, as from a keyboard: when the page refuses the one, the other
// does not come.
func (p *Page) key(text string, options ...chromedp.KeyOption) {
	p.t.Helper()
	for _, r := range text {
		events := kb.Encode(r)
		for _, option := range options {
			for _, e := range events {
				option(e)
			}
		}
		down, up := events[0], events[len(events)-1]
		if len(events) == 3 && down.Modifiers&^int64(chromedp.ModifierShift) == 0 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		command(p, input.DispatchKeyEvent, *down)
		command(p, input.DispatchKeyEvent, *up)
	}
}
