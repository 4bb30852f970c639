package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/front"
	"github.com/gatehouse/gatehouse/internal/oidc"
)

// provider is somebody with whom one can sign in besides a password.
type provider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *server) providers() []provider {
	list := []provider{}
	for _, p := range s.Providers.List() {
		list = append(list, provider(p))
	}
	return list
}

// routeProviders signs people in with an OpenID provider: the browser is sent there, and
// comes back to the callback. What goes wrong is told on the sign-in page.
func (s *server) routeProviders(mux *http.ServeMux) {
	mux.HandleFunc("GET /auth/oidc/{provider}", func(w http.ResponseWriter, r *http.Request) {
		front.CallOf(r.Context()).Route = r.Pattern
		to := pathOf(r.URL.Query().Get("to"))
		address, flow, err := s.Providers.Begin(r.Context(), r.PathValue("provider"))
		if err != nil {
			s.fail(w, r, to, err)
			return
		}
		s.keepFlow(w, r, pendingSignIn{Flow: flow.Text().Reveal(), To: to})
		http.Redirect(w, r, address, http.StatusFound) //nolint:gosec // to a provider of the operator
	})
	mux.HandleFunc("GET /auth/oidc/{provider}/callback", func(w http.ResponseWriter, r *http.Request) {
		front.CallOf(r.Context()).Route = r.Pattern
		w.Header().Set("Referrer-Policy", "no-referrer") // the address has a code
		pending := s.takeFlow(w, r)
		signedIn, err := s.finish(r, pending)
		if err != nil {
			s.fail(w, r, pending.To, err)
			return
		}
		setSession(w, r, signedIn.Token)
		http.Redirect(w, r, pending.To, http.StatusSeeOther)
	})
}

// finish begins the session of the person whom the provider has recognized.
func (s *server) finish(r *http.Request, pending pendingSignIn) (control.SignedIn, error) {
	flow, err := oidc.ParseFlow(pending.Flow)
	if err != nil {
		return control.SignedIn{}, err
	}
	who, err := s.Providers.Finish(r.Context(), flow, r.URL.Query())
	if err != nil {
		return control.SignedIn{}, err
	}
	listed, byName := who.Provider.RoleNames(who.Groups)
	return s.Control.SignInWith(r.Context(), visitor(r), control.ProviderSignIn{
		Provider: who.Provider.ID, Issuer: who.Issuer, Subject: who.Subject, Email: who.Email, Name: who.Name,
		Admitted: who.Provider.Admits(who.Email), Organization: who.Provider.Organization, DefaultRole: who.Provider.DefaultRole,
		FollowGroups: who.Provider.GroupsClaim != "", Roles: listed, CustomRoles: byName,
	})
}

// fail leads back to the sign-in page, with a word for what went wrong: an address must
// not carry sentences that anybody could make up.
func (s *server) fail(w http.ResponseWriter, r *http.Request, to string, err error) {
	s.Log.WarnContext(r.Context(), "a sign-in with a provider failed", "provider", r.PathValue("provider"), "request", front.CallOf(r.Context()).ID, "error", err)
	query := url.Values{"problem": {problemOf(err)}}
	if to != "/" {
		query.Set("to", to)
	}
	http.Redirect(w, r, "/sign-in?"+query.Encode(), http.StatusSeeOther)
}

// problemOf returns a word that web/src/pages/sign-in has a sentence for.
func problemOf(err error) string {
	switch oidc.ReasonOf(err) {
	case oidc.Refused:
		return "denied"
	case oidc.Stale:
		return "stale"
	case oidc.NoEmail, oidc.UnverifiedEmail:
		return "unverified"
	case oidc.Unreachable:
		return "unavailable"
	case oidc.NoReason: // of us
		if cloud.CodeOf(err) == cloud.Forbidden {
			return "unknown"
		}
		return "failed"
	default:
		return "failed"
	}
}

// pendingSignIn is what a browser keeps while its person is at the provider.
type pendingSignIn struct {
	Flow string `json:"flow"`
	To   string `json:"to"` // a path of the console
}

const flowContext = "sign-in with a provider"

func (s *server) keepFlow(w http.ResponseWriter, r *http.Request, p pendingSignIn) {
	text, _ := json.Marshal(p) // two texts
	setCookie(w, r, flowCookie, s.Sealer.Seal(text, flowContext), int(oidc.FlowLife/time.Second))
}

// takeFlow returns what the browser kept, which it forgets; nothing when it kept nothing.
func (s *server) takeFlow(w http.ResponseWriter, r *http.Request) (p pendingSignIn) {
	sealed := cookieOf(r, flowCookie)
	setCookie(w, r, flowCookie, "", -1)
	if text, err := s.Sealer.Open(sealed, flowContext); err == nil {
		_ = json.Unmarshal(text, &p) // we have written it
	}
	p.To = pathOf(p.To)
	return p
}

// maxPath keeps a cookie within what browsers keep.
const maxPath = 1000

// pathOf returns the path of the console, and the start page for what is none: nobody is
// to be led elsewhere after signing in.
func pathOf(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n") || len(to) > maxPath {
		return "/"
	}
	return to
}
