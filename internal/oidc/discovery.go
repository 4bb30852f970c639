package oidc

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// discoveryLife is how long is believed what a provider said of itself, its keys
// included: a key that it has taken back is not good for longer.
const discoveryLife = time.Hour

// party is Gatehouse as one provider knows it.
type party struct {
	Provider
	redirect string // the whole URL
	client   *http.Client
	clock    cloud.Clock
	turn     chan struct{} // holds one: who discovers; the others wait for what is found
	found    *discovered   // only in turn; nil until there was an answer
}

// discovered is what a provider says of itself (OpenID Connect Discovery 1.0, section 3).
type discovered struct {
	at       time.Time
	provider *gooidc.Provider
	keys     *gooidc.RemoteKeySet
	endpoint oauth2.Endpoint
	// namesItself says that every answer has the parameter iss (RFC 9207).
	namesItself bool
}

// discover returns what the provider says of itself, and asks it when that is not known.
// It returns Unavailable when the provider does not answer; the next call asks again.
func (p *party) discover(ctx context.Context) (*discovered, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, p.unreachable("discovery", ctx.Err())
	}
	now := p.clock.Now()
	if p.found != nil && now.Sub(p.found.at) < discoveryLife {
		return p.found, nil
	}
	provider, err := gooidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, p.discoveryFailed(err)
	}
	var says struct {
		Keys        string   `json:"jwks_uri"`
		AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
		NamesItself bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&says); err != nil {
		return nil, p.misconfigured("discovery: its answer cannot be read")
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = p.authStyle(says.AuthMethods)
	for name, url := range map[string]string{"authorization_endpoint": endpoint.AuthURL, "token_endpoint": endpoint.TokenURL, "jwks_uri": says.Keys} {
		if !p.trusts(url) {
			return nil, p.misconfigured("discovery: " + name + " is missing or not encrypted")
		}
	}
	if userInfo := provider.UserInfoEndpoint(); userInfo != "" && !p.trusts(userInfo) {
		return nil, p.misconfigured("discovery: userinfo_endpoint is not encrypted")
	}
	// The keys are fetched long after this request, which must not be kept for that.
	keys := gooidc.NewRemoteKeySet(gooidc.ClientContext(context.Background(), p.client), says.Keys)
	p.found = &discovered{at: now, provider: provider, keys: keys, endpoint: endpoint, namesItself: says.NamesItself}
	return p.found, nil
}

// trusts reports whether secrets may be sent to the address, and keys be taken from it:
// it is encrypted, unless the issuer itself is on this machine without encryption.
func (p *party) trusts(address string) bool {
	if checkAddress(address) != nil {
		return false
	}
	return strings.HasPrefix(address, "https:") || strings.HasPrefix(p.Issuer, "http:")
}

// authStyle says how the client proves itself. It is not tried out: a provider may take
// the code back when the first try fails. Where the provider does not say,
// client_secret_basic is the rule (OpenID Connect Discovery 1.0, section 3).
func (p *party) authStyle(methods []string) oauth2.AuthStyle {
	public := p.ClientSecret.Reveal() == "" // which names itself, and proves nothing
	onlyPost := slices.Contains(methods, "client_secret_post") && !slices.Contains(methods, "client_secret_basic")
	if public || onlyPost {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

func (p *party) config(found *discovered) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret.Reveal(),
		Endpoint: found.endpoint, RedirectURL: p.redirect, Scopes: p.Scopes,
	}
}
