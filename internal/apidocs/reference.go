package apidocs

import (
	"html/template"
	"slices"
	"strings"
)

// reference is what the template shows.
type reference struct {
	Style        template.CSS
	Script       template.JS
	Title        string
	Version      string
	Intro        []paragraph
	HasAdditions bool
	Relative     bool // the commands take the server's address from a variable
	KeyPath      bool // some path has the parameter keyId
	FirstCall    code
	Envelope     fields
	EnvelopeCode code
	Errors       errorGuide
	Sections     []section
}

type section struct {
	ID, Name   string
	Intro      []paragraph
	Operations []operationView
}

func newReference(d *document) reference {
	shared := d.sharedErrors()
	r := reference{
		Style:     template.CSS(styleCSS), //nolint:gosec // our own embedded file
		Script:    template.JS(scriptJS),  //nolint:gosec // our own embedded file
		Title:     firstOf(d.Info.Title, "API reference"),
		Version:   d.Info.Version,
		Intro:     prose(d.Info.Description),
		Relative:  strings.HasPrefix(d.address(), addressVariable),
		FirstCall: d.firstCall(),
		Errors:    shared,
		Sections:  d.sections(shared),
	}
	r.Envelope, r.EnvelopeCode = d.envelope()
	for _, op := range d.operations {
		r.KeyPath = r.KeyPath || strings.Contains(op.path, "{keyId}")
	}
	for _, s := range r.Sections {
		for _, o := range s.Operations {
			r.HasAdditions = r.HasAdditions || o.hasAddition()
		}
	}
	return r
}

// firstCall returns a command that needs nothing but a key: the first GET
// without path parameters, or whatever comes first.
func (d *document) firstCall() code {
	for _, op := range d.operations {
		if op.method == "GET" && !strings.Contains(op.path, "{") && !op.public() {
			return d.curl(op)
		}
	}
	for _, op := range d.operations {
		if !op.public() {
			return d.curl(op)
		}
	}
	return nil
}

// sections returns the tags in the order of the document's list, then those it
// does not list, by name. An operation is shown once, under its first tag.
func (d *document) sections(shared errorGuide) []section {
	const other = "Other"
	about := map[string]string{}
	var names []string
	for _, t := range d.Tags {
		names, about[t.Name] = append(names, t.Name), t.Description
	}
	byTag := map[string][]operationView{}
	var unlisted []string
	for _, op := range d.operations {
		tag := other
		if len(op.Tags) > 0 {
			tag = op.Tags[0]
		}
		if !slices.Contains(names, tag) && !slices.Contains(unlisted, tag) {
			unlisted = append(unlisted, tag)
		}
		byTag[tag] = append(byTag[tag], d.operationView(op, shared))
	}
	slices.Sort(unlisted)
	var all []section
	for _, name := range append(names, unlisted...) {
		if len(byTag[name]) > 0 {
			all = append(all, section{
				ID:         "tag-" + strings.ReplaceAll(strings.ToLower(name), " ", "-"),
				Name:       name,
				Intro:      prose(about[name]),
				Operations: byTag[name],
			})
		}
	}
	return all
}

func (f fields) haveAddition() bool {
	return slices.ContainsFunc(f, func(row field) bool {
		return row.Addition || row.Widened || row.Children.haveAddition() ||
			slices.ContainsFunc(row.Options, func(o option) bool { return o.Fields.haveAddition() })
	})
}
