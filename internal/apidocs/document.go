package apidocs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const schemaPrefix = "#/components/schemas/"

// document is the OpenAPI document as clients read it. Going through its JSON
// keeps the page honest: what the served document leaves out, the page leaves out.
type document struct {
	Info struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Servers []struct {
		URL string `json:"url"`
	} `json:"servers"`
	Tags []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"tags"`
	Paths      map[string]*pathItem `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`

	operations []*operation        // by path, then in the order of methods
	order      map[string][]string // schema name to its property names as the Go type declares them
}

type pathItem struct {
	Parameters []*parameter `json:"parameters"`
	Get        *operation   `json:"get"`
	Head       *operation   `json:"head"`
	Post       *operation   `json:"post"`
	Put        *operation   `json:"put"`
	Patch      *operation   `json:"patch"`
	Delete     *operation   `json:"delete"`
	Options    *operation   `json:"options"`
	Trace      *operation   `json:"trace"`
}

type operation struct {
	ID          string                 `json:"operationId"`
	Tags        []string               `json:"tags"`
	Summary     string                 `json:"summary"`
	Description string                 `json:"description"`
	Parameters  []*parameter           `json:"parameters"`
	Body        *requestBody           `json:"requestBody"`
	Responses   map[string]*response   `json:"responses"`
	Deprecated  bool                   `json:"deprecated"`
	Security    *[]map[string][]string `json:"security"`
	Permissions []string               `json:"x-required-permissions"`
	Addition    bool                   `json:"x-gatehouse"`
	Badges      []struct {
		Name string `json:"name"`
	} `json:"x-badges"`

	method, path string
}

type parameter struct {
	Name        string          `json:"name"`
	In          string          `json:"in"`
	Description string          `json:"description"`
	Required    bool            `json:"required"`
	Deprecated  bool            `json:"deprecated"`
	Addition    bool            `json:"x-gatehouse"`
	Example     json.RawMessage `json:"example"`
	Schema      *schema         `json:"schema"`
}

type requestBody struct {
	Description string                `json:"description"`
	Required    bool                  `json:"required"`
	Content     map[string]*mediaType `json:"content"`
}

type response struct {
	Description string                `json:"description"`
	Content     map[string]*mediaType `json:"content"`
}

type mediaType struct {
	Schema  *schema         `json:"schema"`
	Example json.RawMessage `json:"example"`
}

// public reports whether the operation declares that it needs no credentials.
func (o *operation) public() bool {
	if o.Security == nil {
		return false
	}
	return len(*o.Security) == 0 || slices.ContainsFunc(*o.Security, func(r map[string][]string) bool { return len(r) == 0 })
}

func readDocument(doc *huma.OpenAPI) (*document, error) {
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encode the document: %w", err)
	}
	d := &document{order: map[string][]string{}}
	if err := json.Unmarshal(raw, d); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	for name := range d.Components.Schemas {
		if doc.Components != nil && doc.Components.Schemas != nil {
			d.order[name] = declaredOrder(doc.Components.Schemas.TypeFromRef(schemaPrefix + name))
		}
	}
	d.collectOperations()
	return d, d.check()
}

func (d *document) collectOperations() {
	for path, item := range d.Paths {
		for i, op := range []*operation{item.Get, item.Head, item.Post, item.Put, item.Patch, item.Delete, item.Options, item.Trace} {
			if op == nil {
				continue
			}
			op.path, op.method = path, methods[i]
			op.Parameters = append(slices.Clone(item.Parameters), op.Parameters...)
			d.operations = append(d.operations, op)
		}
	}
	slices.SortFunc(d.operations, func(a, b *operation) int {
		if c := strings.Compare(a.path, b.path); c != 0 {
			return c
		}
		return slices.Index(methods, a.method) - slices.Index(methods, b.method)
	})
}

// methods is the order of the operations of one path.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}

// preferred returns the media type that the page shows: JSON where there is any.
func preferred(content map[string]*mediaType) (string, *mediaType) {
	if m := content["application/json"]; m != nil {
		return "application/json", m
	}
	names := make([]string, 0, len(content))
	for name := range content {
		names = append(names, name)
	}
	if len(names) == 0 {
		return "", nil
	}
	name := slices.Min(names)
	return name, content[name]
}

func isJSON(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// present reports whether an optional JSON value was given.
func present(raw json.RawMessage) bool { return len(bytes.TrimSpace(raw)) > 0 }
