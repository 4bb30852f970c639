package main

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/gatehouse/gatehouse/internal/api/contract"
)

// fit returns an error, one line for each thing that is wrong, unless
//   - every operation we serve is the Cloud's, at the Cloud's place, or marked as ours;
//   - every operation we serve has a test, and those of the Cloud's an entry;
//   - every entry is of an operation of the Cloud's or ours, and its tests exist.
func fit(catalogue []contract.Operation, ours document, written map[string]difference, tests map[string]bool) error {
	clouds := map[string]contract.Operation{}
	for _, op := range catalogue {
		clouds[op.ID] = op
	}
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }

	for _, id := range slices.Sorted(maps.Keys(ours.operations)) {
		op := ours.operations[id]
		theirs, known := clouds[id]
		entry, has := written[id]
		switch {
		case !known && !op.added:
			wrong("%s is not an operation of the Cloud's and not marked `%s: true` in our document", id, mark)
		case known && op.added:
			wrong("%s is an operation of the Cloud's, yet marked `%s: true` in our document", id, mark)
		case known && (op.method != theirs.Method || shape(op.path) != shape(theirs.Path)):
			wrong("%s is %s %s in our document, the Cloud's is %s %s", id, op.method, op.path, theirs.Method, theirs.Path)
		}
		switch {
		case known && !has:
			wrong("%s is served but has no entry in %s", id, differencesFile)
		case len(entry.Tests) == 0:
			wrong("%s is served but %s names no test that shows it", id, differencesFile)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(written)) {
		_, known := clouds[id]
		if _, served := ours.operations[id]; !known && !served {
			wrong("%s has an entry for %s, which is neither an operation of the Cloud's nor in our document", differencesFile, id)
		}
		for _, test := range written[id].Tests {
			if !tests[test] {
				wrong("%s names the test %s for %s, but there is no `func %s(`", differencesFile, test, id, test)
			}
		}
	}
	return errors.Join(problems...)
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// shape is a path without the names of its parameters, which no client sees.
func shape(path string) string { return parameter.ReplaceAllString(path, "{}") }
