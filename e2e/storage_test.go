package e2e

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
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
		places[fmt.Sprintf("entry %d of the history", i)] = entry.URL + "\n" + entry.Title
		places[fmt.Sprintf("what was typed for entry %d of the history", i)] = entry.UserTypedURL
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

// HoldsNoLink is HoldsNo for the secret part of a link that the page was opened with: that
// it was opened is all that may be known of it.
func (p *Page) HoldsNoLink(link string) {
	p.t.Helper()
	for _, place := range placesWith(p.Stored(), tokenOf(p.t, link)) {
		if !strings.HasPrefix(place, "what was typed for ") && !opening.MatchString(place) {
			p.t.Errorf("the token of the link is left in %s", place)
		}
	}
}

// opening is the request of somebody who opens a link: the browser does not send its fragment.
var opening = regexp.MustCompile(`^request \d+, GET /(invitation|setup)$`)

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
