package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// no type at all means JSON.
func TestBodyIsJSON(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, accepted := range []string{
			"application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json ; charset=utf-8", "Application/JSON", " application/json ", "",
		} {
			h.admin.with("Content-Type", accepted).post("~/keys", `{"name":"a key"}`).ok()
		}
		key := h.admin.keyWith("Billing")
		for _, refused := range []string{
			"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/octet-stream", "application/json-patch+json",
			"application/merge-patch+json", "text/json", "application/jsonx", "json", "application/yaml", "application/x+application/json", "; charset=utf-8", "/", "\xff", "application/json,text/plain",
		} {
			for _, a := range []*answer{
				h.admin.with("Content-Type", refused).post("~/keys", `{"name":"a key"}`),
				h.admin.with("Content-Type", refused).patchKey(key.id, `{"name":"changed"}`),
				h.admin.with("Content-Type", refused).patch("~", `{"name":"changed"}`),
			} {
				a.is(415, "UNSUPPORTED_MEDIA_TYPE: Content-Type: expected application/json")
			}
		}
		h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.name": `"a key"`})
	})
}

// There is one format of answers, whatever a client says it accepts.
func TestAcceptIsNotNeeded(t *testing.T) {
	h := onSQLite(t)
	for _, accept := range []string{"", "*/*", "text/html", "application/json;q=0", "a;,b", ";", ";,;,", ",;q", "application/json;q=", "application/json;", "a;\xff,", "\t;\t,\t"} {
		a := h.admin.with("Accept", accept).get("~").ok()
		if got := a.header.Get("Content-Type"); got != "application/json" {
			t.Errorf("to %q the answer is %q", accept, got)
		}
		h.admin.with("Accept", accept).get("~/keys?limit=0").says(400, "BAD_REQUEST: limit")
	}
}

// A body has a bound, and there must be one where the operation needs it.
func TestBodyHasBounds(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Billing")
		large := `{"name":"changed","padding":"` + strings.Repeat("x", 1<<20) + `"}`
		for _, body := range []string{large, strings.Repeat("x", 3<<20)} {
			h.admin.post("~/keys", body).is(413, "PAYLOAD_TOO_LARGE: body: expected less than 1048576 bytes")
			h.admin.patchKey(key.id, body).is(413, "PAYLOAD_TOO_LARGE: body: expected less than 1048576 bytes")
			h.admin.patch("~", body).is(413, "PAYLOAD_TOO_LARGE: body: expected less than 1048576 bytes")
		}
		for _, a := range []*answer{h.admin.post("~/keys", ""), h.admin.patchKey(key.id, ""), h.admin.patch("~", "")} {
			a.is(400, "BAD_REQUEST: body: expected a JSON object, got nothing")
		}
		h.admin.patchKey(key.id, `{"padding":"`+strings.Repeat("x", 1<<19)+`"}`).ok()
		h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.name": `"a key"`})
	})
}

// A body that breaks off or is not framed as HTTP says is the client's fault and not ours.
func TestBrokenBodyIsBadRequest(t *testing.T) {
	h := onSQLite(t)
	for name, rest := range map[string]string{
		"a chunk without length":   "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
		"a chunk longer than said": "Transfer-Encoding: chunked\r\n\r\n1\r\n{\"name\":\"x\"}\r\n0\r\n\r\n",
		"the end comes too early":  "Content-Length: 100\r\n\r\n{\"name\":",
	} {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		signed, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url, nil)
		signed.SetBasicAuth(h.admin.keyID, h.admin.secret)
		fmt.Fprintf(connection, "POST /v1/organizations/%s/keys HTTP/1.1\r\nHost: gatehouse.test\r\nAuthorization: %s\r\n%s", h.id, signed.Header.Get("Authorization"), rest)
		if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(connection), signed)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: the status is %d", name, response.StatusCode)
		}
	}
	if n := len(h.state().Keys); n != 1 {
		t.Errorf("a key was made of half a request: there are %d", n)
	}
	if log := h.secrets.log.String(); strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the log has an error that is none of ours: %s", log)
	}
}
