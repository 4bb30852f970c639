package e2e

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// The binary has the console inside, and serves it so that it is fresh, fast and safe:
// the page is never kept and has a policy with a nonce of its own each time, and what it
// loads is compressed and kept for ever.
func TestBinaryServesItsConsole(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	page := get(t, g.URL+"/sign-in", "")
	if page.header.Get("Cache-Control") != "no-store" || page.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("the page comes with %v", page.header)
	}
	policy := page.header.Get("Content-Security-Policy")
	again := get(t, g.URL+"/", "")
	nonce := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(policy)
	if nonce == nil || again.header.Get("Content-Security-Policy") == policy {
		t.Errorf("the policy is %q", policy)
	} else if !strings.Contains(page.text, nonce[1]) || strings.Contains(page.text, "__CSP_NONCE__") {
		t.Errorf("the page does not have the nonce of its policy:\n%s", page.text)
	}
	for _, lax := range []string{"unsafe-inline", "unsafe-eval", "http:", "https:", "*"} {
		if strings.Contains(policy, lax) {
			t.Errorf("the policy has %s: %s", lax, policy)
		}
	}
	if regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).MatchString(page.text) {
		t.Errorf("the page loads from another host:\n%s", page.text)
	}

	assets := regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(page.text, -1)
	if len(assets) < 2 {
		t.Fatalf("the page loads only %q", assets)
	}
	for _, asset := range assets {
		for _, encoding := range []string{"br", "gzip"} {
			answer := get(t, g.URL+asset[1], encoding)
			compressed := answer.header.Get("Content-Encoding")
			if strings.HasSuffix(asset[1], ".woff2") {
				compressed = encoding // it is by itself
			}
			if answer.status != http.StatusOK || compressed != encoding || answer.header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
				t.Errorf("%s for %s is answered %d with %v", asset[1], encoding, answer.status, answer.header)
			}
		}
	}
	notices := get(t, g.URL+"/third-party-notices.txt", "gzip")
	if notices.status != http.StatusOK || !strings.Contains(notices.text, "react") {
		t.Errorf("the notices of others' work are answered %d", notices.status)
	}
}

// served is an answer that has been read.
type served struct {
	status int
	header http.Header
	text   string
}

// get asks as a client that takes the encoding.
func get(t *testing.T, address, encoding string) served {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", encoding)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body := io.Reader(answer.Body)
	if answer.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return served{status: answer.StatusCode, header: answer.Header, text: string(text)}
}
