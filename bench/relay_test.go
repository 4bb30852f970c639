package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The relay is a fair yardstick: it speaks TLS 1.3 with a certificate that only its own authority vouches for, and carries both ways what it was given.
func TestRelay(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil || r.TLS != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = w.Write(got)
	}))
	defer server.Close()
	relay, authority, err := run{procs: 1}.relay(t.Context(), server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}

	client := clientOf(authority)
	body := bytes.Repeat([]byte("0123456789abcdef"), 3*relayBuffer/16+1)
	for range 2 { // over a connection that is kept
		status, got, version, err := echo(t.Context(), client, relay.base, body)
		if err != nil || status != http.StatusOK || !bytes.Equal(got, body) {
			t.Errorf("expected %d bytes as they were sent, got %d and the status %d (%v)", len(body), len(got), status, err)
		}
		if version != tls.VersionTLS13 {
			t.Errorf("expected TLS 1.3, got %s", tls.VersionName(version))
		}
	}
	client.CloseIdleConnections()

	_, _, _, err = echo(t.Context(), clientOf(x509.NewCertPool()), relay.base, nil)
	if unknown := (x509.UnknownAuthorityError{}); !errors.As(err, &unknown) {
		t.Errorf("who does not know the authority was answered: %v", err)
	}
	if err := relay.stop(); err != nil {
		t.Error(err)
	}
}

// A relay that cannot reach the server says why, rather than being measured.
func TestRelayWithoutServer(t *testing.T) {
	var config net.ListenConfig
	nobody, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	relay, authority, err := run{procs: 1}.relay(t.Context(), nobody.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if status, _, _, err := echo(t.Context(), clientOf(authority), relay.base, nil); err == nil {
		t.Errorf("somebody answered: %d", status)
	}
	if err := relay.stop(); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("expected the reason, got %v", err)
	}
}

// echo sends a body and returns what came back, and over which version of TLS.
func echo(ctx context.Context, client *http.Client, base string, body []byte) (status int, got []byte, version uint16, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/", bytes.NewReader(body))
	if err != nil {
		return 0, nil, 0, err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, 0, err
	}
	defer response.Body.Close()
	got, err = io.ReadAll(response.Body)
	return response.StatusCode, got, response.TLS.Version, err
}
