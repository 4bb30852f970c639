package e2e

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// makers is how many make keys at a time.
const makers = 8

// The list of ten thousand keys is reached from another page, and what that takes is
// printed: from the click in the menu to the first row on the screen.
func TestTenThousandKeysAreListed(t *testing.T) {
	if os.Getenv("GATEHOUSE_BENCH") == "" {
		t.Skip("a measurement of a minute: set GATEHOUSE_BENCH=1")
	}
	const keys, runs = 10_000, 15
	g := startWithoutKey(t, "--max-keys", strconv.Itoa(keys+1))
	a := setUp(g)
	seedKeys(a, keys)

	p := signedIn(t, g, Look{})
	p.Goto(a.path("settings"))
	p.See("10,000 of 10,001")
	var cached, fresh []float64
	for run := range runs {
		if run%2 == 0 { // the page of the list and its data come from the server
			p.Reload()
		}
		p.Find("heading", "Settings")
		p.See("10,000 of 10,001")
		p.Settle()
		took := Eval[float64](p, clickToRow)
		p.Find("heading", "API Keys")
		p.See("1–50 of 10,000")
		p.Settle()
		p.Click("link", "Settings")
		if run%2 == 0 {
			fresh = append(fresh, took)
		} else {
			cached = append(cached, took)
		}
	}
	t.Logf("from the click to the first of %d keys: %s after a reload, %s again", keys, times(fresh), times(cached))

	var cold []float64
	for range runs / 3 {
		q := browse(t, g.URL, Look{}) // its cache is empty
		q.beforeEveryPage(untilForm)
		q.Goto("/")
		q.Find("button", "Sign in")
		cold = append(cold, Eval[float64](q, "formShown"))
	}
	t.Logf("from nothing to the sign-in form: %s", times(cold))
}

// clickToRow clicks the menu's link and waits until a row is painted.
const clickToRow = `new Promise((done, fail) => {
	const link = [...document.querySelectorAll("nav a")].find((a) => a.pathname.endsWith("/keys"));
	const begin = performance.now();
	link.click();
	const look = () => {
		if (document.querySelector("tbody th[scope=row]")?.checkVisibility()) {
			requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
		} else if (performance.now() - begin > 10000) {
			fail(new Error("the list does not appear"));
		} else {
			requestAnimationFrame(look);
		}
	};
	look();
})`

// untilForm keeps how long after the address was entered a form is on the screen.
const untilForm = `(() => {
	const look = () => {
		if (document.querySelector("form button[type=submit]")) globalThis.formShown = performance.now();
		else requestAnimationFrame(look);
	};
	look();
})()`

// seedKeys makes keys, several at a time.
func seedKeys(a *ada, count int) {
	a.g.t.Helper()
	member := a.roles()["Member"]
	numbers := make(chan int)
	var wait sync.WaitGroup
	for range makers {
		wait.Go(func() {
			for n := range numbers {
				var made madeKey
				if status := a.API(http.MethodPost, "/keys", newKey{Name: fmt.Sprintf("key-%05d", n), RoleIDs: []string{member}}, &made); status != http.StatusOK {
					a.g.t.Errorf("key %d is made with status %d", n, status)
				}
			}
		})
	}
	for n := range count {
		numbers <- n + 1
	}
	close(numbers)
	wait.Wait()
	if a.g.t.Failed() {
		a.g.t.FailNow()
	}
}

// times tells the median and the maximum of milliseconds.
func times(ms []float64) string {
	slices.Sort(ms)
	return fmt.Sprintf("median %.0f ms, at most %.0f ms (%d runs)", ms[len(ms)/2], ms[len(ms)-1], len(ms))
}
