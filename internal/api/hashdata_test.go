package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ownCredential is a credential that a client made itself, and the hashData that tells of it.
func ownCredential(h *house) (keyID, secret, hashData string) {
	keyID, secret = cloud.RandomText(20), "own-"+cloud.RandomText(30)
	h.secrets.issued(keyID, secret)
	hashData = fmt.Sprintf(`{"keyIdHash":%q,"keyIdSuffix":%q,"keySecretHash":%q}`, cloud.HashOf(keyID), keyID[16:], cloud.HashOf(secret))
	return keyID, secret, hashData
}

// A key that the client made the credential of works like any other, and its
// credential is in no answer: Gatehouse never learns it.
func TestHashedCredentialIsUsableAndNeverShown(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		keyID, secret, hashData := ownCredential(h)
		made := h.admin.post("~/keys", `{"name":"own","hashData":`+hashData+`}`).ok()
		if made.has("result.keyId") || made.has("result.keySecret") {
			t.Errorf("the answer shows a credential: %s", made.body)
		}
		made.shows(map[string]string{"result.key.keySuffix": inJSON(keyID[16:])})
		own := h.caller(h.id, made.text("result.key.id"), keyID, secret)
		own.whoami().ok().shows(map[string]string{"result.keyId": inJSON(own.id)})
		own.secret += "x"
		own.whoami().is(401, "UNAUTHORIZED: Key is not found")
		h.admin.delete("~/keys/" + own.id).ok()
		own.secret = secret
		own.whoami().is(401, "UNAUTHORIZED: Key is not found")
		// The credential is free again, and the new key is another one.
		again := h.admin.post("~/keys", `{"name":"own again","hashData":`+hashData+`}`).ok()
		own.whoami().ok().shows(map[string]string{"result.keyId": inJSON(again.text("result.key.id"))})
	})
}

// No two keys have the same key ID, in whatever organization: the second is a
// conflict, which does not say whose the first is.
func TestHashedKeyIDIsUnique(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		_, _, hashData := ownCredential(h)
		body := `{"name":"own","hashData":` + hashData + `}`
		h.admin.post("~/keys", body).ok()
		const taken = "CONFLICT: hashData.keyIdHash: a key with this key ID exists already"
		h.admin.post("~/keys", body).is(409, taken)
		h.another("Other").admin.post("~/keys", body).is(409, taken)
	})
}

// Each field of hashData that is malformed is refused with its name, and no hash
// is given back.
func TestMalformedHashDataIsRefused(t *testing.T) {
	h := onSQLite(t)
	id, secret := cloud.HashOf("an id").String(), cloud.HashOf("a secret").String()
	good := map[string]string{"keyIdHash": inJSON(id), "keyIdSuffix": `"abcd"`, "keySecretHash": inJSON(secret)}
	for _, c := range []struct{ field, value string }{
		{"keyIdHash", ``},
		{"keyIdHash", `null`},
		{"keyIdHash", `""`},
		{"keyIdHash", `5`},
		{"keyIdHash", `["` + id + `"]`},
		{"keyIdHash", `"` + id[:43] + `"`},                 // without padding
		{"keyIdHash", `"` + strings.Repeat("0", 64) + `"`}, // hexadecimal
		{"keyIdHash", `"` + strings.NewReplacer("+", "-", "/", "_").Replace(urlSafe().String()) + `"`}, // the URL's alphabet
		{"keyIdHash", `"\n` + id[1:] + `"`},
		{"keySecretHash", ``},
		{"keySecretHash", `null`},
		{"keySecretHash", `""`},
		{"keySecretHash", `{"a":1}`},
		{"keySecretHash", `"` + secret + `="`},
		{"keySecretHash", `"` + secret[:42] + `B="`}, // bits behind the end
		{"keyIdSuffix", ``},
		{"keyIdSuffix", `null`},
		{"keyIdSuffix", `""`},
		{"keyIdSuffix", `"abc"`},
		{"keyIdSuffix", `"abcde"`},
		{"keyIdSuffix", `"ab d"`},
		{"keyIdSuffix", `"ab:d"`},
		{"keyIdSuffix", `"ab\u0000d"`},
		{"keyIdSuffix", `"äöüß"`},
		{"keyIdSuffix", `1234`},
	} {
		fields := map[string]string{}
		for name, value := range good {
			fields[name] = value
		}
		if fields[c.field] = c.value; c.value == "" {
			delete(fields, c.field)
		}
		var parts []string
		for name, value := range fields {
			parts = append(parts, `"`+name+`":`+value)
		}
		a := h.admin.post("~/keys", `{"name":"own","hashData":{`+strings.Join(parts, ",")+`}}`)
		a.says(400, "BAD_REQUEST: hashData", c.field)
		for _, hash := range []string{id[:20], secret[:20], urlSafe().String()[:20]} {
			if strings.Contains(string(a.body), hash) {
				t.Errorf("%s %s: the answer gives a hash back: %s", c.field, c.value, a.body)
			}
		}
	}
	for hashData, kind := range map[string]string{`"` + id + `"`: "a string", `[]`: "an array", `5`: "a number", `true`: "a boolean"} {
		h.admin.post("~/keys", `{"name":"own","hashData":`+hashData+`}`).is(400, "BAD_REQUEST: hashData: expected object, got "+kind)
	}
	// A script whose variables are not set hashes the empty text: everybody would have such a key.
	empty := cloud.HashOf("").String()
	h.admin.post("~/keys", `{"name":"own","hashData":{"keyIdHash":"`+id+`","keyIdSuffix":"abcd","keySecretHash":"`+empty+`"}}`).says(400, "BAD_REQUEST: hashData")
	if n := len(h.state().Keys); n != 1 {
		t.Errorf("there are %d keys, want the first alone", n)
	}
}

// urlSafe is a hash whose Base64 differs between the two alphabets.
func urlSafe() cloud.Hash {
	for i := 0; ; i++ {
		if h := cloud.HashOf(fmt.Sprint(i)); strings.ContainsAny(h.String(), "+/") {
			return h
		}
	}
}

// keySuffix is the end of the key ID: the provider finds its own key by it.
func TestKeySuffixIsTheEndOfTheKeyID(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for range 3 {
			key := h.admin.key(`"name":"a key"`)
			suffix := h.admin.get("~/keys/" + key.id).ok().text("result.keySuffix")
			if len(suffix) != 4 || !strings.HasSuffix(key.keyID, suffix) {
				t.Errorf("the suffix %q is not the end of the key ID", suffix)
			}
			if len(key.keyID) != 20 || len(key.secret) != 42 || !strings.HasPrefix(key.secret, "4b1d") {
				t.Errorf("the key ID has %d characters and the secret %d", len(key.keyID), len(key.secret))
			}
		}
	})
}
