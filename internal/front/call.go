package front

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Call is what is known of one request. It belongs to the request's goroutine.
type Call struct {
	ID      string     // UUIDv4, as in the envelope and in X-Request-Id
	Address netip.Addr // of the client; not valid for a connection that is not by network
	Secure  bool       // whether the client speaks TLS, to us or to a trusted proxy
	// Principal and Route are set by whoever finds them, for the log and the metrics.
	Principal access.Principal
	Route     string // the pattern; empty when there is none
}

// RequestID returns the ID as a UUID.
func (c *Call) RequestID() uuid.UUID {
	id, _ := uuid.Parse(c.ID) // our own
	return id
}

type callKey struct{}

// CallOf returns the call of a request's context.
func CallOf(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	if c == nil {
		return &Call{} // outside the front door: in the document generator only
	}
	return c
}

// maxUserAgent is how much of a user agent an activity remembers, in characters.
const maxUserAgent = 512

// UserAgent returns the program that asks, fit to be kept.
func UserAgent(r *http.Request) string { return cloud.CleanText(r.UserAgent(), maxUserAgent) }
