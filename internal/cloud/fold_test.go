package cloud_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Texts that differ in case alone are found by each other, in every script.
func TestFoldKnowsNoCase(t *testing.T) {
	for _, same := range [][]string{
		{"key", "KEY", "Key", "\u212aey"},
		{"ünïcödé", "ÜNÏCÖDÉ"},
		{"σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ"},
		{"страна", "СТРАНА"},
		{"straße", "STRAẞE"},
		{"ſ", "s", "S"},
		{"漢字 🔑 עברית", "漢字 🔑 עברית"},
		{"ꭰ", "Ꭰ"},
		{""},
	} {
		for _, text := range same {
			if got, want := cloud.Fold(text), cloud.Fold(same[0]); got != want {
				t.Errorf("%q is folded to %q and %q to %q", text, got, same[0], want)
			}
		}
	}
	for _, other := range [][2]string{{"e\u0301", "é"}, {"a", "ä"}, {"ss", "ß"}, {"1", "١"}} {
		if cloud.Fold(other[0]) == cloud.Fold(other[1]) {
			t.Errorf("%q and %q are folded to the same", other[0], other[1])
		}
	}
}

// What is kept folded stays as it is when it is folded again, character by character,
// and a character is the same as its upper and its lower case.
func TestFoldOfEveryCharacterIsFinal(t *testing.T) {
	for r := range rune(unicode.MaxRune) {
		if 0xd800 <= r && r <= 0xdfff {
			continue // no characters
		}
		folded := cloud.Fold(string(r))
		if again := cloud.Fold(folded); again != folded {
			t.Errorf("%q is folded to %q and then to %q", r, folded, again)
		}
		// SQLite's LIKE takes A for a and PostgreSQL's does not.
		if strings.ContainsAny(folded, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Errorf("%q is folded to %q", r, folded)
		}
		for c := unicode.SimpleFold(r); c != r; c = unicode.SimpleFold(c) {
			if got := cloud.Fold(string(c)); got != folded {
				t.Errorf("%q is folded to %q and %q to %q", r, folded, c, got)
			}
		}
	}
}
