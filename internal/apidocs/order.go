package apidocs

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// declaredOrder returns the JSON names of the fields of t in the order of their
// declaration: the order in which answers carry them. It returns nil if t is not
// a struct.
func declaredOrder(t reflect.Type) []string {
	return fieldNames(t, map[reflect.Type]bool{})
}

func fieldNames(t reflect.Type, seen map[reflect.Type]bool) []string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct || seen[t] {
		return nil
	}
	seen[t] = true
	var names []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, fieldNames(f.Type, seen)...)
		case f.IsExported():
			names = append(names, firstOf(name, f.Name))
		}
	}
	return names
}

// showOrder sorts the names of properties: as declared where that is known, then
// required ones, then by name.
func showOrder(declared []string, properties map[string]*schema, required []string) []string {
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	place := func(name string) int {
		if i := slices.Index(declared, name); i >= 0 {
			return i
		}
		return len(declared)
	}
	need := func(name string) int {
		if slices.Contains(required, name) {
			return 0
		}
		return 1
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(need(a), need(b)), strings.Compare(a, b))
	})
	return names
}
