package apidocs

import "strings"

// code is the text of a code block, line by line. The template escapes it.
type code []codeLine

// codeLine is a line whose Key, if it has one, is set apart from the Rest.
type codeLine struct{ Indent, Key, Rest string }

// jsonCode returns v as indented JSON.
func jsonCode(v value) code {
	w := &codeWriter{lines: code{{}}}
	v.write(w)
	return w.lines
}

type codeWriter struct {
	lines code
	depth int
}

func (w *codeWriter) put(s string) { w.lines[len(w.lines)-1].Rest += s }

func (w *codeWriter) newLine() {
	w.lines = append(w.lines, codeLine{Indent: strings.Repeat("  ", w.depth)})
}

func (s scalar) write(w *codeWriter) { w.put(string(s)) }

func (l list) write(w *codeWriter) {
	w.nest("[", "]", len(l), func(i int) { l[i].write(w) })
}

func (o *object) write(w *codeWriter) {
	w.nest("{", "}", len(o.names), func(i int) {
		w.lines[len(w.lines)-1].Key = string(text(o.names[i]))
		w.put(": ")
		o.values[i].write(w)
	})
}

func (w *codeWriter) nest(opening, closing string, n int, member func(int)) {
	w.put(opening)
	if n == 0 {
		w.put(closing)
		return
	}
	w.depth++
	for i := range n {
		w.newLine()
		member(i)
		if i < n-1 {
			w.put(",")
		}
	}
	w.depth--
	w.newLine()
	w.put(closing)
}
