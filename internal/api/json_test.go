package api_test

import (
	"strings"
	"testing"
)

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
