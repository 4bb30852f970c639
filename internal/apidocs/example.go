package apidocs

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// maxDepth bounds how deep fields and examples are spelled out.
const maxDepth = 8

// exampleOf returns an example of s: its own where it has one, else one built
// from its parts. The same schema always gives the same example.
//
// An example of a request leaves out what a client need not or should not send:
// deprecated and read-only properties. One of an answer leaves out write-only ones.
func (d *document) exampleOf(s *schema, request bool) value {
	return exampler{d, request}.example(s, nil)
}

type exampler struct {
	*document
	request bool
}

// example returns nil if s is within itself, so that its parent leaves it out.
func (e exampler) example(s *schema, within []string) value {
	sh := e.shape(s)
	if own := sh.ownExample(); present(own) {
		return parse(own)
	}
	if sh.name != "" {
		if slices.Contains(within, sh.name) {
			return nil
		}
		within = append(slices.Clone(within), sh.name)
	}
	switch {
	case len(sh.options) > 0:
		return e.example(sh.options[0], within)
	case sh.is("array"):
		return e.listExample(sh, within)
	case sh.is("object"):
		return e.objectExample(sh, within)
	}
	return sh.scalarExample()
}

func (sh shape) ownExample() json.RawMessage {
	if len(sh.Examples) > 0 {
		return firstValue(sh.Example, sh.Examples[0])
	}
	if len(sh.Enum) > 0 {
		return firstValue(sh.Example, sh.Const, sh.Default, sh.Enum[0])
	}
	return firstValue(sh.Example, sh.Const, sh.Default)
}

// is reports whether the value's first type is name, reading the type off the
// other keywords where it is not given.
func (sh shape) is(name string) bool {
	if len(sh.Types) > 0 {
		return sh.Types[0] == name
	}
	return name == "object" && len(sh.Properties) > 0 || name == "array" && sh.Items != nil
}

func (e exampler) listExample(sh shape, within []string) value {
	item := e.example(sh.Items, within)
	if sh.Items == nil || item == nil || len(within) > maxDepth {
		return list{}
	}
	n := 1
	if sh.MinItems != nil && !sh.UniqueItems {
		n = min(max(n, *sh.MinItems), 3)
	}
	return list(slices.Repeat([]value{item}, n))
}

func (e exampler) objectExample(sh shape, within []string) value {
	o := &object{}
	if len(within) > maxDepth {
		return o
	}
	for _, name := range sh.order {
		p := e.shape(sh.Properties[name])
		left := e.request && (p.Deprecated || p.ReadOnly) || !e.request && p.WriteOnly
		if left && !slices.Contains(sh.Required, name) {
			continue
		}
		if v := e.example(sh.Properties[name], within); v != nil {
			o.add(name, v)
		}
	}
	if len(o.names) == 0 && sh.Additional != nil && !sh.Additional.never {
		if v := e.example(sh.Additional, within); v != nil {
			o.add("name", v)
		}
	}
	return o
}

func (sh shape) scalarExample() value {
	switch {
	case sh.is("boolean"):
		return scalar("true")
	case sh.is("integer"), sh.is("number"):
		return scalar(sh.numberExample())
	case sh.is("null"):
		return scalar("null")
	}
	return text(sh.textExample())
}

func (sh shape) numberExample() string {
	switch {
	case sh.Minimum != nil:
		return number(*sh.Minimum)
	case sh.ExclusiveMinimum != nil:
		return number(*sh.ExclusiveMinimum + 1)
	case sh.Maximum != nil && *sh.Maximum < 1:
		return number(*sh.Maximum)
	case sh.MultipleOf != nil:
		return number(*sh.MultipleOf)
	}
	return "1"
}

// Names and numbers that are set apart for documents: RFC 2606 and RFC 5737.
var formatExamples = map[string]string{
	"uuid":      "7c9e6679-7425-40de-944b-e07fc1f90ae7",
	"date-time": "2026-01-15T09:30:00Z",
	"date":      "2026-01-15",
	"time":      "09:30:00",
	"email":     "ada@example.com",
	"uri":       "https://example.com/",
	"url":       "https://example.com/",
	"hostname":  "db.example.com",
	"ipv4":      "203.0.113.10",
	"ipv6":      "2001:db8::10",
	"byte":      "ZXhhbXBsZQ==",
}

func (sh shape) textExample() string {
	if s, ok := formatExamples[sh.Format]; ok {
		return s
	}
	s := "string"
	if sh.MinLength != nil && *sh.MinLength > len(s) {
		s = strings.Repeat("abcdefghijklmnopqrstuvwxyz0123456789", 2)[:min(*sh.MinLength, 72)]
	}
	if sh.MaxLength != nil && *sh.MaxLength < len(s) {
		s = s[:*sh.MaxLength]
	}
	return s
}

// parameterExample returns a value for a query parameter.
func (d *document) parameterExample(p *parameter) string {
	if present(p.Example) {
		return plain(p.Example)
	}
	v := d.exampleOf(p.Schema, true)
	if l, ok := v.(list); ok && len(l) > 0 {
		v = l[0]
	}
	s, _ := v.(scalar)
	if unquoted, err := strconv.Unquote(string(s)); err == nil {
		return unquoted
	}
	return string(s)
}
