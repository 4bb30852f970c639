package cloud_test

import (
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestPasswordRule(t *testing.T) {
	// A password has 12 to 200 characters of three kinds; who offers another is told what it lacks, and the text is not repeated.
	const rule = "password: expected at least 12 characters with three of lower case, upper case, digit, other; what is missing: "
	for text, want := range map[string]string{
		"correct Horse 1":                      "",
		"Abcdefghijk1":                         "",
		"abcdefghij1!":                         "",
		"ÄÖÜäöü 漢字漢字漢":                         "",
		strings.Repeat("aB1", 66) + "aB":       "",
		"":                                     rule + "12 characters; three of lower case, upper case, digit, other",
		"aB1":                                  rule + "9 characters",
		"Abcdefghi1":                           rule + "2 characters",
		"abcdefghijklmnop":                     rule + "two of upper case, digit, other",
		"Abcdefghijklmnop":                     rule + "one of digit, other",
		"漢字漢字漢字漢字漢字漢字":                         rule + "two of lower case, upper case, digit",
		strings.Repeat("aB1", 67):              "password: expected at most 200 characters, got 201",
		strings.Repeat("ü", 197) + "A1!" + "x": "password: expected at most 200 characters, got 201",
	} {
		got := ""
		if err := cloud.CheckPassword("password", text); err != nil {
			if got = err.Error(); cloud.CodeOf(err) != cloud.Invalid {
				t.Errorf("%q: code %d", text, cloud.CodeOf(err))
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
