package apidocs

import (
	"regexp"
	"strings"
)

// paragraph is a piece of a description: a run of spans.
type paragraph []span

// span is plain text, code, or a link if Href is set. The template escapes it.
type span struct {
	Text string
	Code bool
	Href string
}

var (
	blankLine = regexp.MustCompile(`\n[ \t]*\n\s*`)
	markup    = regexp.MustCompile("`([^`\n]+)`|\\[([^\\]\n]+)\\]\\(([^()\\s]+)\\)")
)

// prose reads a description: paragraphs between blank lines, code between
// backticks, [text](address) links. Everything else is text.
func prose(text string) []paragraph {
	var all []paragraph
	for _, part := range blankLine.Split(strings.ReplaceAll(text, "\r\n", "\n"), -1) {
		if part = strings.Join(strings.Fields(part), " "); part != "" {
			all = append(all, spans(part))
		}
	}
	return all
}

func spans(text string) paragraph {
	var p paragraph
	for {
		m := markup.FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		p = appendText(p, text[:m[0]])
		if m[2] >= 0 {
			p = append(p, span{Text: text[m[2]:m[3]], Code: true})
		} else {
			p = append(p, link(text[m[4]:m[5]], text[m[6]:m[7]])...)
		}
		text = text[m[1]:]
	}
	return appendText(p, text)
}

func appendText(p paragraph, text string) paragraph {
	if text == "" {
		return p
	}
	return append(p, span{Text: text})
}

// link keeps an address on this host as a link and writes any other out, because
// the page leads nowhere else.
func link(text, address string) []span {
	if stays(address) {
		return []span{{Text: strings.ReplaceAll(text, "`", ""), Href: address}}
	}
	if text == address {
		return []span{{Text: text}}
	}
	return []span{{Text: text + " (" + address + ")"}}
}

// stays reports whether address is a fragment of this page or an absolute path on
// this host. "//host" and "/\host" are other hosts to a browser.
func stays(address string) bool {
	if strings.HasPrefix(address, "#") {
		return true
	}
	return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") && !strings.Contains(address, `\`)
}
