package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// document is what the page needs of our OpenAPI document.
type document struct {
	operations map[string]operation // by operationId
	additions  []addition           // properties, parameters and enum values, in order
}

// operation is one operation that we serve.
type operation struct {
	id, method, path string
	summary          string
	added            bool // marked as ours
}

// addition is something in an operation or schema of the Cloud's that only we have.
type addition struct {
	kind  string // "property", "parameter" or "enum value"
	where string // the schema or operation it is in
	name  string
	about string // its description
}

// mark is how our document says that something is not the Cloud's. Values of an
// enum that are ours stand in a marked alternative to the Cloud's, as `const`, as
// `enum`, or as a pattern of nothing but them: ^(one|other)$.
const mark = "x-gatehouse"

var methods = []string{"get", "put", "post", "delete", "patch"}

// readDocument returns an error when the document is not JSON, an operation has
// no operationId or shares it, or a marked alternative lists no values.
func readDocument(raw []byte) (document, error) {
	var root map[string]any
	if err := json.Unmarshal(raw, &root); err != nil {
		return document{}, err
	}
	r := reader{document: document{operations: map[string]operation{}}}
	components := object(root["components"])
	for name, schema := range ordered(object(components["schemas"])) {
		r.schema(code(name), "", schema)
	}
	for name, parameter := range ordered(object(components["parameters"])) {
		r.parameter(code(name), parameter)
	}
	for name, response := range ordered(object(components["responses"])) {
		r.contents(code(name), response)
	}
	for path, item := range ordered(object(root["paths"])) {
		for _, method := range methods {
			if declared, ok := object(item)[method]; ok {
				r.operation(strings.ToUpper(method), path, object(item), object(declared))
			}
		}
	}
	return r.document, r.err
}

// reader walks a document. It does not follow references: what they point to is
// met under its own name.
type reader struct {
	document document
	err      error // the first
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) operation(method, path string, item, declared map[string]any) {
	op := operation{id: text(declared["operationId"]), method: method, path: path, summary: text(declared["summary"]), added: marked(declared)}
	if op.id == "" {
		r.fail("%s %s has no operationId", method, path)
		return
	}
	if other, ok := r.document.operations[op.id]; ok {
		r.fail("%s %s and %s %s share the operationId %s", other.method, other.path, method, path, op.id)
		return
	}
	r.document.operations[op.id] = op
	for _, parameter := range slices.Concat(list(item["parameters"]), list(declared["parameters"])) {
		r.parameter(code(op.id), parameter)
	}
	r.contents(code(op.id)+" request", declared["requestBody"])
	for status, response := range ordered(object(declared["responses"])) {
		r.contents(code(op.id)+" answer "+status, response)
	}
}

func (r *reader) parameter(where string, parameter any) {
	p := object(parameter)
	name := text(p["name"])
	if marked(p) {
		r.add("parameter", where, name, p)
	}
	r.schema(where+" parameter", name, p["schema"])
}

func (r *reader) contents(where string, holder any) {
	for _, content := range ordered(object(object(holder)["content"])) {
		r.schema(where, "", object(content)["schema"])
	}
}

// schema looks for marks in a schema, if it is one; its place within `where` is `at`.
func (r *reader) schema(where, at string, schema any) {
	s := object(schema)
	if s == nil {
		return
	}
	for name, property := range ordered(object(s["properties"])) {
		place := strings.TrimPrefix(at+"."+name, ".")
		if marked(object(property)) {
			r.add("property", where, place, object(property))
		}
		r.schema(where, place, property)
	}
	r.schema(where, at+"[]", s["items"])
	r.schema(where, at+".*", s["additionalProperties"])
	for _, part := range slices.Concat(list(s["allOf"]), list(s["anyOf"]), list(s["oneOf"])) {
		if marked(object(part)) {
			r.values(in(where, at), object(part))
		}
		r.schema(where, at, part)
	}
}

var patternOfValues = regexp.MustCompile(`^\^\(([\w-]+(?:\|[\w-]+)*)\)\$$`)

// values adds the enum values that a marked alternative holds.
func (r *reader) values(where string, alternative map[string]any) {
	values := list(alternative["enum"])
	if value, ok := alternative["const"]; ok {
		values = append(values, value)
	}
	if match := patternOfValues.FindStringSubmatch(text(alternative["pattern"])); match != nil {
		for value := range strings.SplitSeq(match[1], "|") {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		r.fail("%s: an alternative is marked `%s: true` but lists no values", where, mark)
	}
	for _, value := range values {
		r.add("enum value", where, fmt.Sprint(value), alternative)
	}
}

func (r *reader) add(kind, where, name string, described map[string]any) {
	a := addition{kind, where, name, text(described["description"])}
	if !slices.Contains(r.document.additions, a) {
		r.document.additions = append(r.document.additions, a)
	}
}

// in names a place within a schema or operation.
func in(where, at string) string {
	if at == "" {
		return where
	}
	return where + " " + code(at)
}

func marked(s map[string]any) bool { return s[mark] == true }

func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}

func text(value any) string {
	t, _ := value.(string)
	return t
}

// ordered goes over a JSON object in the order of its keys.
func ordered(o map[string]any) func(yield func(string, any) bool) {
	return func(yield func(string, any) bool) {
		for _, key := range slices.Sorted(maps.Keys(o)) {
			if !yield(key, o[key]) {
				return
			}
		}
	}
}
