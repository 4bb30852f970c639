package api_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
)

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
