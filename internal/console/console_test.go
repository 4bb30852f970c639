package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// The page is where set-up links lead, too, and works under its own policy, which
// allows no other host and no script.
func TestWelcomePageIsAtTheRootAndAtSetup(t *testing.T) {
	for _, path := range []string{"/", "/setup"} {
		w := get(path)
		policy := w.Header().Get("Content-Security-Policy")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Gatehouse is running") {
			t.Errorf("%s answered %d", path, w.Code)
		}
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "script-src") {
			t.Errorf("%s has the policy %q", path, policy)
		}
	}
}

// The address in the example is the one that the reader came to, and cannot carry markup.
func TestWelcomePageShowsItsOwnAddress(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "gatehouse.example:8443"
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "http://gatehouse.example:8443/v1/organizations") {
		t.Error("the example has another address")
	}
	r.Host = "<script>alert(1)</script>"
	w = httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	if strings.Contains(w.Body.String(), "<script>") {
		t.Error("the host is not escaped")
	}
}

// What is not a page is unknown, and says so in plain text.
func TestUnknownPathIsNotFound(t *testing.T) {
	if w := get("/nothing"); w.Code != http.StatusNotFound || strings.Contains(w.Header().Get("Content-Type"), "json") {
		t.Errorf("/nothing answered %d %s", w.Code, w.Header().Get("Content-Type"))
	}
}
