package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/gatehouse/gatehouse/internal/control"
)

// portFlags say where services are reached. Commands that look at a data directory have them too.
type portFlags struct {
	ServiceListen string `default:"localhost" placeholder:"HOST" help:"Where the ports of services listen: localhost, an address, or 0.0.0.0 for every address (default ${default})."`
	ServicePorts  string `default:"21000-21999" placeholder:"FROM-TO" help:"The ports that services get, two for each (default ${default})."`
	ServiceDomain string `placeholder:"DOMAIN" help:"Let services share two ports and tell them apart by name: each is NAME.DOMAIN."`
}

// portRange returns the ports that services get, none when they share ports. It returns an error
// when no service could be reached as the flags say.
func (f portFlags) portRange(ctx context.Context) (control.PortRange, error) {
	if err := f.checkListen(ctx); err != nil {
		return control.PortRange{}, err
	}
	if f.ServiceDomain != "" {
		return control.PortRange{}, checkDomain(f.ServiceDomain)
	}
	return readPortRange(f.ServicePorts)
}

// serviceAddress is --service-listen, where an empty text and * mean every address too.
func (f portFlags) serviceAddress() string {
	if f.ServiceListen == "*" {
		return ""
	}
	return strings.Trim(f.ServiceListen, "[]")
}

// checkListen listens at the address for a moment, on a port that nobody has.
func (f portFlags) checkListen(ctx context.Context) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort(f.serviceAddress(), "0"))
	switch {
	case err == nil:
		return l.Close()
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("--service-listen %q is no address of this machine: write localhost, an address that it has, or 0.0.0.0 for every one", f.ServiceListen)
	default:
		return fmt.Errorf("cannot listen on %q: correct --service-listen (%w)", f.ServiceListen, err)
	}
}

// hostName is what a name in the DNS looks like (RFC 1123), in small letters. Its last part
// is no number, or it would be an address.
var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// longestDomain leaves room in a name of the DNS for the part of a service (cloud.Service.Label)
// and the dot behind it.
const longestDomain = 253 - 11

func checkDomain(domain string) error {
	name := strings.ToLower(strings.Trim(domain, "."))
	_, err := netip.ParseAddr(name)
	_, notNumber := strconv.ParseUint(name[strings.LastIndex(name, ".")+1:], 10, 64)
	if len(name) > longestDomain || !hostName.MatchString(name) || err == nil || notNumber == nil {
		return fmt.Errorf("--service-domain %q is no name that hosts can have: write for example services.example.com", domain)
	}
	return nil
}

// readPortRange reads FROM-TO.
func readPortRange(text string) (control.PortRange, error) {
	first, last, ok := strings.Cut(text, "-")
	from, fromErr := strconv.Atoi(first)
	to, toErr := strconv.Atoi(last)
	if !ok || fromErr != nil || toErr != nil || from < 1 || to > 65535 || to <= from {
		return control.PortRange{}, fmt.Errorf("--service-ports %q is no range of ports: write for example 21000-21999", text)
	}
	return control.PortRange{From: from, To: to}, nil
}

// givePorts gives ports to services that have none, as those have that were created under
// --service-domain. Where that fails, or no ports are left, the others work.
func (s *server) givePorts(ctx context.Context) {
	without, err := s.control.GivePorts(ctx)
	switch {
	case err != nil:
		s.log.Error("services without ports could not be given any; they are at the next start", "error", err)
	case len(without) > 0:
		s.main.printf("gatehouse: %s\n", noPortsLeft(len(without), s.ServicePorts))
	}
}

// noPortsLeft is what the operator is told of services that nobody can reach.
func noPortsLeft(services int, ports string) string {
	are := "1 service has"
	if services > 1 {
		are = fmt.Sprintf("%d services have", services)
	}
	return are + " no ports and cannot be reached, because services or other programs have all of " + ports +
		": delete a service, or start Gatehouse with a wider range in --service-ports"
}
