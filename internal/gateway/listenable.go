package gateway

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lookUpLimit bounds how long the addresses of a host are looked for.
const lookUpLimit = 2 * time.Second

// Listenable returns the first n of the ports on which a gateway with this Config.Address
// could listen at this moment, in their order; fewer where there are no more. It opens and
// closes each, some 20 µs long, and none beyond those. A port is left out that another
// program has, and one that Gatehouse may not open.
//
// What keeps the gateway from every port, such as an address that the machine does not have
// just now, says nothing of one of them: then none is left out.
func Listenable(ctx context.Context, address string, ports []int, n int) (free []int) {
	addresses := addressesOf(ctx, address)
	for _, port := range ports {
		if len(free) == n {
			break
		}
		if o := obstacleAt(ctx, addresses, port); o != portTaken && o != portForbidden {
			free = append(free, port)
		}
	}
	return free
}

// Taken returns those of the ports that another program has where a gateway with this
// Config.Address would listen, as Listenable finds them. A gateway that runs has its own.
func Taken(ctx context.Context, address string, ports []int) []int {
	addresses := addressesOf(ctx, address)
	return slices.DeleteFunc(slices.Clone(ports), func(port int) bool { return obstacleAt(ctx, addresses, port) != portTaken })
}

// addressesOf returns the addresses at which clients look for a host: that on which a
// gateway listens, and all others of that name. Whoever has a port at one of these gets
// clients of the service. There is none where the host is not known.
func addressesOf(ctx context.Context, host string) []string {
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return []string{host}
	}
	if strings.EqualFold(host, "localhost") {
		return []string{"127.0.0.1", "::1"} // both, whatever a file says: clients do not read it alike
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpLimit)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return nil
	}
	return addresses
}

// obstacleAt opens the port at each of the addresses, as the gateway does, until one cannot be
// had because of the port. Linux gives a port at every address to nobody while a program has it
// at one of them, nor at one to anybody while a program has it at all.
func obstacleAt(ctx context.Context, addresses []string, port int) obstacle {
	for _, address := range addresses {
		l, err := listenTCP(ctx, net.JoinHostPort(address, strconv.Itoa(port)))
		if err == nil {
			_ = l.Close() // nothing was read or written
			continue
		}
		if o := obstacleOf(err); o == portTaken || o == portForbidden {
			return o
		}
	}
	return noObstacle
}
