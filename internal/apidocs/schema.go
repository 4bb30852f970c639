package apidocs

import (
	"encoding/json"
	"slices"
	"strings"
)

// schema is a JSON schema as OpenAPI 3.1 writes it.
type schema struct {
	Ref         string             `json:"$ref"`
	Types       typeNames          `json:"type"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Format      string             `json:"format"`
	Const       json.RawMessage    `json:"const"`
	Default     json.RawMessage    `json:"default"`
	Example     json.RawMessage    `json:"example"`
	Examples    []json.RawMessage  `json:"examples"`
	Enum        []json.RawMessage  `json:"enum"`
	Items       *schema            `json:"items"`
	Properties  map[string]*schema `json:"properties"`
	Additional  *schema            `json:"additionalProperties"`
	Required    []string           `json:"required"`
	ReadOnly    bool               `json:"readOnly"`
	WriteOnly   bool               `json:"writeOnly"`
	Deprecated  bool               `json:"deprecated"`
	Addition    bool               `json:"x-gatehouse"`
	limits
	AllOf []*schema `json:"allOf"`
	AnyOf []*schema `json:"anyOf"`
	OneOf []*schema `json:"oneOf"`

	never bool // the schema false
}

// UnmarshalJSON reads a schema, of which true and false are two.
func (s *schema) UnmarshalJSON(raw []byte) error {
	switch string(raw) {
	case "true":
		*s = schema{}
		return nil
	case "false":
		*s = schema{never: true}
		return nil
	}
	type plain schema
	return json.Unmarshal(raw, (*plain)(s))
}

// typeNames is the value of "type": one name or several.
type typeNames []string

// UnmarshalJSON reads one name or a list of names.
func (t *typeNames) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(t))
	}
	*t = make(typeNames, 1)
	return json.Unmarshal(raw, &(*t)[0])
}

// parts returns the schemas directly inside s.
func (s *schema) parts() []*schema {
	parts := slices.Concat([]*schema{s.Items, s.Additional}, s.AllOf, s.AnyOf, s.OneOf)
	for _, p := range s.Properties {
		parts = append(parts, p)
	}
	return parts
}

// shape is a schema made ready to be shown: references followed, allOf merged,
// null taken out of the alternatives.
type shape struct {
	schema
	name     string            // of the schema in components, "" if it has none
	nullable bool              // null is allowed
	options  []*schema         // what else but null the value may be, if there are several choices
	order    []string          // property names, in the order to show
	added    []json.RawMessage // values besides those of Enum that only Gatehouse has
}

// shape returns the shape of s; the zero shape if s is nil. What stands beside a
// $ref, such as a description, wins over what the reference leads to.
func (d *document) shape(s *schema) shape {
	return d.shapeWithin(s, nil)
}

func (d *document) shapeWithin(s *schema, seen []*schema) shape {
	if s == nil || slices.Contains(seen, s) {
		return shape{}
	}
	seen = append(seen, s)
	sh := shape{schema: *s}
	if s.Ref != "" {
		name := strings.TrimPrefix(s.Ref, schemaPrefix)
		target := d.shapeWithin(d.Components.Schemas[name], seen)
		target.name, target.order = name, d.order[name]
		sh = merged(target, sh)
	}
	for _, part := range s.AllOf {
		sh = merged(d.shapeWithin(part, seen), sh)
	}
	for _, choice := range [][]*schema{s.OneOf, s.AnyOf} {
		sh = d.chosen(sh, choice, seen)
	}
	if i := slices.Index(sh.Types, "null"); i >= 0 && len(sh.Types) > 1 {
		sh.Types = slices.Delete(slices.Clone(sh.Types), i, i+1)
		sh.nullable = true
	}
	sh.order = showOrder(sh.order, sh.Properties, sh.Required)
	return sh
}

// chosen adds the alternatives to sh: null becomes nullable, and a single
// alternative is no choice at all.
func (d *document) chosen(sh shape, choice []*schema, seen []*schema) shape {
	var rest []*schema
	for _, c := range choice {
		if c.Ref == "" && len(c.Types) == 1 && c.Types[0] == "null" {
			sh.nullable = true
			continue
		}
		rest = append(rest, c)
	}
	switch {
	case len(rest) == 1:
		return merged(d.shapeWithin(rest[0], seen), sh)
	case allListed(rest):
		return withListed(sh, rest)
	case len(rest) > 1 && len(sh.Properties) == 0:
		sh.options = rest
	}
	return sh
}

// merged returns base with everything that over says laid over it.
func merged(base, over shape) shape {
	out := base
	out.name = firstOf(over.name, base.name)
	out.Types = append(slices.Clone(base.Types), over.Types...)
	slices.Sort(out.Types)
	out.Types = slices.Compact(out.Types)
	out.Title = firstOf(over.Title, base.Title)
	out.Description = firstOf(over.Description, base.Description)
	out.Format = firstOf(over.Format, base.Format)
	out.limits = base.with(over.limits)
	out.Default = firstValue(over.Default, base.Default)
	out.Const = firstValue(over.Const, base.Const)
	out.Example = firstValue(over.Example, base.Example)
	if len(over.Examples) > 0 {
		out.Example, out.Examples = over.Example, over.Examples
	}
	if len(over.Enum) > 0 {
		out.Enum = over.Enum
	}
	if over.Items != nil {
		out.Items = over.Items
	}
	if over.Additional != nil && !over.Additional.never {
		out.Additional = over.Additional
	}
	if len(over.Properties) > 0 {
		out.Properties = map[string]*schema{}
		for _, from := range []map[string]*schema{base.Properties, over.Properties} {
			for name, p := range from {
				out.Properties[name] = p
			}
		}
	}
	out.Required = append(slices.Clone(base.Required), over.Required...)
	out.order = append(slices.Clone(base.order), over.order...)
	if len(over.options) > 0 {
		out.options = over.options
	}
	if len(over.added) > 0 {
		out.added = over.added
	}
	out.nullable = base.nullable || over.nullable
	out.Deprecated = base.Deprecated || over.Deprecated
	out.Addition = base.Addition || over.Addition
	out.ReadOnly = base.ReadOnly || over.ReadOnly
	out.WriteOnly = base.WriteOnly || over.WriteOnly
	return out
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func firstValue(values ...json.RawMessage) json.RawMessage {
	for _, v := range values {
		if present(v) {
			return v
		}
	}
	return nil
}
