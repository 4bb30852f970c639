package api_test

import (
	"strconv"
	"strings"
	"testing"
)

// A value that is not one of an enum's is refused with its field and the value.
func TestUnknownEnumValueIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Billing")
		for _, state := range []string{"on", "Enabled", "ENABLED", "enabled ", "", "enabled\x00"} {
			want := `BAD_REQUEST: state: expected one of enabled, disabled, got ` + strconv.Quote(state)
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
	for _, c := range []struct {
		field, sentence string
		values          []string
	}{
		{"name", "expected string", []string{`5`, `true`, `[]`, `{}`, `["a"]`}},
		{"state", "expected string", []string{`5`, `true`, `[]`, `{}`}},
		{"expireAt", "expected string", []string{`5`, `true`, `[]`, `{}`}},
		{"roles", "expected array", []string{`5`, `true`, `"admin"`, `{}`}},
		{"assignedRoleIds", "expected array", []string{`5`, `true`, `"x"`, `{}`}},
		{"ipAccessList", "expected array", []string{`5`, `true`, `"203.0.113.7"`, `{}`}},
	} {
		for _, value := range c.values {
			wrong := inJSON(c.field) + ":" + value
			h.admin.patchKey(key.id, "{"+wrong+"}").says(400, "BAD_REQUEST: "+c.field+": "+c.sentence)
			if c.field != "name" {
				wrong = `"name":"a key",` + wrong
			}
			h.admin.post("~/keys", "{"+wrong+"}").says(400, "BAD_REQUEST: "+c.field+": "+c.sentence)
		}
	}
	// Of a whole body it is said what it is, and not what is in it: that may be a secret.
	for body, kind := range map[string]string{
		`null`: "null", `5`: "a number", `"x"`: "a string", `true`: "a boolean", `[]`: "an array", `[{"name":"a key"}]`: "an array",
	} {
		h.admin.post("~/keys", body).is(400, "BAD_REQUEST: body: expected object, got "+kind)
		h.admin.patchKey(key.id, body).is(400, "BAD_REQUEST: body: expected object, got "+kind)
		h.admin.patch("~", body).is(400, "BAD_REQUEST: body: expected object, got "+kind)
	}
}

// Names are taken to the letter: a field in another case is an unknown one.
func TestNamesAreCaseSensitive(t *testing.T) {
	h := onSQLite(t)
	h.admin.post("~/keys", `{"Name":"a key"}`).is(400, "BAD_REQUEST: body: expected required property name to be present")
	key := h.admin.key(`"name":"a key","NAME":"other","State":"disabled","IPAccessList":[],"ipaccesslist":[],"EXPIREAT":"2020-01-01T00:00:00Z"`)
	h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.name": `"a key"`, "result.state": `"enabled"`, "result.expireAt": "null", "result.ipAccessList": "null"})
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
