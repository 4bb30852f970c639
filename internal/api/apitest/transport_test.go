package apitest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// failures is a test that only takes down how it was failed.
type failures struct {
	testing.TB
	reports []string
}

func (f *failures) Helper()           {}
func (f *failures) Error(args ...any) { f.reports = append(f.reports, fmt.Sprint(args...)) }

func newRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// get sends a request through the transport to a server that answers with body and status, and
// returns what the caller read and how the test was failed.
func get(t *testing.T, path string, status int, body string) (read string, reports []string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	var f failures
	client := http.Client{Transport: newValidator(t).Transport(&f, nil)}
	request := newRequest(t, server.URL+path)
	request.SetBasicAuth("id", "secret")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(all), f.reports
}

// A refused answer fails the test with its method, path, status, reason and body, and still reaches the caller.
func TestTransportFailsTheTest(t *testing.T) {
	body := thing(`,"secret":1`).body
	read, reports := get(t, one+"?a=b", 200, body)
	if read != body {
		t.Errorf("the caller read %q", read)
	}
	if len(reports) != 1 {
		t.Fatalf("the test was failed %d times", len(reports))
	}
	for _, want := range []string{"GET " + one + "?a=b answered 200", "\n  at '/result/secret': not declared\n", "body: " + body} {
		if !strings.Contains(reports[0], want) {
			t.Errorf("the report lacks %q:\n%s", want, reports[0])
		}
	}
}

// A good answer passes untouched, and what is not under /v1 is not looked at.
func TestTransportPassesGoodAnswers(t *testing.T) {
	for path, body := range map[string]string{one: thing("").body, one + "/": thing("").body, "/": "not JSON", "/v10": "not JSON", "/v1": "{}"} {
		if read, reports := get(t, path, 200, body); read != body || reports != nil {
			t.Errorf("%s: the caller read %q, the test was failed with %q", path, read, reports)
		}
	}
}

// The credential of a request is in no report, even when the answer gives it back.
func TestTransportDoesNotTellTheCredential(t *testing.T) {
	request := newRequest(t, one)
	request.SetBasicAuth("id", "secret")
	authorization := request.Header.Get("Authorization")
	_, reports := get(t, one, 200, `{"header":"`+authorization+`"}`)
	if len(reports) != 1 || strings.Contains(reports[0], authorization) || !strings.Contains(reports[0], `{"header":"[authorization]"}`) {
		t.Errorf("the test was failed with %q", reports)
	}
}

// A long body is cut in the report, not for the caller.
func TestTransportCutsLongBodies(t *testing.T) {
	body := strings.Repeat("x", 1<<16)
	read, reports := get(t, one, 200, body)
	if read != body || len(reports) != 1 || len(reports[0]) > 6000 {
		t.Errorf("the caller read %d bytes, the test was failed with %d reports", len(read), len(reports))
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// An answer that does not come, or breaks off, is an error of the caller's request and not of the document.
func TestTransportPassesErrorsOn(t *testing.T) {
	request := newRequest(t, "http://gatehouse.test/v1/things")
	var f failures
	refused := errors.New("refused")
	none := newValidator(t).Transport(&f, roundTripper(func(*http.Request) (*http.Response, error) { return nil, refused }))
	response, err := none.RoundTrip(request)
	if response != nil {
		response.Body.Close()
	}
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	half := newValidator(t).Transport(&f, roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(broken{strings.NewReader(`{"sta`)})}, nil
	}))
	response, err = half.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if read, err := io.ReadAll(response.Body); string(read) != `{"sta` || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the caller read %q and got %v", read, err)
	}
	if f.reports != nil {
		t.Errorf("the test was failed with %q", f.reports)
	}
}
