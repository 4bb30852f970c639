package gateway

import (
	"net"
	"sync"
	"time"
)

// maxOpening is how much of what a client says is kept while it waits for the server. A
// client that says more waits with it.
const maxOpening = 64 << 10

// opening passes on what a client says. While there is no server yet it keeps it.
type opening struct {
	mu     sync.Mutex
	to     *net.TCPConn
	kept   []byte
	ended  bool          // the client says no more
	thrown bool          // nobody wants what the client says
	heard  chan struct{} // has something when there is more in kept, or ended
	opened chan struct{} // closed when to is set or thrown
}

func (o *opening) init() {
	o.heard = make(chan struct{}, 1)
	o.opened = make(chan struct{})
}

// write passes p on or keeps it. It is called by one goroutine at a time.
func (o *opening) write(p []byte) {
	to, kept := o.keep(p)
	if kept {
		return
	}
	if to == nil {
		<-o.opened // there is much already
		if to, _ = o.keep(nil); to == nil {
			return
		}
	}
	if _, err := to.Write(p); err != nil {
		// The server takes no more, and may have said why: what it said still goes to the client.
		o.discard()
	}
}

// keep reports whether p needs no passing on, because it was kept or nobody wants it.
func (o *opening) keep(p []byte) (to *net.TCPConn, kept bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.thrown:
		return nil, true
	case o.to != nil:
		return o.to, false
	case len(o.kept) > 0 && len(o.kept)+len(p) > maxOpening:
		return nil, false
	}
	o.kept = append(o.kept, p...)
	o.signal()
	return nil, true
}

func (o *opening) signal() {
	select {
	case o.heard <- struct{}{}:
	default:
	}
}

// end takes note that the client says no more.
func (o *opening) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.signal()
	if o.to != nil {
		_ = o.to.CloseWrite()
	}
}

// waiting reports whether there is no server yet.
func (o *opening) waiting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to == nil && !o.thrown
}

// attach passes on what was kept, and from now on everything.
func (o *opening) attach(to *net.TCPConn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.thrown {
		return
	}
	// A server that takes no more is noticed where its words are read.
	_, _ = to.Write(o.kept)
	if o.ended {
		_ = to.CloseWrite()
	}
	o.to, o.kept = to, nil
	close(o.opened)
}

// discard throws away what was kept, and what is still to come.
func (o *opening) discard() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.thrown {
		return
	}
	o.thrown = true
	if o.to == nil {
		close(o.opened)
	}
}

// whole returns what the client has said when that is enough, when it says no more, or
// when it took too long.
func (o *opening) whole(enough func([]byte) bool, patience time.Duration) []byte {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		o.mu.Lock()
		said, over := o.kept, o.ended || o.thrown
		o.mu.Unlock()
		if over || len(said) >= maxOpening || enough(said) {
			return said
		}
		select {
		case <-o.heard:
		case <-o.opened:
			return said
		case <-late.C:
			return said
		}
	}
}
