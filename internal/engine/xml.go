package engine

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// element is one of a configuration of ClickHouse: a text, or other elements.
type element struct {
	name   string
	text   string
	within []element
}

func text(name, value string) element { return element{name: name, text: value} }

func number(name string, value int64) element { return text(name, strconv.FormatInt(value, 10)) }

func section(name string, within ...element) element { return element{name: name, within: within} }

func (e element) write(b *bytes.Buffer) {
	b.WriteString("<" + e.name + ">")
	_ = xml.EscapeText(b, []byte(e.text)) // a buffer takes everything
	for _, inner := range e.within {
		inner.write(b)
	}
	b.WriteString("</" + e.name + ">\n")
}

// place puts a value under a path such as "query_log.ttl", in place of one that is there.
func (e *element) place(path, value string) {
	name, rest, deeper := strings.Cut(path, ".")
	at := slices.IndexFunc(e.within, func(inner element) bool { return inner.name == name })
	if at < 0 {
		at = len(e.within)
		e.within = append(e.within, section(name))
	}
	if deeper {
		e.within[at].place(rest, value)
		return
	}
	e.within[at] = text(name, value)
}

// save writes the configuration to a file, whole or not at all.
func (e element) save(path string) error {
	var b bytes.Buffer
	e.write(&b)
	return writeWhole(path, b.Bytes())
}

// writeWhole writes a file for its owner only, whole or not at all.
func writeWhole(path string, text []byte) error {
	return replaceFile(path, text, func(*os.File) error { return nil })
}

// writeDurably is writeWhole for what is to be there also after a loss of power.
func writeDurably(path string, text []byte) error {
	if err := replaceFile(path, text, (*os.File).Sync); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // only read
	return dir.Sync()
}

// replaceFile puts a file in the place of another once it is written and flushed.
func replaceFile(path string, text []byte, flush func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	if _, err = f.Write(text); err == nil {
		err = flush(f)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // it is not wanted any more
	}
	return err
}
