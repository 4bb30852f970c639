package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/api"
)

// listedKeys makes keys that differ in all that a list can be sorted by.
func listedKeys(h *house) {
	expiring := func(name string, in time.Duration, more string) caller {
		return h.admin.key(fmt.Sprintf(`"name":%q,"expireAt":%q%s`, name, h.clock.Now().Add(in).Format(time.RFC3339Nano), more))
	}
	expiring("beta", time.Hour, "")
	h.admin.key(`"name":"Alpha","state":"disabled"`)
	delta := expiring("Ärger", 6*24*time.Hour, `,"assignedRoleIds":["`+systemRole("Admin")+`"]`)
	expiring("gamma 100%", 8*24*time.Hour, `,"state":"disabled"`)
	delta.key(`"name":"alpha_2"`)
	h.clock.Advance(time.Minute)
	delta.whoami().ok()
	h.clock.Advance(2 * time.Hour) // beta has expired
	h.admin.whoami().ok()
	if err := h.control.WriteUses(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

const first = "First Admin key"

// A list is sorted, searched and narrowed by status as it was asked for, in pages that
// together hold each key once, with the number of all that are meant beside them.
func TestKeyListIsSearchedAndSorted(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		listedKeys(h)
		for query, want := range map[string][]string{
			"":                              {first, "beta", "Alpha", "Ärger", "gamma 100%", "alpha_2"},
			"sort=createdAt&order=asc":      {first, "beta", "Alpha", "Ärger", "gamma 100%", "alpha_2"},
			"order=desc":                    {"alpha_2", "gamma 100%", "Ärger", "Alpha", "beta", first},
			"sort=name":                     {"Alpha", "alpha_2", "beta", first, "gamma 100%", "Ärger"},
			"sort=name&order=desc":          {"Ärger", "gamma 100%", first, "beta", "alpha_2", "Alpha"},
			"sort=status":                   {first, "alpha_2", "Ärger", "beta", "Alpha", "gamma 100%"},
			"sort=status&order=desc":        {"gamma 100%", "Alpha", "beta", "Ärger", "alpha_2", first},
			"sort=expireAt":                 {"beta", "Ärger", "gamma 100%", first, "Alpha", "alpha_2"},
			"sort=expireAt&order=desc":      {"alpha_2", "Alpha", first, "gamma 100%", "Ärger", "beta"},
			"sort=usedAt":                   {"Ärger", first, "beta", "Alpha", "gamma 100%", "alpha_2"},
			"sort=usedAt&order=desc":        {"alpha_2", "gamma 100%", "Alpha", "beta", first, "Ärger"},
			"sort=creator":                  {"beta", "Alpha", "Ärger", "gamma 100%", first, "alpha_2"},
			"sort=creator&order=desc":       {"alpha_2", first, "gamma 100%", "Ärger", "Alpha", "beta"},
			"search=ALPHA":                  {"Alpha", "alpha_2"},
			"search=+alpha_+&order=desc":    {"alpha_2"},
			"search=%C3%A4R":                {"Ärger", "alpha_2"}, // its creator
			"search=%25":                    {"gamma 100%"},
			"search=nothing+has+this":       {},
			"search=a&status=disabled":      {"Alpha", "gamma 100%"},
			"status=enabled":                {first, "Ärger", "alpha_2"},
			"status=disabled":               {"Alpha", "gamma 100%"},
			"status=expired":                {"beta"},
			"status=expiresSoon":            {"Ärger"},
			"status=expired,disabled":       {"beta", "Alpha", "gamma 100%"},
			"status=expired&status=enabled": {first, "beta", "Ärger", "alpha_2"},
			"status=&status=expired,":       {"beta"},
			"status=&sort=&order=&search=+": {first, "beta", "Alpha", "Ärger", "gamma 100%", "alpha_2"},
		} {
			all := h.admin.get("~/keys?" + query).ok()
			if got := all.each("name"); !slices.Equal(got, want) {
				t.Errorf("%s: the keys are\n%q, want\n%q", query, got, want)
			}
			all.shows(map[string]string{"totalCount": fmt.Sprint(len(want)), "limit": "1000", "nextCursor": "null"})
			for _, limit := range []int{1, 2, 250} {
				if got := pages(h.admin, "~/keys?"+query, limit, "name", nil); !slices.Equal(got, want) && len(want) > 0 {
					t.Errorf("%s: in pages of %d the keys are\n%q, want\n%q", query, limit, got, want)
				}
			}
		}
		suffix := h.admin.get("~/keys?search=beta").ok().text("result.0.keySuffix")
		if got := h.admin.get("~/keys?search=" + suffix).ok().each("name"); !slices.Contains(got, "beta") {
			t.Errorf("by its suffix %s are found %q", suffix, got)
		}
	})
}

// A key of another organization is in no list, whatever is searched for.
func TestKeyListSearchesItsOrganizationOnly(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		key := other.admin.key(`"name":"theirs"`)
		suffix := h.admin.get("~/keys").ok().text("result.0.keySuffix")
		for _, query := range []string{"search=theirs", "search=Other", "search=" + key.keyID[16:], "sort=name&search=their", "status=expired"} {
			h.admin.get("~/keys?" + query).ok().shows(map[string]string{"result": "[]", "totalCount": "0", "nextCursor": "null"})
		}
		for _, sort := range []string{"createdAt", "name", "status", "expireAt", "usedAt", "creator"} {
			h.admin.get("~/keys?sort=" + sort).ok().shows(map[string]string{"totalCount": "1", "result.0.keySuffix": inJSON(suffix)})
			// A cursor of theirs is a place in an order, and shows nothing of it.
			cursor := other.admin.get("~/keys?limit=1&order=desc&sort=" + sort).ok().text("nextCursor")
			if got := h.admin.get("~/keys?order=desc&sort=" + sort + "&cursor=" + cursor).ok().each("name"); slices.Contains(got, "theirs") {
				t.Errorf("%s: with a cursor of another organization came %q", sort, got)
			}
		}
	})
}

// What a list cannot do is refused with field and value.
func TestKeyListRefusesWhatItDoesNotKnow(t *testing.T) {
	h := onSQLite(t)
	for query, sentence := range map[string]string{
		"sort=age":                     `sort: expected one of createdAt, name, status, expireAt, usedAt, creator, got "age"`,
		"sort=Name":                    `sort: expected one of createdAt, name, status, expireAt, usedAt, creator, got "Name"`,
		"order=up":                     `order: expected one of asc, desc, got "up"`,
		"status=enabled,no":            `status: expected one of enabled, expiresSoon, expired, disabled, got "no"`,
		"status=enabled&status=%00":    `status: expected one of enabled, expiresSoon, expired, disabled, got "\x00"`,
		"status=+enabled":              `status: expected one of enabled, expiresSoon, expired, disabled, got " enabled"`,
		"search=a%00b":                 `search: control characters are not allowed, got "a\x00b"`,
		"search=%FF":                   `search: expected UTF-8 text, got "\xff"`,
		longSearch(256):                `search: expected at most 255 characters, got 256`,
		"limit=251&sort=name&search=x": `limit: expected an integer from 1 to 250, got "251"`,
	} {
		h.admin.get("~/keys?"+query).is(400, "BAD_REQUEST: "+sentence)
	}
	h.admin.get("~/keys?" + longSearch(255)).ok()
}

func longSearch(n int) string { return "search=" + url.QueryEscape(strings.Repeat("漢", n)) }

// A cursor goes on in the list that it comes from, and in no other.
func TestCursorOfAnotherKeyListIsRefused(t *testing.T) {
	h := onSQLite(t)
	listedKeys(h)
	lists := []string{
		"", "order=desc", "sort=name", "sort=name&order=desc", "sort=expireAt", "search=a", "search=al", "status=disabled", "status=enabled", "status=enabled&search=a", "sort=name&search=a",
	}
	for _, from := range lists {
		cursor := h.admin.get("~/keys?limit=1&" + from).ok().text("nextCursor")
		for _, to := range lists {
			a := h.admin.get("~/keys?cursor=" + cursor + "&" + to)
			if from == to {
				a.ok().shows(map[string]string{"limit": "250"})
				continue
			}
			a.says(400, "BAD_REQUEST: cursor: expected the nextCursor of an answer with the same search, status, sort and order, got "+inJSON(cursor))
		}
	}
	// The same may be said in other words, and the page may have another size.
	plain := h.admin.get("~/keys?limit=1").ok().text("nextCursor")
	h.admin.get("~/keys?sort=createdAt&order=asc&search=+&status=,&cursor=" + plain).ok()
	some := h.admin.get("~/keys?limit=1&search=A&status=disabled,enabled").ok().text("nextCursor")
	h.admin.get("~/keys?limit=3&search=+a&status=enabled&status=disabled&status=enabled&cursor=" + some).ok()
}

// A cursor that was made up is refused, or is a place like any other: it never fails.
func TestMadeUpKeyCursorIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		listedKeys(h)
		good := h.admin.get("~/keys?limit=1&sort=name").ok().text("nextCursor")
		raw, err := base64.RawURLEncoding.DecodeString(good)
		if err != nil {
			t.Fatal(err)
		}
		encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
		for _, bad := range []string{
			good[1:], good + "A", good + "=", strings.ToLower(good), encode("keys:"), encode("keys:{}"), encode("keys:null"), encode("keys:[]"),
			encode(string(raw) + " "), encode(strings.Replace(string(raw), "{", "{ ", 1)), encode(strings.Replace(string(raw), "}", `,"more":1}`, 1)),
			encode(`keys:{"sort":"name","at":1,"sequence":0}`), encode(`keys:{"sort":"name","at":0,"sequence":1}`), encode(`keys:{"sort":"name","at":253402300800000,"sequence":1}`),
			encode(`keys:{"sort":"name","at":1,"text":"a\u0000","sequence":1}`), encode(`keys:{"sort":"name","at":1,"text":"` + "\xff" + `","sequence":1}`),
			encode(`keys:{"sort":"name","at":1,"sequence":9223372036854775808}`), encode(`keys:{"sort":"name","at":1,"number":1.5,"sequence":1}`),
		} {
			h.admin.get("~/keys?sort=name&cursor="+bad).says(400, "BAD_REQUEST: cursor: expected the nextCursor of an earlier answer, got ")
		}
		for _, sort := range []string{"name", "status", "expireAt", "usedAt", "creator"} {
			for _, place := range []string{
				`"sequence":9223372036854775807`, `"text":"'\"\uffff","sequence":1`, `"number":9223372036854775807,"sequence":1`, `"number":-9223372036854775808,"sequence":1`,
			} {
				place = strings.ReplaceAll(place, `\uffff`, "\uffff")
				h.admin.get("~/keys?sort=" + sort + "&cursor=" + encode(`keys:{"sort":"`+sort+`","at":253402300799999,`+place+`}`)).ok()
			}
		}
	})
}

// All pages of a list are of the statuses at the time of its first, however long
// somebody takes to read it.
func TestPagesOfAListAreOfOneInstant(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		listedKeys(h)
		want := h.admin.get("~/keys?sort=status").ok().each("name")
		wait := func(int) { h.clock.Advance(5 * 24 * time.Hour) }
		if got := pages(h.admin, "~/keys?sort=status", 2, "name", wait); !slices.Equal(got, want) {
			t.Errorf("in pages the keys are\n%q, want\n%q", got, want)
		}
		if got := h.admin.get("~/keys?status=expired").ok().each("name"); !slices.Equal(got, []string{"beta", "Ärger"}) {
			t.Errorf("by now have expired %q", got)
		}
	})
}

// What the Cloud does not have is marked in the document.
func TestKeyListAdditionsAreMarked(t *testing.T) {
	text, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	var document schema
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for path, names := range map[string][]string{
		"/v1/organizations/{organizationId}/keys":       {"search", "status", "sort", "order"},
		"/v1/organizations/{organizationId}/activities": {"search", "limit", "cursor"},
	} {
		var marked []string
		for _, p := range document.at("paths", path, "get").list("parameters") {
			if p := schema(p.(map[string]any)); p["x-gatehouse"] == true {
				marked = append(marked, p["name"].(string))
			}
		}
		slices.Sort(marked)
		if slices.Sort(names); !slices.Equal(marked, names) {
			t.Errorf("%s: marked are %q, want %q", path, marked, names)
		}
	}
}
