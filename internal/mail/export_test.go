package mail

import (
	"context"
	"net"
)

// Dialing has the sender connect in another way, so that mail.example.com can be here.
func (s *Sender) Dialing(dial func(ctx context.Context, network, address string) (net.Conn, error)) *Sender {
	s.dial = dial
	return s
}

// HelloName is how a client on this host introduces itself.
func HelloName(hostname string, local net.Addr) string { return helloName(hostname, local) }
