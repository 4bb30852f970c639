package console

import (
	"net/http"
	"net/netip"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Identifier finds who is asking; see api.Identifier.
type Identifier = func(r *http.Request, from netip.Addr) (access.Principal, error)

// Identify identifies people by the cookie of their session. A request that names
// its own credential, or has no session, is next's.
//
// A change must come from this origin: a browser sends the cookie along with
// whatever another site makes it ask.
func Identify(directory *access.Directory, next Identifier) Identifier {
	sameOrigin := http.NewCrossOriginProtection()
	return func(r *http.Request, from netip.Addr) (access.Principal, error) {
		if r.Header.Get("Authorization") != "" { // first: programs have no cookies to look for
			return next(r, from)
		}
		token, ok := sessionToken(r)
		if !ok {
			return next(r, from)
		}
		if err := sameOrigin.Check(r); err != nil {
			return access.Principal{}, errForeign
		}
		return directory.AuthenticateSession(token, from)
	}
}

var errForeign = cloud.Errorf(cloud.Forbidden, "The request comes from another site")
