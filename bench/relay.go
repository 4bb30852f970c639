package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"time"
)

// The bare TLS relay is this program, started again: the yardstick for what TLS in front of
// a server costs whoever does it.

// relayVariable, when set, makes this program the relay. It holds the address of the server.
const relayVariable = "GATEHOUSE_BENCH_RELAY"

// certificateLine begins the line in which the relay says its certificate (DER, base64).
const certificateLine = "certificate "

// serveRelay carries connections to the server until ctx ends or the server does not
// take one.
func serveRelay(ctx context.Context, server string, out io.Writer) error {
	certificate, err := newCertificate()
	if err != nil {
		return err
	}
	var config net.ListenConfig
	plain, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	listener := tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13})
	failed := make(chan error, 2)
	go func() { failed <- relay(ctx, listener, server) }()
	go func() {
		if err := serveBench(); err != nil {
			failed <- err
		}
	}()
	fmt.Fprintf(out, "gatehouse: %s%s\n", certificateLine, base64.StdEncoding.EncodeToString(certificate.Certificate[0]))
	fmt.Fprintf(out, "gatehouse: ready: API https://%s/v1\n", listener.Addr())
	select {
	case <-ctx.Done():
		return listener.Close()
	case err := <-failed:
		return errors.Join(err, listener.Close())
	}
}

// newCertificate makes a certificate that its own key signs, for this machine and a day.
func newCertificate() (c tls.Certificate, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return c, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// relay carries each connection of a listener to the server, until one of the two takes
// none.
func relay(ctx context.Context, listener net.Listener, address string) error {
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		var dialer net.Dialer
		server, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return err // the client sees the end of this process, which says why
		}
		go carry(client, server.(*net.TCPConn))
	}
}

// carry copies both ways until the server says no more.
func carry(client net.Conn, server *net.TCPConn) {
	go func() {
		pour(server, client)
		_ = server.CloseWrite() // it may be gone: the other direction sees to it
	}()
	pour(client, server)
	_, _ = client.Close(), server.Close() // nobody is left to be told
}

// relayBuffer is as large as what the gateway reads at once.
const relayBuffer = 128 << 10

// pour copies until either side ends, which is all that there is to know. Both are hidden
// from io.CopyBuffer, which otherwise leaves the copying to them and does not use the buffer.
func pour(to io.Writer, from io.Reader) {
	_, _ = io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, relayBuffer))
}
