package gateway

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

const (
	// recordSize is the most that a TLS record holds.
	recordSize = 16 << 10
	// pieceSize is how much is read, secured and sent at once where there is much. More than
	// one record at a time saves system calls, which are most of what carrying costs.
	pieceSize = 128 << 10
)

// pool keeps buffers of one size for use by turns.
type pool struct{ sync.Pool }

func newPool(size int) *pool {
	return &pool{sync.Pool{New: func() any {
		b := make([]byte, size)
		return &b
	}}}
}

func (p *pool) get() *[]byte { return p.Get().(*[]byte) }

func (p *pool) put(b *[]byte) {
	if b != nil {
		p.Put(b)
	}
}

var (
	// pieces hold what is read and passed on at once, records what that is inside TLS.
	pieces  = newPool(pieceSize)
	records = newPool(pieceSize + 4<<10)
)

// idleReader reads from a socket and holds no buffer while it waits: most connections
// wait most of the time, and there are many.
type idleReader struct {
	socket syscall.RawConn
	pool   *pool
	buffer *[]byte
	n      int
	err    error
	try    func(fd uintptr) bool // made once: a closure for each read would be garbage
}

func newIdleReader(c *net.TCPConn, p *pool) *idleReader {
	r := &idleReader{pool: p}
	r.socket, r.err = c.SyscallConn()
	r.try = func(fd uintptr) bool {
		r.readNow(fd)
		return !errors.Is(r.err, syscall.EAGAIN)
	}
	return r
}

// read waits for bytes and returns how many there are; they are in bytes until release.
// At the end of the stream it returns io.EOF. After a deadline it reads on while there is
// something, if the sender is gone.
func (r *idleReader) read(senderGone *atomic.Bool) (int, error) {
	if r.socket == nil {
		return 0, r.err
	}
	err := r.socket.Read(r.try)
	if errors.Is(err, os.ErrDeadlineExceeded) && senderGone != nil && senderGone.Load() {
		err = r.socket.Control(r.readNow)
	}
	switch {
	case err != nil:
		return 0, err
	case r.err != nil:
		return 0, r.err
	case r.n == 0:
		return 0, io.EOF
	default:
		return r.n, nil
	}
}

// readNow reads what is there.
func (r *idleReader) readNow(fd uintptr) {
	if r.buffer == nil {
		r.buffer = r.pool.get()
	}
	for {
		r.n, r.err = syscall.Read(int(fd), *r.buffer)
		if !errors.Is(r.err, syscall.EINTR) {
			break
		}
	}
	if r.err != nil || r.n <= 0 {
		r.n = 0
		r.release()
	}
}

func (r *idleReader) bytes() []byte { return (*r.buffer)[:r.n] }

func (r *idleReader) release() {
	r.pool.put(r.buffer)
	r.buffer = nil
}
