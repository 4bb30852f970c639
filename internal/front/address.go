package front

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the addresses whose X-Forwarded-For counts.
type proxies []netip.Prefix

// clientAddress returns the address that the request comes from: that of the
// connection or, when that is a trusted proxy, the last one in X-Forwarded-For that
// is not. It is not valid for a connection that is not by network.
func (p proxies) clientAddress(r *http.Request) netip.Addr {
	port, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address := port.Addr().Unmap().WithZone("")
	if len(p) == 0 || !p.contain(address) {
		return address
	}
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(forwarded) {
		hop, err := parseHop(strings.TrimSpace(text))
		if err != nil {
			break // what lies behind something unreadable cannot be believed
		}
		address = hop
		if !p.contain(hop) {
			break
		}
	}
	return address
}

// secure reports whether the client speaks TLS, to us or to a trusted proxy that
// says so in X-Forwarded-Proto.
func (p proxies) secure(r *http.Request) bool {
	if r.TLS != nil || len(p) == 0 {
		return r.TLS != nil
	}
	port, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && p.contain(port.Addr().Unmap().WithZone("")) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// parseHop reads an address, with a port or without.
func parseHop(text string) (netip.Addr, error) {
	if port, err := netip.ParseAddrPort(text); err == nil {
		return port.Addr().Unmap().WithZone(""), nil
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err
}

func (p proxies) contain(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(prefix netip.Prefix) bool { return prefix.Contains(a) })
}
