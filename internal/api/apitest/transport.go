package apitest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Transport returns a RoundTripper that sends requests through next
// (http.DefaultTransport when it is nil) and fails the test for each answer
// under /v1 that Check refuses. The answer is passed on as it is, its body still
// to be read; one that breaks off is not checked, for its reader meets the
// error. The requests must be done before the test ends.
func (v *Validator) Transport(t testing.TB, next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{v, t, next}
}

type transport struct {
	validator *Validator
	t         testing.TB
	next      http.RoundTripper
}

func (tr *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	tr.t.Helper()
	response, err := tr.next.RoundTrip(request)
	path := tidy(request.URL.EscapedPath())
	if err != nil || path != "/v1" && !strings.HasPrefix(path, "/v1/") {
		return response, err
	}
	body, readErr := io.ReadAll(response.Body)
	response.Body.Close()
	if readErr != nil {
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{readErr}))
		return response, nil //nolint:nilerr // whoever reads the body meets the error
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if err := tr.validator.Check(request.Method, path, response.StatusCode, response.Header.Get("Content-Type"), body); err != nil {
		tr.t.Error(tr.report(request, response.StatusCode, err, body))
	}
	return response, nil
}

// report describes a refused answer. A credential that the answer gives back does not get into it.
func (tr *transport) report(request *http.Request, status int, reason error, body []byte) string {
	const most = 4096
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s answered %d, which is not as the document has it:\n", request.Method, request.URL.RequestURI(), status)
	for line := range strings.Lines(reason.Error()) {
		b.WriteString("  " + strings.TrimSuffix(line, "\n") + "\n")
	}
	if len(body) > most {
		body = append(bytes.Clone(body[:most]), "…"...)
	}
	b.WriteString("body: ")
	b.Write(body)
	report := b.String()
	if authorization := request.Header.Get("Authorization"); authorization != "" {
		report = strings.ReplaceAll(report, authorization, "[authorization]")
	}
	return report
}

// failing is a reader that gives an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
