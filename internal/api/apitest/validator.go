// Package apitest holds the answers of the API against its own OpenAPI
// document: whole, and with a validator that shares nothing with the one that
// serves the API. It is for tests only.
package apitest

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
)

// Validator checks HTTP answers against an OpenAPI 3.1 document. It may be used
// by several goroutines at once.
type Validator struct {
	operations []operation
}

// NewValidator reads an OpenAPI 3.1 document. It returns an error when the
// document is not JSON or a schema of an answer in it is not one.
func NewValidator(openapiJSON []byte) (*Validator, error) {
	operations, err := compile(openapiJSON)
	if err != nil {
		return nil, fmt.Errorf("openapi document: %w", err)
	}
	return &Validator{operations}, nil
}

// Check returns nil when the answer is one that the document declares, and
// otherwise everything that is wrong with it, one line each.
//
// The status must be declared for the operation: by itself or as a range such as
// 4XX, for `default` would declare anything. The content type must be a declared
// one. A JSON body must satisfy its schema, in which every object that lists
// properties has no others, also where additionalProperties is true, and every
// integer is written without fraction and exponent, must have no key twice, and must be an envelope: the requestId is a
// version 4 UUID, the status is the HTTP status, and an error has its sentence
// and no result.
//
// An answer that no operation covers must not be a success; when it is 404 or
// 405 it must not be JSON (clients take a JSON 404 for an object that is gone),
// and any other JSON is an error envelope and nothing more. GET /v1 is the
// document itself: it need only be JSON.
//
// The path may have a query, which is not looked at, and slashes that are
// repeated or trail, which the API ignores.
func (v *Validator) Check(method, path string, status int, contentType string, body []byte) error {
	path = tidy(path)
	if method == http.MethodGet && path == "/v1" && status == http.StatusOK {
		return checkDocument(contentType, body)
	}
	op := v.find(method, path)
	if op == nil {
		return checkUncovered(status, contentType, body)
	}
	declared, ok := op.answer(status)
	if !ok {
		return fmt.Errorf("the status %d is not declared for %s %s, which declares %s", status, op.method, op.template, strings.Join(op.statuses(), ", "))
	}
	return declared.check(status, contentType, body, method == http.MethodHead)
}

// tidy returns a path without its query, empty segments and last slash.
func tidy(path string) string {
	path, _, _ = strings.Cut(path, "?")
	segments := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	return "/" + strings.Join(segments, "/")
}

// find returns the operation for a request, the most specific one when several
// templates match, and nil when there is none. HEAD is answered by GET.
func (v *Validator) find(method, path string) *operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var best *operation
	for i := range v.operations {
		op := &v.operations[i]
		if op.method == method && op.matches(path) && (best == nil || op.moreSpecificThan(best)) {
			best = op
		}
	}
	return best
}

func checkDocument(contentType string, body []byte) error {
	if !isJSON(contentType) {
		return fmt.Errorf("the document's content type is %q, not JSON", contentType)
	}
	_, err := decode(body)
	return err
}

func checkUncovered(status int, contentType string, body []byte) error {
	switch {
	case status < 300:
		return errors.New("no operation of the document covers this, yet it succeeded")
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		if isJSON(contentType) || looksLikeJSON(body) {
			return fmt.Errorf("no operation of the document covers this, so its %d must not be JSON", status)
		}
		return nil
	case !isJSON(contentType):
		return nil
	}
	value, err := decode(body)
	if err != nil {
		return err
	}
	return errors.Join(append(checkEnvelope(value, status), checkBareError(value)...)...)
}

// isJSON reports whether a content type is JSON, such as application/json and application/problem+json.
func isJSON(contentType string) bool {
	media := mediaType(contentType)
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// mediaType returns a content type in lower case without its parameters, and "" when it is malformed.
func mediaType(contentType string) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return media
}

func looksLikeJSON(body []byte) bool {
	value, err := decode(body)
	if err != nil {
		return false
	}
	switch value.(type) {
	case map[string]any, []any:
		return true
	default:
		return false
	}
}
