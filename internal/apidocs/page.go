// Package apidocs renders the API reference: one self-contained HTML page made
// from our own OpenAPI document, with no request to any other host. Whatever the
// served document says, the page says; it knows nothing else about the API.
package apidocs

import (
	"bytes"
	_ "embed" // the template, the style and the script of the page
	"fmt"
	"html/template"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var styleCSS string

//go:embed script.js
var scriptJS string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// Page is the rendered reference and the policy it works under.
type Page struct {
	// HTML is a complete document in UTF-8.
	HTML []byte
	// ContentSecurityPolicy is the value of the header to send with HTML. It allows
	// the page's own style and script by hash, images in data: URLs, and nothing else.
	ContentSecurityPolicy string
}

// Render renders the reference page of doc. Equal documents give equal bytes.
//
// It returns an error if an operation has no operationId, if two operations
// share one, or if a $ref names a schema that components.schemas does not have.
// Texts of doc are treated as untrusted: they are escaped wherever they appear,
// and a link in them is kept only if it stays on this host.
//
// Render reads doc and its schema registry, so it must not run beside
// registration of operations; it keeps no reference to either.
func Render(doc *huma.OpenAPI) (Page, error) {
	d, err := readDocument(doc)
	if err != nil {
		return Page{}, fmt.Errorf("apidocs: %w", err)
	}
	var html bytes.Buffer
	if err := pageTemplate.Execute(&html, newReference(d)); err != nil {
		return Page{}, fmt.Errorf("apidocs: render the page: %w", err)
	}
	return Page{HTML: html.Bytes(), ContentSecurityPolicy: contentSecurityPolicy()}, nil
}
