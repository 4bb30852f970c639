package api_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

var errLostAnswer = errors.New("the connection was lost")

// Who is not admitted gets 401 with the Cloud's sentence, in the envelope, and is
// told how to sign in. Whether the key is unknown or its secret wrong looks the same.
func TestUnauthenticatedTexts(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Org API reader")
		disabled := h.admin.key(`"name":"disabled","state":"disabled"`)
		basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
		const (
			notFound  = "UNAUTHORIZED: Key is not found"
			missing   = "UNAUTHORIZED: The Authorization header is missing: send key ID and key secret by HTTP Basic"
			scheme    = "UNAUTHORIZED: The scheme of the Authorization header is not supported: send key ID and key secret by HTTP Basic"
			malformed = "UNAUTHORIZED: The Authorization header is malformed: expected Basic and the Base64 of KEY_ID:KEY_SECRET"
		)
		for header, sentence := range map[string]string{
			"":                                        missing,
			basic("unknown:" + key.secret):            notFound,
			basic(key.keyID + ":wrong"):               notFound,
			basic(key.keyID + ":"):                    notFound,
			basic(":" + key.secret):                   notFound,
			basic(":"):                                notFound,
			basic(key.keyID + ":" + h.admin.secret):   notFound,
			basic(key.secret + ":" + key.keyID):       notFound,
			basic(key.id + ":" + key.secret):          notFound, // the id in paths is not the key ID
			basic(" " + key.keyID + ":" + key.secret): notFound,
			basic(cloud.HashOf(key.keyID).String() + ":" + cloud.HashOf(key.secret).String()): notFound,
			basic(disabled.keyID + ":wrong"):              notFound,
			basic(disabled.keyID + ":" + disabled.secret): "UNAUTHORIZED: Key is not active",
			basic("no colon"):                             malformed,
			"Basic":                                       malformed,
			"Basic ":                                      malformed,
			"Basic %%%":                                   malformed,
			"Basic " + key.keyID + ":" + key.secret:       malformed,
			"Bearer " + key.secret:                        scheme,
			"Digest username=x":                           scheme,
			key.secret:                                    scheme,
		} {
			a := h.nobody().with("Authorization", header).get("~")
			a.is(401, sentence)
			if got := a.header.Get("WWW-Authenticate"); got != `Basic realm="Gatehouse", charset="UTF-8"` {
				t.Errorf("%q: WWW-Authenticate is %q", sentence, got)
			}
			if a.header.Get("X-Request-Id") != a.text("requestId") {
				t.Error("the header names another request than the body")
			}
		}
		for _, header := range []string{"basic", "BASIC"} {
			h.nobody().with("Authorization", header+basic(key.keyID + ":" + key.secret)[5:]).get("~").ok()
		}
		// A browser would show a dialog to somebody who has no key.
		if a := h.nobody().with("Sec-Fetch-Mode", "cors").get("~"); a.header.Get("WWW-Authenticate") != "" {
			t.Error("a browser is told to ask for a key")
		}
	})
}

// Before a caller is admitted nothing else is looked at: not the path's ids, not
// the query, not the body.
func TestAuthenticationComesFirst(t *testing.T) {
	h := onSQLite(t)
	nobody := h.nobody()
	want := nobody.get("~").bytes()
	for _, a := range []*answer{
		nobody.get("/v1/organizations/nothing"), nobody.get("~/keys?limit=0"), nobody.post("~/keys", "{"), nobody.patch("~", `{"name":5}`),
		nobody.with("Content-Type", "text/plain").post("~/keys", "x"), nobody.get("~/services"), nobody.post("~/keys", string(make([]byte, 2<<20))),
	} {
		if got := a.bytes(); got != want {
			t.Errorf("%s answered %s, want %s", a.request, got, want)
		}
	}
}

// The document, its reference page and the health of the server are there for everybody.
func TestDocumentNeedsNoKey(t *testing.T) {
	h := onSQLite(t)
	document := h.nobody().get("/v1").ok()
	document.shows(map[string]string{"openapi": `"3.1.0"`})
	for path, want := range map[string]string{"/docs": "text/html; charset=utf-8", "/healthz": "text/plain; charset=utf-8", "/readyz": "text/plain; charset=utf-8"} {
		a := h.nobody().get(path).ok()
		if got := a.header.Get("Content-Type"); got != want {
			t.Errorf("%s is %s", path, got)
		}
	}
	want := []string{"no-store"}
	for _, a := range []*answer{h.admin.get("~"), h.nobody().get("~"), h.admin.post("~/keys", `{"name":"a key"}`)} {
		if got := a.header["Cache-Control"]; !slices.Equal(got, want) {
			t.Errorf("%s may be cached: %q", a.request, got)
		}
	}
	if a := h.admin.ask(http.MethodHead, "~/keys", "").ok(); len(a.body) > 0 {
		t.Errorf("the answer to HEAD has a body: %s", a.body)
	}
}
