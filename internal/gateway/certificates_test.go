package gateway_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// open opens certificates with what was logged.
func open(t *testing.T, clock *cloudtest.Clock, config gateway.CertificateConfig) (*gateway.Certificates, *bytes.Buffer) {
	t.Helper()
	c, log, err := tryOpen(clock, config)
	if err != nil {
		t.Fatal(err)
	}
	return c, log
}

func tryOpen(clock *cloudtest.Clock, config gateway.CertificateConfig) (*gateway.Certificates, *bytes.Buffer, error) {
	var log bytes.Buffer
	config.Clock, config.Log = clock, slog.New(slog.NewTextHandler(&log, nil))
	c, err := gateway.OpenCertificates(config)
	return c, &log, err
}

// shown returns the certificate that a client is shown.
func shown(t *testing.T, c *gateway.Certificates) *x509.Certificate {
	t.Helper()
	return gateway.Shown(c)
}

// verify checks what is shown as a client does at an instant.
func verify(c *gateway.Certificates, name string, at time.Time) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.CAPEM())
	_, err := gateway.Shown(c).Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	return err
}

func TestPrivateAuthorityIsMadeOnce(t *testing.T) {
	// The authority is made at the first start and stays: clients need its certificate once.
	// Its key is for its owner only; its certificate, which is offered, anybody may read.
	dir, clock := t.TempDir(), cloudtest.NewClock(begin)
	c, log := open(t, clock, gateway.CertificateConfig{Dir: dir, Names: []string{"db.example.com", "192.0.2.7"}, Domain: domain})
	machine, _ := os.Hostname()
	for _, name := range []string{"localhost", "127.0.0.1", "::1", machine, "db.example.com", "192.0.2.7", "abc." + domain} {
		if err := verify(c, name, begin); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"example.com", domain, "a.b." + domain, "192.0.2.8"} {
		if verify(c, name, begin) == nil {
			t.Errorf("good for %s", name)
		}
	}
	for file, mode := range map[string]os.FileMode{gateway.CAKeyName: 0o600, gateway.CACertName: 0o644} {
		info, err := os.Stat(filepath.Join(dir, file))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%v, %v", info, err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, gateway.CACertName)); err != nil || !bytes.Equal(text, c.CAPEM()) {
		t.Errorf("%v", err)
	}
	block, _ := pem.Decode(c.CAPEM())
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !ca.IsCA || !ca.MaxPathLenZero || ca.NotAfter.Before(begin.Add(9*year)) {
		t.Errorf("%+v, %v", ca, err)
	}
	leaf := shown(t, c)
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 398*day || leaf.IsCA {
		t.Errorf("%v", life)
	}
	again, _ := open(t, clock, gateway.CertificateConfig{Dir: dir})
	if !bytes.Equal(again.CAPEM(), c.CAPEM()) {
		t.Error("another authority")
	}
	if verify(again, "db.example.com", begin) == nil {
		t.Error("a name that is not given any more is in the certificate")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 || log.Len() > 0 {
		t.Errorf("%v, %s", entries, log)
	}
}

func TestLeafIsMadeAnewBeforeItEnds(t *testing.T) {
	// However long Gatehouse runs, and wherever its clock jumps, clients are shown a certificate
	// that is valid then, as long as the authority is.
	clock := cloudtest.NewClock(begin)
	c, _ := open(t, clock, gateway.CertificateConfig{Dir: t.TempDir()})
	first := shown(t, c)
	for _, at := range []time.Time{begin.Add(300 * day), begin.Add(368 * day), begin.Add(800 * day), begin, begin.Add(9 * year), begin.Add(-time.Hour), begin.Add(10*year - time.Hour)} {
		clock.Set(at)
		if err := verify(c, "localhost", at); err != nil {
			t.Errorf("at %v: %v", at, err)
		}
	}
	clock.Set(begin)
	if err := verify(c, "localhost", begin); err != nil {
		t.Error(err)
	}
	clock.Set(begin.Add(20 * year))
	if shown(t, c) == nil || shown(t, c).Equal(first) {
		t.Error("nothing is shown, or something very old")
	}
}

func TestClockThatIsWrongAtFirstDoesNotMatterToTheLeaf(t *testing.T) {
	// A machine without a battery starts years ago and is then set right.
	dir := t.TempDir()
	open(t, cloudtest.NewClock(begin), gateway.CertificateConfig{Dir: dir})
	clock := cloudtest.NewClock(time.Unix(0, 0))
	c, log := open(t, clock, gateway.CertificateConfig{Dir: dir})
	if !strings.Contains(log.String(), "set the clock right") {
		t.Errorf("%s", log)
	}
	clock.Set(begin.Add(day))
	if err := verify(c, "localhost", clock.Now()); err != nil {
		t.Error(err)
	}
}

func TestAuthorityThatEndsIsSaid(t *testing.T) {
	// An authority is never replaced by itself, because clients have it: the log says when it
	// must be.
	dir := t.TempDir()
	c, _ := open(t, cloudtest.NewClock(begin), gateway.CertificateConfig{Dir: dir})
	later, log := open(t, cloudtest.NewClock(begin.Add(10*year-day)), gateway.CertificateConfig{Dir: dir})
	if !strings.Contains(log.String(), "not for long") || !bytes.Equal(later.CAPEM(), c.CAPEM()) {
		t.Errorf("%s", log)
	}
}

func TestBrokenAuthorityIsAClearError(t *testing.T) {
	// Files that do not go together stop the start with a sentence that names the file; a key
	// without a certificate, left by a power cut at the first start, gets its certificate.
	for name, test := range map[string]struct {
		damage func(t *testing.T, key, cert string)
		want   string
	}{
		"no key":     {func(t *testing.T, key, _ string) { remove(t, key) }, "has lost its key: bring back"},
		"broken key": {func(t *testing.T, key, _ string) { write(t, key, "nonsense") }, "is not the key of a private authority"},
		"another kind of key": {func(t *testing.T, key, cert string) {
			text, _ := os.ReadFile(cert)
			write(t, key, string(text))
		}, "is not the key of a private authority"},
		"broken certificate": {func(t *testing.T, _, cert string) { write(t, cert, "nonsense") }, "is not the certificate of a private authority"},
		"another certificate": {func(t *testing.T, _, cert string) {
			c, _ := open(t, cloudtest.NewClock(begin), gateway.CertificateConfig{Dir: t.TempDir()})
			write(t, cert, string(c.CAPEM()))
		}, "is not that of its key"},
		"a folder for a key":  {func(t *testing.T, key, _ string) { remove(t, key); mkdir(t, key) }, "cannot be read (is a directory)"},
		"a folder for a cert": {func(t *testing.T, _, cert string) { remove(t, cert); mkdir(t, cert) }, "cannot be read (is a directory)"},
		"key only":            {func(t *testing.T, _, cert string) { remove(t, cert) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir, clock := t.TempDir(), cloudtest.NewClock(begin)
			open(t, clock, gateway.CertificateConfig{Dir: dir})
			test.damage(t, filepath.Join(dir, gateway.CAKeyName), filepath.Join(dir, gateway.CACertName))
			c, _, err := tryOpen(clock, gateway.CertificateConfig{Dir: dir})
			switch {
			case test.want == "" && err == nil:
				if err := verify(c, "localhost", begin); err != nil {
					t.Error(err)
				}
			case err == nil || test.want == "" || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), dir):
				t.Errorf("%v", err)
			}
		})
	}
	if _, _, err := tryOpen(cloudtest.NewClock(begin), gateway.CertificateConfig{Dir: filepath.Join(t.TempDir(), "none")}); err == nil || !strings.Contains(err.Error(), "cannot be written (no such file or directory)") {
		t.Errorf("%v", err)
	}
}

func TestKeyThatOthersCanReadIsSaid(t *testing.T) {
	// A key whose rights were widened still works, and the log warns.
	dir, clock := t.TempDir(), cloudtest.NewClock(begin)
	open(t, clock, gateway.CertificateConfig{Dir: dir})
	if err := os.Chmod(filepath.Join(dir, gateway.CAKeyName), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, log := open(t, clock, gateway.CertificateConfig{Dir: dir}); !strings.Contains(log.String(), "others can read the key") {
		t.Errorf("%s", log)
	}
}

// pair writes a certificate of the operator's own for a name.
func pair(t *testing.T, dir, name string, ends time.Time) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: begin.Add(-year), NotAfter: ends, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	write(t, certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	write(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	return certFile, keyFile
}

func TestGivenCertificateIsReadAgain(t *testing.T) {
	// A certificate that the operator replaces is shown within seconds, without a restart; one
	// that is half written, or broken, changes nothing.
	dir, clock := t.TempDir(), cloudtest.NewClock(begin)
	certFile, keyFile := pair(t, dir, "first.example.com", begin.Add(year))
	c, log := open(t, clock, gateway.CertificateConfig{CertFile: certFile, KeyFile: keyFile})
	if c.CAPEM() != nil {
		t.Error("there is no private authority")
	}
	f := serve(t, at(echo(t)), func(g *gateway.Config) { g.Certificates = c })
	port := f.service().Ports.HTTPS
	expect := func(name string) {
		t.Helper()
		raw := tls.Client(f.dial(port), &tls.Config{InsecureSkipVerify: true})
		if err := raw.HandshakeContext(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := raw.ConnectionState().PeerCertificates[0].VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	expect("first.example.com")
	pair(t, dir, "second.example.com", begin.Add(year))
	expect("first.example.com") // it was looked at a moment ago
	clock.Advance(10 * time.Second)
	expect("second.example.com")

	write(t, certFile, "half of a certif")
	clock.Advance(10 * time.Second)
	expect("second.example.com")
	if !strings.Contains(log.String(), "the one before stays in use") {
		t.Errorf("%s", log)
	}
	remove(t, certFile)
	clock.Advance(10 * time.Second)
	expect("second.example.com")
	pair(t, dir, "third.example.com", begin.Add(year))
	clock.Set(begin.Add(-time.Hour)) // the clock is set back
	expect("third.example.com")
}

func TestGivenCertificateIsCheckedAtTheStart(t *testing.T) {
	// What cannot be used stops the start with a sentence that names the file; what clients will
	// refuse is logged.
	dir, clock := t.TempDir(), cloudtest.NewClock(begin)
	certFile, keyFile := pair(t, dir, "db.example.com", begin.Add(-day))
	otherKey := filepath.Join(t.TempDir(), "other.key")
	_, k := pair(t, t.TempDir(), "other.example.com", begin)
	text, _ := os.ReadFile(k)
	write(t, otherKey, string(text))
	for want, config := range map[string]gateway.CertificateConfig{
		"needs both a certificate file and a key file":                                  {CertFile: certFile},
		"the certificate file /nowhere for services cannot be read (no such file":       {CertFile: "/nowhere", KeyFile: keyFile},
		"the key file /nowhere for services cannot be read (no such file or directory)": {CertFile: certFile, KeyFile: "/nowhere"},
		"do not go together": {CertFile: certFile, KeyFile: otherKey},
	} {
		if _, _, err := tryOpen(clock, config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	_, log := open(t, clock, gateway.CertificateConfig{CertFile: certFile, KeyFile: keyFile, Domain: domain})
	if !strings.Contains(log.String(), "has ended") || !strings.Contains(log.String(), "*."+domain) {
		t.Errorf("%s", log)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}
