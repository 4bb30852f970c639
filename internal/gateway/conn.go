package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// conn is the connection of one client, from the moment it is accepted to its end.
//
// Two goroutines carry it: serve, which in the end copies what the server says, and up,
// which reads what the client says from its first byte on, so that it is noticed when a
// client leaves while it waits.
type conn struct {
	g        *Gateway
	protocol *protocol
	raw      *net.TCPConn
	wire     *wire
	tls      *tls.Conn
	peer     netip.Addr // who connected: the client, or a proxy
	client   netip.Addr // whose connection it is; set before the connection is admitted
	service  *service   // set when it is admitted; belongs to Gateway.mu until then
	opening  opening
	upEnded  chan struct{}

	chunks   atomic.Uint64 // that passed in either direction
	answered atomic.Bool   // the last one was the server's
	gone     atomic.Bool   // the server is gone: what it said is all there is
	quiet    atomic.Bool   // it is ended because nothing goes on

	mu     sync.Mutex
	server *net.TCPConn
	cancel context.CancelFunc // of the wait for the server
	closed bool

	// first takes what the client says; more only while it says much.
	first [4 << 10]byte
}

// How long a client may take to end its side when the server has ended its own; and when
// the connection was ended because it was quiet, so that nothing can be on its way.
const (
	lingering      = 5 * time.Second
	lingeringQuiet = time.Second
)

// past is a deadline that ends a read which waits.
var past = time.Unix(1, 0)

// serve carries the connection to its end.
func (c *conn) serve(s *service) {
	defer c.g.leave(c)
	if !c.secure(s) {
		return
	}
	ctx, cancel := context.WithTimeout(c.g.ended, c.g.Limits.Wake)
	defer cancel()
	if !c.onClose(cancel) || !c.hear() {
		return
	}
	go c.up()
	defer func() { <-c.upEnded }()
	defer c.close()
	begin := c.g.Clock.Now()
	done, err := c.connect(ctx)
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return // the client left, or the gateway ends
	}
	c.g.metrics.wait.Observe(max(0, c.g.Clock.Now().Sub(begin).Seconds()))
	if err != nil {
		c.explain(err)
		c.finish(true)
		return
	}
	ended := make(chan struct{})
	defer close(ended)
	if done != nil {
		go c.watch(done, ended)
	}
	switch err := c.down(); {
	case errors.Is(err, errClientGone):
	case errors.Is(err, io.EOF), c.quiet.Load():
		c.finish(true)
	default:
		c.finish(false)
	}
}

// hear waits for the first words of the client: only they wake a service.
func (c *conn) hear() bool {
	patience := time.AfterFunc(c.g.Limits.FirstByte, c.close)
	defer patience.Stop()
	for {
		n, err := c.tls.Read(c.first[:])
		if n > 0 {
			c.heard(n)
			c.opening.write(c.first[:n])
			return true
		}
		if err != nil {
			return false
		}
	}
}

// up reads what the client says until it says no more, and passes it on.
func (c *conn) up() {
	defer close(c.upEnded)
	buffer := c.first[:]
	var large *[]byte
	defer func() { pieces.put(large) }()
	for {
		n, err := c.readRecords(buffer)
		if n > 0 {
			c.heard(n)
			c.opening.write(buffer[:n])
		}
		switch {
		case errors.Is(err, io.EOF):
			// The client says no more, and may still listen.
			c.opening.end()
			c.awaitLeave()
			return
		case err != nil:
			c.close()
			return
		case n == len(buffer) && large == nil:
			large = pieces.get()
			buffer = *large
		case n < len(c.first) && large != nil:
			pieces.put(large)
			large, buffer = nil, c.first[:]
		}
	}
}

// readRecords reads what the client says: a record, and what else has arrived already.
func (c *conn) readRecords(p []byte) (n int, err error) {
	n, err = c.tls.Read(p)
	for err == nil && len(p)-n >= recordSize && c.wire.hasRecord() {
		var more int
		more, err = c.tls.Read(p[n:])
		n += more
	}
	return n, err
}

// awaitLeave ends the wait for the server when a client that says no more has left too.
func (c *conn) awaitLeave() {
	var b [1]byte
	for {
		if _, err := c.raw.Read(b[:]); err != nil {
			if c.opening.waiting() {
				c.close()
			}
			return
		}
	}
}

func (c *conn) heard(n int) {
	c.answered.Store(false)
	c.chunks.Add(1)
	c.service.bytesIn.Add(uint64(n))
	c.service.lastActivity.Store(c.g.Clock.Now().UnixMilli())
}

func (c *conn) told(n int) {
	c.answered.Store(true)
	c.chunks.Add(1)
	c.service.bytesOut.Add(uint64(n))
	c.service.lastActivity.Store(c.g.Clock.Now().UnixMilli())
}

// errClientGone says that the client is not there to be told.
var errClientGone = errors.New("the client is gone")

// down copies what the server says to the client until it says no more (io.EOF), breaks
// off (any other error), or nobody listens (errClientGone).
func (c *conn) down() error {
	r := newIdleReader(c.server, pieces)
	defer r.release()
	for {
		n, err := r.read(&c.gone)
		if err != nil {
			return err
		}
		c.told(n)
		if c.tell(r) != nil {
			return errClientGone
		}
	}
}

// tell sends what was read of an answer, all of it at once. A slow client is waited for
// with one buffer.
func (c *conn) tell(r *idleReader) error {
	defer r.release()
	if r.n <= recordSize {
		_, err := c.tls.Write(r.bytes())
		return err
	}
	c.wire.hold()
	_, err := c.tls.Write(r.bytes())
	r.release()
	return errors.Join(err, c.wire.flush())
}

// finish ends the connection after the last word to the client, and gives it the time to
// read that and to end its own side. A client that still speaks to a server that still
// listens may go on. What the server broke off ends without the word of TLS that says
// that this is all: a client can tell.
func (c *conn) finish(clean bool) {
	if clean && c.tls.CloseWrite() != nil || c.raw.CloseWrite() != nil {
		return
	}
	wait := lingering
	if c.quiet.Load() {
		wait = lingeringQuiet
	}
	patience := time.NewTicker(wait)
	defer patience.Stop()
	for seen := c.chunks.Load(); ; {
		select {
		case <-c.upEnded:
			return
		case <-patience.C:
			now := c.chunks.Load()
			if now == seen || c.gone.Load() {
				return
			}
			seen = now
		}
	}
}

// onClose has a function called when the connection is closed. It returns false when it was.
func (c *conn) onClose(cancel context.CancelFunc) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel = cancel
	return !c.closed
}

// end ends a connection that is quiet, as if the server had said that there is no more.
func (c *conn) end() {
	c.mu.Lock()
	server := c.server
	c.mu.Unlock()
	if server == nil {
		c.close()
		return
	}
	c.quiet.Store(true)
	_ = server.SetReadDeadline(past)
}

// attached reports whether the connection has its server.
func (c *conn) attached() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.server != nil
}

// reset closes the connection so that the client sees a reset: nobody is here for it.
func (c *conn) reset() {
	_ = c.raw.SetLinger(0)
	c.close()
}

// close closes the connection on both sides at once. It does not wait.
func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	_ = c.raw.Close()
	if c.server != nil {
		_ = c.server.Close()
	}
	if c.cancel != nil {
		c.cancel()
	}
	c.opening.discard()
}
