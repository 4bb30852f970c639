package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/apidocs"
	"github.com/gatehouse/gatehouse/internal/front"
)

// The tags of the operations, as the Cloud has them.
const (
	tagOrganization = "Organization"
	tagUsers        = "User management"
	tagRoles        = "Role Management"
	tagKeys         = "OpenAPI"
	tagServices     = "Service"
	tagBackups      = "Backup"
	tagPrometheus   = "Prometheus"
)

// Document returns our OpenAPI 3.1 document as JSON.
func Document() ([]byte, error) {
	r, err := reference()
	return r.document, err
}

// described is what the API says of itself: the document, and the page made of it.
type described struct {
	document []byte
	page     apidocs.Page
}

// reference describes the API. It is the same for every server, so it is made once, when
// it is first asked for: that takes longer than all else of a start.
var reference = sync.OnceValues(func() (r described, err error) {
	s := newServer(Config{})
	if r.document, err = s.document(); err != nil {
		return r, err
	}
	r.page, err = apidocs.Render(s.api.OpenAPI())
	return r, err
})

func documentConfig() huma.Config {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Gatehouse API",
				Version: "1.0",
				Description: "Gatehouse is a ClickHouse Cloud of your own. This is its API: what works against the API of ClickHouse Cloud works " +
					"here with nothing changed but the address.\n\n" +
					"Answers come as `{status, requestId, result}`, errors as `{requestId, error, status}`. Success is always 200. " +
					"Fields that are not known are ignored; values that are not known are refused with 400.",
			},
			Servers:  []*huma.Server{{URL: "/"}},
			Security: []map[string][]string{{"basicAuth": {}}},
			Tags: []*huma.Tag{
				{Name: tagOrganization, Description: "The organization, its quotas and its audit log."},
				{Name: tagUsers, Description: "Members of the organization, invitations, and who is asking."},
				{Name: tagRoles, Description: "Roles: what those who have them may do."},
				{Name: tagKeys, Description: "API keys."},
				{Name: tagServices, Description: "ClickHouse services: real servers that the API creates, starts, stops, scales and deletes."},
				{Name: tagBackups, Description: "When backups of a service are to be taken."},
				{Name: tagPrometheus, Description: "Metrics of services, for Prometheus."},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"basicAuth": {Type: "http", Scheme: "basic", Description: "The key ID is the user, the key secret the password."},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": {Marshal: writeJSON, Unmarshal: readJSON}},
		DefaultFormat: "application/json",
	}
	config.AllowAdditionalPropertiesByDefault = true // unknown fields are ignored
	return config
}

// writeJSON returns an error for a value that is not JSON, and none when the client
// has gone: there is nobody to tell, and huma would panic.
func writeJSON(w io.Writer, v any) error { return front.Encode(deaf{w}, v) }

// deaf is a writer that does not hear of failures.
type deaf struct{ io.Writer }

// Write implements io.Writer.
func (d deaf) Write(p []byte) (int, error) {
	_, _ = d.Writer.Write(p)
	return len(p), nil
}

// statusTexts say what a status means here.
var statusTexts = map[string]string{
	"200": "Done.",
	"400": "The request is wrong. The error names the field and the value.",
	"401": "There is no such key, its secret is wrong, or it is disabled or expired.",
	"403": "The key may not be used from this address, lacks a permission, or would grant what it does not hold.",
	"404": "There is no such thing in an organization of the caller.",
	"409": "The thing is in a state that does not allow it.",
	"413": "The body is larger than 1 MiB.",
	"415": "The body is not application/json.",
	"429": "Too many requests. Retry-After and X-RateLimit-Reset are the seconds to wait.",
	"500": "Something went wrong on the side of Gatehouse; its log says more.",
	"503": "Gatehouse cannot say for sure right now. Ask again in a moment.",
}

// document renders the document, in our words and without what huma adds of its own accord.
func (s *server) document() ([]byte, error) {
	for _, item := range s.api.OpenAPI().Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o == nil {
				continue
			}
			delete(o.Responses, "422") // such input is 400 here
			for status, response := range o.Responses {
				response.Description = statusTexts[status]
			}
		}
	}
	text, err := json.MarshalIndent(s.api.OpenAPI(), "", " ")
	if err != nil {
		return nil, fmt.Errorf("the OpenAPI document cannot be rendered: %w", err)
	}
	return text, nil
}

// describe answers with what the API says of itself.
func (s *server) describe(serve func(http.ResponseWriter, described)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := reference()
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		serve(w, d)
	}
}

func serveDocument(w http.ResponseWriter, d described) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Access-Control-Allow-Origin", "*") // it is public, and tools in browsers read it
	_, _ = w.Write(d.document)                         // the client has gone: nobody to tell
}

func serveReference(w http.ResponseWriter, d described) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", d.page.ContentSecurityPolicy)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(d.page.HTML) // the client has gone: nobody to tell
}
