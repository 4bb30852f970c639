package apitest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// answer is what is declared for one status: the schema of each media type, nil
// where it has none. An answer without media types has no body.
type answer map[string]*jsonschema.Schema

// check returns what is wrong with an answer whose status is declared. The body
// of an answer to HEAD is not there, so only its content type is looked at.
func (a answer) check(status int, contentType string, body []byte, head bool) error {
	if head && len(body) > 0 {
		return fmt.Errorf("the answer to HEAD has a body of %d bytes", len(body))
	}
	if len(a) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("the document declares no body for the status %d, there are %d bytes", status, len(body))
		}
		return nil
	}
	schema, ok := a[mediaType(contentType)]
	if !ok {
		return fmt.Errorf("the content type is %q, the document declares %s", contentType, strings.Join(slices.Sorted(maps.Keys(a)), ", "))
	}
	if head || !isJSON(contentType) {
		return nil
	}
	value, err := decode(body)
	if err != nil {
		return err
	}
	var problems []error
	if schema == nil || !isList(schema) { // what Prometheus reads has no envelope
		problems = checkEnvelope(value, status)
	}
	if schema != nil {
		problems = append(problems, reasons(schema.Validate(value))...)
	}
	return errors.Join(problems...)
}

// isList reports whether the whole answer is declared to be a list.
func isList(schema *jsonschema.Schema) bool {
	return schema.Types != nil && slices.Equal(schema.Types.ToStrings(), []string{"array"})
}
