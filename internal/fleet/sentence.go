package fleet

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// maxSentence is the longest message of a service, in bytes.
const maxSentence = 500

// sentenceOf returns the public sentence of a failure of the driver, or another one.
func sentenceOf(err error, otherwise string) string {
	var public *cloud.Error
	if errors.As(err, &public) {
		return publicSentence(public.Message, otherwise)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "The server process did not answer in time"
	}
	return otherwise
}

// publicSentence returns text as one line that is not too long, or otherwise when it is empty.
func publicSentence(text, otherwise string) string {
	text = strings.TrimSuffix(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " "), ".")
	if text == "" {
		return otherwise
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if len(text) <= maxSentence {
		return text
	}
	n := maxSentence
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}
