package oidc

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// maxAnswer is the largest answer of a provider that is read, in bytes: it has room for
// the keys, and for the claims of somebody in a thousand groups.
const maxAnswer = 1 << 20

// defaultLimit is how long a provider may take, for all that a Begin or a Finish asks it.
const defaultLimit = 10 * time.Second

// maxRedirects of a provider are followed, within its host.
const maxRedirects = 3

// newClient returns the client that speaks with providers, by the transport and with
// the time limit of the given one, which may be nil.
func newClient(given *http.Client) *http.Client {
	client := &http.Client{CheckRedirect: stayAtHost, Timeout: defaultLimit}
	next := http.DefaultTransport
	if given != nil && given.Transport != nil {
		next = given.Transport
	}
	if given != nil && given.Timeout > 0 {
		client.Timeout = given.Timeout
	}
	client.Transport = boundedTransport{next}
	return client
}

// stayAtHost keeps what is sent to a provider, the code and the secret above all, from
// being sent on to a host that nobody named.
func stayAtHost(r *http.Request, via []*http.Request) error {
	first := via[0].URL
	switch {
	case r.URL.Scheme != first.Scheme || r.URL.Host != first.Host:
		return errElsewhere
	case len(via) > maxRedirects:
		return errGoesOn
	default:
		return nil
	}
}

// boundedTransport hands out answers as a whole, up to maxAnswer, and no failures of a
// GET: go-oidc would read them without bounds and put the body into its error.
type boundedTransport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	redirects := response.StatusCode >= 300 && response.StatusCode < 400
	if r.Method == http.MethodGet && response.StatusCode != http.StatusOK && !redirects {
		return nil, answerStatus(response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswer {
		return nil, errTooLarge
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
