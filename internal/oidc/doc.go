// Package oidc signs people in with an OpenID provider: it is the relying party of
// OpenID Connect Core 1.0, by the authorization code flow with PKCE (RFC 7636).
//
// The operator describes the providers in a file (ReadProviders). Whoever speaks HTTP
// with the browser sends it where Begin says, keeps the Flow sealed in a cookie, and
// hands both the Flow and what came back to Finish, which says who the person is. What
// that person is in Gatehouse is decided elsewhere.
//
// Every error of Begin and Finish is a *cloud.Error: NotFound for a provider that does
// not exist, Invalid for a sign-in to begin again, Forbidden for a person or an answer
// that is refused, Unavailable for a provider that does not answer. ReasonOf says it
// in one word. None holds a code, a token or a secret, its causes included.
package oidc
