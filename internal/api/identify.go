package api

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Basic identifies API keys by HTTP Basic (RFC 7617): the key ID is the user, the
// key secret the password. Repeated failures from one address are slowed.
func Basic(directory *access.Directory, throttle *access.Throttle, metrics *Metrics) Identifier {
	return func(r *http.Request, from netip.Addr) (access.Principal, error) {
		p, err := authenticate(directory, r, from)
		metrics.authenticated(err)
		if err != nil && cloud.CodeOf(err) == cloud.Unauthenticated {
			if slow := throttle.Failed(from); slow != nil {
				return p, slow
			}
		}
		return p, err
	}
}

func authenticate(directory *access.Directory, r *http.Request, from netip.Addr) (access.Principal, error) {
	keyID, secret, ok := r.BasicAuth()
	if ok {
		return directory.Authenticate(keyID, secret, from)
	}
	header := r.Header.Get("Authorization")
	scheme, _, _ := strings.Cut(header, " ")
	switch {
	case header == "":
		return access.Principal{}, cloud.Errorf(cloud.Unauthenticated, "The Authorization header is missing: send key ID and key secret by HTTP Basic")
	case !strings.EqualFold(scheme, "Basic"):
		return access.Principal{}, cloud.Errorf(cloud.Unauthenticated, "The scheme of the Authorization header is not supported: send key ID and key secret by HTTP Basic")
	default:
		return access.Principal{}, cloud.Errorf(cloud.Unauthenticated, "The Authorization header is malformed: expected Basic and the Base64 of KEY_ID:KEY_SECRET")
	}
}

// Operator identifies everybody as the operator: for a listener that only who has
// the data directory can reach. account names the user of the machine.
func Operator(account func(*http.Request) string) Identifier {
	return func(r *http.Request, _ netip.Addr) (access.Principal, error) {
		return access.Operator(account(r), ""), nil
	}
}
