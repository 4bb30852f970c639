package api_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// pages reads a list, which may have a query, page by page to its end and returns what
// is at path in each item.
func pages(c caller, list string, limit int, path string, between func(page int)) (all []string) {
	c.house.t.Helper()
	if !strings.Contains(list, "?") {
		list += "?"
	}
	query := fmt.Sprintf("&limit=%d", limit)
	for page := 0; page < 100; page++ {
		a := c.get(list + query).ok()
		if n := len(a.list("result")); n > limit {
			c.house.t.Fatalf("a page of at most %d holds %d", limit, n)
		}
		all = append(all, a.each(path)...)
		if a.value("nextCursor") == nil {
			if !a.has("nextCursor") {
				c.house.t.Error("the last page does not say so: nextCursor is absent")
			}
			return all
		}
		query = fmt.Sprintf("&limit=%d&cursor=%s", limit, url.QueryEscape(a.text("nextCursor")))
		if between != nil {
			between(page)
		}
	}
	c.house.t.Fatal("the list has no end")
	return nil
}

// Keys come oldest first, in pages that together hold each of them once, with the
// number of all beside them.
func TestKeysArePaged(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		want := []string{h.admin.id}
		for range 6 {
			want = append(want, h.admin.key(`"name":"same name"`).id)
		}
		for _, limit := range []int{1, 2, 3, 6, 7, 8, 250} {
			if got := pages(h.admin, "~/keys", limit, "id", nil); !slices.Equal(got, want) {
				t.Errorf("in pages of %d the keys are\n%v, want\n%v", limit, got, want)
			}
		}
		h.admin.get("~/keys?limit=3").ok().shows(map[string]string{"limit": "3", "totalCount": "7"})
		h.admin.get("~/keys?limit=7").ok().shows(map[string]string{"nextCursor": "null"})
		if h.admin.get("~/keys?limit=6").ok().value("nextCursor") == nil {
			t.Error("one key is left, yet the page is said to be the last")
		}
	})
}

// Keys that are created and deleted while a client pages disturb nobody: each key
// that was there from beginning to end comes once.
func TestPagingSurvivesChanges(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		var keys []string
		for range 9 {
			keys = append(keys, h.admin.key(`"name":"a key"`).id)
		}
		// The first page ends with keys[0]; it goes, and so does the one after it.
		got := pages(h.admin, "~/keys", 2, "id", func(page int) {
			switch page {
			case 0:
				h.admin.delete("~/keys/" + keys[0]).ok()
				h.admin.delete("~/keys/" + keys[1]).ok()
			case 1:
				h.admin.key(`"name":"late"`)
				h.admin.delete("~/keys/" + keys[8]).ok()
			}
		})
		for _, id := range keys[2:8] {
			if n := len(slices.DeleteFunc(slices.Clone(got), func(x string) bool { return x != id })); n != 1 {
				t.Errorf("a key came %d times", n)
			}
		}
		if slices.Contains(got, keys[1]) || slices.Contains(got, keys[8]) {
			t.Error("a deleted key came")
		}
		// A page may be empty: what its cursor points behind is gone.
		first := h.admin.get("~/keys?limit=1").ok().text("nextCursor")
		for _, id := range h.admin.get("~/keys").ok().each("id")[1:] {
			h.admin.delete("~/keys/" + id).ok()
		}
		h.admin.get("~/keys?limit=1&cursor=" + first).ok().shows(map[string]string{"result": "[]", "nextCursor": "null", "totalCount": "1"})
	})
}

// Without a limit all keys come at once, for clients that know no pages; with a
// cursor and no limit, the Cloud's 250.
func TestAllKeysComeWithoutLimit(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.manyKeys(300)
		all := h.admin.get("~/keys").ok()
		if n := len(all.list("result")); n != 301 {
			t.Errorf("of 301 keys %d came", n)
		}
		all.shows(map[string]string{"nextCursor": "null", "totalCount": "301", "limit": "1000"})
		first := h.admin.get("~/keys?limit=5").ok()
		second := h.admin.get("~/keys?cursor=" + first.text("nextCursor")).ok()
		second.shows(map[string]string{"limit": "250", "totalCount": "301"})
		if n := len(second.list("result")); n != 250 {
			t.Errorf("the second page holds %d keys", n)
		}
		if got := pages(h.admin, "~/keys", 250, "id", nil); !slices.Equal(got, all.each("id")) {
			t.Error("in pages come other keys than at once")
		}
	})
}

// limit is a whole number from 1 to the most, in any spelling of one; anything
// else is refused with its name and value.
func TestLimitIsAWholeNumberInRange(t *testing.T) {
	h := onSQLite(t)
	for list, most := range map[string]int{"~/keys": 250, "~/activities": 10000} {
		for _, limit := range []string{"1", "3", "3.0", "2.5e2", fmt.Sprint(most), fmt.Sprint(most) + ".0"} {
			h.admin.get(list + "?limit=" + url.QueryEscape(limit)).ok()
		}
		h.admin.get(list + "?limit=3.0").ok().shows(map[string]string{"limit": "3"})
		h.admin.get(list + "?limit=").ok()
		h.admin.get(list + "?limit").ok()
		for _, limit := range []string{
			"0", "-1", fmt.Sprint(most + 1), "1.5", "abc", "1e9", "NaN", "Inf", "-Inf", "1e400", "0x10p0", "1_0", "+7", "007", "null", "true", "[1]", "1,2", " ", "١", "\x00", "\xff", strings.Repeat("9", 400),
		} {
			h.admin.get(list+"?limit="+url.QueryEscape(limit)).says(400, "BAD_REQUEST: limit: expected an integer from 1 to "+fmt.Sprint(most)+", got ")
		}
		h.admin.get(list+"?limit=abc").is(400, "BAD_REQUEST: limit: expected an integer from 1 to "+fmt.Sprint(most)+`, got "abc"`)
		h.admin.get(list+"?limit=0").is(400, "BAD_REQUEST: limit: expected an integer from 1 to "+fmt.Sprint(most)+`, got "0"`)
	}
}

// A cursor that is not one that was given out is refused with its value.
func TestTamperedCursorIsRefused(t *testing.T) {
	h := onSQLite(t)
	h.manyKeys(3)
	for _, list := range []string{"~/keys", "~/activities"} {
		good := h.admin.get(list + "?limit=1").ok().text("nextCursor")
		h.admin.get(list + "?limit=1&cursor=" + good).ok()
		encode := base64.RawURLEncoding.EncodeToString
		for _, bad := range []string{
			"x", good[1:], good + "A", good + "=", good + "\n", "\n" + good, strings.ToLower(good), encode([]byte("after:0")), encode([]byte("after:-1")),
			encode([]byte("after:01")), encode([]byte("after:+1")), encode([]byte("after:1 ")), encode([]byte("after:9223372036854775808")), encode([]byte("after:")),
			encode([]byte("before:1")), encode([]byte("1")), "null", "0", " ", "\x00", "\xff",
		} {
			h.admin.get(list+"?limit=1&cursor="+url.QueryEscape(bad)).says(400, "BAD_REQUEST: cursor: expected the nextCursor of an earlier answer, got ")
		}
		h.admin.get(list + "?cursor=").ok()
	}
}

// A query that cannot be read is refused, rather than what it asked for ignored.
func TestMalformedQueryIsRefused(t *testing.T) {
	h := onSQLite(t)
	for _, query := range []string{"limit=%zz", "limit=1%", "%zz=1", "limit=1;cursor=x"} {
		h.admin.get("~/keys?"+query).says(400, "BAD_REQUEST: query: ")
	}
	h.admin.get("~/keys?limit&cursor=x").says(400, "BAD_REQUEST: cursor: ")
	h.admin.get("~/keys?unknown=1&unknown=2&=&&").ok()
}
