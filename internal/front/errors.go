package front

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// wire is how a code looks to a client.
type wire struct {
	status int
	name   string
}

// codes is the one table from codes to the wire.
var codes = map[cloud.Code]wire{
	cloud.Internal:         {http.StatusInternalServerError, "INTERNAL_SERVER_ERROR"},
	cloud.Invalid:          {http.StatusBadRequest, "BAD_REQUEST"},
	cloud.Unauthenticated:  {http.StatusUnauthorized, "UNAUTHORIZED"},
	cloud.Forbidden:        {http.StatusForbidden, "FORBIDDEN"},
	cloud.NotFound:         {http.StatusNotFound, "NOT_FOUND"},
	cloud.Conflict:         {http.StatusConflict, "CONFLICT"},
	cloud.TooLarge:         {http.StatusRequestEntityTooLarge, "PAYLOAD_TOO_LARGE"},
	cloud.UnsupportedMedia: {http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE"},
	cloud.RateLimited:      {http.StatusTooManyRequests, "TOO_MANY_REQUESTS"},
	cloud.Unimplemented:    {http.StatusNotImplemented, "NOT_IMPLEMENTED"},
	cloud.Unavailable:      {http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE"},
}

// ErrorBody is the error envelope, its fields in the order of the Cloud.
type ErrorBody struct {
	RequestID uuid.UUID `json:"requestId" format:"uuid" doc:"Unique id of the request, a UUIDv4. Name it when you ask for help."`
	Message   string    `json:"error" example:"NOT_FOUND: Key not found" doc:"What went wrong: a code, a colon and a sentence; of a rate limit the code alone."`
	Status    int       `json:"status" example:"404" doc:"The HTTP status."`

	header http.Header
}

// Error implements error.
func (e *ErrorBody) Error() string { return e.Message }

// GetStatus implements huma.StatusError.
func (e *ErrorBody) GetStatus() int { return e.Status }

// GetHeaders implements huma.HeadersError.
func (e *ErrorBody) GetHeaders() http.Header { return e.header }

// Write answers with the envelope.
func (e *ErrorBody) Write(w http.ResponseWriter) {
	for name, values := range e.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Status)
	_ = Encode(w, e) // the client has gone: nobody to tell
}

// Encode writes an answer as JSON. "<" stays as it is: people read it, and nosniff keeps
// browsers from taking it for HTML.
func Encode(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// ErrorOf turns an error into its envelope. What is not meant for the client goes to the log.
func ErrorOf(ctx context.Context, log *slog.Logger, err error) *ErrorBody {
	var e *cloud.Error
	if !errors.As(err, &e) {
		e = &cloud.Error{Err: err}
	}
	id := CallOf(ctx).ID
	switch gone := ctx.Err() != nil && errors.Is(err, ctx.Err()); {
	case gone: // the client: nothing failed, and nobody reads the answer
		e = cloud.Errorf(cloud.Unavailable, "The request ended before its answer")
	case e.Code == cloud.Internal || e.Code == cloud.Unavailable:
		log.ErrorContext(ctx, "request failed", "requestId", id, "error", err)
	}
	body := NewErrorBody(id, e.Code, e.Message)
	if e.RetryAfter > 0 {
		body.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds())))}}
	}
	return body
}

// NewErrorBody returns the envelope of an error of the request with this id.
func NewErrorBody(id string, code cloud.Code, sentence string) *ErrorBody {
	w := codes[code]
	if code == cloud.Internal {
		sentence = "Something went wrong on our side; the log of Gatehouse says more under this requestId"
	}
	message := w.name
	if sentence != "" {
		message += ": " + sentence
	}
	requestID, _ := uuid.Parse(id) // our own
	return &ErrorBody{RequestID: requestID, Message: message, Status: w.status}
}
