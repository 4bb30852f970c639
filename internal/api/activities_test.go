package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every change of a key has its activity, one for each aspect that changed, with
// who made it, from where and with what program; what changed nothing has none.
func TestKeyChangesAreRecorded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin := h.admin.from("203.0.113.7").with("User-Agent", "terraform-provider-clickhouse/3.2.0 Commit/abc")
		id := admin.post("~/keys", `{"name":"a key"}`).ok().text("result.key.id")
		seen := len(h.activities(h.id))
		for _, c := range []struct {
			patch   string
			updates []string
		}{
			{`{"name":"renamed"}`, []string{"name-changed"}},
			{`{"state":"disabled"}`, []string{"state-changed"}},
			{`{"state":"enabled"}`, []string{"state-changed"}},
			{`{"expireAt":"2030-01-01T00:00:00Z"}`, []string{"date-changed"}},
			{`{"expireAt":"2030-01-01T00:00:00.000Z"}`, []string{"date-changed"}}, // another text to whoever compares texts
			{`{"expireAt":null}`, []string{"date-changed"}},
			{`{"ipAccessList":[{"source":"203.0.113.7"}]}`, []string{"ip-access-list-changed"}},
			{`{"ipAccessList":[{"source":"203.0.113.7","description":"office"}]}`, []string{"ip-access-list-changed"}},
			{`{"ipAccessList":[]}`, []string{"ip-access-list-changed"}},
			{`{"roles":["developer"]}`, []string{"role-changed"}},
			{`{"assignedRoleIds":["` + systemRole("Billing") + `"]}`, []string{"roles-v2-changed"}},
			{
				`{"name":"all","state":"disabled","expireAt":"2031-01-01T00:00:00Z","ipAccessList":[{"source":"::1"}],"assignedRoleIds":[]}`,
				[]string{"name-changed", "state-changed", "date-changed", "ip-access-list-changed", "roles-v2-changed"},
			},
			{`{"name":"all","state":"disabled","expireAt":"2031-01-01T00:00:00Z","ipAccessList":[{"source":"::1"}],"assignedRoleIds":[]}`, nil},
			{`{}`, nil},
			{`{"roles":[]}`, nil},
			{`{"name":"all","unknown":1}`, nil},
		} {
			before := h.revision()
			admin.patchKey(id, c.patch).ok()
			if changed := h.revision() != before; changed != (len(c.updates) > 0) {
				t.Errorf("%s changed the store: %v", c.patch, changed)
			}
			all := h.activities(h.id)
			var updates []string
			for _, a := range all[seen:] {
				updates = append(updates, string(a.KeyUpdate))
				if a.Type != "openapi_key_update" {
					t.Errorf("%s is recorded as %s", c.patch, a.Type)
				}
			}
			if seen = len(all); !slices.Equal(updates, c.updates) {
				t.Errorf("%s is recorded as %q, want %q", c.patch, updates, c.updates)
			}
		}
		admin.patchKey(id, `{"name":""}`).says(400, "name")
		admin.delete("~/keys/" + id).ok()
		admin.delete("~/keys/"+id).says(404, "Key not found")

		list := admin.get("~/activities").ok()
		types := list.each("type")
		if types[0] != "key_delete" || types[len(types)-1] != "create_organization" || types[len(types)-2] != "key_create" {
			t.Errorf("the activities are %q, want them newest first", types)
		}
		if len(types) != seen+1 {
			t.Errorf("there are %d activities, want %d", len(types), seen+1)
		}
		for i := range len(types) - 2 {
			at := fmt.Sprintf("result.%d.", i)
			list.shows(map[string]string{
				at + "actorType": `"api"`, at + "actorId": inJSON(h.admin.id), at + "actorDetails": `"First Admin key"`, at + "actorIpAddress": `"203.0.113.7"`,
				at + "userAgent": `"terraform-provider-clickhouse/3.2.0 Commit/abc"`, at + "targetKeyId": inJSON(id), at + "organizationId": inJSON(h.id),
				at + "createdAt": `"2026-03-01T12:00:30Z"`,
			})
			if list.has(at + "serviceId") {
				t.Error("an activity of a key names a service")
			}
		}
		list.shows(map[string]string{"result.0.keyUpdateType": `"deleted"`})
		last := fmt.Sprintf("result.%d.", len(types)-1)
		list.shows(map[string]string{last + "actorType": `"system"`, last + "actorId": `""`, last + "actorDetails": `"Gatehouse"`})
		for _, field := range []string{"actorIpAddress", "userAgent", "targetKeyId", "keyUpdateType"} {
			if list.has(last + field) {
				t.Errorf("the organization's creation has a %s", field)
			}
		}
	})
}

// The activity remembers the name that its actor had then, and the key is named
// by its id although it is gone.
func TestActivityRemembersItsActor(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		second := h.admin.key(`"name":"second","roles":["admin"]`)
		target := second.key(`"name":"target"`)
		second.patchKey(second.id, `{"name":"renamed"}`).ok()
		h.admin.delete("~/keys/" + second.id).ok()
		h.admin.get("~/keys/" + target.id).ok().shows(map[string]string{
			"result.createdBy": inJSON(map[string]string{"actorType": "api", "actorId": second.id, "actorDetails": "second"}),
		})
		list := h.admin.get("~/activities").ok()
		list.shows(map[string]string{
			"result.0.type": `"key_delete"`, "result.0.targetKeyId": inJSON(second.id), "result.0.actorId": inJSON(h.admin.id),
			"result.1.keyUpdateType": `"name-changed"`, "result.1.actorDetails": `"second"`, "result.1.actorId": inJSON(second.id),
			"result.2.type": `"key_create"`, "result.2.keyUpdateType": `"created"`, "result.2.targetKeyId": inJSON(target.id), "result.2.actorDetails": `"second"`,
		})
	})
}

// A program may send any bytes as its name: what is readable of it is remembered, cut to a bound.
func TestUserAgentIsRememberedSafely(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for agent, want := range map[string]string{
			"curl/8.0":                 "curl/8.0",
			"\xff\xfe bad":             "\uFFFD bad",
			"caf\xc3\xa9 \xe2\x80\xae": "café ",
			strings.Repeat("é", 600):   strings.Repeat("é", 512),
			"tab\there":                "tabhere",
		} {
			h.admin.with("User-Agent", agent).post("~/keys", `{"name":"a key"}`).ok()
			h.admin.get("~/activities?limit=1").ok().shows(map[string]string{"result.0.userAgent": inJSON(want)})
		}
		h.admin.with("User-Agent", "").post("~/keys", `{"name":"a key"}`).ok()
		if h.admin.get("~/activities?limit=1").ok().has("result.0.userAgent") {
			t.Error("nothing is remembered as something")
		}
	})
}

// An activity is shown alone as it is in the list.
func TestActivityIsShownAsListed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.admin.keyWith("Billing")
		list := h.admin.get("~/activities").ok()
		for i, id := range list.each("id") {
			one := h.admin.get("~/activities/" + id).ok()
			if got, want := inJSON(one.value("result")), inJSON(list.list("result")[i]); got != want {
				t.Errorf("listed is %s\nshown is %s", want, got)
			}
		}
	})
}

// from_date and to_date take a date or a date-time, and both ends belong to the range.
func TestActivitiesAreSelectedByTime(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		var names []string
		for _, at := range []string{
			"2026-03-02T23:59:59.999Z", "2026-03-03T00:00:00Z", "2026-03-03T12:00:00Z", "2026-03-03T23:59:59.999Z", "2026-03-04T00:00:00Z",
		} {
			instant, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			h.clock.Set(instant)
			h.admin.patch("~", `{"name":"`+at+`"}`).ok()
			names = append(names, at)
		}
		selected := func(query string) (out []string) {
			t.Helper()
			for _, at := range h.admin.get("~/activities?" + query).ok().each("createdAt") {
				if at > "2026-03-02" {
					out = append(out, at)
				}
			}
			slices.Reverse(out)
			return out
		}
		for _, c := range []struct {
			query    string
			from, to int
		}{
			{"", 0, 5},
			{"from_date=2026-03-03", 1, 5},
			{"to_date=2026-03-03", 0, 4},
			{"from_date=2026-03-03&to_date=2026-03-03", 1, 4},
			{"from_date=2026-03-03T00:00:00Z&to_date=2026-03-04T00:00:00Z", 1, 5},
			{"from_date=2026-03-03T00:00:00.001Z&to_date=2026-03-03T23:59:59.998Z", 2, 3},
			{"from_date=2026-03-03T12:00:00Z&to_date=2026-03-03T12:00:00Z", 2, 3},
			{"from_date=" + url.QueryEscape("2026-03-03T14:00:00+02:00") + "&to_date=" + url.QueryEscape("2026-03-03T07:00:00-05:00"), 2, 3},
			{"from_date=2026-03-05", 5, 5},
			{"from_date=2026-03-04&to_date=2026-03-03", 5, 5},
			{"from_date=0001-01-01&to_date=9999-12-31", 0, 5},
			{"from_date=&to_date=", 0, 5},
			{"to_date=0001-01-01", 5, 5},
		} {
			if got, want := selected(c.query), names[c.from:c.to]; !slices.Equal(got, want) {
				t.Errorf("%s selects %v, want %v", c.query, got, want)
			}
		}
	})
}

// A date that is none is refused with its name and its value.
func TestMalformedDateIsRefused(t *testing.T) {
	h := onSQLite(t)
	for _, field := range []string{"from_date", "to_date"} {
		for _, text := range []string{
			"yesterday", "2026-13-01", "2026-02-30", "2026-3-1", "01.03.2026", "2026-03-01T12:00:00", "2026-03-01 12:00:00Z", "1772366430", "0000-01-01", "0000-12-31",
			"0000-12-31T23:59:59Z", "10000-01-01", "+2026-03-01", "2026-03-01T12:00:00+25:00", "\x00", "\xff", "2026-03-01T12:00:00 02:00",
		} {
			h.admin.get("~/activities?"+field+"="+url.QueryEscape(text)).says(400,
				"BAD_REQUEST: "+field+": expected a date such as 2026-01-31 or a date-time such as 2026-01-31T00:00:00Z, got ")
		}
	}
}

// Activities come newest first in pages that hold each once, also while new ones happen.
func TestActivitiesArePaged(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for i := range 5 {
			h.admin.patch("~", fmt.Sprintf(`{"name":"name %d"}`, i)).ok()
		}
		want := h.admin.get("~/activities").ok().each("id")
		if len(want) != 7 {
			t.Fatalf("there are %d activities", len(want))
		}
		for _, limit := range []int{1, 2, 7, 8} {
			got := pages(h.admin, "~/activities", limit, "id", func(int) {
				h.admin.patch("~", fmt.Sprintf(`{"name":"name %d"}`, h.revision())).ok()
			})
			if i := len(got) - len(want); i < 0 || !slices.Equal(got[i:], want) {
				t.Errorf("in pages of %d the activities are\n%v, want them to end with\n%v", limit, got, want)
			}
		}
		h.admin.get("~/activities").ok().shows(map[string]string{"limit": "10000", "nextCursor": "null"})
	})
}

// Activities are found by a part of their type, their actor's name or address, the id of
// their key or the name of what they happened to, in upper or lower case, and within the
// dates and pages. That of Ärger was made by another, and it made one itself.
func TestActivitiesAreSearched(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"Ärger","assignedRoleIds":["` + systemRole("Admin") + `"]`)
		key.from("2001:db8::7").patch("~", `{"name":"one"}`).ok()
		h.admin.patch("~", `{"name":"two"}`).ok()
		h.another("Other")
		for search, want := range map[string]int{
			"": 5, "KEY_create": 2, "key": 3, "äRGER": 2, "2001:DB8::7": 1, strings.ToUpper(key.id): 1, key.id[4:12]: 1, "organization_update_name": 2, "%": 0, "_": 5, "nothing": 0, "Other": 0,
		} {
			list := "~/activities?search=" + url.QueryEscape(" "+search)
			if got := h.admin.get(list).ok().each("type"); len(got) != want {
				t.Errorf("%q finds %q, want %d", search, got, want)
			}
			if got := pages(h.admin, list, 1, "id", nil); len(got) != want {
				t.Errorf("%q finds %d in pages, want %d", search, len(got), want)
			}
		}
		h.admin.get("~/activities?search=two&to_date=2020-01-01").ok().shows(map[string]string{"result": "[]", "nextCursor": "null"})
		h.admin.get("~/activities?search=%00").is(400, `BAD_REQUEST: search: control characters are not allowed, got "\x00"`)
		h.admin.get("~/activities?search="+strings.Repeat("a", 256)).is(400, "BAD_REQUEST: search: expected at most 255 characters, got 256")
	})
}
