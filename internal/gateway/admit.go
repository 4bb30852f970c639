package gateway

import "net"

// take carries a connection that was accepted, or resets it.
func (g *Gateway) take(raw *net.TCPConn, l *listener) {
	c := &conn{g: g, protocol: l.protocol, raw: raw, upEnded: make(chan struct{})}
	if a, ok := raw.RemoteAddr().(*net.TCPAddr); ok {
		c.peer = a.AddrPort().Addr().Unmap()
	}
	c.opening.init()
	if !g.enter(c) {
		c.reset()
		return
	}
	go c.serve(l.service)
}

// enter counts a connection that begins, or reports that there is no room for it. While
// there is little room, no address has more than its share.
func (g *Gateway) enter(c *conn) bool {
	trusted := g.trusts(c.peer)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ending.Err() != nil {
		return false
	}
	most := g.Limits.Handshakes
	if len(g.conns) >= g.Limits.Connections || g.handshakes >= most || g.handshakes >= most/2 && g.handshakesFrom[c.peer] >= max(1, most/16) && !trusted {
		g.refused[refusedLimit].Add(1)
		return false
	}
	g.conns[c] = struct{}{}
	g.handshakes++
	g.handshakesFrom[c.peer]++
	g.running.Add(1)
	return true
}

// secured gives back the room of a connection that has its TLS, or will not have it.
func (g *Gateway) secured(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.handshakes--
	if g.handshakesFrom[c.peer]--; g.handshakesFrom[c.peer] == 0 {
		delete(g.handshakesFrom, c.peer)
	}
}

// leave forgets a connection that has ended.
func (g *Gateway) leave(c *conn) {
	c.close()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, c)
	if s := c.service; s != nil {
		delete(s.conns, c)
		s.closed(c.protocol)
	}
	g.running.Done()
}
