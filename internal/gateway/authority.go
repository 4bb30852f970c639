package gateway

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Files of the private authority in its directory.
const (
	caKeyName  = "ca.key"
	caCertName = "ca.pem"
)

// Lives of certificates. A leaf may live 398 days (CA/Browser Forum, Baseline
// Requirements 6.3.2); clients refuse longer ones.
const (
	caYears    = 10
	leafLife   = 397 * 24 * time.Hour
	renewAhead = 30 * 24 * time.Hour
	// backdated is how much earlier than now a certificate begins, for clients whose
	// clocks are slow.
	backdated = 24 * time.Hour
)

// authority signs the certificates of this Gatehouse's services. Its key is only on this
// machine; a leaf and its key are only in memory, and are made anew at every start.
//
// The authority's certificate has no name constraints: names may be added later, a
// constraint is for ever, and a client would have to be given another file. It is for
// TLS servers alone, signs no further authority, and is meant to be named to a client
// by file, not to be trusted by a whole machine.
type authority struct {
	cert    *x509.Certificate
	certPEM []byte
	key     *ecdsa.PrivateKey
	names   []string
	log     *slog.Logger
	failed  time.Time // when a leaf could not be made
}

func openAuthority(config CertificateConfig, now time.Time) (*authority, error) {
	a := &authority{names: leafNames(config), log: config.Log}
	keyFile, certFile := filepath.Join(config.Dir, caKeyName), filepath.Join(config.Dir, caCertName)
	keyPEM, keyErr := os.ReadFile(keyFile)
	certPEM, certErr := os.ReadFile(certFile)
	switch {
	case keyErr != nil && !errors.Is(keyErr, fs.ErrNotExist):
		return nil, fmt.Errorf("the key of the private authority, %s, cannot be read (%w)", keyFile, cause(keyErr))
	case certErr != nil && !errors.Is(certErr, fs.ErrNotExist):
		return nil, fmt.Errorf("the certificate of the private authority, %s, cannot be read (%w)", certFile, cause(certErr))
	case keyErr != nil && certErr == nil:
		return nil, fmt.Errorf("the private authority has lost its key: bring back %s, or remove %s as well to have a new authority, whose certificate clients need then", keyFile, certFile)
	case keyErr != nil:
		// The key is written first: a key without a certificate has not been in use.
		if err := a.makeKey(keyFile); err != nil {
			return nil, err
		}
	default:
		if err := a.readKey(keyFile, keyPEM); err != nil {
			return nil, err
		}
	}
	if certErr != nil {
		return a, a.makeCertificate(certFile, now)
	}
	return a, a.readCertificate(certFile, certPEM, now)
}

func (a *authority) makeKey(file string) (err error) {
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return err
	}
	if err := writeFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return fmt.Errorf("the key of the private authority, %s, cannot be written (%w)", file, cause(err))
	}
	return nil
}

func (a *authority) readKey(file string, text []byte) error {
	broken := fmt.Errorf("%s is not the key of a private authority: bring back the file, or remove it and %s to have a new authority, whose certificate clients need then", file, caCertName)
	block, _ := pem.Decode(text)
	if block == nil {
		return broken
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return broken
	}
	var ok bool
	if a.key, ok = key.(*ecdsa.PrivateKey); !ok {
		return broken
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
		a.log.Warn("others can read the key of the private authority: take their rights away", "file", file, "mode", info.Mode().Perm())
	}
	return nil
}

func (a *authority) makeCertificate(file string, now time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{Organization: []string{"Gatehouse"}, CommonName: "Gatehouse private authority on " + host},
		NotBefore:             now.Add(-backdated),
		NotAfter:              now.AddDate(caYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	a.certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := writeFile(file, a.certPEM, 0o644); err != nil {
		return fmt.Errorf("the certificate of the private authority, %s, cannot be written (%w)", file, cause(err))
	}
	return nil
}

func (a *authority) readCertificate(file string, text []byte, now time.Time) (err error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return fmt.Errorf("%s is not the certificate of a private authority: bring back the file, or remove it to have it made again", file)
	}
	if a.cert, err = x509.ParseCertificate(block.Bytes); err != nil || !a.cert.IsCA {
		return fmt.Errorf("%s is not the certificate of a private authority: bring back the file, or remove it to have it made again", file)
	}
	if !a.key.PublicKey.Equal(a.cert.PublicKey) {
		return fmt.Errorf("the certificate of the private authority, %s, is not that of its key, %s: bring back the files that belong together", file, caKeyName)
	}
	a.certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: block.Bytes})
	// It is not replaced: the clock may be wrong, and clients have this one.
	if !usableAt(a.cert, now) || !usableAt(a.cert, now.Add(renewAhead)) {
		a.log.Warn("the private authority is not valid, or not for long: set the clock right, or remove its files and restart to have a new one, whose certificate clients need then",
			"file", file, "begins", a.cert.NotBefore, "ends", a.cert.NotAfter, "now", now)
	}
	return nil
}

// leafNames returns what the leaf is good for, each name once.
func leafNames(config CertificateConfig) []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil && !strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) {
		names = append(names, host)
	}
	names = append(names, config.Names...)
	if config.Domain != "" {
		names = append(names, "*."+strings.Trim(config.Domain, "."))
	}
	var out []string
	for _, n := range names {
		if n = strings.ToLower(strings.TrimSpace(n)); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// issue makes a leaf with a key of its own.
func (a *authority) issue(now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{Organization: []string{"Gatehouse"}, CommonName: "Gatehouse services"},
		NotBefore:    latest(now.Add(-backdated), a.cert.NotBefore),
		NotAfter:     now.Add(-backdated).Add(leafLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if template.NotAfter.After(a.cert.NotAfter) {
		template.NotAfter = a.cert.NotAfter
	}
	for _, n := range a.names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// renew implements the source of Certificates. A leaf is made anew some time before it
// ends, and when the clock was set to a time at which the one in use is not valid.
func (a *authority) renew(now time.Time, used *tls.Certificate) *tls.Certificate {
	ends := used.Leaf.NotAfter
	if usableAt(used.Leaf, now) && (now.Before(ends.Add(-renewAhead)) || ends.Equal(a.cert.NotAfter)) {
		return used
	}
	if !usableAt(a.cert, now) || now.Sub(a.failed).Abs() < time.Minute {
		return used // nothing that the authority could sign would be valid
	}
	next, err := a.issue(now)
	if err != nil {
		a.failed = now
		a.log.Error("a certificate for services cannot be made; the one before stays in use", "error", err)
		return used
	}
	a.log.Info("the certificate for services was made anew", "ends", next.Leaf.NotAfter)
	return next
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[0] &= 0x7f        // positive in 16 bytes
	return new(big.Int).SetBytes(b)
}

// writeFile writes a file so that there is either none or a whole one, also after a power cut.
func writeFile(path string, content []byte, mode os.FileMode) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err = f.Chmod(mode); err != nil {
		return err
	}
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}
