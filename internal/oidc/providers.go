package oidc

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Providers are those with which people can sign in. They are safe for concurrent use.
type Providers struct {
	parties []*party // in the order of the file
	client  *http.Client
	clock   cloud.Clock
}

// New returns the providers. It asks none of them: one that is down keeps neither
// Gatehouse from starting nor people from signing in with another. redirectBase is the
// public URL of Gatehouse, to which CallbackPath is added. Of client, which may be nil,
// the transport counts and the time limit for a Begin or a Finish, 10 seconds when it
// has none.
func New(providers []Provider, redirectBase string, client *http.Client, clock cloud.Clock) *Providers {
	p := &Providers{client: newClient(client), clock: clock}
	for _, provider := range providers {
		p.parties = append(p.parties, &party{
			Provider: provider, redirect: strings.TrimSuffix(redirectBase, "/") + CallbackPath(provider.ID),
			client: p.client, clock: clock, turn: make(chan struct{}, 1),
		})
	}
	return p
}

// Named is a provider as a button shows it.
type Named struct {
	ID   string
	Name string
}

// List returns the providers in the order of the file: never nil.
func (p *Providers) List() []Named {
	list := make([]Named, 0, len(p.parties))
	for _, party := range p.parties {
		list = append(list, Named{party.ID, party.Name})
	}
	return list
}

func (p *Providers) find(id string) (*party, error) {
	for _, party := range p.parties {
		if party.ID == id {
			return party, nil
		}
	}
	return nil, fail(cloud.NotFound, UnknownProvider, "", "there is no sign-in provider %q", id)
}

// reach gives the context the client and the time limit for asking a provider.
func (p *Providers) reach(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(gooidc.ClientContext(ctx, p.client), p.client.Timeout)
}

// Begin begins a sign-in: the browser is to be sent to redirect, and to bring the flow
// along when it returns to CallbackPath. It returns NotFound if there is no such
// provider, and Unavailable if it does not answer.
func (p *Providers) Begin(ctx context.Context, id string) (redirect string, flow Flow, err error) {
	party, err := p.find(id)
	if err != nil {
		return "", Flow{}, err
	}
	ctx, cancel := p.reach(ctx)
	defer cancel()
	found, err := party.discover(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	flow = newFlow(id, p.clock.Now())
	redirect = party.config(found).AuthCodeURL(flow.state.Reveal(), gooidc.Nonce(flow.nonce.Reveal()), oauth2.S256ChallengeOption(flow.verifier.Reveal()))
	return redirect, flow, nil
}

// Finish ends a sign-in: answer is the query with which the browser came back. It
// returns Invalid if the answer is not to this flow, too late, or was used before;
// Forbidden if the provider or the person refused, or if the answer does not prove who
// the person is with a verified e-mail address; and Unavailable if the provider does
// not answer.
func (p *Providers) Finish(ctx context.Context, flow Flow, answer url.Values) (Identity, error) {
	if err := flow.check(answer, p.clock.Now()); err != nil {
		return Identity{}, err
	}
	party, err := p.find(flow.provider)
	if err != nil {
		return Identity{}, err
	}
	ctx, cancel := p.reach(ctx)
	defer cancel()
	return party.finish(ctx, flow, answer)
}
