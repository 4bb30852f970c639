package e2e

import (
	"net/http"
	"testing"
)

// The pages of services, with each of their dialogs open, can be used by everybody,
// whatever the screen and the theme, fit their screen, and do not jump while they load.
func TestServicePagesInEveryLook(t *testing.T) {
	t.Parallel()
	g := startWithEngine(t)
	a := setUp(g)
	const noWindow = "answer 404: GET /v1/.*/upgradeWindow" // services have none at first
	p := signedIn(t, g, Look{})
	p.Allow(noWindow)
	p.Goto(a.path("services"))
	p.See("Create your first service")
	inLooks(p, "services-none", few...)
	p.Goto(a.path("services/new"))
	p.Click("button", "Add tag")
	p.Click("button", "Create service")
	p.See("Enter a name.", "Enter a key, or remove this tag.")
	inLooks(p, "new-service-with-errors", few...)

	id := a.service("orders", tag{Key: "team", Value: "checkout"}, tag{Key: "environment", Value: "production"}, tag{Key: "weekly"})
	stopped := a.service("the-warehouse-of-all-that-was-ever-sold-anywhere", tag{Key: "owner", Value: "somebody.with.a.very.long.name.who.cares"})
	if status := a.API(http.MethodPatch, "/services/"+stopped+"/state", map[string]string{"command": "stop"}, new(any)); status != http.StatusOK {
		t.Fatalf("the service is stopped with status %d", status)
	}
	entry := map[string]any{
		"name": "business hours", "weekdays": []int{1, 2, 3, 4, 5}, "startHourUtc": 7, "endHourUtc": 18, "autoscalingMode": "vertical", "minReplicaMemoryGb": 16, "maxReplicaMemoryGb": 32, "idleScaling": false,
	}
	if status := a.API(http.MethodPost, "/services/"+id+"/scalingSchedule", map[string]any{"entries": []any{entry}}, new(any)); status != http.StatusOK {
		t.Fatalf("the schedule is made with status %d", status)
	}
	p.Goto(a.path("services"))
	p.patiently(func() {
		p.Within("row", "orders").Find("button", "Running")
		p.Within("row", "the-warehouse").Find("button", "Stopped")
	})
	pages := servicePages(id)
	for _, screen := range []Screen{Phone, Desktop} {
		p.Emulate(Look{Screen: screen})
		for _, page := range pages {
			p.Goto(a.path(page.path))
			p.See(page.text)
			if screen == Desktop { // the charts of rates take three measurements
				p.patiently(func() { p.DontSee("The first measurements arrive in a moment.") })
			}
			p.Settle()
			if sum := p.LayoutShifts(); sum > 0.02 {
				t.Errorf("%s: the page %s shifts by %.3f", screen.Name, page.name, sum)
			}
			if tab := p.cutTab(); tab != "" {
				t.Errorf("%s: the page %s cuts off %s", screen.Name, page.name, tab)
			}
			if screen == Desktop {
				inLooks(p, page.name, few...)
			}
		}
	}

	// A tab that leads to another page is scrolled into view, too, and the page stays where it is.
	p.Emulate(Look{Screen: Phone})
	p.Goto(a.path(pages[1].path))
	for _, tab := range []string{"Security", "Overview"} {
		p.Within("navigation", "orders").Click("link", tab)
		p.AtPath(a.path(map[string]string{"Security": pages[6].path, "Overview": pages[1].path}[tab]))
		p.Settle()
		if cut := p.cutTab(); cut != "" {
			t.Errorf("Phone: %s cuts off %s", tab, cut)
		}
	}
	p.Emulate(Look{})

	dialog := func(name, path, button, title string) {
		t.Helper()
		p.Goto(a.path(path))
		p.Click("button", button)
		p.Find("dialog", title)
		inLooks(p, "service-"+name, Look{}, Look{Screen: Phone, Dark: true})
	}
	dialog("new-password", pages[6].path, "New password", "Make a new password?")
	dialog("entry", pages[4].path, "Add entry", "New entry")
	dialog("setting", pages[5].path, "Change a setting", "Change a setting")
	dialog("stop", pages[1].path, "Stop", "Stop “orders”?")
	p.Goto(a.path("services"))
	p.rowMenu("orders", "Delete")
	p.Find("dialog", "Delete “orders”?")
	inLooks(p, "service-delete", Look{}, Look{Screen: Phone, Dark: true})
	p.Goto(a.path("services/" + stopped + "/metrics"))
	p.See("There is nothing to measure")
	inLooks(p, "service-stopped", Look{}, Look{Screen: Phone, Dark: true})

	// A role for some services lists them.
	p.Goto(a.path("users/roles/new"))
	p.Click("checkbox", "See backups")
	p.Click("radio", "These services")
	p.Click("checkbox", "orders")
	Eval[any](p, "scrollTo(0, 0)") // what is half under the head of the page is too small to tap
	inLooks(p, "role-for-a-service", Look{}, Look{Screen: Phone, Dark: true})

	// The names of services, tags and entries are somebody's own.
	own := []string{"orders", "team: checkout", "environment: production", "weekly", "the-warehouse-of-all-that-was-ever-sold-anywhere", "owner: somebody", "business hours"}
	chinese := browse(t, g.URL, Look{Locale: "zh-CN"})
	chinese.Allow(noWindow)
	chinese.Goto("/sign-in")
	chinese.Fill("电子邮箱", adaMail)
	chinese.Fill("密码", adaPassword)
	chinese.Click("button", "登录")
	chinese.Find("heading", "API 密钥")
	chinese.Goto(a.path("services/new"))
	chinese.Find("button", "创建服务")
	inChinese(chinese, "new-service")
	for _, page := range pages {
		chinese.Goto(a.path(page.path))
		chinese.See("orders")
		chinese.Settle()
		inChinese(chinese, page.name, own...)
	}
}

// servicePage is a page about services, and a text that shows when it is all there.
type servicePage struct{ name, path, text string }

// servicePages are the list, and the pages of a service.
func servicePages(id string) []servicePage {
	of := "services/" + id
	return []servicePage{
		{"services-list", "services", "2 services"},
		{"service-overview", of, "The service orders runs"},
		{"service-connect", of + "/connect", "SELECT version()"},
		{"service-metrics", of + "/metrics", "Data on disk"},
		{"service-scaling", of + "/scaling", "business hours"},
		{"service-settings", of + "/settings", "max_concurrent_queries_for_user"},
		{"service-security", of + "/security", "Whoever reaches this machine"},
	}
}

// cutTab returns the name of the current tab of the page when not all of it can be seen, or what is wrong with its row.
func (p *Page) cutTab() string {
	return Eval[string](p, `(() => {
		const tab = document.querySelector("main nav > a[aria-current]");
		if (!tab) return "";
		const row = tab.parentElement;
		const [a, b] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
		if (scrollY !== 0) return "the top of the page";
		const faded = getComputedStyle(row).maskImage !== "none";
		if (faded !== row.scrollWidth > row.clientWidth) return "nothing, but fades the edge of its tabs: " + faded;
		const fade = 32;
		const [before, after] = [row.scrollLeft > 1 ? fade : 0, row.scrollWidth - row.clientWidth - row.scrollLeft > 1 ? fade : 0];
		return a.left >= b.left + before - 1 && a.right <= b.right - after + 1 ? "" : "the tab " + tab.innerText;
	})()`)
}
