package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/front"
)

// init makes huma answer in our envelope: it has only these variables for it.
func init() {
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return invalid(front.CallOf(ctx.Context()).ID, status, message, errs)
	}
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return invalid("", status, message, errs)
	}
	huma.ValidateStrictCasing = true  // as bodies are decoded
	huma.DefaultArrayNullable = false // lists are never null, neither in requests nor in answers
}

// invalid says in our words what huma found wrong with a request: which field, and
// what it was.
func invalid(id string, status int, message string, errs []error) *front.ErrorBody {
	var detail *huma.ErrorDetail
	switch found := len(errs) > 0 && errors.As(errs[0], &detail); {
	case status == http.StatusRequestEntityTooLarge:
		return front.NewErrorBody(id, cloud.TooLarge, fmt.Sprintf("body: expected less than %d bytes", maxBody))
	case status == http.StatusUnsupportedMediaType:
		return front.NewErrorBody(id, cloud.UnsupportedMedia, "Content-Type: expected application/json")
	case status == http.StatusRequestTimeout:
		return front.NewErrorBody(id, cloud.Invalid, "body: it did not come in time")
	case found:
		return front.NewErrorBody(id, cloud.Invalid, sentenceOf(detail))
	case status == http.StatusBadRequest: // "request body is required"
		return front.NewErrorBody(id, cloud.Invalid, "body: expected a JSON object, got nothing")
	case message == "cannot read request body": // which to huma is a failure of the server
		return front.NewErrorBody(id, cloud.Invalid, "body: it broke off, or is not framed as HTTP has it")
	default:
		return front.NewErrorBody(id, cloud.Internal, "")
	}
}

func sentenceOf(d *huma.ErrorDetail) string {
	place, field, nested := strings.Cut(d.Location, ".")
	if !nested {
		field = place
	}
	return field + ": " + cloud.FirstCharacters(d.Message) + got(field, d.Value)
}

// got repeats a value that is wrong, when it is one that helps and is no secret.
func got(field string, value any) string {
	if field == "body" || strings.HasPrefix(field, "hashData") {
		return ""
	}
	text := ""
	switch v := value.(type) {
	case nil:
		text = "null"
	case string:
		text = strconv.Quote(cloud.FirstCharacters(v))
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		text = strconv.FormatBool(v)
	case []any:
		text = fmt.Sprintf("an array of %d", len(v))
	default:
		return ""
	}
	return ", got " + text
}
