package cloud

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxNameLength is the longest name of a key or an organization, in characters.
// The Cloud publishes no limit; ours keeps a name readable in a table.
const MaxNameLength = 255

// CheckName returns Invalid, naming field and value, unless value can be the
// name of something: 1 to MaxNameLength characters, not only blanks, without
// control characters.
func CheckName(field, value string) error {
	if strings.TrimSpace(value) == "" {
		return Errorf(Invalid, "%s: expected a name of 1 to %d characters, got %q", field, MaxNameLength, value)
	}
	return checkText(field, value, MaxNameLength)
}

// checkText returns Invalid unless value is text of at most limit characters
// without control characters. It keeps out what a store cannot keep (NUL) and
// what would forge lines in a log or a table.
func checkText(field, value string, limit int) error {
	if n := utf8.RuneCountInString(value); n > limit {
		return Errorf(Invalid, "%s: expected at most %d characters, got %d", field, limit, n)
	}
	if !utf8.ValidString(value) {
		return Errorf(Invalid, "%s: expected UTF-8 text, got %q", field, value)
	}
	for _, r := range value {
		if controls(r) {
			return Errorf(Invalid, "%s: control characters are not allowed, got %q", field, value)
		}
	}
	return nil
}

// controls reports whether the character acts on the text around it rather than being part of it.
func controls(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// CleanText makes text that came from outside fit for keeping: at most limit
// characters of valid UTF-8 without control characters.
func CleanText(text string, limit int) string {
	if isPlain(text) && len(text) <= limit {
		return text // as nearly all are: this is called for each request
	}
	clean := strings.Map(func(r rune) rune {
		if controls(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if utf8.RuneCountInString(clean) > limit {
		clean = string([]rune(clean)[:limit])
	}
	return clean
}

// isPlain reports whether the text is printable ASCII.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// FirstCharacters cuts a text that a client may have made as long as it liked, so that
// an error can repeat it.
func FirstCharacters(text string) string {
	const most = 200
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
