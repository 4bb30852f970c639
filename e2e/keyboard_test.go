package e2e

import (
	"net/http"
	"testing"
)

// Whoever has no mouse makes a key and deletes it again: everything is reached with Tab
// and the arrows, the focus is always seen, and it comes back from where it went.
func TestKeyIsMadeAndDeletedByKeyboard(t *testing.T) {
	t.Parallel()
	g := start(t)
	setUp(g)
	p := browse(t, g.URL, Look{})
	p.Goto("/sign-in")
	p.SeeFocus("textbox", "E-mail address")
	p.Type(adaMail)
	p.Press("Tab")
	p.SeeFocus("textbox", "Password")
	p.Type(adaPassword)
	p.Press("Enter")
	p.Find("heading", "API Keys")

	// A page is begun at its start: the first thing leads past the menu.
	p.Reload()
	p.Find("button", "New API Key")
	p.Press("Tab")
	p.SeeFocus("link", "Skip to the content")
	p.Screenshot("keyboard/skip")
	p.Press("Enter")
	p.tabTo("button", "New API Key")
	p.Screenshot("keyboard/new-key")
	p.Press("Enter")

	p.SeeFocus("textbox", "Name")
	p.Type("typed")
	p.tabTo("combobox", "Organization role Member")
	p.Press("Enter")
	p.SeeFocus("option", "Member Sign in, and no more: for use with a service role.")
	p.Press("ArrowUp")
	p.SeeFocus("option", "Org API reader Read the organization’s settings, API keys and audit log.")
	p.Press("Enter")
	p.SeeFocus("combobox", "Organization role Org API reader")
	p.tabTo("combobox", "Expiration 90 days")
	p.Press("Space")
	p.SeeFocus("option", "90 days")
	p.Press("ArrowUp")
	p.SeeFocus("option", "30 days")
	p.Press("Enter")
	p.SeeFocus("combobox", "Expiration 30 days")
	p.tabTo("radio", "Anywhere From every address.")
	p.Press("ArrowDown")
	p.SeeFocus("radio", "Specific locations Only from those you list.")
	p.tabTo("button", "Add my address")
	p.Press("Enter")
	p.See("only from 127.0.0.1")
	p.Screenshot("keyboard/form")
	p.tabTo("button", "Generate API Key")
	p.Press("Enter")

	p.SeeFocus("heading", "The credentials of typed")
	p.TakeClipboard()
	p.tabTo("button", "Copy Key ID")
	p.Press("Enter")
	p.See("Copied")
	made := credential{id: p.Clipboard()}
	p.DontSee("Copied")
	p.tabTo("button", "Copy Key secret")
	p.Press("Enter")
	p.See("Copied")
	made.secret = p.Clipboard()
	p.tabTo("tab", "curl")
	p.Press("ArrowRight")
	p.SeeFocus("tab", "Terraform")
	p.Press("Escape")
	p.SeeFocus("button", "New API Key")
	if status := g.APIWith(made, http.MethodGet, "/organizations", nil, nil); status != http.StatusOK {
		t.Errorf("the key is answered with %d", status)
	}

	p.tabTo("button", "Actions for typed")
	p.Press("Enter")
	p.SeeFocus("menuitem", "Edit")
	p.Press("Escape")
	p.SeeFocus("button", "Actions for typed")
	p.Press("Enter")
	p.SeeFocus("menuitem", "Edit")
	p.Press("ArrowDown")
	p.SeeFocus("menuitem", "Disable")
	p.Press("End")
	p.SeeFocus("menuitem", "Delete")
	p.Screenshot("keyboard/menu")
	p.Press("Enter")
	p.SeeFocus("textbox", "Name of the key")
	p.Press("Escape")
	p.SeeFocus("button", "Actions for typed")
	p.Press("Enter")
	p.SeeFocus("menuitem", "Edit")
	p.Press("End")
	p.SeeFocus("menuitem", "Delete")
	p.Press("Enter")
	p.SeeFocus("textbox", "Name of the key")
	p.Type("typed")
	p.tabTo("button", "Delete key")
	p.Screenshot("keyboard/delete")
	p.Press("Enter")
	p.DontFind("dialog", "")
	p.SeeFocus("heading", "API Keys") // the button that had it went with the row
	if status := g.APIWith(made, http.MethodGet, "/organizations", nil, nil); status != http.StatusUnauthorized {
		t.Errorf("the deleted key is answered with %d", status)
	}
}

// tabTo presses Tab until the element has the focus, and sees to it that wherever the
// focus goes on the way it can be seen.
func (p *Page) tabTo(role, name string) {
	p.t.Helper()
	for range 60 {
		p.Press("Tab")
		if seen := Eval[string](p, focusSeen); seen != "" {
			p.t.Errorf("the focus on %q cannot be seen: %s", p.FocusedName(), seen)
		}
		if p.FocusedName() == name {
			p.SeeFocus(role, name)
			return
		}
	}
	p.fail("Tab does not lead to %s %q", role, name)
}

// focusSeen says what is wrong with how the focus is shown; nothing when it has an
// outline or a ring and is on the screen.
const focusSeen = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body) return "";
	const box = e.getBoundingClientRect();
	if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return "it is off the screen";
	const shown = [e, e.parentElement, ...(e.labels ?? [])].some((at) => {
		if (!at) return false;
		const style = getComputedStyle(at);
		return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
	});
	return shown ? "" : "it has neither outline nor ring";
})()`
