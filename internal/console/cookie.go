package console

import (
	"net/http"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/front"
)

// The cookies: that of the session, and that of a sign-in with a provider on its way.
const (
	sessionCookie = "gatehouse_session"
	flowCookie    = "gatehouse_sign_in"
)

// cookieName returns the name in the browser. Under TLS it makes the browser refuse the
// cookie from other hosts and from connections without TLS (RFC 6265bis, cookie name
// prefixes).
func cookieName(r *http.Request, cookie string) string {
	if front.CallOf(r.Context()).Secure {
		return "__Host-" + cookie
	}
	return cookie
}

// cookieOf returns what the browser sent, empty when it sent nothing.
func cookieOf(r *http.Request, cookie string) string {
	c, err := r.Cookie(cookieName(r, cookie))
	if err != nil {
		return ""
	}
	return c.Value
}

// sessionToken returns what the browser sent, and false when there is no session.
func sessionToken(r *http.Request) (string, bool) {
	token := cookieOf(r, sessionCookie)
	return token, token != ""
}

// setSession gives the browser a new session for as long as it lasts at most.
func setSession(w http.ResponseWriter, r *http.Request, token cloud.Secret) {
	setCookie(w, r, sessionCookie, token.Reveal(), int(cloud.SessionLife/time.Second))
}

func clearSession(w http.ResponseWriter, r *http.Request) { setCookie(w, r, sessionCookie, "", -1) }

func setCookie(w http.ResponseWriter, r *http.Request, cookie, value string, seconds int) {
	//nolint:gosec // Secure wherever there is TLS: without it, the browser would drop the cookie
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r, cookie), Value: value, MaxAge: seconds, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: front.CallOf(r.Context()).Secure,
	})
}
