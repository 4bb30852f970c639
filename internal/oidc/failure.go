package oidc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Reason says in one word why a sign-in failed, for a page that has sentences of its
// own: the browser comes back by a redirect, and an address must not carry sentences
// that anybody could make up.
type Reason string

// The reasons, and the code of the error that has each.
const (
	NoReason        Reason = ""
	UnknownProvider Reason = "unknown-provider" // NotFound
	Stale           Reason = "stale"            // Invalid: begin again
	Refused         Reason = "refused"          // Forbidden: the person or the provider said no
	NoEmail         Reason = "no-email"         // Forbidden: the provider told no e-mail address
	UnverifiedEmail Reason = "unverified-email" // Forbidden: the provider does not vouch for it
	BadGroups       Reason = "groups"           // Forbidden: too many groups, or none that can be read
	Unverifiable    Reason = "unverifiable"     // Forbidden: the answer does not prove who the person is
	Unreachable     Reason = "unreachable"      // Unavailable: no answer
	Misconfigured   Reason = "misconfigured"    // Unavailable: provider and Gatehouse do not fit together
)

// ReasonOf returns the reason of an error of this package, and NoReason for any other.
func ReasonOf(err error) Reason {
	var f *failure
	if errors.As(err, &f) {
		return f.reason
	}
	return NoReason
}

// failure is the internal side of every error of Begin and Finish.
type failure struct {
	reason Reason
	cause  string // what happened, for the log; written by us, never by the provider
}

func (f *failure) Error() string {
	if f.cause == "" {
		return string(f.reason)
	}
	return string(f.reason) + ", " + f.cause
}

func fail(code cloud.Code, reason Reason, cause, format string, args ...any) error {
	e := cloud.Errorf(code, format, args...)
	e.Err = &failure{reason, cause}
	return e
}

func stale(cause string) error {
	return fail(cloud.Invalid, Stale, cause, "this sign-in was not begun in this browser or took too long: begin again")
}

func (p Provider) unreachable(what string, err error) error {
	return fail(cloud.Unavailable, Unreachable, what+": "+causeOf(err), "%s does not answer: try again later", p.Name)
}

func (p Provider) misconfigured(cause string) error {
	return fail(cloud.Unavailable, Misconfigured, cause,
		"signing in with %s does not work at the moment: whoever runs Gatehouse finds the reason in its log", p.Name)
}

func (p Provider) unverifiable(cause string) error {
	return fail(cloud.Forbidden, Unverifiable, cause, "the answer of %s does not prove who you are: begin again, or tell whoever runs Gatehouse", p.Name)
}

var (
	errTooLarge  = fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	errElsewhere = errors.New("it redirects to another host")
	errGoesOn    = errors.New("it redirects again and again")
)

// answerStatus is a status that is not a success, of an answer that is only read.
type answerStatus int

func (s answerStatus) Error() string { return fmt.Sprintf("it answers with status %d", int(s)) }

// causeOf says what went wrong between Gatehouse and a provider. It takes nothing over
// that the provider wrote, such as a body or the address of a redirect: that may repeat
// a code, a token or the secret. So what is not known here is not described.
func causeOf(err error) string {
	var (
		timeout     interface{ Timeout() bool }
		certificate *tls.CertificateVerificationError
		network     *net.OpError
		status      answerStatus
	)
	for _, known := range []error{errTooLarge, errElsewhere, errGoesOn, context.Canceled} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &certificate):
		return certificate.Error()
	case errors.As(err, &network):
		return network.Error()
	case errors.As(err, &status):
		return status.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it closed the connection"
	default:
		return "its answer cannot be read"
	}
}

// errorCodes are those that a provider may answer with: RFC 6749, sections 4.1.2.1 and
// 5.2, and OpenID Connect Core 1.0, section 3.1.2.6.
var errorCodes = []string{
	"invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable",
	"invalid_client", "invalid_grant", "unsupported_grant_type",
	"interaction_required", "login_required", "account_selection_required", "consent_required",
	"invalid_request_uri", "invalid_request_object", "request_not_supported", "request_uri_not_supported", "registration_not_supported",
}

// shownCode returns the code if it is one, because what the provider wrote otherwise must not get into a log.
func shownCode(code string) string {
	if slices.Contains(errorCodes, code) {
		return "error " + code
	}
	return "an error that OpenID Connect does not know"
}

// declined returns the error for an answer without a code: what the provider, or the
// person there, had against this sign-in.
func (p Provider) declined(code string) error {
	switch code {
	case "access_denied":
		return fail(cloud.Forbidden, Refused, shownCode(code), "the sign-in was broken off at %s, or it does not let you use Gatehouse", p.Name)
	case "login_required", "interaction_required", "account_selection_required", "consent_required":
		return fail(cloud.Forbidden, Refused, shownCode(code), "%s did not sign you in: begin again", p.Name)
	case "server_error", "temporarily_unavailable":
		return fail(cloud.Unavailable, Unreachable, shownCode(code), "%s cannot sign you in now: try again later", p.Name)
	default:
		return p.misconfigured("authorization endpoint: " + shownCode(code))
	}
}

// exchangeFailed returns the error for a code that brought no tokens.
func (p Provider) exchangeFailed(err error) error {
	const what = "token endpoint"
	var answer *oauth2.RetrieveError
	switch {
	case !errors.As(err, &answer):
		return p.unreachable(what, err)
	case answer.ErrorCode == "invalid_grant": // a code that is too old, used up, or not of this flow
		return stale(what + ": " + shownCode(answer.ErrorCode))
	case answer.ErrorCode == "":
		return p.unreachable(what, answerStatus(answer.Response.StatusCode))
	case answer.ErrorCode == "server_error" || answer.ErrorCode == "temporarily_unavailable":
		return p.unreachable(what, answerStatus(answer.Response.StatusCode))
	default:
		return p.misconfigured(what + ": " + shownCode(answer.ErrorCode))
	}
}

// discoveryFailed returns the error for a provider that cannot be discovered.
func (p Provider) discoveryFailed(err error) error {
	const what = "discovery"
	var mismatch *gooidc.IssuerMismatchError
	if errors.As(err, &mismatch) {
		return p.misconfigured(fmt.Sprintf("%s: its issuer is not %q but %q", what, p.Issuer, cloud.CleanText(mismatch.Discovered, cloud.MaxNameLength)))
	}
	return p.unreachable(what, err)
}
