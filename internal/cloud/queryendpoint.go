package cloud

import (
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// QueryEndpointRoles are the database roles that a query endpoint may run SQL with, in the order of
// the contract (OpenAPI schema ServiceQueryAPIEndpoint).
var QueryEndpointRoles = []string{"sql_console_read_only", "sql_console_admin"}

// Bounds of a query endpoint. The Cloud names none; these keep a service small.
const (
	MaxQueryEndpointKeys    = 1000
	maxQueryEndpointOrigins = 100
)

// Check returns Invalid, naming field and value, unless the endpoint can be kept. Whether its
// keys exist is for the caller to know.
func (q QueryEndpoint) Check() error {
	for i, role := range q.Roles {
		if !slices.Contains(QueryEndpointRoles, role) {
			return Errorf(Invalid, "roles[%d]: expected one of %s, got %q", i, strings.Join(QueryEndpointRoles, ", "), role)
		}
	}
	if len(q.Roles) > len(QueryEndpointRoles) {
		return Errorf(Invalid, "roles: expected each role once, got %d roles", len(q.Roles))
	}
	if len(q.KeyIDs) > MaxQueryEndpointKeys {
		return Errorf(Invalid, "openApiKeys: expected at most %d keys, got %d", MaxQueryEndpointKeys, len(q.KeyIDs))
	}
	origins := strings.Split(q.AllowedOrigins, ",")
	if len(origins) > maxQueryEndpointOrigins {
		return Errorf(Invalid, "allowedOrigins: expected at most %d origins, got %d", maxQueryEndpointOrigins, len(origins))
	}
	if q.AllowedOrigins == "" {
		return nil
	}
	for _, origin := range origins {
		if !isOrigin(strings.TrimSpace(origin)) {
			return Errorf(Invalid, "allowedOrigins: expected origins with commas between them, such as https://app.example.com, or *, got %q", q.AllowedOrigins)
		}
	}
	return nil
}

// isOrigin reports whether the text names where a page may come from: *, an origin as
// browsers send it, or only its host, perhaps with a port.
func isOrigin(text string) bool {
	if text == "*" {
		return true
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != "" && u.User == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == "" &&
		isPlain(text) && !strings.ContainsAny(text, ` "'<>\`)
}

// Origins returns the allowed origins one by one; none when pages may not ask.
func (q QueryEndpoint) Origins() []string {
	var out []string
	for origin := range strings.SplitSeq(q.AllowedOrigins, ",") {
		if origin = strings.TrimSpace(origin); origin != "" {
			out = append(out, origin)
		}
	}
	return out
}

// Without returns the endpoint without a key, and whether it had it.
func (q QueryEndpoint) Without(key uuid.UUID) (QueryEndpoint, bool) {
	left := make([]uuid.UUID, 0, len(q.KeyIDs))
	for _, id := range q.KeyIDs {
		if id != key {
			left = append(left, id)
		}
	}
	had := len(left) < len(q.KeyIDs)
	q.KeyIDs = left
	return q, had
}
