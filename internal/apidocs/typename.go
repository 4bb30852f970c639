package apidocs

import (
	"slices"
	"strings"
)

func (sh shape) isMap() bool {
	return sh.is("object") && len(sh.Properties) == 0 && sh.Additional != nil && !sh.Additional.never
}

func (l fieldLister) typeName(sh shape) string {
	name := l.bareTypeName(sh, false, 0)
	if sh.nullable {
		name += " or null"
	}
	return name
}

func (l fieldLister) bareTypeName(sh shape, plural bool, depth int) string {
	s := ""
	if plural {
		s = "s"
	}
	switch {
	case depth > maxDepth:
		return "value" + s
	case len(sh.options) > 0:
		return l.choiceName(sh, plural, depth)
	case sh.is("array"):
		return "array" + s + " of " + l.bareTypeName(l.shape(sh.Items), true, depth+1)
	case sh.isMap():
		return "map" + s + " of " + l.bareTypeName(l.shape(sh.Additional), true, depth+1)
	case sh.is("object"):
		return "object" + s
	case len(sh.Types) == 0 && len(sh.Enum) == 0:
		return "any value"
	case sh.Format != "" && sh.is("string"):
		return formatName(sh.Format) + s
	}
	return firstOf(strings.Join(sh.Types, " or "), "string") + s
}

func (l fieldLister) choiceName(sh shape, plural bool, depth int) string {
	var names []string
	for _, o := range sh.options {
		if name := l.bareTypeName(l.shape(o), plural, depth+1); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// formatName says the format of a string as a reader would.
func formatName(format string) string {
	switch format {
	case "uuid", "uri", "url":
		return strings.ToUpper(format)
	case "date-time":
		return "date and time"
	case "byte", "binary":
		return format + " string"
	case "ipv4":
		return "IPv4 address"
	case "ipv6":
		return "IPv6 address"
	case "email":
		return "email address"
	case "password":
		return "string"
	}
	return format
}
