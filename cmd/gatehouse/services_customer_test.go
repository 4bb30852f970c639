package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// customer has one service, which is commanded through the API of a Gatehouse and reached
// through its gateway.
type customer struct {
	t            *testing.T
	organization string // URL
	admin        credential
	roots        *x509.CertPool
	caFile       string

	id, password  string
	https, native string // host:port
	client        *http.Client
}

// newCustomer looks around in the Gatehouse at url, whose first key is in the file.
func newCustomer(t *testing.T, address, keyFile string) *customer {
	t.Helper()
	c := &customer{t: t, admin: readKeyFile(t, keyFile), roots: x509.NewCertPool(), caFile: filepath.Join(t.TempDir(), "ca.pem")}
	ca := fetch(t, address+"/ca.pem")
	if !c.roots.AppendCertsFromPEM(ca) {
		t.Fatalf("/ca.pem is no certificate:\n%s", ca)
	}
	if err := os.WriteFile(c.caFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	c.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.roots, MinVersion: tls.VersionTLS12}}}
	t.Cleanup(c.client.CloseIdleConnections)
	c.findOrganization(address)
	return c
}

// findOrganization goes to a Gatehouse, which may be another process than before.
func (c *customer) findOrganization(address string) {
	c.t.Helper()
	c.organization = organizationOf(c.t, &process{url: address}, c.admin)
}

// ask makes a request of the API. problem is what the answer says is wrong.
func (c *customer) ask(method, path string, body, result any) (status int, problem string) {
	c.t.Helper()
	var reader io.Reader
	if body != nil {
		reader = strings.NewReader(toJSON(c.t, body))
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.organization+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	r.SetBasicAuth(c.admin.id, c.admin.secret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	envelope := struct {
		Result any
		Error  string
	}{Result: result}
	if err := json.NewDecoder(answer.Body).Decode(&envelope); err != nil {
		c.t.Fatalf("%s %s: %s: %v", method, path, answer.Status, err)
	}
	return answer.StatusCode, envelope.Error
}

// must makes a request that succeeds.
func (c *customer) must(method, path string, body, result any) {
	c.t.Helper()
	if status, problem := c.ask(method, path, body, result); status != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s", method, path, status, problem)
	}
}

// shownService is what the API shows of a service, as far as it matters here.
type shownService struct {
	ID, State, StateMessage, ClickhouseVersion string
	Endpoints                                  []struct {
		Protocol, Host string
		Port           int
	}
	CurrentScaling struct{ EffectiveMaxReplicaMemoryGb int }
}

// create creates the service, and waits until it is running.
func (c *customer) create() {
	c.t.Helper()
	var made struct {
		Service  shownService
		Password string
	}
	c.must(http.MethodPost, "/services", map[string]any{
		"name": "orders", "provider": "aws", "region": "eu-central-1", "idleScaling": true, "idleTimeoutMinutes": 5, "ipAccessList": everybodyHere,
	}, &made)
	c.id, c.password = made.Service.ID, made.Password
	if made.Service.State != "provisioning" {
		c.t.Errorf("a service that was just created is %s", made.Service.State)
	}
	c.findEndpoints(made.Service)
	c.awaitState("running")
}

// everybodyHere are the addresses of this machine.
var everybodyHere = []map[string]string{{"source": "127.0.0.1/32"}, {"source": "::1"}}

func (c *customer) findEndpoints(s shownService) {
	c.t.Helper()
	for _, e := range s.Endpoints {
		switch address := net.JoinHostPort(e.Host, strconv.Itoa(e.Port)); e.Protocol {
		case "https":
			c.https = address
		case "nativesecure":
			c.native = address
		}
	}
	if c.https == "" || c.native == "" {
		c.t.Fatalf("the endpoints are %v", s.Endpoints)
	}
}

func (c *customer) path() string { return "/services/" + c.id }

func (c *customer) service() (s shownService) {
	c.t.Helper()
	c.must(http.MethodGet, c.path(), nil, &s)
	return s
}

func (c *customer) command(command string) {
	c.t.Helper()
	c.must(http.MethodPatch, c.path()+"/state", map[string]string{"command": command}, nil)
}

func (c *customer) awaitState(state string) {
	c.t.Helper()
	until(c.t, "the service is "+state, func() bool {
		s := c.service()
		if s.State == "failed" && state != "failed" {
			c.t.Fatalf("the service has failed: %s", s.StateMessage)
		}
		return s.State == state
	})
}

// stop stops the service, and waits until it is stopped.
func (c *customer) stop() {
	c.t.Helper()
	c.command("stop")
	c.awaitState("stopped")
}

// remove deletes the stopped service, and waits until there is none.
func (c *customer) remove() {
	c.t.Helper()
	c.must(http.MethodDelete, c.path(), nil, nil)
	until(c.t, "the service is gone", func() bool {
		status, problem := c.ask(http.MethodGet, c.path(), nil, nil)
		if status != http.StatusOK && status != http.StatusNotFound {
			c.t.Fatalf("a service that is deleted: %d %s", status, problem)
		}
		return status == http.StatusNotFound
	})
}

// post sends a statement over HTTPS, with parameters of the URL if there are any, and returns what
// the service answers.
func (c *customer) post(ctx context.Context, password string, parameters url.Values, statement io.Reader) (status int, said string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+c.https+"/?"+parameters.Encode(), statement)
	if err != nil {
		return 0, "", err
	}
	r.SetBasicAuth("default", password)
	answer, err := c.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(bytes.TrimSpace(text)), err
}

// query runs a statement over HTTPS that succeeds, and returns its result.
func (c *customer) query(statement string) string {
	c.t.Helper()
	status, said, err := c.post(c.t.Context(), c.password, nil, strings.NewReader(statement))
	if err != nil || status != http.StatusOK {
		c.t.Fatalf("%s: %d %s (%v)", statement, status, said, err)
	}
	return said
}

// openNative returns one connection of clickhouse-go, which is made with its first use and
// ends with the test.
func (c *customer) openNative(password string) driver.Conn {
	c.t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{c.native}, Auth: clickhouse.Auth{Database: "default", Username: "default", Password: password},
		TLS: &tls.Config{RootCAs: c.roots, MinVersion: tls.VersionTLS12}, MaxOpenConns: 1, MaxIdleConns: 1, DialTimeout: time.Minute,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// one asks for the number 1.
func one(ctx context.Context, conn driver.Conn) error {
	var n uint8
	return conn.QueryRow(ctx, "SELECT 1").Scan(&n)
}

// oneOnce asks for the number 1 on a native connection of its own.
func (c *customer) oneOnce(password string) error {
	c.t.Helper()
	conn := c.openNative(password)
	defer func() { _ = conn.Close() }()
	return one(c.t.Context(), conn)
}
