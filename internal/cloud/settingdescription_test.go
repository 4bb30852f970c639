package cloud_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// longestDescription is how long a description may be, in characters.
const longestDescription = 1500

// described returns what is kept of a description.
func described(t interface{ Fatal(...any) }, text string) string {
	s, allowed := cloud.EngineSetting{Name: "a", Type: "UInt64", Description: text}.Schema(modern)
	if !allowed {
		t.Fatal("no service may have it")
	}
	return s.Description
}

// A description is the first paragraph that says what the setting does, with what directly belongs
// to it, in the Markdown that ClickHouse writes: all shapes are from ClickHouse 26.7 and 18.16.
func TestDescriptionIsTheFirstParagraphWithItsList(t *testing.T) {
	for what, c := range map[string]struct{ text, want string }{
		"nothing":                   {" \n\n", ""},
		"one line":                  {"Limit on read rows from the most 'deep' sources.", "Limit on read rows from the most 'deep' sources."},
		"lines of one paragraph":    {"\nFirst\nline.\n\nSecond paragraph.\n", "First\nline."},
		"a list that comes later":   {"Enables it.\n\nPossible values:\n\n- 0 — off.\n- 1 — on.", "Enables it."},
		"a list without empty line": {"Validates.\nPossible values:\n- 1 — yes.\n- 0 — no.\n\nMore.", "Validates.\nPossible values:\n- 1 — yes.\n- 0 — no."},
		"a list after a sentence":   {"Enables the fuzzer.\n- 0: disabled\n- 1: enabled", "Enables the fuzzer.\n- 0: disabled\n- 1: enabled"},
		"a list after a colon":      {"Not in these tables:\n\n- `a`\n\n- `b`\n\nMore.", "Not in these tables:\n\n- `a`\n\n- `b`"},
		"a paragraph after a colon": {"Like this pattern:\n\n`a.gz` -> `b.gz`, etc.\n\nMore.", "Like this pattern:\n\n`a.gz` -> `b.gz`, etc."},
		"code after a colon":        {"For example:\n\n```sql\nSELECT 1\n```", "For example: …"},
		"nothing after a colon":     {"For example:\n", "For example:"},
		"a numbered list":           {"A codec will\n1. scan, and\n2. rescore.", "A codec will\n1. scan, and\n2. rescore."},
		"a list of type and default": {
			"- Type: seconds\n- Default value: 60 seconds\n\nHow fast errors are zeroed.\n\nMore.",
			"- Type: seconds\n- Default value: 60 seconds\n\nHow fast errors are zeroed.",
		},
		"a note at the beginning":       {":::note\nNot for `a`.\n:::\n\nEnables the quorum.\n\n- If 1, all.", "Not for `a`.\n\nEnables the quorum."},
		"a note and nothing else":       {":::note\nNot applicable.\n:::", "Not applicable."},
		"a note without empty lines":    {"Enables it.\n:::warning\nDo not.\n:::", "Enables it."},
		"the indentation of a source":   {"        Controls whether\n        it is.\n", "Controls whether\nit is."},
		"an indented list":              {"Modes:\n    - a: first\n      - deeper\n        goes on\n    - b", "Modes:\n- a: first\n  - deeper\n    goes on\n- b"},
		"a list within a paragraph":     {"The rates:\n  *  6   bits - 10%\n  * 41   bits -  1%", "The rates:\n*  6   bits - 10%\n* 41   bits -  1%"},
		"an item that goes on":          {"One of:\n- `break`: stop, as if the\nsource data ran out.", "One of:\n- `break`: stop, as if the\nsource data ran out."},
		"a minus within a sentence":     {"0 - random seed, otherwise\nthe value - as it is", "0 - random seed, otherwise\nthe value - as it is"},
		"line ends of another system":   {"First\r\nline.\r\n\r\nSecond.", "First\nline."},
		"blanks at the ends of lines":   {"First  \nline.\t\n \t\nSecond.", "First\nline."},
		"a blank that does not break":   {"\u00a0\nNever\u00a0 split.", "Never\u00a0 split."},
		"characters that act on others": {"a\x00b\tc\u202e\xff", "ab    c\uFFFD"},
	} {
		if got := described(t, c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", what, got, c.want)
		}
	}
}

// A description that is too long ends with a word, and says so.
func TestLongDescriptionIsCutAfterAWord(t *testing.T) {
	full := strings.Repeat("word ", 296)
	for what, c := range map[string]struct{ text, want string }{
		"as long as may be":  {full + "and the selection it", full + "and the selection it"},
		"a word":             {full + "and the selection is made", full + "and the selection …"},
		"a word without end": {strings.Repeat("é", 2000), strings.Repeat("é", 1498) + " …"},
		"a line":             {full + "and\nboundless-item-here", full + "and …"},
	} {
		if got := described(t, c.text); got != c.want {
			t.Errorf("%s: got …%q, want …%q", what, got[max(0, len(got)-80):], c.want[max(0, len(c.want)-80):])
		}
	}
}

// Whatever an engine says, its description is no longer than it may be, is text that does nothing to
// the text around it, and has nothing in it that the engine has not said, or not in this order.
func TestAnyDescriptionIsFitForKeeping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyMarkdown.Draw(t, "markdown") + string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		got := described(t, text)
		if n := utf8.RuneCountInString(got); n > longestDescription || !utf8.ValidString(got) || got != strings.TrimSpace(got) {
			t.Fatalf("%d characters: %q", n, got)
		}
		if again := cloud.CleanText(strings.ReplaceAll(got, "\n", ""), longestDescription); again != strings.ReplaceAll(got, "\n", "") {
			t.Fatalf("not clean: %q", got)
		}
		source := withoutBlanks(cloud.CleanText(text, len(text)+1))
		for _, r := range withoutBlanks(strings.TrimSuffix(got, "…")) {
			_, rest, found := strings.Cut(source, string(r))
			if !found {
				t.Fatalf("%q is not in %q", got, text)
			}
			source = rest
		}
	})
}

// anyMarkdown is Markdown of some hundred parts, often longer than what is kept.
var anyMarkdown = rapid.Custom(func(t *rapid.T) string {
	part := rapid.SampledFrom([]string{"word", "é—", "e.g.", "End.", "These:", strings.Repeat("long", 40), "`a b`", "[a `b`](https://example.com/a_(b))", `\*`})
	between := rapid.SampledFrom([]string{" ", " ", " ", " ", " ", " ", "  ", "\n", "\n", "\n- ", "\n  * ", "\n1. ", "\n\n", "\n\n- ", "\n:::note\n", "\n:::\n"})
	var text strings.Builder
	for range rapid.IntRange(0, 400).Draw(t, "parts") {
		text.WriteString(part.Draw(t, "part") + between.Draw(t, "between"))
	}
	return text.String()
})

func withoutBlanks(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
