package apidocs

import (
	"net/url"
	"strings"
	"unicode"
)

// addressVariable stands for the server's address where the document does not say it.
const addressVariable = "$GATEHOUSE_URL"

// address returns what a shell puts before a path: the first server of the
// document, or a variable if that server is relative.
func (d *document) address() string {
	if len(d.Servers) == 0 {
		return addressVariable
	}
	base := strings.TrimRight(d.Servers[0].URL, "/")
	if strings.Contains(base, "://") {
		return inDoubleQuotes(base)
	}
	return addressVariable + inDoubleQuotes(base)
}

// curl returns a command that calls op with the variables of the introduction:
// what it sends is an example, where it sends it is a variable per path parameter.
func (d *document) curl(op *operation) code {
	first := "curl "
	if op.method != "GET" {
		first += "--request " + op.method + " "
	}
	parts := []code{{{Rest: first + `"` + d.address() + d.shellPath(op) + `"`}}}
	if !op.public() {
		parts = append(parts, code{{Indent: "  ", Rest: `--user "$KEY_ID:$KEY_SECRET"`}})
	}
	if op.Body != nil {
		parts = append(parts, d.curlBody(op.Body)...)
	}
	var command code
	for i, p := range parts {
		if i < len(parts)-1 {
			p[len(p)-1].Rest += ` \`
		}
		command = append(command, p...)
	}
	return command
}

// shellPath returns the path and the required query of op for use in double quotes.
func (d *document) shellPath(op *operation) string {
	var b strings.Builder
	for _, part := range pathParts(op.path) {
		if part.Parameter {
			b.WriteString("$" + shellVariable(strings.Trim(part.Text, "{}")))
		} else {
			b.WriteString(inDoubleQuotes(part.Text))
		}
	}
	separator := "?"
	for _, p := range op.Parameters {
		if p.In == "query" && p.Required {
			b.WriteString(separator + url.QueryEscape(p.Name) + "=" + url.QueryEscape(d.parameterExample(p)))
			separator = "&"
		}
	}
	return b.String()
}

// shellVariable returns the variable of a path parameter: organizationId is
// ORGANIZATION_ID. KEY_ID is the user name in every command, whereas the path
// parameter keyId is a key's UUID, so that one is KEY_UUID.
func shellVariable(parameter string) string {
	var b strings.Builder
	var last rune
	for _, r := range parameter {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case unicode.IsUpper(r) && unicode.IsLower(last):
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
		last = r
	}
	switch name := b.String(); name {
	case "KEY_ID":
		return "KEY_UUID"
	case "KEY_SECRET":
		return "SECRET"
	default:
		return name
	}
}

func (d *document) curlBody(body *requestBody) []code {
	media, content := preferred(body.Content)
	if content == nil {
		return nil
	}
	header := code{{Indent: "  ", Rest: "--header 'Content-Type: " + inSingleQuotes(media) + "'"}}
	if !isJSON(media) {
		return []code{header, {{Indent: "  ", Rest: "--data-binary @file"}}}
	}
	data := jsonCode(d.bodyExample(content))
	for i := range data {
		data[i].Key = inSingleQuotes(data[i].Key)
		data[i].Rest = inSingleQuotes(data[i].Rest)
		if i > 0 {
			data[i].Indent += "  "
		}
	}
	data[0].Indent, data[0].Rest = "  ", "--data '"+data[0].Rest
	data[len(data)-1].Rest += "'"
	return []code{header, data}
}

func (d *document) bodyExample(m *mediaType) value {
	if present(m.Example) {
		return parse(m.Example)
	}
	if v := d.exampleOf(m.Schema, true); v != nil {
		return v
	}
	return &object{}
}

func inDoubleQuotes(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(s)
}

func inSingleQuotes(s string) string { return strings.ReplaceAll(s, `'`, `'\''`) }
