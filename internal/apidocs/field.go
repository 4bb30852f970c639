package apidocs

import (
	"slices"
)

// How long a list may be to be shown unfolded.
const (
	openFields  = 6  // fields of a field
	shortFields = 12 // fields of an answer
	shortList   = 12 // values
)

// field is one row of a field list, and one of the parameters table.
type field struct {
	Name       string // "" for a body that is not an object
	Type       string
	Need       string // "required", "optional" or "" where it goes without saying
	Deprecated bool
	Addition   bool
	Widened    bool // some of its values are additions
	Facts      []fact
	Lists      []fact // those with too many values to be read in passing
	About      []paragraph
	Within     string // the schema that this field is inside of, if it repeats
	Children   fields
	Options    []option
}

// option is one of the forms that a value may take.
type option struct {
	Label  string
	Fields fields
}

type fields []field

// Count returns how many rows there are, nested ones included.
func (f fields) Count() int {
	n := len(f)
	for _, row := range f {
		n += row.Children.Count()
		for _, o := range row.Options {
			n += o.Fields.Count()
		}
	}
	return n
}

// Open reports whether the list is short enough to be shown unfolded.
func (f fields) Open() bool { return f.Count() <= openFields }

// Short reports whether the fields of an answer are few enough to be shown unfolded.
func (f fields) Short() bool { return len(f) <= shortFields }

// fieldsOf returns the rows for a body: the properties of an object, or one row
// without a name for anything else.
func (d *document) fieldsOf(s *schema, request bool) fields {
	if s == nil {
		return nil
	}
	l := fieldLister{d, request}
	if sh := d.shape(s); sh.is("object") && len(sh.order) > 0 {
		return l.properties(sh, nil)
	}
	return fields{l.field("", s, "", nil)}
}

type fieldLister struct {
	*document
	request bool
}

func (l fieldLister) properties(sh shape, within []string) fields {
	if sh.name != "" {
		within = append(slices.Clone(within), sh.name)
	}
	var rows fields
	for _, name := range sh.order {
		need := ""
		if l.request {
			need = "optional"
			if slices.Contains(sh.Required, name) {
				need = "required"
			}
		}
		rows = append(rows, l.field(name, sh.Properties[name], need, within))
	}
	return rows
}

func (l fieldLister) field(name string, s *schema, need string, within []string) field {
	sh := l.shape(s)
	inner := l.innermost(sh)
	f := field{
		Name:       name,
		Type:       l.typeName(sh),
		Need:       need,
		Deprecated: sh.Deprecated,
		Addition:   sh.Addition,
		Widened:    len(inner.added) > 0,
		About:      prose(sh.Description),
	}
	for _, fact := range l.facts(sh, inner) {
		if len(fact.Code) > shortList {
			f.Lists = append(f.Lists, fact)
		} else {
			f.Facts = append(f.Facts, fact)
		}
	}
	l.nest(&f, inner, within)
	return f
}

func (l fieldLister) facts(sh, inner shape) []fact {
	var all []fact
	label, from := "one of", sh
	if sh.is("array") {
		label, from = "each one of", inner
	}
	if len(from.Enum) > 0 {
		all = append(all, fact{label, plainAll(from.Enum)})
	}
	if len(from.added) > 0 {
		all = append(all, fact{"Gatehouse adds", plainAll(from.added)})
	}
	all = append(all, sh.words()...)
	if sh.is("array") {
		for _, f := range inner.words() {
			all = append(all, fact{"each " + f.Text, f.Code})
		}
	}
	if present(sh.Default) {
		all = append(all, fact{"default", []string{firstOf(plain(sh.Default), `""`)}})
	}
	if l.request && sh.ReadOnly {
		all = append(all, fact{Text: "read only"})
	}
	return all
}

// innermost follows the items of arrays and the values of maps to what has fields.
func (l fieldLister) innermost(sh shape) shape {
	for range maxDepth {
		switch {
		case sh.is("array") && sh.Items != nil:
			sh = l.shape(sh.Items)
		case sh.isMap():
			sh = l.shape(sh.Additional)
		default:
			return sh
		}
	}
	return sh
}

func (l fieldLister) nest(f *field, inner shape, within []string) {
	switch {
	case inner.name != "" && slices.Contains(within, inner.name):
		f.Within = inner.name
	case len(within) > maxDepth:
	case len(inner.options) > 0:
		if inner.name != "" {
			within = append(slices.Clone(within), inner.name)
		}
		f.Options = l.options(inner.options, within)
	default:
		f.Children = l.properties(inner, within)
	}
}

// options returns the forms in which any has fields of its own; where none has,
// the type's name says it all.
func (l fieldLister) options(choices []*schema, within []string) []option {
	var all []option
	fielded := false
	for _, c := range choices {
		sh := l.shape(c)
		row := l.field("", c, "", within)
		o := option{Label: firstOf(sh.Title, sh.name, row.Type)}
		switch {
		case len(row.Children) > 0 && sh.is("object"):
			o.Fields = row.Children
		default:
			o.Fields = fields{row}
		}
		fielded = fielded || len(row.Children) > 0 || len(row.Options) > 0 || len(row.Facts)+len(row.Lists) > 0
		all = append(all, o)
	}
	if !fielded {
		return nil
	}
	return all
}
