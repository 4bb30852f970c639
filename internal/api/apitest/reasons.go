package apitest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// reasons turns what a schema says into one line for each thing that is wrong,
// in the order of their places.
//
// A part of a composition that fails lists no properties, so that all those of
// its object seem undeclared, and so on outwards. Undeclared properties are
// therefore named only when nothing else is wrong, and only the innermost.
func reasons(err error) []error {
	var failure *jsonschema.ValidationError
	if !errors.As(err, &failure) {
		if err != nil {
			return []error{err}
		}
		return nil
	}
	var wrong []string
	var undeclared [][]string
	for _, leaf := range leaves(failure) {
		if _, ok := leaf.ErrorKind.(*kind.FalseSchema); ok {
			undeclared = append(undeclared, leaf.InstanceLocation)
		} else {
			wrong = append(wrong, leaf.Error())
		}
	}
	if len(wrong) == 0 {
		for _, place := range innermost(undeclared) {
			wrong = append(wrong, fmt.Sprintf("at '/%s': not declared", strings.Join(place, "/")))
		}
	}
	slices.Sort(wrong)
	var all []error
	for _, reason := range slices.Compact(wrong) {
		all = append(all, errors.New(reason))
	}
	return all
}

func innermost(places [][]string) [][]string {
	depth := 0
	for _, place := range places {
		depth = max(depth, len(place))
	}
	return slices.DeleteFunc(places, func(place []string) bool { return len(place) < depth })
}

func leaves(failure *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(failure.Causes) == 0 {
		return []*jsonschema.ValidationError{failure}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range failure.Causes {
		all = append(all, leaves(cause)...)
	}
	return all
}
