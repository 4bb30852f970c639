package console

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/front"
)

// maxBody is the largest body that is read, in bytes.
const maxBody = 64 << 10

// read decodes the JSON of a request. It returns UnsupportedMedia, TooLarge or
// Invalid, naming the field but never its value, which may be a password.
func read(w http.ResponseWriter, r *http.Request, into any) error {
	// A page of another site cannot send this type without asking first.
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return cloud.Errorf(cloud.UnsupportedMedia, "Content-Type: expected application/json")
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return cloud.Errorf(cloud.TooLarge, "body: expected at most %d bytes", maxBody)
	case err != nil:
		return cloud.Errorf(cloud.Invalid, "body: it broke off, or is not framed as HTTP has it")
	}
	err = jsonv2.Unmarshal(data, into, jsonv2.RejectUnknownMembers(true))
	var semantic *jsonv2.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsonv2.ErrUnknownName):
		return cloud.Errorf(cloud.Invalid, "body: it has a field that this request does not know")
	case errors.As(err, &semantic) && semantic.JSONPointer != "":
		return cloud.Errorf(cloud.Invalid, "%s: expected text, got %s", fieldOf(semantic.JSONPointer), kindOf(semantic.JSONKind))
	default:
		return cloud.Errorf(cloud.Invalid, "body: expected a JSON object")
	}
}

func fieldOf(p jsontext.Pointer) string {
	return strings.ReplaceAll(strings.TrimPrefix(string(p), "/"), "/", ".")
}

func kindOf(k jsontext.Kind) string {
	switch k {
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 'n':
		return "null"
	default:
		return "something else"
	}
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = front.Encode(w, v) // the client has gone: nobody to tell
}
