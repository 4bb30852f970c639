package apitest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// tighten changes the schemas of a document's answers so that they also refuse
// what JSON Schema lets pass: a property that an object does not list, and an
// integer that is written 3.0.
//
// A place is where a schema applies to a value of its own: the body, a property,
// an item. Objects are closed at places and not where they are a part of a
// composition ($ref, allOf, anyOf, oneOf …), for the other parts may list more;
// unevaluatedProperties sees through them all. Two parts that both describe the
// same property's object are not merged: each closes it on its own.
func tighten(document map[string]any) {
	t := tightener{document}
	components := object(document["components"])
	for _, schema := range object(components["schemas"]) {
		t.part(schema) // closed at the places that refer to it
	}
	for _, response := range object(components["responses"]) {
		t.response(response)
	}
	for _, item := range object(document["paths"]) {
		for _, method := range methods {
			for _, response := range object(object(object(item)[method])["responses"]) {
				t.response(response)
			}
		}
	}
}

type tightener struct{ document map[string]any }

func (t tightener) response(response any) {
	for _, content := range object(object(response)["content"]) {
		t.place(object(content)["schema"])
	}
}

// place closes the schema of a place, unless it says itself what kind of thing
// else may be there or lists no properties at all, and tightens its parts and places.
func (t tightener) place(schema any) {
	s := object(schema)
	if s == nil {
		return
	}
	forbidOthers(s)
	if _, says := s["additionalProperties"]; !says && t.lists(s, nil) {
		if _, says := s["unevaluatedProperties"]; !says {
			s["unevaluatedProperties"] = false
		}
	}
	t.part(s)
}

// forbidOthers drops from an object that lists properties that it may have any others:
// a document says so for the sake of requests and of clients, not of what we send.
func forbidOthers(s map[string]any) {
	if _, lists := s["properties"]; lists && s["additionalProperties"] == true {
		delete(s, "additionalProperties")
	}
}

// part tightens what lies within a schema.
func (t tightener) part(schema any) {
	s := object(schema)
	if s == nil {
		return
	}
	forbidOthers(s)
	if types := typesOf(s); slices.Contains(types, "integer") && !slices.Contains(types, "number") {
		s["format"] = plainInteger
	}
	for _, key := range []string{"properties", "patternProperties"} {
		for _, schema := range object(s[key]) {
			t.place(schema)
		}
	}
	for _, key := range []string{"items", "contains", "additionalProperties", "unevaluatedProperties", "unevaluatedItems"} {
		t.place(s[key])
	}
	for _, schema := range list(s["prefixItems"]) {
		t.place(schema)
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		for _, schema := range list(s[key]) {
			t.open(object(schema))
			t.part(schema)
		}
	}
	for _, schema := range list(s["allOf"]) {
		t.part(schema)
	}
	for _, key := range []string{"if", "then", "else"} {
		t.part(s[key])
	}
	for _, schema := range object(s["dependentSchemas"]) {
		t.part(schema)
	}
}

// open keeps an alternative that is any object at all from being closed by the
// place it is an alternative of.
func (t tightener) open(alternative map[string]any) {
	if alternative == nil || t.lists(alternative, nil) {
		return
	}
	target := alternative
	if ref, ok := alternative["$ref"].(string); ok {
		target = resolve(t.document, ref)
	}
	if len(target) > 0 && !slices.Contains(typesOf(target), "object") {
		return
	}
	if _, says := alternative["additionalProperties"]; !says {
		alternative["additionalProperties"] = true
	}
}

// lists reports whether a schema, or a part of it, lists properties.
func (t tightener) lists(s map[string]any, seen []string) bool {
	if s == nil {
		return false
	}
	if _, ok := s["properties"]; ok {
		return true
	}
	if ref, ok := s["$ref"].(string); ok && !slices.Contains(seen, ref) {
		if t.lists(resolve(t.document, ref), append(seen, ref)) {
			return true
		}
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		for _, part := range list(s[key]) {
			if t.lists(object(part), seen) {
				return true
			}
		}
	}
	for _, key := range []string{"if", "then", "else"} {
		if t.lists(object(s[key]), seen) {
			return true
		}
	}
	return false
}

func typesOf(s map[string]any) []string {
	if one, ok := s["type"].(string); ok {
		return []string{one}
	}
	var types []string
	for _, one := range list(s["type"]) {
		if one, ok := one.(string); ok {
			types = append(types, one)
		}
	}
	return types
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}

// plainInteger is the format that integers are given. It takes the place of
// int32 and int64, which assert nothing.
const plainInteger = "plain-integer"

// checkPlainInteger refuses 3.0 and 3e0: clients decode integers into types that do not read them.
func checkPlainInteger(value any) error {
	if n, ok := value.(json.Number); ok && strings.ContainsAny(n.String(), ".eE") {
		return errors.New("an integer is written without fraction and exponent")
	}
	return nil
}
