package cloud

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold returns the text so that two texts which differ only in upper and lower case
// become the same, in every script. Names are found and sorted by it: databases do
// not agree on what lower case is. What it returns for a character that Unicode has
// assigned does not change (Unicode, Case Folding Stability), so it can be kept.
func Fold(text string) string { return strings.Map(foldRune, text) }

func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	// The first of all that are the same but for their case, such as σ, ς and Σ.
	first := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		first = min(first, next)
	}
	return unicode.ToLower(first)
}
