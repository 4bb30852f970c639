package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// caller is a client of the API.
type caller struct {
	base string
	key  credential
}

// refused is an answer that is no success.
type refused struct {
	status int
	text   string
}

func (e refused) Error() string { return e.text }

// call makes a request and decodes the result of the answer into result, unless that
// is nil. The error is refused where the status is not a success.
func (c caller) call(ctx context.Context, method, path string, body, result any) error {
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, &text)
	if err != nil {
		return err
	}
	request.SetBasicAuth(c.key.id, c.key.secret)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	status, answer, err := send(request)
	if err != nil {
		return err
	}
	if status >= http.StatusMultipleChoices {
		return refused{status, fmt.Sprintf("%s %s: %d %s", method, path, status, answer)}
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, &struct{ Result any }{result})
}

// authority returns the certificate that those of the services are signed with.
func (c caller) authority(ctx context.Context) (*x509.CertPool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/ca.pem", nil)
	if err != nil {
		return nil, err
	}
	_, pem, err := send(request)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("/ca.pem has no certificate")
	}
	return pool, nil
}

func send(request *http.Request) (status int, answer []byte, err error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}
