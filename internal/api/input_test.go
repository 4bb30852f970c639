package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// A value that is not one of an enum's is refused with its field and the value.
func TestUnknownEnumValueIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Billing")
		for _, state := range []string{"on", "Enabled", "ENABLED", "enabled ", "", "enabled\x00"} {
			want := `BAD_REQUEST: state: expected value to be one of "enabled, disabled", got ` + quoted(state)
			h.admin.post("~/keys", `{"name":"a key","state":`+inJSON(state)+`}`).is(400, want)
			h.admin.patchKey(key.id, `{"name":"changed","state":`+inJSON(state)+`}`).is(400, want)
		}
		h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.name": `"a key"`, "result.state": `"enabled"`})
		long := strings.Repeat("x", 5000)
		a := h.admin.patchKey(key.id, `{"state":"`+long+`"}`)
		if a.says(400, "BAD_REQUEST: state: "); len(a.body) > 500 {
			t.Errorf("the answer repeats %d bytes", len(a.body))
		}
	})
}

func quoted(text string) string { return fmt.Sprintf("%q", text) }

// A field that is not known is ignored, at any depth: newer clients send more.
func TestUnknownFieldsAreIgnored(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		made := h.admin.post("~/keys", `{"name":"a key","newer":{"a":[1,null,{"b":"c"}]},"":0,"id":"mine","keyId":"mine","usedAt":5,"createdBy":"me",
			"ipAccessList":[{"source":"203.0.113.7","until":"2030"}]}`).ok()
		if strings.Contains(string(made.body), "mine") || strings.Contains(string(made.body), "until") {
			t.Errorf("something unknown was kept: %s", made.body)
		}
		_, _, hashData := ownCredential(h)
		h.admin.post("~/keys", `{"name":"a key","hashData":`+strings.TrimSuffix(hashData, "}")+`,"more":1}}`).ok()
		h.admin.patchKey(made.text("result.key.id"), `{"newer":true}`).ok()
		h.admin.patch("~", `{"newer":true,"privateEndpoints":{"newer":[]}}`).ok()
		h.admin.get("~/keys?newer=1").ok()
	})
}

// A field of another type than the contract's is refused with its name, whatever it holds.
func TestWrongJSONTypeIsRefused(t *testing.T) {
	h := onSQLite(t)
	key := h.admin.keyWith("Billing")
	for field, c := range map[string]struct {
		sentence string
		values   []string
	}{
		"name":            {"expected string", []string{`5`, `true`, `[]`, `{}`, `["a"]`}},
		"state":           {"expected string", []string{`5`, `true`, `[]`, `{}`}},
		"expireAt":        {"expected string", []string{`5`, `true`, `[]`, `{}`}},
		"roles":           {"expected array", []string{`5`, `true`, `"admin"`, `{}`}},
		"assignedRoleIds": {"expected array", []string{`5`, `true`, `"x"`, `{}`}},
		"ipAccessList":    {"expected array", []string{`5`, `true`, `"203.0.113.7"`, `{}`}},
	} {
		for _, value := range c.values {
			for _, a := range []*answer{
				h.admin.post("~/keys", `{"name":"a key",`+strings.TrimPrefix(`"`+field+`":`+value, `"name":"a key",`)+`}`),
				h.admin.patchKey(key.id, `{"`+field+`":`+value+`}`),
			} {
				if field == "name" && strings.HasPrefix(a.request, "POST") {
					continue // the name would stand there twice
				}
				a.says(400, "BAD_REQUEST: "+field+": "+c.sentence)
			}
		}
	}
	for _, value := range []string{`5`, `true`, `[]`, `{}`} {
		h.admin.post("~/keys", `{"name":`+value+`}`).says(400, "BAD_REQUEST: name: expected string")
	}
	for _, body := range []string{`null`, `5`, `"x"`, `true`, `[]`, `[{"name":"a key"}]`} {
		h.admin.post("~/keys", body).is(400, "BAD_REQUEST: body: expected object")
		h.admin.patchKey(key.id, body).is(400, "BAD_REQUEST: body: expected object")
		h.admin.patch("~", body).is(400, "BAD_REQUEST: body: expected object")
	}
}

// A body that is no single JSON value is refused with where it goes wrong; the
// names of our libraries are not in the sentence.
func TestMalformedJSONIsRefused(t *testing.T) {
	h := onSQLite(t)
	key := h.admin.keyWith("Billing")
	for _, body := range []string{
		`{`, `}`, `{"name"`, `{"name":}`, `{"name":"a key"`, `{"name":"a key"}}`, `{"name":"a key"} {}`, `{'name':'a key'}`, `{name:"a key"}`, `{"name":"a key",}`, `{"name":NaN}`,
		`{"name":"a key","n":01}`, `{"name":"a key","n":1e999}`, `{"name":"\x"}`, "{\"name\":\"a\nb\"}", `{"name":"a key"} // no`, "\xef\xbb\xbf{}", "{\"name\":\"\xff\"}", "\x00", " ",
		`{"name":"\ud800"}`, strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 20_000), `{"name":"a key","deep":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
	} {
		for _, a := range []*answer{h.admin.post("~/keys", body), h.admin.patchKey(key.id, body), h.admin.patch("~", body)} {
			a.says(400, "BAD_REQUEST: body: ")
			if strings.Contains(a.error(), "json") {
				t.Errorf("%.40q: %s", body, a.error())
			}
		}
	}
	h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.name": `"a key"`})
}

// A name that stands in an object twice is refused: what was checked is what is done.
func TestDuplicateNamesAreRefused(t *testing.T) {
	h := onSQLite(t)
	key := h.admin.keyWith("Billing")
	for _, body := range []string{
		`{"name":"a","name":"b"}`, `{"name":"a","name":"a"}`, `{"name":"a","unknown":1,"unknown":2}`, `{"name":"a","n\u0061me":"b"}`,
		`{"name":"a","ipAccessList":[{"source":"203.0.113.7","source":"0.0.0.0/0"}]}`,
	} {
		h.admin.post("~/keys", body).says(400, "BAD_REQUEST: body: ", "duplicate")
		h.admin.patchKey(key.id, body).says(400, "BAD_REQUEST: body: ", "duplicate")
	}
}

// Names are taken to the letter: a field in another case is an unknown one.
func TestNamesAreCaseSensitive(t *testing.T) {
	h := onSQLite(t)
	h.admin.post("~/keys", `{"Name":"a key"}`).is(400, "BAD_REQUEST: body: expected required property name to be present")
	key := h.admin.key(`"name":"a key","NAME":"other","State":"disabled","IPAccessList":[],"ipaccesslist":[],"EXPIREAT":"2020-01-01T00:00:00Z"`)
	h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.name": `"a key"`, "result.state": `"enabled"`, "result.expireAt": "null", "result.ipAccessList": "null"})
}

// JSON is what is read; a type may be written in any case and with parameters, and
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

// A name is 1 to 255 characters of text; what a store or a log could trip over is refused.
func TestNamesAreText(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Billing")
		for _, name := range []string{"a", strings.Repeat("é", 255), "Zürich 東京 🔑", "<b>&'\"\\/", "a'; DROP TABLE api_keys; --", " padded ", "null", "e\u0301", "%00", "\U0010FFFF", "\uFFFD"} {
			h.admin.patchKey(key.id, `{"name":`+inJSON(name)+`}`).ok().shows(map[string]string{"result.name": inJSON(name)})
			h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.name": inJSON(name)})
			h.admin.patch("~", `{"name":`+inJSON(name)+`}`).ok().shows(map[string]string{"result.name": inJSON(name)})
		}
		for _, name := range []string{
			"", " ", "\u00a0", strings.Repeat("x", 256), "a\x00b", "a\nb", "a\tb", "a\x7f", "a\u0085b", "a\u2028b", "a\u202eb", "a\u2066b",
		} {
			body := `{"name":` + inJSON(name) + `}`
			for _, a := range []*answer{h.admin.post("~/keys", body), h.admin.patchKey(key.id, body), h.admin.patch("~", body)} {
				a.says(400, "BAD_REQUEST: name: ")
			}
		}
	})
}

// No bytes in any field, path or query make a 500: each operation of the document
// is asked with all of them, in each of its inputs.
func TestNoTextGivesAServerError(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		texts := []string{"", "\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", "\U0010FFFF", "'", `"`, "%", "\\", "../..", strings.Repeat("é", 3000), "{}", "-0"}
		values := []string{`""`, `"\u0000"`, `"\ud800"`, "\"\xff\"", `"\uFFFF"`, inJSON(strings.Repeat("é", 7000)), `{}`, `[]`, `[[]]`, `[{}]`, `1e308`, `-0`, `false`, `"'"`}
		for _, o := range documentedOperations(t) {
			sample := o.about(t, h.organization)
			if o.method == http.MethodDelete {
				sample = sample.with("keyId", uuid.NewString()) // the sample would be gone after the first request
			}
			for _, text := range texts {
				for _, name := range slices.Concat(o.path, o.query) {
					sample.with(name, text).by(h.admin).isNoFailure()
				}
			}
			for _, field := range o.body.fields() {
				for _, value := range values {
					sample.withField(field, value).by(h.admin).isNoFailure()
				}
			}
		}
		if err := h.store.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}, withoutLimit)
}

// No bytes in any header make a 500, neither where something is read nor where it is changed.
func TestNoHeaderGivesAServerError(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, name := range []string{
			"User-Agent", "Accept", "Accept-Encoding", "Content-Type", "Content-Encoding", "Cookie", "Forwarded", "If-None-Match", "Origin", "Sec-Fetch-Mode",
			"X-Forwarded-For", "X-Request-Id",
		} {
			for _, text := range []string{"", "\xff\xfe", "\xed\xa0\x80", "\u2028", "'", `"`, "%", "\\", ";", ",", "a;,b", "=", "\t", strings.Repeat("é", 3000), strings.Repeat(",", 3000), "0", "-1"} {
				as := h.admin.with(name, text)
				as.get("~/keys?limit=1").isNoFailure()
				as.patch("~", `{"name":`+inJSON(name+strconv.Itoa(len(text)))+`}`).isNoFailure()
			}
		}
	}, withoutLimit, behindProxies("127.0.0.0/8"))
}

// isNoFailure fails the test when the answer is a failure of ours.
func (a *answer) isNoFailure() {
	a.t.Helper()
	if a.status >= 500 {
		a.t.Errorf("%s answered %d %s", a.request, a.status, a.error())
	}
}
