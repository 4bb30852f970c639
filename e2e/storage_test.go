package e2e

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Stored returns everything that the page holds, shows and has asked for, by place: the
// address and those before it, storage, cookies, databases, caches, the document and
// its fields, and the requests with their referrers.
func (p *Page) Stored() map[string]string {
	p.t.Helper()
	places := ask[map[string]string](p, "stored")
	ctx, cancel := context.WithTimeout(p.ctx, commandLimit)
	defer cancel()
	history, err := chromedp.Run(ctx, chromedp.NavigationEntries())
	if err != nil {
		p.t.Fatal(err)
	}
	for i, entry := range history.Entries {
		places[fmt.Sprintf("entry %d of the history", i)] = entry.URL + "\n" + entry.UserTypedURL + "\n" + entry.Title
	}
	for _, c := range p.Cookies() {
		places["the cookie "+c.Name] = c.Value
	}
	for i, r := range p.Requests() {
		places[fmt.Sprintf("request %d, %s", i, r)] = r.URL + "\n" + r.Referrer
	}
	return places
}

// HoldsNo fails the test for each place that holds one of the secrets.
func (p *Page) HoldsNo(secrets ...string) {
	p.t.Helper()
	for _, place := range placesWith(p.Stored(), secrets...) {
		p.t.Errorf("a secret is left in %s", place)
	}
}

// Cookies returns the cookies of the browser, those too that scripts cannot read.
func (p *Page) Cookies() []*network.Cookie {
	p.t.Helper()
	return command(p, network.GetCookies, network.GetCookiesParams{}).Cookies
}

func placesWith(places map[string]string, secrets ...string) (out []string) {
	for place, text := range places {
		for _, secret := range secrets {
			if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) || strings.Contains(text, url.PathEscape(secret)) {
				out = append(out, place)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}
