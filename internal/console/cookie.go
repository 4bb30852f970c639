package console

import (
	"net/http"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/front"
)

// The session's cookie. Under TLS its name makes the browser refuse it from other
// hosts and from connections without TLS (RFC 6265bis, cookie name prefixes).
const (
	plainCookie  = "gatehouse_session"
	secureCookie = "__Host-gatehouse_session"
)

func cookieName(r *http.Request) string {
	if front.CallOf(r.Context()).Secure {
		return secureCookie
	}
	return plainCookie
}

// sessionToken returns what the browser sent, and false when there is no session.
func sessionToken(r *http.Request) (string, bool) {
	c, err := r.Cookie(cookieName(r))
	if err != nil || c.Value == "" {
		return "", false
	}
	return c.Value, true
}

// setSession gives the browser a new session for as long as it lasts at most.
func setSession(w http.ResponseWriter, r *http.Request, token cloud.Secret) {
	setCookie(w, r, token.Reveal(), int(cloud.SessionLife/time.Second))
}

func clearSession(w http.ResponseWriter, r *http.Request) { setCookie(w, r, "", -1) }

func setCookie(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	//nolint:gosec // Secure wherever there is TLS: without it, the browser would drop the cookie
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r), Value: value, MaxAge: seconds, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: front.CallOf(r.Context()).Secure,
	})
}
