package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/store"
)

// Whatever is sent, the answer is never a failure of ours, never a panic, and always
// as our document has it. The fuzz targets differ in where they put what is sent.

func fuzzHouse(f *testing.F, with ...setting) *house {
	h := newHouse(f, store.Options{URL: "sqlite", Dir: f.TempDir()}, append(with, withoutLimit)...)
	h.admin.whoami().ok() // for the log, which is searched for secrets
	return h
}

// in returns the house for one input.
func (h *house) in(t *testing.T) *house {
	one := *h
	one.t = t
	return &one
}

// fuzzed answers a request without a network between, and holds the answer against the document.
func (h *house) fuzzed(r *http.Request) *answer {
	t := h.t
	t.Helper()
	h.secrets.log.reset()        // or it would grow for as long as the fuzzing goes on
	h.clock.Advance(time.Minute) // so that refusals are not slowed
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	a := &answer{t: t, request: r.Method + " " + r.URL.Path, status: w.Code, header: w.Header(), body: w.Body.Bytes()}
	if a.status >= 500 {
		t.Errorf("%s answered %d %s\n%s", a.request, a.status, a.error(), h.secrets.log.String())
	}
	if err := validator().Check(r.Method, r.URL.EscapedPath(), a.status, a.header.Get("Content-Type"), a.body); err != nil {
		t.Errorf("%s answered %d %s:\n%v", a.request, a.status, a.body, err)
	}
	return a
}

func (c caller) request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, strings.Replace(path, "~", "/v1/organizations/"+c.organization, 1), strings.NewReader(body))
	r.SetBasicAuth(c.keyID, c.secret)
	return r
}

// Only the credential of the key signs in, however it is dressed up. In the seeds
// ID and SECRET stand for those of the key and BASE64 for both.
func FuzzAuthorizationHeader(f *testing.F) {
	h := fuzzHouse(f)
	for _, seed := range []string{
		"", "Basic", "Basic ", "Basic BASE64", "basic BASE64", "Basic  BASE64", "Basic BASE64=", "Basic BASE64 ", "Bearer SECRET", "ID:SECRET", "Basic ID:SECRET", "Basic !",
		"Basic OnNlY3JldA==", "Basic Og==", "Basic AAAA", "Basic \x00", "Basic \xff", "Digest x", "Basic BASE64, Basic BASE64", "Basic " + strings.Repeat("A", 1<<12),
	} {
		f.Add(seed)
	}
	both := h.admin.keyID + ":" + h.admin.secret
	real := strings.NewReplacer("BASE64", base64.StdEncoding.EncodeToString([]byte(both)), "ID", h.admin.keyID, "SECRET", h.admin.secret)
	f.Fuzz(func(t *testing.T, header string) {
		h := h.in(t)
		header = real.Replace(header)
		r := httptest.NewRequest(http.MethodGet, "/v1/whoami", nil)
		r.Header["Authorization"] = []string{header}
		a := h.fuzzed(r)
		switch a.status {
		case http.StatusOK:
			keyID, secret, _ := r.BasicAuth()
			if keyID+":"+secret != both {
				t.Errorf("somebody signed in with %q", header)
			}
		case http.StatusUnauthorized:
			if strings.Contains(string(a.body), h.admin.secret) {
				t.Error("the answer repeats the secret")
			}
		default:
			t.Errorf("the answer is %d %s", a.status, a.error())
		}
	})
}

// A body makes a key, changes one, or is refused and changes nothing; what was
// answered is what is shown afterwards.
func FuzzKeyRequestBody(f *testing.F) {
	h := fuzzHouse(f)
	for _, seed := range []string{
		`{}`, `{"name":"a key"}`, `{"name":"a key","state":"disabled","expireAt":"2030-01-01T00:00:00Z","roles":["developer"],"ipAccessList":[{"source":"10.0.0.0/8","description":"vpc"}]}`,
		`{"name":"a key","assignedRoleIds":["` + systemRole("Billing") + `"],"expireAt":null,"ipAccessList":[]}`, `{"name":"\u0000","expireAt":""}`, `[]`, `null`, `{"name":"a","name":"b"}`,
		`{"name":"a key","hashData":{"keyIdHash":"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=","keyIdSuffix":"abcd","keySecretHash":"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="}}`,
		`{"name":"\ud800","state":5}`, `{"ipAccessList":[{"source":"2001:db8::/32"},{"source":"::ffff:10.0.0.0/104"}]}`, `{"expireAt":"2030-01-01T00:00:00.000+02:00"}`,
	} {
		f.Add(seed, true, "application/json")
		f.Add(seed, false, "")
	}
	target := h.admin.key(`"name":"target"`)
	f.Fuzz(func(t *testing.T, body string, create bool, contentType string) {
		h := h.in(t)
		method, path := http.MethodPatch, "~/keys/"+target.id
		if create {
			method, path = http.MethodPost, "~/keys"
		}
		r := h.admin.request(method, path, body)
		r.Header["Content-Type"] = []string{contentType}
		before := h.revision()
		a := h.fuzzed(r)
		if a.status != http.StatusOK {
			if h.revision() != before {
				t.Errorf("a refused request changed something: %d %s", a.status, a.error())
			}
			return
		}
		answered := a.value("result")
		if create {
			answered = a.value("result.key")
			path += "/" + a.text("result.key.id")
		}
		shown := h.fuzzed(h.admin.request(http.MethodGet, path, "")).value("result")
		if got, want := inJSON(shown), inJSON(answered); got != want {
			t.Errorf("answered is %s\nthen shown %s", want, got)
		}
		if create {
			h.fuzzed(h.admin.request(http.MethodDelete, path, "")).ok()
		}
	})
}

// A body makes a role or an invitation, changes a role, or is refused and changes nothing;
// what was answered is what is shown afterwards. In the seeds ORG stands for the organization.
func FuzzRoleAndInvitationBody(f *testing.F) {
	h := fuzzHouse(f)
	target := h.admin.role("target")
	collections := []string{"~/roles", "~/invitations", "~/roles/" + target}
	for i := range collections {
		for _, seed := range []string{
			`{}`, `[]`, `null`, `{"name":"a role","actors":[],"policies":[]}`, `{"email":"grace@example.com","role":"admin"}`, `{"email":"\u0000@example.com","assignedRoleIds":["x"]}`,
			`{"name":"a role","actors":["apiKey/` + h.admin.id + `"],"policies":[{"allowDeny":"ALLOW","permissions":["control-plane:organization:view"],"resources":["organization/ORG"],"tags":null}]}`,
			`{"name":"a role","actors":["user/x"],"policies":[{"allowDeny":"DENY","permissions":["sql-console:database:access"],"resources":["instance/*"],"tags":{"roleV2":"sql-console-admin","grants":["GRANT"]}}]}`,
			`{"name":"ADMIN","actors":[],"policies":[{"allowDeny":"","permissions":[],"resources":[]}]}`, `{"name":"a","actors":null,"policies":null}`, `{"email":"a@b","assignedRoleIds":[]}`,
			`{"email":"Ünïcode@exämple.com","role":"developer","assignedRoleIds":null}`, `{"name":"\ud800","actors":[""],"policies":[{"tags":5}]}`,
		} {
			f.Add(seed, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, body string, which byte) {
		h := h.in(t)
		path := collections[int(which)%len(collections)]
		create, method := !strings.HasSuffix(path, target), http.MethodPatch
		if create {
			method = http.MethodPost
		}
		r := h.admin.request(method, path, strings.ReplaceAll(body, "ORG", h.id))
		r.Header.Set("Content-Type", "application/json")
		before := h.revision()
		a := h.fuzzed(r)
		if a.status != http.StatusOK {
			if h.revision() != before {
				t.Errorf("a refused request changed something: %d %s", a.status, a.error())
			}
			return
		}
		if create {
			path += "/" + a.text("result.id")
		}
		shown := h.fuzzed(h.admin.request(http.MethodGet, path, "")).value("result")
		if got, want := inJSON(shown), inJSON(a.value("result")); got != want {
			t.Errorf("answered is %s\nthen shown %s", want, got)
		}
		if create {
			h.fuzzed(h.admin.request(http.MethodDelete, path, "")).ok()
		}
	})
}

// A list answers any query with at most as many items as asked for, or refuses it.
func FuzzPaging(f *testing.F) {
	h := fuzzHouse(f)
	h.manyKeys(20)
	for _, list := range []bool{true, false} {
		for _, seed := range [][5]string{
			{"1", "", "", "", ""},
			{"3.0", "YWZ0ZXI6MQ", "2026-01-01", "2026-12-31", ""},
			{"250", "YWZ0ZXI6OTIyMzM3MjAzNjg1NDc3NTgwNw", "", "", "limit=1"},
			{"0", "x", "yesterday", "2026-02-30", "&&="},
			{"1e9", "YWZ0ZXI6MA", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "%zz"},
			{"-1", "\x00", "0000-01-01", "0001-01-01", "limit&cursor"},
			{"NaN", "=", "2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00.999999999Z", ";"},
		} {
			f.Add(list, seed[0], seed[1], seed[2], seed[3], seed[4])
		}
	}
	f.Fuzz(func(t *testing.T, keys bool, limit, cursor, from, to, more string) {
		h := h.in(t)
		path, most := "~/activities", 10_000
		if keys {
			path, most = "~/keys", 1000
		}
		query := url.Values{}
		for name, value := range map[string]string{"limit": limit, "cursor": cursor, "from_date": from, "to_date": to} {
			if value != "" {
				query.Set(name, value)
			}
		}
		r := h.admin.request(http.MethodGet, path, "")
		r.URL.RawQuery = strings.Trim(query.Encode()+"&"+more, "&")
		a := h.fuzzed(r)
		switch a.status {
		case http.StatusOK:
			n, page := len(a.list("result")), int(a.value("limit").(float64))
			if n > page || page > most || page < 1 {
				t.Errorf("a page of at most %d (%d) holds %d", page, most, n)
			}
		case http.StatusBadRequest:
			names := []string{"limit", "cursor", "from_date", "to_date", "query"}
			if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(a.error(), "BAD_REQUEST: "+name+": ") }) {
				t.Errorf("the refusal names no parameter: %s", a.error())
			}
		default:
			t.Errorf("the answer is %d %s", a.status, a.error())
		}
	})
}

// Whatever X-Forwarded-For says, a key that may be used from one address only is
// not used from another: not when the connection is no trusted proxy's, and not
// when the header does not name that address.
func FuzzForwardedFor(f *testing.F) {
	const allowed, proxy = "203.0.113.7", "10.0.0.1:4711"
	h := fuzzHouse(f, behindProxies("10.0.0.0/8", "2001:db8::/32"))
	key := h.admin.key(`"name":"a key","ipAccessList":[{"source":"` + allowed + `"}]`)
	for _, seed := range []string{
		"", allowed, allowed + ", 10.0.0.2", "198.51.100.1, " + allowed, allowed + ",198.51.100.1", "[2001:db8::1]:80, 10.0.0.2", "::ffff:" + allowed, "::ffff:cb00:7107", "unknown",
		"for=" + allowed, ",,,", "[[" + allowed + "]]", allowed + ":80", "[" + allowed + "]:80", "fe80::1%eth0", "\x00", "\xff", "0xcb.0.0x71.7", "203.0.113.007", "3405803783",
	} {
		f.Add(seed, proxy)
		f.Add(seed, "198.51.100.9:4711")
		f.Add(seed, "[2001:db8::9]:4711")
	}
	f.Add(allowed, "@")
	f.Fuzz(func(t *testing.T, forwarded, remote string) {
		h := h.in(t)
		r := key.request(http.MethodGet, "/v1/whoami", "")
		r.RemoteAddr = remote
		r.Header["X-Forwarded-For"] = []string{forwarded}
		a := h.fuzzed(r)
		if a.status != http.StatusOK {
			a.says(403, "FORBIDDEN: The address ", " is not in the IP access list of this key")
			return
		}
		hops := strings.Split(forwarded, ",")
		named := slices.ContainsFunc(hops, func(hop string) bool {
			return strings.Contains(hop, allowed) || strings.Contains(strings.ToLower(hop), "cb00:7107")
		})
		trusted := strings.HasPrefix(remote, "10.") || strings.Contains(remote, "10.") || strings.Contains(strings.ToLower(remote), "2001:")
		if direct := strings.Contains(remote, allowed) || strings.Contains(strings.ToLower(remote), "cb00:7107"); !direct && (!named || !trusted) {
			t.Errorf("from %q with %q the key is used", remote, forwarded)
		}
	})
}

// The log of a failure must not repeat what was sent: it may be a secret in the wrong place.
func TestRefusedInputIsNotLogged(t *testing.T) {
	h := onSQLite(t)
	const marker = "MARKER-9f8e7d6c"
	for _, a := range []*answer{
		h.admin.post("~/keys", `{"name":"`+marker+`","state":"`+marker+`"}`), h.admin.post("~/keys", `{"`+marker), h.admin.get("~/keys?cursor=" + marker), h.admin.get("~/quotas/" + marker),
		h.nobody().with("Authorization", "Basic "+marker).get("~"), h.nobody().with("Authorization", marker).get("~"), h.admin.with("X-Forwarded-For", marker).get("~"),
		h.admin.get("/v1/" + marker), h.admin.with("Content-Type", marker).post("~/keys", `{}`),
	} {
		if a.status < 200 {
			t.Error(a.status)
		}
	}
	if log := h.secrets.log.String(); strings.Contains(log, marker) {
		t.Errorf("the log repeats what was sent:\n%s", log)
	}
	var lines int
	for line := range bytes.Lines([]byte(h.secrets.log.String())) {
		var entry map[string]any
		if err := json.Unmarshal(line, &entry); err != nil || entry["requestId"] == nil {
			t.Errorf("a line of the log names no request: %s", line)
		}
		lines++
	}
	if lines < 9 {
		t.Error(fmt.Sprint("the log has but ", lines, " lines"))
	}
}
