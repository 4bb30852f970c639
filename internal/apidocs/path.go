package apidocs

import "strings"

// pathPart is a piece of a path: text up to the next slash, or a {parameter}.
type pathPart struct {
	Text      string
	Parameter bool
}

// Pieces cuts the text after each slash, where a long path may be broken.
func (p pathPart) Pieces() []string { return strings.SplitAfter(p.Text, "/") }

func pathParts(path string) []pathPart {
	var parts []pathPart
	for path != "" {
		open := strings.IndexByte(path, '{')
		end := strings.IndexByte(path, '}')
		if open < 0 || end < open {
			return append(parts, pathPart{Text: path})
		}
		if open > 0 {
			parts = append(parts, pathPart{Text: path[:open]})
		}
		parts = append(parts, pathPart{Text: path[open : end+1], Parameter: true})
		path = path[end+1:]
	}
	return parts
}
