package apitest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// operation is one operation of the document with its answers, by status as the
// document writes it: "200", "4XX", "default".
type operation struct {
	method   string
	template string
	segments []string
	answers  map[string]answer
}

func newOperation(method, template string, answers map[string]answer) operation {
	return operation{method, template, strings.Split(template, "/"), answers}
}

// matches reports whether a tidy path is of the operation's template. A parameter
// stands for one segment, but for no step within the path: . or ..
func (o *operation) matches(path string) bool {
	segments := strings.Split(path, "/")
	if len(segments) != len(o.segments) {
		return false
	}
	for i, want := range o.segments {
		got := segments[i]
		if isParameter(want) && got != "." && got != ".." {
			continue
		}
		if got != want {
			return false
		}
	}
	return true
}

// moreSpecificThan reports whether o says more than other about a path that
// both match: at the first segment in which they differ in kind, o is literal.
func (o *operation) moreSpecificThan(other *operation) bool {
	for i, segment := range o.segments {
		if isParameter(segment) != isParameter(other.segments[i]) {
			return isParameter(other.segments[i])
		}
	}
	return false
}

func isParameter(segment string) bool { return strings.HasPrefix(segment, "{") }

// answer returns what is declared for a status.
func (o *operation) answer(status int) (answer, bool) {
	if a, ok := o.answers[strconv.Itoa(status)]; ok {
		return a, true
	}
	a, ok := o.answers[fmt.Sprintf("%dXX", status/100)]
	return a, ok
}

// statuses returns what the operation declares, as the document writes it.
func (o *operation) statuses() []string { return slices.Sorted(maps.Keys(o.answers)) }
