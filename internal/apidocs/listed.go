package apidocs

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// onlyWords matches a pattern that allows a few words and nothing else: ^(one|other)$.
var onlyWords = regexp.MustCompile(`^\^\(([\w-]+(?:\|[\w-]+)*)\)\$$`)

// listed returns the values that s allows if s does no more than list strings.
// Values that only Gatehouse has stand in a marked alternative of their own.
func (s *schema) listed() []json.RawMessage {
	if s.Ref != "" || !slices.Equal(s.Types, typeNames{"string"}) {
		return nil
	}
	if len(s.Enum) > 0 {
		return s.Enum
	}
	if present(s.Const) {
		return []json.RawMessage{s.Const}
	}
	words := onlyWords.FindStringSubmatch(s.Pattern)
	if words == nil {
		return nil
	}
	var values []json.RawMessage
	for word := range strings.SplitSeq(words[1], "|") {
		values = append(values, json.RawMessage(`"`+word+`"`))
	}
	return values
}

// allListed reports whether every alternative only lists values, so that
// together they are one list.
func allListed(choices []*schema) bool {
	return len(choices) > 0 && !slices.ContainsFunc(choices, func(c *schema) bool { return c.listed() == nil })
}

func withListed(sh shape, choices []*schema) shape {
	sh.Types, sh.Enum = typeNames{"string"}, nil
	for _, c := range choices {
		if c.Addition {
			sh.added = append(sh.added, c.listed()...)
		} else {
			sh.Enum = append(sh.Enum, c.listed()...)
		}
	}
	return sh
}
