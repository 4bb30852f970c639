package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// Waits between attempts to open a port that is taken.
const (
	firstListenRetry = 500 * time.Millisecond
	lastListenRetry  = 30 * time.Second
)

// listener takes connections at one port: those of one service, or of all that share it.
type listener struct {
	g        *Gateway
	protocol *protocol
	service  *service // nil where services share the port
	port     int
	ctx      context.Context // the life of the listener, which its goroutine and close share
	cancel   context.CancelFunc
	// These belong to Gateway.mu.
	open     net.Listener // nil while the port cannot be had
	obstacle obstacle     // why it cannot
}

func (g *Gateway) newListener(p *protocol, s *service, port int) *listener {
	l := &listener{g: g, protocol: p, service: s, port: port}
	l.ctx, l.cancel = context.WithCancel(g.ending)
	return l
}

func listenTCP(ctx context.Context, address string) (net.Listener, error) {
	config := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 15 * time.Second, Count: 4}}
	return config.Listen(ctx, "tcp", address)
}

// openShared opens the ports that services share.
func (g *Gateway) openShared(ctx context.Context) error {
	if g.Domain == "" || g.shared != nil {
		return nil
	}
	var shared []*listener
	for i := range protocols {
		l := g.newListener(&protocols[i], nil, protocols[i].shared(&g.Config))
		var err error
		if l.open, err = g.listen(ctx, l.address()); err != nil {
			for _, other := range shared {
				other.close()
			}
			return fmt.Errorf("the port for services cannot be opened: %s", obstacleOf(err).fact(g.Address, []int{l.port}))
		}
		shared = append(shared, l)
	}
	g.shared = shared
	return nil
}

// listenFor opens and closes ports of a service as it has them.
func (g *Gateway) listenFor(s *service) {
	if g.Domain != "" || g.ending.Err() != nil {
		return
	}
	for i := range protocols {
		p := &protocols[i]
		port := p.port(s.ports)
		if l := s.listeners[i]; l != nil {
			if l.port == port {
				continue
			}
			l.close()
			s.listeners[i] = nil
		}
		if port == 0 {
			continue
		}
		l := g.newListener(p, s, port)
		s.listeners[i] = l
		l.tryOpen()
		g.running.Go(l.run)
	}
}

func (s *service) closeListeners() {
	for i, l := range s.listeners {
		if l != nil {
			l.close()
			s.listeners[i] = nil
		}
	}
}

func (l *listener) address() string { return net.JoinHostPort(l.g.Address, strconv.Itoa(l.port)) }

// close is called with Gateway.mu. Connections that were accepted go on.
func (l *listener) close() {
	l.cancel()
	if l.open != nil {
		_ = l.open.Close()
	}
}

// run takes connections until the listener is closed. While the port cannot be had it
// tries again and again, and nothing else suffers.
func (l *listener) run() {
	for wait := firstListenRetry; !l.opened(); wait = min(2*wait, lastListenRetry) {
		retry := time.NewTimer(wait)
		select {
		case <-l.ctx.Done():
			retry.Stop()
			return
		case <-retry.C:
		}
		l.g.mu.Lock()
		l.tryOpen()
		l.g.mu.Unlock()
	}
	l.accept()
}

// opened reports whether the port is open.
func (l *listener) opened() bool {
	l.g.mu.Lock()
	defer l.g.mu.Unlock()
	return l.open != nil
}

// tryOpen opens the port, or says why that is not possible. It is called with Gateway.mu.
func (l *listener) tryOpen() {
	if l.ctx.Err() != nil {
		return
	}
	g := l.g
	open, err := g.listen(l.ctx, l.address())
	switch {
	case err == nil:
		if l.obstacle != noObstacle {
			g.Log.Info("port of a service is open now", "service", l.service.id, "protocol", l.protocol.name, "port", l.port)
		}
		l.open, l.obstacle = open, noObstacle
	case l.ctx.Err() == nil && l.obstacle != obstacleOf(err):
		l.obstacle = obstacleOf(err)
		g.Log.Error("port of a service cannot be opened; trying again", "service", l.service.id, "protocol", l.protocol.name, "port", l.port, "error", err)
	}
}

// accept takes connections until the listener is closed.
func (l *listener) accept() {
	g := l.g
	var wait time.Duration
	for {
		accepted, err := l.open.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			// Too many open files, or a client that left at once: the next one may fare better.
			if wait = min(max(2*wait, 5*time.Millisecond), time.Second); wait == time.Second {
				g.Log.Error("connections cannot be accepted", "port", l.port, "error", err)
			}
			retry := time.NewTimer(wait)
			select {
			case <-l.ctx.Done():
				retry.Stop()
				return
			case <-retry.C:
			}
			continue
		}
		wait = 0
		if raw, ok := accepted.(*net.TCPConn); ok {
			g.take(raw, l)
		}
	}
}
