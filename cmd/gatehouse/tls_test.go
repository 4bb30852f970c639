package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// With a certificate the listener speaks TLS 1.2 or newer and HTTP/2, and nothing
// else: nothing is ever answered in the clear.
func TestTLSIsSpokenAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certificate, key, roots := makeCertificate(t, dir)
	keyFile := filepath.Join(dir, "admin.env")
	p := startProcess(t, "--data", filepath.Join(dir, "data"), "--init-key", keyFile, "--tls-cert", certificate, "--tls-key", key)
	if !strings.HasPrefix(p.url, "https://localhost:") {
		t.Fatalf("the ready line names %s", p.url)
	}
	type spoken struct {
		status, http int
		tls          uint16
	}
	get := func(url string, change func(*tls.Config)) (spoken, error) {
		config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
		change(config)
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v1/organizations", nil)
		if err != nil {
			t.Fatal(err)
		}
		admin := readKeyFile(t, keyFile)
		r.SetBasicAuth(admin.id, admin.secret)
		answer, err := client.Do(r)
		if err != nil {
			return spoken{}, err
		}
		_ = answer.Body.Close()
		if answer.TLS == nil {
			return spoken{status: answer.StatusCode, http: answer.ProtoMajor}, nil
		}
		return spoken{answer.StatusCode, answer.ProtoMajor, answer.TLS.Version}, nil
	}
	for version, change := range map[uint16]func(*tls.Config){
		tls.VersionTLS13: func(*tls.Config) {},
		tls.VersionTLS12: func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 },
	} {
		if got, err := get(p.url, change); err != nil || got != (spoken{http.StatusOK, 2, version}) {
			t.Errorf("asked in %s: %+v, %v", tls.VersionName(version), got, err)
		}
	}
	if _, err := get(p.url, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	if got, err := get("http"+strings.TrimPrefix(p.url, "https"), func(*tls.Config) {}); err == nil && got.status != http.StatusBadRequest {
		t.Errorf("asked without TLS: %+v", got)
	}
	if status := p.stop(); status != exitOK {
		t.Errorf("the status is %d", status)
	}
	if !strings.Contains(p.stdout.String(), "valid for 24 hours: "+p.url+"/setup#") {
		t.Errorf("the set-up link does not lead to TLS:\n%s", p.stdout)
	}
}

// makeCertificate writes a certificate for localhost and its key.
func makeCertificate(t *testing.T, dir string) (certificateFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, content []byte) string {
		text := &bytes.Buffer{}
		path := filepath.Join(dir, name)
		if err := pem.Encode(text, &pem.Block{Type: kind, Bytes: content}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	parsed, err := x509.ParseCertificate(certificate)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", certificate), write("key.pem", "PRIVATE KEY", private), roots
}
