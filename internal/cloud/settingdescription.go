package cloud

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDescription is how long a description may be, in characters. Of the 1,721 settings of
// ClickHouse 26.7 the longest has 1,234, so that none is cut.
const maxDescription = 1500

// more stands for what is missing after it.
const more = " …"

// describeSetting returns what is kept of ClickHouse's description of a setting, which is Markdown
// and can be pages: the first paragraph with what directly belongs to it, as it is written, but for
// the indentation of ClickHouse's sources and the frames of notes. It ends with "…" where the last of
// this is missing.
func describeSetting(text string) string {
	blocks := splitBlocks(text)
	kept, described := 0, false
	for ; kept < len(blocks); kept++ {
		b := blocks[kept]
		if kept > 0 && !b.belongs(blocks[kept-1], described) {
			break
		}
		described = described || !b.note && !b.isList()
	}
	var out strings.Builder
	for i, b := range blocks[:kept] {
		if i > 0 {
			out.WriteString("\n\n")
		}
		out.WriteString(b.text)
	}
	if kept > 0 && kept < len(blocks) && blocks[kept-1].announces() {
		out.WriteString(more)
	}
	return cutWords(strings.TrimSpace(out.String()), maxDescription)
}

// block is what stands between empty lines in Markdown.
type block struct {
	text string
	note bool // it is within the frame of a note
}

// noteFrame is the line before a note, which says what kind of note it is, or the one after it. They
// are no Markdown, but of Docusaurus, which ClickHouse's documentation is made with.
var noteFrame = regexp.MustCompile(`^ *:::+ *([a-z]*)$`)

// splitBlocks returns the blocks of a text, fit for keeping.
func splitBlocks(text string) (blocks []block) {
	var lines []string
	note := false
	end := func() {
		if len(lines) > 0 {
			blocks = append(blocks, block{unindent(lines), note})
		}
		lines = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.ReplaceAll(line, "\t", "    ")
		line = strings.TrimRightFunc(CleanText(line, len(line)), unicode.IsSpace)
		frame := noteFrame.FindStringSubmatch(line)
		switch {
		case frame != nil:
			end()
			note = frame[1] != ""
		case line == "":
			end()
		default:
			lines = append(lines, line)
		}
	}
	end()
	return blocks
}

// listItem is the beginning of an item of a list.
var listItem = regexp.MustCompile(`^(?:[-*+]|[0-9]{1,9}[.)]) +`)

// unindent returns the lines at the margin: with four blanks before it, no item would be one. What
// stands further right in a list stays so: it is within an item.
func unindent(lines []string) string {
	margin := -1
	out := make([]string, len(lines))
	for i, line := range lines {
		bare := strings.TrimLeft(line, " ")
		indent := len(line) - len(bare)
		if margin < 0 && listItem.MatchString(bare) {
			margin = indent
		}
		if margin >= 0 {
			bare = line[min(indent, margin):]
		}
		out[i] = bare
	}
	return strings.Join(out, "\n")
}

func (b block) isList() bool { return listItem.MatchString(b.text) }

// announces reports whether the block ends so that something has to follow.
func (b block) announces() bool { return strings.HasSuffix(b.text, ":") }

// foreign are the beginnings of code, headings, tables, quotes and HTML.
var foreign = regexp.MustCompile("^(?:```|~~~|#|[|]|>|<)")

// belongs reports whether the block is still of the description when the one before it is. So is
// the first paragraph after a note, or after a list of the type and the default: what the setting
// does is not described until then.
func (b block) belongs(before block, described bool) bool {
	switch {
	case foreign.MatchString(b.text):
		return false
	case before.announces():
		return true
	case b.isList():
		return before.isList()
	default:
		return !described
	}
}

// cutWords returns a text of at most limit characters: where it is longer, its first words and "…".
func cutWords(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	words := string(runes[:limit-utf8.RuneCountInString(more)])
	if end := strings.LastIndexAny(words, " \n"); end > 0 {
		words = words[:end]
	}
	return strings.TrimRight(words, " \n") + more
}
