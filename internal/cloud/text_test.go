package cloud_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestNamesThatAreAccepted(t *testing.T) {
	// A name is what people call a thing, in any script, up to 255 characters.
	for _, name := range []string{"a", "CI key", "ключ 🔑", " padded ", "a/b:c\"<>'", strings.Repeat("é", 255)} {
		if err := cloud.CheckName("name", name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	// A name that is none, that a store cannot keep, or that would forge what stands
	// around it in a log or a table is refused with its field.
	for _, name := range []string{
		"", " ", "\t", "\u00a0\u2003", strings.Repeat("é", 256), "a\x00b", "a\nb", "a\x1b[31m", "a\x7f", "a\u0085b", "\xff", "a\xc0\xafb",
		"a\u202eb", "a\u2066b", "a\u200fb", "a\u2028b", "a\u2029b",
	} {
		err := cloud.CheckName("name", name)
		if cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "name: ") || strings.ContainsFunc(err.Error(), unicode.IsControl) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCleanTextIsFitForKeeping(t *testing.T) {
	// Whatever a client calls itself, what is kept of it would pass as a name (blanks
	// aside), is no longer than asked for, and what was fit already stays as it is.
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		limit := rapid.IntRange(0, cloud.MaxNameLength).Draw(t, "limit")
		clean := cloud.CleanText(text, limit)
		if utf8.RuneCountInString(clean) > limit || !utf8.ValidString(clean) {
			t.Fatalf("%q became %q", text, clean)
		}
		if strings.TrimSpace(clean) != "" {
			if err := cloud.CheckName("name", clean); err != nil {
				t.Fatalf("%q became %q: %v", text, clean, err)
			}
		}
		if again := cloud.CleanText(clean, limit); again != clean {
			t.Fatalf("%q became %q and then %q", text, clean, again)
		}
		if cloud.CheckName("name", text) == nil && utf8.RuneCountInString(text) <= limit && clean != text {
			t.Fatalf("%q was fit and became %q", text, clean)
		}
	})
	for in, want := range map[string]string{
		"curl/8.5.0": "curl/8.5.0", "a\r\nb": "ab", "a\xffb": "a\uFFFDb", "": "", "ééé": "éé", "a\u202eb": "ab", "\x1b[31mred": "[3",
	} {
		limit := 20
		if want == "éé" || want == "[3" {
			limit = 2
		}
		if got := cloud.CleanText(in, limit); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}
