package api

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

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

	validation.MsgExpectedOneOf = expectedOneOf + "%s"
	validation.MsgExpectedMinimumNumber, validation.MsgExpectedMaximumNumber = "expected at least %v", "expected at most %v"
	validation.MsgExpectedMinItems, validation.MsgExpectedMaxItems = "expected at least %d entries", "expected at most %d entries"
	huma.ErrorFormatter = phrase
}

// phrase is fmt.Sprintf with numbers as people write them, and one entry rather than entries.
func phrase(format string, values ...any) string {
	for i, v := range values {
		if n, ok := v.(float64); ok {
			values[i] = strconv.FormatFloat(n, 'f', -1, 64)
		}
	}
	text := fmt.Sprintf(format, values...)
	if len(values) == 1 && values[0] == 1 {
		text = strings.Replace(text, "1 entries", "1 entry", 1)
	}
	return text
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
	message := d.Message
	if !strings.HasPrefix(message, expectedOneOf) { // those are ours, and say nothing when they are cut
		message = cloud.FirstCharacters(message)
	}
	return field + ": " + message + got(field, d)
}

// expectedOneOf begins what is said of a value that is none of an enum's.
const expectedOneOf = "expected one of "

// got repeats a value that is wrong, when it is one that helps and is no secret: of the others
// it says what they are, when that is what is wrong.
func got(field string, d *huma.ErrorDetail) string {
	if field == "body" || strings.HasPrefix(field, "hashData") {
		if wrongKind(d.Message) {
			return ", got " + kindOf(d.Value)
		}
		return ""
	}
	text := ""
	switch v := d.Value.(type) {
	case string:
		if text = strconv.Quote(cloud.FirstCharacters(v)); strings.HasPrefix(field, "openApiKeys") {
			text = shownKey(v)
		}
	case float64:
		text = shownNumber(v)
	case bool:
		text = strconv.FormatBool(v)
	case []any:
		if text = kindOf(v); !wrongKind(d.Message) {
			text = strconv.Itoa(len(v))
		}
	case map[string]any:
		if !wrongKind(d.Message) { // a property is missing
			return ""
		}
		text = kindOf(v)
	case nil:
		text = kindOf(v)
	default:
		return ""
	}
	return ", got " + text
}

// wrongKind reports whether the message says that a value is of another JSON type.
func wrongKind(message string) bool {
	switch message {
	case validation.MsgExpectedObject, validation.MsgExpectedArray, validation.MsgExpectedString, validation.MsgExpectedNumber,
		validation.MsgExpectedInteger, validation.MsgExpectedBoolean:
		return true
	default:
		return false
	}
}

// kindOf names the JSON type of a value.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case float64:
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "an array"
	default:
		return "an object"
	}
}

// shownNumber returns a number as it is written in JSON, without hundreds of zeros.
func shownNumber(n float64) string {
	const most = 1 << 53 // from here on not every integer is a number of JSON's readers
	if math.Abs(n) > most {
		return strconv.FormatFloat(n, 'g', -1, 64)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
