package cloud

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The rule of passwords, in characters. The Cloud asks for as many and as various ones.
const (
	MinPasswordLength = 12
	MaxPasswordLength = 200
	passwordClasses   = 3 // of the four below
)

// CheckPassword returns Invalid unless the text can be a password: 12 to 200
// characters with three of lower case, upper case, digit and other. The sentence
// names the field and what is missing, and does not repeat the text.
func CheckPassword(field, text string) error {
	n := utf8.RuneCountInString(text)
	if n > MaxPasswordLength {
		return Errorf(Invalid, "%s: expected at most %d characters, got %d", field, MaxPasswordLength, n)
	}
	has, lacks := classesOf(text)
	if n >= MinPasswordLength && len(has) >= passwordClasses {
		return nil
	}
	var missing []string
	if n < MinPasswordLength {
		missing = append(missing, fmt.Sprintf("%d characters", MinPasswordLength-n))
	}
	if wanting := passwordClasses - len(has); wanting > 0 {
		missing = append(missing, [...]string{1: "one", 2: "two", 3: "three"}[wanting]+" of "+strings.Join(lacks, ", "))
	}
	return Errorf(Invalid, "%s: expected at least %d characters with three of lower case, upper case, digit, other; what is missing: %s",
		field, MinPasswordLength, strings.Join(missing, "; "))
}

// classesOf returns which kinds of characters are in the text and which are not.
func classesOf(text string) (has, lacks []string) {
	for _, class := range []struct {
		name string
		is   func(rune) bool
	}{
		{"lower case", unicode.IsLower},
		{"upper case", unicode.IsUpper},
		{"digit", unicode.IsDigit},
		{"other", func(r rune) bool { return !unicode.IsLower(r) && !unicode.IsUpper(r) && !unicode.IsDigit(r) }},
	} {
		if strings.ContainsFunc(text, class.is) {
			has = append(has, class.name)
		} else {
			lacks = append(lacks, class.name)
		}
	}
	return has, lacks
}
