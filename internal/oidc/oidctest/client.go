package oidctest

import (
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Client is a program that may ask people to sign in.
type Client struct {
	ID           string
	Secret       string // empty: a public client, which must use PKCE
	RedirectURIs []string
	// UserInfoOnly leaves the claims of the scopes email and profile out of ID tokens,
	// as OpenID Connect Core 1.0, section 5.4, has it.
	UserInfoOnly bool
}

const scopeGroups = "groups"

var scopes = []string{oidc.ScopeOpenID, oidc.ScopeEmail, oidc.ScopeProfile, scopeGroups}

const tokenLife = time.Hour

// registered is a client as the protocol sees it (op.Client).
type registered struct{ Client }

func (c registered) GetID() string                       { return c.ID }
func (c registered) RedirectURIs() []string              { return c.Client.RedirectURIs }
func (c registered) PostLogoutRedirectURIs() []string    { return nil }
func (c registered) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c registered) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

func (c registered) GrantTypes() []oidc.GrantType                     { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c registered) LoginURL(id string) string                        { return loginURL(id) }
func (c registered) AccessTokenType() op.AccessTokenType              { return op.AccessTokenTypeBearer }
func (c registered) IDTokenLifetime() time.Duration                   { return tokenLife }
func (c registered) DevMode() bool                                    { return true } // redirects without TLS
func (c registered) IsScopeAllowed(scope string) bool                 { return slices.Contains(scopes, scope) }
func (c registered) IDTokenUserinfoClaimsAssertion() bool             { return !c.UserInfoOnly }
func (c registered) ClockSkew() time.Duration                         { return 0 }
func (c registered) RestrictAdditionalAccessTokenScopes() scopeFilter { return allScopes }

//nolint:staticcheck // the name is that of the interface
func (c registered) RestrictAdditionalIdTokenScopes() scopeFilter { return allScopes }

func (c registered) AuthMethod() oidc.AuthMethod {
	if c.Secret == "" {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodBasic
}

type scopeFilter = func(scopes []string) []string

func allScopes(scopes []string) []string { return scopes }
