package oidc

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// finish turns an answer to the flow into who the person is.
func (p *party) finish(ctx context.Context, flow Flow, answer url.Values) (Identity, error) {
	issuer := only(answer, "iss")
	if answer.Has("iss") && issuer != p.Issuer { // the answer of another provider (RFC 9207, section 2.4)
		return Identity{}, p.unverifiable("the answer names another issuer")
	}
	if answer.Has("error") {
		return Identity{}, p.declined(only(answer, "error"))
	}
	code := only(answer, "code")
	if code == "" {
		return Identity{}, stale("the answer has no code")
	}
	found, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	if found.namesItself && issuer == "" {
		return Identity{}, p.unverifiable("the answer names no issuer")
	}
	token, err := p.config(found).Exchange(ctx, code, oauth2.VerifierOption(flow.verifier.Reveal()))
	if err != nil {
		return Identity{}, p.exchangeFailed(err)
	}
	told, err := p.verify(ctx, found, token, flow.nonce.Reveal())
	if err != nil {
		return Identity{}, err
	}
	return p.identify(ctx, found, token, told)
}

// algorithms are those that sign with a key which only the provider has. Neither none
// nor the HMAC ones, whose key could be something public, are ever among them.
var algorithms = []string{
	gooidc.RS256, gooidc.RS384, gooidc.RS512, gooidc.ES256, gooidc.ES384, gooidc.ES512, gooidc.PS256, gooidc.PS384, gooidc.PS512, gooidc.EdDSA,
}

// verify returns the claims of the ID token if it holds (OpenID Connect Core 1.0, section 3.1.3.7).
func (p *party) verify(ctx context.Context, found *discovered, token *oauth2.Token, nonce string) (claims, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, p.unverifiable("there is no ID token")
	}
	keys := &watchedKeys{keys: found.keys}
	verifier := gooidc.NewVerifier(p.Issuer, keys, &gooidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: algorithms, Now: p.clock.Now})
	idToken, err := verifier.Verify(ctx, raw)
	switch {
	case err != nil && unanswered(keys.err):
		return nil, p.unreachable("keys", keys.err)
	case err != nil:
		return nil, p.unverifiable(tokenCause(err))
	}
	var told claims
	if err := idToken.Claims(&told); err != nil {
		return nil, p.unverifiable("the claims of the ID token cannot be read")
	}
	if !sameText(told.text("nonce"), nonce) {
		return nil, p.unverifiable("the ID token is not of this flow: its nonce is another")
	}
	others := slices.ContainsFunc(idToken.Audience, func(a string) bool { return a != p.ClientID })
	if (others || told.has("azp")) && told.text("azp") != p.ClientID {
		return nil, p.unverifiable("the ID token was issued to another client")
	}
	if idToken.AccessTokenHash != "" && idToken.VerifyAccessToken(token.AccessToken) != nil {
		return nil, p.unverifiable("the access token is not that of the ID token")
	}
	subject := told.text("sub")
	if subject == "" || subject != idToken.Subject || len(subject) > MaxSubjectLength {
		return nil, p.unverifiable("the ID token has no subject of 1 to 255 bytes")
	}
	return told, nil
}

// watchedKeys remember why they could not verify: go-oidc tells a provider that does
// not hand out its keys from a signature that is wrong in words only.
type watchedKeys struct {
	keys gooidc.KeySet
	err  error
}

// VerifySignature implements gooidc.KeySet.
func (k *watchedKeys) VerifySignature(ctx context.Context, jwt string) (payload []byte, err error) {
	payload, k.err = k.keys.VerifySignature(ctx, jwt)
	return payload, k.err
}

// unanswered reports whether a request failed on its way, rather than by what the answer says.
func unanswered(err error) bool {
	var transport *url.Error
	return errors.As(err, &transport) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// tokenCause says in our words what go-oidc has against an ID token: its own may repeat
// what is in the token.
func tokenCause(err error) string {
	var expired *gooidc.TokenExpiredError
	if errors.As(err, &expired) {
		return "the ID token has expired"
	}
	for _, c := range []struct{ theirs, ours string }{
		{"issued by a different provider", "the ID token is of another issuer"},
		{"expected audience", "the ID token is for another client"},
		{"before the nbf", "the ID token is not valid yet"},
		{"fetching keys", "the keys of the provider cannot be read"},
		{"verify signature", "the ID token is not signed with a key of the provider"},
		{"malformed jwt", "the ID token is no JWT that is signed with a public-key algorithm"},
	} {
		if strings.Contains(err.Error(), c.theirs) {
			return c.ours
		}
	}
	return "the ID token cannot be read"
}
