package gateway

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// CertificateConfig says where the certificate comes from that clients are shown.
type CertificateConfig struct {
	// CertFile and KeyFile (PEM) are a chain and its key. Where they are given nothing else
	// is used. They are read again when they change.
	CertFile, KeyFile string
	// Dir is where the private authority is kept, made there at first use.
	Dir string
	// Names are names and addresses that the certificate is good for, besides localhost,
	// 127.0.0.1, ::1, the name of the machine and, with a Domain, every name directly below that.
	Names  []string
	Domain string
	Log    *slog.Logger
	Clock  cloud.Clock
}

// Certificates are what clients are shown: certificates that were given, or those of a
// private authority of this Gatehouse.
type Certificates struct {
	source interface {
		// renew returns the certificate to be shown from now on: the one in use, or one
		// that follows it. It never returns nil.
		renew(now time.Time, used *tls.Certificate) *tls.Certificate
	}
	caPEM []byte
	clock cloud.Clock
	inUse atomic.Pointer[tls.Certificate]
	turn  sync.Mutex // of whoever renews
}

// OpenCertificates reads the certificate, or the private authority, which it makes where
// there is none. An error says in a sentence what is wrong with which file.
func OpenCertificates(config CertificateConfig) (*Certificates, error) {
	c := &Certificates{clock: config.Clock}
	now := config.Clock.Now()
	if config.CertFile != "" || config.KeyFile != "" {
		g, pair, err := openGiven(config, now)
		if err != nil {
			return nil, err
		}
		c.source = g
		c.inUse.Store(pair)
		return c, nil
	}
	a, err := openAuthority(config, now)
	if err != nil {
		return nil, err
	}
	c.source, c.caPEM = a, a.certPEM
	leaf, err := a.issue(now)
	if err != nil {
		return nil, fmt.Errorf("a certificate for services cannot be made (%w)", err)
	}
	c.inUse.Store(leaf)
	return c, nil
}

// CAPEM returns the certificate of the private authority, which clients need to trust
// services; nil where certificates were given.
func (c *Certificates) CAPEM() []byte { return bytes.Clone(c.caPEM) }

// current returns the certificate to show. One connection at a time looks for a newer one.
func (c *Certificates) current() *tls.Certificate {
	used := c.inUse.Load()
	if !c.turn.TryLock() {
		return used
	}
	defer c.turn.Unlock()
	if next := c.source.renew(c.clock.Now(), used); next != used {
		c.inUse.Store(next)
		return next
	}
	return used
}

// given is a certificate in files of the operator.
type given struct {
	certFile, keyFile string
	domain            string
	log               *slog.Logger
	cert, key         []byte // as they were read last
	looked            time.Time
}

// lookAgain is how often files are read again, while clients connect.
const lookAgain = 5 * time.Second

func openGiven(config CertificateConfig, now time.Time) (*given, *tls.Certificate, error) {
	if config.CertFile == "" || config.KeyFile == "" {
		return nil, nil, errors.New("the certificate for services needs both a certificate file and a key file")
	}
	g := &given{certFile: config.CertFile, keyFile: config.KeyFile, domain: config.Domain, log: config.Log, looked: now}
	var err error
	if g.cert, err = os.ReadFile(g.certFile); err != nil {
		return nil, nil, fmt.Errorf("the certificate file %s for services cannot be read (%w)", g.certFile, cause(err))
	}
	if g.key, err = os.ReadFile(g.keyFile); err != nil {
		return nil, nil, fmt.Errorf("the key file %s for services cannot be read (%w)", g.keyFile, cause(err))
	}
	pair, err := g.parse(now)
	return g, pair, err
}

// parse reads the pair. What is unusual but can be served is only logged.
func (g *given) parse(now time.Time) (*tls.Certificate, error) {
	pair, err := tls.X509KeyPair(g.cert, g.key)
	if err != nil {
		return nil, fmt.Errorf("the certificate file %s and the key file %s for services do not go together (%w)", g.certFile, g.keyFile, err)
	}
	leaf := pair.Leaf
	switch {
	case now.After(leaf.NotAfter):
		g.log.Warn("the certificate for services has ended: clients refuse it", "file", g.certFile, "ended", leaf.NotAfter)
	case now.Before(leaf.NotBefore):
		g.log.Warn("the certificate for services is not valid yet: clients refuse it", "file", g.certFile, "begins", leaf.NotBefore)
	}
	if g.domain != "" && leaf.VerifyHostname("service."+g.domain) != nil {
		g.log.Warn("the certificate for services is not good for names under the service domain: clients refuse it", "file", g.certFile, "name", "*."+g.domain)
	}
	return &pair, nil
}

// renew implements the source of Certificates.
func (g *given) renew(now time.Time, used *tls.Certificate) *tls.Certificate {
	if since := now.Sub(g.looked); since >= 0 && since < lookAgain {
		return used
	}
	g.looked = now
	cert, certErr := os.ReadFile(g.certFile)
	key, keyErr := os.ReadFile(g.keyFile)
	// Files that are being replaced may be missing, or not go together, for a moment.
	if certErr != nil || keyErr != nil || bytes.Equal(cert, g.cert) && bytes.Equal(key, g.key) {
		return used
	}
	g.cert, g.key = cert, key
	pair, err := g.parse(now)
	if err != nil {
		g.log.Error("the certificate for services was changed and cannot be used; the one before stays in use", "error", err)
		return used
	}
	g.log.Info("the certificate for services was changed", "file", g.certFile, "ends", pair.Leaf.NotAfter)
	return pair
}

// cause drops the path from a file error, which the sentence has named.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// usableAt reports whether a certificate is valid at an instant.
func usableAt(c *x509.Certificate, at time.Time) bool {
	return !at.Before(c.NotBefore) && !at.After(c.NotAfter)
}
