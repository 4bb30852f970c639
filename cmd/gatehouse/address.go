package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

func (s *server) listen(ctx context.Context, address, flag string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is taken: stop what listens there, or choose another with %s", address, flag)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: correct %s (%w)", address, flag, err)
	}
	s.closers = append(s.closers, l)
	return l, nil
}

// secure makes the listener speak TLS when there is a certificate.
func (s *server) secure() error {
	s.scheme = "http"
	if s.TLSCert == "" && s.TLSKey == "" {
		return nil
	}
	if s.TLSCert == "" || s.TLSKey == "" {
		return errors.New("TLS needs both --tls-cert and --tls-key")
	}
	pair, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		return fmt.Errorf("the certificate or its key cannot be read: correct --tls-cert and --tls-key (%w)", err)
	}
	s.scheme = "https"
	s.listener = tls.NewListener(s.listener, &tls.Config{
		Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	})
	return nil
}

// url is where a person on this machine finds Gatehouse.
func (s *server) url() string {
	address, ok := s.listener.Addr().(*net.TCPAddr)
	if !ok {
		return s.scheme + "://" + s.Listen
	}
	host, _, _ := net.SplitHostPort(s.Listen)
	if host == "" || address.IP.IsUnspecified() {
		host = "localhost"
	}
	return s.scheme + "://" + net.JoinHostPort(host, strconv.Itoa(address.Port))
}

// publicURL returns where people reach Gatehouse, without a slash at its end.
func (s *server) publicURL() (string, error) {
	if s.PublicURL == "" {
		return s.url(), nil
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("--public-url %q is no address of a site: write for example https://gatehouse.example.com", s.PublicURL)
	}
	return u.Scheme + "://" + u.Host, nil
}

func readPrefixes(flag string, texts []string) (out []netip.Prefix, err error) {
	for _, text := range texts {
		if a, err := netip.ParseAddr(text); err == nil {
			out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%s %q is no address and no CIDR range: write for example 10.0.0.0/8", flag, text)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
