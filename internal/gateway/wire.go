package gateway

import (
	"encoding/binary"
	"net"
	"sync"
)

// wire is the connection below TLS. It reads much at once and hands TLS a record at a
// time, so that it is known whether another one is there; and it can hold records back,
// to send several at once. TLS itself does neither.
type wire struct {
	*net.TCPConn
	conn *conn

	in      *idleReader
	unread  []byte // of what was read
	record  int    // how much of the record that was begun is still to be handed out
	head    [recordHead]byte
	headHas int // how much of head is known, of a record that came in pieces

	mu   sync.Mutex
	held *[]byte // nil where nothing is held back
	n    int
}

// recordHead is the length of what begins a TLS record: its type, a version and its length.
const recordHead = 5

// newWire returns the connection of which some was read already.
func newWire(c *conn, read []byte) *wire {
	return &wire{TCPConn: c.raw, conn: c, in: newIdleReader(c.raw, pieces), unread: read}
}

// Read implements net.Conn.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.unread) == 0 {
		w.in.release()
		if _, err := w.in.read(nil); err != nil {
			return 0, err
		}
		w.unread = w.in.bytes()
	}
	n := copy(p, w.unread[:w.rest()])
	w.pass(n)
	if w.unread = w.unread[n:]; len(w.unread) == 0 {
		w.in.release()
	}
	return n, nil
}

// rest returns how much of what was read belongs to the record that is next, or all of
// it where that is not known yet.
func (w *wire) rest() int {
	if w.record > 0 {
		return min(w.record, len(w.unread))
	}
	head := append(w.head[:w.headHas:w.headHas], w.unread[:min(recordHead-w.headHas, len(w.unread))]...)
	if len(head) < recordHead {
		return len(w.unread)
	}
	return min(recordHead-w.headHas+int(binary.BigEndian.Uint16(head[3:])), len(w.unread))
}

// pass takes note that n bytes are handed out, of one record.
func (w *wire) pass(n int) {
	if w.record > 0 {
		w.record -= n
		return
	}
	known := copy(w.head[w.headHas:], w.unread[:n])
	if w.headHas += known; w.headHas < recordHead {
		return
	}
	w.record, w.headHas = int(binary.BigEndian.Uint16(w.head[3:]))-(n-known), 0
}

// hasRecord reports whether a whole record is there to be read. It is for the one who reads.
func (w *wire) hasRecord() bool {
	return w.record == 0 && w.headHas == 0 && len(w.unread) >= recordHead && len(w.unread)-recordHead >= int(binary.BigEndian.Uint16(w.unread[3:]))
}

// Write implements net.Conn. TLS writes one record at a time, and from the side that
// reads too, now and then.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held == nil {
		return w.TCPConn.Write(p)
	}
	if w.n+len(p) > len(*w.held) {
		if err := w.send(); err != nil {
			return 0, err
		}
		if len(p) > len(*w.held) {
			return w.TCPConn.Write(p)
		}
	}
	w.n += copy((*w.held)[w.n:], p)
	return len(p), nil
}

// hold keeps back what is written until flush.
func (w *wire) hold() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = records.get()
}

// flush sends what was kept back.
func (w *wire) flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.send()
	records.put(w.held)
	w.held = nil
	return err
}

func (w *wire) send() error {
	if w.n == 0 {
		return nil
	}
	_, err := w.TCPConn.Write((*w.held)[:w.n])
	w.n = 0
	return err
}
