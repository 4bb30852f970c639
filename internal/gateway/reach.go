package gateway

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Waits between attempts to reach a server that is said to be there.
const (
	firstDialRetry = 10 * time.Millisecond
	lastDialRetry  = 500 * time.Millisecond
	dialAttempts   = 25 // about 10 s
)

// connect connects to the server of the service, which it may have to wait for, and
// gives it what the client said meanwhile. It returns what tells that the server is gone.
func (c *conn) connect(ctx context.Context) (done <-chan struct{}, err error) {
	dialer := net.Dialer{Timeout: 5 * time.Second, KeepAlive: -1}
	wait := firstDialRetry
	for range dialAttempts {
		b, err := c.g.Backends.Backend(ctx, c.service.id)
		if err != nil {
			return nil, c.sentence(ctx, err)
		}
		dialed, err := dialer.DialContext(ctx, "tcp", c.protocol.server(b))
		if err == nil {
			return b.Done, c.attach(dialed.(*net.TCPConn))
		}
		c.g.Log.Debug("server of a service does not take a connection", "service", c.service.id, "protocol", c.protocol.name, "error", err)
		// It ended a moment ago, or does not listen for a moment: ask again.
		retry := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			retry.Stop()
			return nil, c.sentence(ctx, ctx.Err())
		case <-retry.C:
		}
		wait = min(2*wait, lastDialRetry)
	}
	return nil, &cloud.Error{Code: cloud.Unavailable, Message: "The service does not answer. Try again.", RetryAfter: defaultRetryAfter}
}

// defaultRetryAfter is what a client is told where nobody knows better.
const defaultRetryAfter = 5 * time.Second

// sentence returns what a client may read of an error.
func (c *conn) sentence(ctx context.Context, err error) *cloud.Error {
	var e *cloud.Error
	switch {
	case errors.As(err, &e) && e.Code != cloud.Internal:
		return e
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &cloud.Error{Code: cloud.Unavailable, Message: "The service takes long to start. Try again.", RetryAfter: defaultRetryAfter}
	case ctx.Err() == nil:
		c.g.Log.Error("server of a service cannot be reached", "service", c.service.id, "error", err)
	}
	return &cloud.Error{Code: cloud.Unavailable, Message: "The service cannot be reached at the moment. Try again.", Err: err, RetryAfter: defaultRetryAfter}
}

func (c *conn) attach(server *net.TCPConn) error {
	c.mu.Lock()
	c.server = server
	closed := c.closed
	c.mu.Unlock()
	if closed {
		_ = server.Close()
		return context.Canceled
	}
	c.opening.attach(server)
	return nil
}

// watch tells the connection when its server is gone.
func (c *conn) watch(done, ended <-chan struct{}) {
	select {
	case <-ended:
	case <-done:
		c.gone.Store(true)
		// Its sockets went with it, so its end is in what is left to read. Where they did not, do
		// not wait for it.
		grace := time.AfterFunc(time.Second, func() { _ = c.server.SetReadDeadline(past) })
		defer grace.Stop()
		over := time.AfterFunc(c.g.Limits.Drain, c.close)
		defer over.Stop()
		<-ended
	}
}

// explain tells the client why it is not served, after its first message.
func (c *conn) explain(why error) {
	var e *cloud.Error
	if !errors.As(why, &e) {
		return
	}
	said := c.opening.whole(c.protocol.whole, c.g.Limits.Handshake)
	if c.protocol.whole(said) {
		_ = c.protocol.explain(c.tls, said, e)
	}
	c.opening.discard()
}
