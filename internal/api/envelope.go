package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/front"
)

// Envelope is around every answer (access reference, "Success envelope").
type Envelope struct {
	Status    int       `json:"status" example:"200" doc:"The HTTP status."`
	RequestID uuid.UUID `json:"requestId" format:"uuid" doc:"Unique id of the request, a UUIDv4."`
}

func envelopeOf(ctx context.Context) Envelope {
	return Envelope{Status: http.StatusOK, RequestID: front.CallOf(ctx).RequestID()}
}

// result is the answer of an operation that returns something.
type result[T any] struct {
	Envelope
	Result T `json:"result"`
}

// done is the answer of an operation that returns nothing.
type done struct{ Envelope }

func answer[T any](ctx context.Context, v T) result[T] { return result[T]{envelopeOf(ctx), v} }

// shown returns a list as an answer holds it: never null.
func shown[T, S any](list []T, show func(T) S) []S {
	out := make([]S, 0, len(list))
	for _, v := range list {
		out = append(out, show(v))
	}
	return out
}

// output is what huma writes. A pointer spares copies of the body.
type output[B any] struct{ Body *B }

// spec describes an operation.
type spec struct {
	id          control.Operation
	method      string
	path        string
	tag         string
	summary     string
	description string
	conflicts   bool // may answer 409
	addition    bool // the Cloud does not have it
	beta        bool
	deprecated  bool
}

// subject is what the path of a request names: see OrganizationPath and ServicePath.
type subject interface {
	subject() (access.Subject, error)
}

func (p OrganizationPath) subject() (access.Subject, error) {
	organization, err := p.id()
	return access.Subject{Organization: organization}, err
}

// register adds an operation. The handler gets who is asking and returns the whole
// body of the answer, or an error of package cloud. What was answered without an error is
// counted.
func register[I, B any](s *server, o spec, handler func(context.Context, access.Principal, *I) (B, error)) {
	huma.Register(s.api, s.operation(o), func(ctx context.Context, in *I) (*output[B], error) {
		p := front.CallOf(ctx).Principal
		body, err := handler(ctx, p, in)
		if err != nil {
			return nil, front.ErrorOf(ctx, s.Log, err)
		}
		s.count(p, o.id, in)
		return &output[B]{&body}, nil
	})
}

// operation describes an operation that is about to be added.
func (s *server) operation(o spec) huma.Operation {
	s.registered = append(s.registered, o)
	permissions := o.id.Requires()
	operation := huma.Operation{
		OperationID:   string(o.id),
		Method:        o.method,
		Path:          o.path,
		Tags:          []string{o.tag},
		Summary:       o.summary,
		Description:   o.description + "\n\n" + permissionSentence(o.id),
		Deprecated:    o.deprecated,
		DefaultStatus: http.StatusOK,
		Errors:        errorsOf(o),
		Extensions:    map[string]any{"x-required-permissions": permissions},

		MaxBodyBytes:    maxBody,
		BodyReadTimeout: bodyLimit,
	}
	if o.addition {
		operation.Extensions["x-gatehouse"] = true
	}
	if o.beta {
		operation.Extensions["x-badges"] = []map[string]string{{"name": "Beta", "position": "after"}}
	}
	return operation
}

// count counts a request of the principal about what its path names.
func (s *server) count(p access.Principal, o control.Operation, in any) {
	if named, ok := in.(subject); ok {
		if about, err := named.subject(); err == nil {
			s.Control.CountRequest(p, o, about)
		}
	}
}

const (
	// maxBody is the largest body that is read, in bytes.
	maxBody = 1 << 20
	// bodyLimit is how long a body may take. When it has passed, net/http also gives
	// up on the connection of an operation that is still at work.
	bodyLimit = time.Minute
)

func permissionSentence(o control.Operation) string {
	permissions := o.Requires()
	if len(permissions) == 0 {
		return "Any valid key may call this."
	}
	text := "Needs the permission"
	if len(permissions) > 1 {
		text += "s"
	}
	for i, p := range permissions {
		if i > 0 {
			text += " and"
		}
		text += " `" + string(p) + "`"
	}
	return text + "."
}

// errorsOf returns the statuses, besides 200, that an operation may answer with.
func errorsOf(o spec) []int {
	statuses := []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable,
	}
	if len(o.id.Requires()) > 0 || strings.Contains(o.path, "{") {
		statuses = append(statuses, http.StatusNotFound)
	}
	if o.method == http.MethodPost || o.method == http.MethodPatch || o.method == http.MethodPut {
		statuses = append(statuses, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if o.conflicts {
		statuses = append(statuses, http.StatusConflict)
	}
	slices.Sort(statuses)
	return statuses
}
