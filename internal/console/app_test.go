package console

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gatehouse/gatehouse/web"
)

// built is a console of two files, as the build leaves them.
func built(t *testing.T) fs.FS {
	t.Helper()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte("the script")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"index.html":             {Data: []byte(`<meta name="csp-nonce" content="__CSP_NONCE__">the app`)},
		"unbuilt.html":           {Data: []byte("<style>b{}</style>not built")},
		"theme.js.gz":            {Data: zipped.Bytes()},
		"assets/main-4f3a.js.gz": {Data: zipped.Bytes()},
		"assets/main-4f3a.js.br": {Data: []byte("brotli")},
		"assets/inter.woff2":     {Data: []byte("font")},
	}
}

func ask(t *testing.T, dist fs.FS, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	handler, err := New(Config{Dist: dist})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// Every page is the app, under a policy that allows no other host, no inline script,
// and inline styles only with a nonce that no other answer has.
func TestPagesAreTheAppUnderAStrictPolicy(t *testing.T) {
	seen := map[string]bool{}
	for _, path := range []string{"/", "/sign-in", "/setup", "/profile", "/organizations/5a1f0c9e-6c3b-4e1d-8f2a-7b6c5d4e3f21/keys"} {
		w := ask(t, built(t), path)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "the app") || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s answered %d %q %v", path, w.Code, w.Body, w.Header())
		}
		nonce := regexp.MustCompile(`content="([^"]{24})"`).FindStringSubmatch(w.Body.String())
		if nonce == nil || seen[nonce[1]] {
			t.Fatalf("%s has no nonce of its own: %s", path, w.Body)
		}
		seen[nonce[1]] = true
		policy := w.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self' 'nonce-" + nonce[1] + "';", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s has the policy %q, without %q", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
			t.Errorf("%s has the policy %q", path, policy)
		}
	}
}

// A file whose name has its hash is kept for ever; any other is asked for again, and
// not sent again when it is the same.
func TestFilesAreCachedByTheirNames(t *testing.T) {
	hashed := ask(t, built(t), "/assets/main-4f3a.js")
	if got := hashed.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("a hashed file has Cache-Control %q", got)
	}
	plain := ask(t, built(t), "/theme.js")
	if got := plain.Header().Get("Cache-Control"); got != "no-cache" {
		t.Errorf("another file has Cache-Control %q", got)
	}
	again := ask(t, built(t), "/theme.js", "If-None-Match", plain.Header().Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("the same file was sent again: %d", again.Code)
	}
}

// A client gets the encoding that it reads best, down to none at all.
func TestFilesAreSentInAnEncodingThatTheClientReads(t *testing.T) {
	for accepted, want := range map[string]string{
		"gzip, deflate, br, zstd": "br", "br;q=1.0": "br", "gzip": "gzip", "br;q=0, gzip": "gzip", "GZIP;q=0.5": "gzip", "": "", "br;q=0.0": "", "identity": "",
	} {
		w := ask(t, built(t), "/assets/main-4f3a.js", "Accept-Encoding", accepted)
		if got := w.Header().Get("Content-Encoding"); got != want || w.Code != http.StatusOK || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q got %q: %d %v", accepted, got, w.Code, w.Header())
		}
		if want == "" && w.Body.String() != "the script" {
			t.Errorf("Accept-Encoding %q got %q", accepted, w.Body)
		}
		if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/javascript") {
			t.Errorf("a script is sent as %q", got)
		}
	}
	if w := ask(t, built(t), "/assets/inter.woff2", "Accept-Encoding", "br"); w.Body.String() != "font" || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("a font got %v %q", w.Header(), w.Body)
	}
}

// A person at a wrong address gets the app, which says so; a program plain text; and
// what belongs to the API is never a page.
func TestUnknownPathIsNotFound(t *testing.T) {
	for _, c := range []struct {
		path, accept string
		page         bool
	}{
		{"/nothing", "text/html,*/*", true},
		{"/nothing", "*/*", false},
		{"/v1/nothing", "text/html", false},
		{"/auth/nothing", "text/html", false},
		{"/assets/old-1234.js", "text/html", false},
		{"/index.html", "*/*", false},
	} {
		w := ask(t, built(t), c.path, "Accept", c.accept)
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "the app") != c.page || strings.Contains(w.Header().Get("Content-Type"), "json") {
			t.Errorf("%s for %s answered %d %q", c.path, c.accept, w.Code, w.Body)
		}
	}
}

// A program that was built without Node.js says how to build the console.
func TestWithoutTheBuiltConsoleAPageSaysSo(t *testing.T) {
	w := ask(t, fstest.MapFS{"unbuilt.html": {Data: []byte("<style>b{}</style>not built")}}, "/setup")
	policy := w.Header().Get("Content-Security-Policy")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "not built") || !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "script-src") {
		t.Errorf("it answered %d %q under %q", w.Code, w.Body, policy)
	}
	if _, err := New(Config{Dist: fstest.MapFS{}}); err == nil {
		t.Error("a console without any page is served")
	}
	unbuilt, err := fs.ReadFile(web.Dist(), "unbuilt.html")
	if err != nil || !strings.Contains(string(unbuilt), "make build") || strings.Contains(string(unbuilt), "<script") || strings.Contains(string(unbuilt), "style=") {
		t.Errorf("the real page does not say how to build it, or does more than its policy allows: %v", err)
	}
}
