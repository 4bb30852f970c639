package api

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// plain returns the request without what huma would misread. It returns Invalid for
// a query that is not name=value pairs, of which huma would ignore what it cannot read.
func plain(r *http.Request) (*http.Request, error) {
	// There is one format of answers, and huma's negotiation panics on some values.
	r.Header.Del("Accept")
	if written := r.Header.Get("Content-Type"); written != "" {
		r.Header.Set("Content-Type", plainType(written))
	}
	if r.URL.RawQuery == "" {
		return r, nil
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return r, &cloud.Error{Code: cloud.Invalid, Message: "query: " + cloud.FirstCharacters(err.Error())}
	}
	u := *r.URL
	u.RawQuery = values.Encode()
	tidy := *r
	tidy.URL = &u
	return &tidy, nil
}

// plainType returns JSON in its one spelling, and for everything else a type that
// is read nowhere: huma takes a type as it is written, but any/thing+application/json for JSON.
func plainType(written string) string {
	media, _, err := mime.ParseMediaType(written)
	if media == "application/json" && (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter)) {
		return media
	}
	return "unreadable"
}

// readJSON takes names to the letter and refuses a name that comes twice, so that
// what was validated is what is decoded.
func readJSON(data []byte, v any) error {
	err := jsonv2.Unmarshal(data, v, jsontext.AllowInvalidUTF8(false))
	var syntax *jsontext.SyntacticError
	var semantic *jsonv2.SemanticError
	switch {
	case errors.As(err, &syntax):
		return errors.New(strings.TrimPrefix(syntax.Error(), "jsontext: "))
	case errors.As(err, &semantic) && semantic.JSONKind == '0':
		return fmt.Errorf("the number %s is out of range", cloud.FirstCharacters(string(semantic.JSONValue)))
	case err != nil:
		return errors.New("it does not fit the schema of the operation")
	default:
		return nil
	}
}
