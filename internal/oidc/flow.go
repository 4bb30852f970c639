package oidc

import (
	"crypto/subtle"
	"encoding/json"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// FlowLife is how long a person may take at the provider.
const FlowLife = 10 * time.Minute

// Flow is a sign-in on its way: what Begin must remember for Finish. It belongs to one
// browser, in a cookie that is sealed, lives for FlowLife and is taken back when the
// browser returns. The zero value is no flow, and Finish refuses it.
type Flow struct {
	provider string
	begun    time.Time
	state    cloud.Secret // ties the answer to the browser
	nonce    cloud.Secret // ties the ID token to the flow
	verifier cloud.Secret // ties the code to the flow (RFC 7636)
}

const flowTokenLength = 43 // 256 bits in base62

func newFlow(provider string, now time.Time) Flow {
	return Flow{
		provider: provider, begun: now,
		state:    cloud.NewSecret(cloud.RandomText(flowTokenLength)),
		nonce:    cloud.NewSecret(cloud.RandomText(flowTokenLength)),
		verifier: cloud.NewSecret(oauth2.GenerateVerifier()),
	}
}

// flowText is how a flow is written down.
type flowText struct {
	Provider string    `json:"provider"`
	Begun    time.Time `json:"begun"`
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
}

// Provider returns the id of the provider.
func (f Flow) Provider() string { return f.provider }

// Text returns the flow as JSON of some 250 bytes, to be sealed into a cookie: who reads
// it can pass another's sign-in off as this browser's.
func (f Flow) Text() cloud.Secret {
	text, _ := json.Marshal(flowText{f.provider, f.begun, f.state.Reveal(), f.nonce.Reveal(), f.verifier.Reveal()}) // cannot fail
	return cloud.NewSecret(string(text))
}

// ParseFlow reads what Text wrote. It returns Invalid for anything else.
func ParseFlow(text string) (Flow, error) {
	var t flowText
	if err := json.Unmarshal([]byte(text), &t); err != nil || t.State == "" || t.Nonce == "" || t.Verifier == "" {
		return Flow{}, stale("the cookie does not hold a flow")
	}
	return Flow{t.Provider, t.Begun, cloud.NewSecret(t.State), cloud.NewSecret(t.Nonce), cloud.NewSecret(t.Verifier)}, nil
}

// check returns Invalid unless the answer of the provider is to this flow, in time.
func (f Flow) check(answer url.Values, now time.Time) error {
	state := f.state.Reveal()
	switch age := now.Sub(f.begun); {
	case state == "":
		return stale("there is no flow")
	case age < 0 || age > FlowLife:
		return stale("the flow is too old")
	case !sameText(only(answer, "state"), state):
		return stale("the state is not that of the flow")
	default:
		return nil
	}
}

// sameText compares in constant time.
func sameText(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// only returns the value of a parameter; empty when there is none, or more than one,
// which RFC 6749, section 3.1, forbids.
func only(query url.Values, name string) string {
	if values := query[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}
